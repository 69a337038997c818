import { expect, test } from 'vitest';
import type { LiveFrame } from '../../pipeline/live.ts';
import { RecordedTracks } from './recorded-tracks.ts';

const MINUTE = 60_000;

/** Analysis five times a second in the minutes 0 and 1, then none. */
const site = (options: { readonly now?: number; readonly fails?: number } = {}) => {
  const asked: number[] = [];
  const clock = { at: options.now ?? 60 * MINUTE };
  let failuresLeft = options.fails ?? 0;
  const tracks = new RecordedTracks(
    (after, before) => {
      asked.push(after);
      if (failuresLeft-- > 0) return Promise.reject(new Error('no network'));
      const frames: LiveFrame[] = [];
      for (let at = after; at < Math.min(before, 2 * MINUTE); at += 200)
        frames.push({ cameraId: 'gate', sessionId: 's', ptsMs: at, capturedAt: at, tracks: [] });
      return Promise.resolve(frames);
    },
    () => clock.at,
  );
  return { tracks, asked, clock };
};
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('a minute is loaded once, and the next one before it is needed', async () => {
  const { tracks, asked } = site();
  for (let at = 10_000; at < 50_000; at += 40) {
    tracks.want(at);
    if (at === 10_000) await settled();
  }
  expect(asked).toEqual([0, MINUTE]);
  expect(tracks.timeline.overlayAt(30_100)?.at).toBe(30_100);
});

test('a minute that is still being written is loaded again a little later', async () => {
  const { tracks, asked, clock } = site({ now: 30_000 });
  tracks.want(20_000);
  await settled();
  clock.at += 1_000;
  tracks.want(21_000);
  clock.at += 5_000;
  tracks.want(22_000);
  expect(asked).toEqual([0, 0]);
});

test('a minute that could not be loaded is asked for again', async () => {
  const { tracks, asked, clock } = site({ fails: 1 });
  tracks.want(20_000);
  await settled();
  clock.at += 6_000;
  tracks.want(20_100);
  await settled();
  expect(asked).toEqual([0, 0]);
  expect(tracks.timeline.size).toBe(300);
});

test('it says where analysis was not running, and not while that is unknown', async () => {
  const { tracks } = site();
  tracks.want(3 * MINUTE);
  expect(tracks.isBlindAt(3 * MINUTE)).toBe(false);
  await settled();
  expect(tracks.isBlindAt(3 * MINUTE)).toBe(true);
  tracks.want(30_000);
  await settled();
  expect(tracks.isBlindAt(30_000)).toBe(false);
});

test('what is kept stays bounded however far somebody goes', async () => {
  const { tracks } = site();
  for (let minute = 0; minute < 50; minute++) {
    tracks.want(minute * MINUTE);
    await settled();
  }
  expect(tracks.timeline.size).toBeLessThanOrEqual(600);
});
