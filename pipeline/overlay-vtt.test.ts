import { expect, test } from 'vitest';
import type { LiveFrame } from './live.ts';
import { toCaptionsVtt, toTracksVtt } from './overlay-vtt.ts';

const frame = (ptsMs: number): LiveFrame => ({
  ...{ cameraId: 'gate', sessionId: 's1', ptsMs, capturedAt: 0 },
  tracks: [{ id: 7, className: 'car', score: 0.9, box: [0.1, 0.2, 0.3, 0.4], velocity: [0, 0], alerts: [] }],
});

test('a cue holds the boxes of one analysed frame until the next one, in clip time', () => {
  const text = toTracksVtt([frame(60_000), frame(60_200), frame(3_661_000)], {
    startPtsMs: 60_000,
    durationMs: 3_602_000,
  });
  expect(text.split('\n').filter((line) => line.includes('-->'))).toEqual([
    '00:00:00.000 --> 00:00:00.200',
    '00:00:00.200 --> 01:00:01.000',
    '01:00:01.000 --> 01:00:02.000',
  ]);
  expect(JSON.parse(text.split('\n')[3]!)).toEqual([
    { id: 7, className: 'car', score: 0.9, box: [0.1, 0.2, 0.3, 0.4], alerts: [] },
  ]);
});

test('captions tell the act only while it lasts, and no text can end a cue or open a tag', () => {
  const text = toCaptionsVtt(
    {
      clip: { startPtsMs: 10_000, durationMs: 3_500 } as never,
      event: { startPtsMs: 11_200, triggerPtsMs: 11_500, endPtsMs: 11_900 } as never,
      camera: { id: 'gate', name: '', place: 'Ngã tư <b>A --> B' },
      clock: { sessionId: 's1', anchorAt: 1_000, source: 'given', uncertaintyMs: 0 },
    },
    { explanation: 'Xe máy đi ngược chiều', instant: (at) => `t${at}` },
  );
  expect(text.split('\n\n').slice(1)).toEqual([
    '00:00:00.000 --> 00:00:01.000\nNgã tư &lt;b&gt;A --&gt; B · t11000',
    '00:00:01.000 --> 00:00:02.000\nNgã tư &lt;b&gt;A --&gt; B · t12000\nXe máy đi ngược chiều',
    '00:00:02.000 --> 00:00:03.000\nNgã tư &lt;b&gt;A --&gt; B · t13000',
    '00:00:03.000 --> 00:00:03.500\nNgã tư &lt;b&gt;A --&gt; B · t14000\n',
  ]);
});
