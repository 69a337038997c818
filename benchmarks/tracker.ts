import { Value } from '@sinclair/typebox/value';
import { TrackerConfig } from '../pipeline/config/analysis.ts';
import type { Detection } from '../pipeline/detection.ts';
import { ByteTracker } from '../pipeline/tracking/bytetrack.ts';

const [COLUMNS, ROWS] = [10, 6];
const FRAMES = 600;
const EVERY_MS = 100;
/** The least of some rounds is what the tracker takes; the rest is what else the machine does. */
const ROUNDS = 5;
/** Every so many frames each thing is missed once. */
const MISSED_EVERY = 17;

export type TrackerSpeed = {
  /** Confirmed tracks in a frame, mean. */
  readonly tracks: number;
  /** On the calling thread alone. */
  readonly framesPerSecond: number;
};

/** Sixty people who walk to and fro past each other in a picture of 1280×720, now and then unseen. */
const crowdAt = (frame: number): Detection[] => {
  const found: Detection[] = [];
  for (let thing = 0; thing < COLUMNS * ROWS; thing++) {
    if ((frame + thing * 5) % MISSED_EVERY === 0) continue;
    const x = 40 + (thing % COLUMNS) * 125 + 70 * Math.sin(frame * 0.05 + thing * 1.7);
    const y = 20 + Math.floor(thing / COLUMNS) * 115 + 10 * Math.sin(frame * 0.11 + thing);
    found.push({ box: { x1: x, y1: y, x2: x + 45, y2: y + 95 }, score: 0.7 + (thing % 3) / 10, className: 'person' });
  }
  return found;
};

/** How many frames with sixty things in them the tracker does in a second on one core. */
export const measureTracker = (): TrackerSpeed => {
  const crowd = Array.from({ length: FRAMES }, (_, frame) => crowdAt(frame));
  let confirmed = 0;
  const rounds = Array.from({ length: ROUNDS }, () => {
    const tracker = new ByteTracker(Value.Create(TrackerConfig));
    confirmed = 0;
    const startedAt = performance.now();
    for (const [frame, detections] of crowd.entries())
      for (const { state } of tracker.update(detections, frame * EVERY_MS)) if (state === 'confirmed') confirmed++;
    return performance.now() - startedAt;
  });
  return { tracks: confirmed / FRAMES, framesPerSecond: (FRAMES * 1_000) / Math.min(...rounds) };
};
