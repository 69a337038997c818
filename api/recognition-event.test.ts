import { expect, test } from 'vitest';
import type { Passage } from '../pipeline/passages/passage.ts';
import { toRecognitionEvent } from './recognition-event.ts';

const passage: Passage = {
  ...{ id: '0'.repeat(26), cameraId: 'gate', at: Date.UTC(2026, 10, 21, 20, 5, 9, 250), className: 'motorcycle' },
  ...{ lane: 'left', direction: 'in', colour: 'white', unread: null, vehicleCrop: 'key', plateCrop: null },
  plate: {
    ...{ text: '29MĐ1-123.45', kind: 'special', confidence: 0.97, characters: [], raw: '29MD112345' },
    ...{ framesUsed: 5, framesAgreeing: 5, heightPx: 40, grade: 'evidence', doubts: [] },
  },
  candidates: [
    { text: '29MĐ1-123.45', probability: 0.97 },
    { text: '29MĐ1-123.46', probability: 0.02 },
  ],
};

test('a passage becomes an event that integrators of plate readers know', () => {
  const event = toRecognitionEvent(passage, 'Asia/Ho_Chi_Minh');
  expect(event.hook).toEqual({
    ...{ target: 'gate', id: passage.id, event: 'recognition', filename: `/api/passages/${passage.id}/vehicle.jpg` },
  });
  expect(event.data).toMatchObject({
    ...{ camera_id: 'gate', timestamp: '2026-11-21T20:05:09.250Z', timestamp_local: '2026-11-22T03:05:09.250+07:00' },
    results: [
      {
        ...{ plate: '29mđ112345', score: 0.97, region: { code: 'vn', score: 1 }, vehicle: { type: 'Motorcycle' } },
        candidates: [{ plate: '29mđ112345' }, { plate: '29mđ112346', score: 0.02 }],
        watchpost: { text: '29MĐ1-123.45', grade: 'evidence' },
      },
    ],
  });
});

test('a passage whose plate was not read has no result and says why', () => {
  const event = toRecognitionEvent({ ...passage, plate: null, unread: 'too-small', candidates: [] }, 'UTC');
  expect(event.data).toMatchObject({ results: [], watchpost: { unread: 'too-small' } });
  expect(event.data.timestamp_local).toBe('2026-11-21T20:05:09.250+00:00');
});
