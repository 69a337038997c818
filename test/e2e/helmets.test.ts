import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { TrackedFrame } from '../../pipeline/track.ts';
import { hasShared, needs, ROOT, sharedFile } from '../shared.ts';

const run = promisify(execFile);
const clip = ['footage', 'pillion-no-helmet.mp4'] as const;

const config = (url: string): string => `
version: 1
detectors: { road: { model: road } }
cameras:
  - id: pillion
    source: { url: '${url}', loop: false, realtime: false }
    analysis: { detector: road, fps: 10 }
    rules: [{ id: helmets, kind: no_helmet }, { id: riders, kind: too_many_riders }]
`;

const replay = async (): Promise<{ lines: (file: string) => string[] }> => {
  const out = mkdtempSync(join(tmpdir(), 'watchpost-helmets-'));
  const file = join(out, 'config.yml');
  writeFileSync(file, config(sharedFile(...clip)));
  const args = ['replay', sharedFile(...clip), '--config', file, '--out', out, '--no-cases'];
  await run(join(ROOT, 'bin/watchpost'), args, { cwd: ROOT });
  return { lines: (name) => readFileSync(join(out, name), 'utf8').trim().split('\n').filter(Boolean) };
};

describe.skipIf(!hasShared(...clip))(`helmets on a real clip${needs(...clip)}`, () => {
  test('the driver’s helmet and the pillion’s bare head are read, twice the same', { timeout: 240_000 }, async () => {
    const [first, second] = await Promise.all([replay(), replay()]);
    for (const file of ['tracks.ndjson', 'events.ndjson']) expect(second.lines(file)).toEqual(first.lines(file));

    const frames = first.lines('tracks.ndjson').map((line) => JSON.parse(line) as TrackedFrame);
    /** Mean share of "bare" among the readings of whoever sits between two places in the picture, seconds 5 to 6. */
    const bareShare = (fromX: number, toX: number): number => {
      const shares = frames
        .filter(({ ptsMs }) => ptsMs >= 5_000 && ptsMs < 6_000)
        .flatMap(({ tracks, heads = [], frameSize }) =>
          heads
            .filter(({ trackId }) => {
              const { box } = tracks.find(({ id }) => id === trackId)!;
              const x = (box.x1 + box.x2) / 2 / frameSize.width;
              return x >= fromX && x < toX;
            })
            .map(({ helmet, bare }) => bare / (helmet + bare)),
        );
      expect(shares.length).toBeGreaterThan(1);
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    };
    expect(bareShare(0.16, 0.26)).toBeGreaterThan(0.6);
    expect(bareShare(0.26, 0.42)).toBeLessThan(0.4);
    // Two are legal, and nobody on foot makes them more.
    const events = first.lines('events.ndjson').map((line) => JSON.parse(line) as WatchEvent);
    expect(events.filter(({ kind }) => kind === 'too_many_riders')).toEqual([]);
  });
});
