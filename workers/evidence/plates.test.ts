import { expect, test } from 'vitest';
import { goldenImage } from '../../models/check-model.ts';
import { openPlateReader, readPicture } from '../../models/plate-reader.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { ownPlate, planPlates, readCasePlates } from './plates.ts';

const box = [0.25, 0.1, 0.75, 0.95] as const;
const frameAt = (ptsMs: number, tracks: readonly (readonly [id: number, side: number])[]): LiveFrame => ({
  ...{ cameraId: 'c', sessionId: 's', ptsMs, capturedAt: ptsMs },
  tracks: tracks.map(([id, side]) => ({
    ...{ id, className: 'motorcycle', score: 0.9, velocity: [0, 0], alerts: [] },
    box: [0.1, 0.1, 0.1 + side, 0.1 + side],
  })),
});
const subject = (trackId: number, className: string) => ({
  ...{ trackId, className, role: 'offender' as const, score: 0.9, sightings: [] },
});

test('vehicles are looked at where they are largest, never twice within one blur, and persons not at all', () => {
  const frames = Array.from({ length: 20 }, (_, i) => frameAt(i * 40, [[1, 0.1 + i * 0.02]]));
  const [plan, ...others] = planPlates([subject(1, 'motorcycle'), subject(2, 'person')], frames, 1080);
  expect(others).toEqual([]);
  expect(plan?.seen.map(({ ptsMs }) => ptsMs)).toEqual([760, 680, 600, 520, 440, 360, 280]);
});

test('a vehicle too far away for its plate to be read is not looked at', () => {
  const frames = [frameAt(0, [[1, 0.1]])];
  expect(planPlates([subject(1, 'motorcycle')], frames, 1080)).toEqual([]);
  expect(planPlates([subject(1, 'motorcycle')], frames, 2160)).toHaveLength(1);
});

test('a neighbour’s plate that reaches into the box is not the vehicle’s', () => {
  const vehicle = { x1: 100, y1: 0, x2: 200, y2: 300 };
  const own = { box: { x1: 130, y1: 200, x2: 170, y2: 230 }, score: 0.7 };
  const neighbour = { box: { x1: 185, y1: 190, x2: 225, y2: 220 }, score: 0.9 };
  expect(ownPlate([neighbour, own], vehicle)).toBe(own);
  expect(ownPlate([neighbour], vehicle)).toBeNull();
  expect(ownPlate([], vehicle)).toBeNull();
});

test('a case gets the reading, its crop, and the answer that another vehicle cannot be read', async () => {
  const reader = await openPlateReader();
  try {
    const picture = await readPicture(goldenImage('plate'));
    const [x1, y1, x2, y2] = box;
    const corner = { x1: 0, y1: 0, x2: 0.2, y2: 0.2 };
    const { plates, crops } = await readCasePlates(
      reader,
      [
        { trackId: 7, className: 'motorcycle', seen: [{ ptsMs: 100, box: { x1, y1, x2, y2 } }] },
        { trackId: 8, className: 'car', seen: [{ ptsMs: 100, box: corner }] },
      ],
      new Map([[100, picture]]),
    );
    expect(plates[0]).toMatchObject({ trackId: 7, text: '59T1-154.17', grade: 'needs-human-reading' });
    expect(plates[1]).toMatchObject({ trackId: 8, text: null });
    expect(crops.map(({ path }) => path)).toContain('plate-7.jpg');
  } finally {
    await reader.close();
  }
});
