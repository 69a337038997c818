import { describe, expect, test } from 'vitest';
import { filmed, FRAME, motorcycle } from '../test/drawn-tracks.ts';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import { parseConfig } from '../pipeline/config.ts';
import { replayRules } from './replay-rules.ts';

const config = parseConfig(`
version: 1
detectors: { road: { model: road } }
cameras:
  - id: c
    source: { url: clip.mp4 }
    analysis: { detector: road }
    zones: { lane: [[0, 0.4], [1, 0.4], [1, 0.6], [0, 0.6]] }
    rules: [{ id: way, kind: wrong_way, zone: lane, heading: [1, 0], minDurationMs: 1000 }]
`);
const camera = config.cameras[0]!;
const frames = filmed([motorcycle(1).at(0, 900, 500).at(4_000, 100, 500)], {
  fps: 10,
  untilMs: 6_000,
  anchorAt: 5_000,
});
const lines = frames.map((frame) => JSON.stringify(frame));

describe('rules on stored tracks', () => {
  test('give the events that they gave when the tracks were made', () => {
    const pipeline = new CameraPipeline({
      camera,
      clock: { sessionId: 's', anchorAt: 5_000, source: 'given', uncertaintyMs: 0 },
      frameSize: FRAME,
      provenance: { softwareVersion: '', configHash: '', models: [] },
      timeZone: config.site.timeZone,
    });
    const live = [
      ...frames.flatMap((frame) => pipeline.pushTracks(frame, frame.tracks).events),
      ...pipeline.finish(6_000),
    ];
    const { events, frames: count } = replayRules([...lines, ''], 'tracks.ndjson', { config, camera });
    expect(count).toBe(frames.length);
    expect(live).toHaveLength(1);
    const { provenance } = events[0]!;
    expect(events).toEqual(live.map((event) => ({ ...event, provenance })));
  });

  test('another threshold gives other events, without a video', () => {
    const [rule] = camera.rules;
    const stricter = { ...camera, rules: [{ ...rule!, minDurationMs: 60_000 }] } as typeof camera;
    expect(replayRules(lines, 'tracks.ndjson', { config, camera: stricter }).events).toEqual([]);
  });

  test.each([
    ['a line that is no JSON', '{"tracks": [', /tracks\.ndjson:2: not JSON/],
    ['a line without tracks', '{"ptsMs": 5}', /tracks\.ndjson:2: .*/],
  ])('%s is named by its place', (_, line, message) => {
    expect(() => replayRules([lines[0]!, line], 'tracks.ndjson', { config, camera })).toThrow(message);
  });

  test('an empty file is no replay', () => {
    expect(() => replayRules([''], 'tracks.ndjson', { config, camera })).toThrow(/no frames/);
  });
});
