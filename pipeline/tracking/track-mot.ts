import type { TrackerConfig } from '../config/analysis.ts';
import type { MotRow } from '../evaluation/mot-text.ts';
import { ByteTracker } from './bytetrack.ts';

/** MOT Challenge detections name no class, and boxes of one class are all the tracker needs. */
const CLASS_NAME = 'object';

/**
 * Tracks of a whole sequence. Frames without a box count as frames. Only boxes that were measured are written, and only
 * of tracks that were confirmed; those with their beginning, which live analysis cannot know yet to be a track.
 * @param detections scores on the scale of the configuration's thresholds, 0–1
 * @param fps of the sequence; frame n is at (n − 1) · 1000 / fps ms
 * @returns by frame, then by identity
 */
export const trackMot = (detections: readonly MotRow[], fps: number, config: TrackerConfig): readonly MotRow[] => {
  const byFrame = new Map<number, MotRow[]>();
  let last = 0;
  for (const row of detections) {
    const frame = byFrame.get(row.frame);
    if (frame) frame.push(row);
    else byFrame.set(row.frame, [row]);
    last = Math.max(last, row.frame);
  }
  const tracker = new ByteTracker(config);
  const confirmed = new Set<number>();
  const rows: MotRow[] = [];
  for (let frame = byFrame.has(0) ? 0 : 1; frame <= last; frame++) {
    const boxes = (byFrame.get(frame) ?? []).map(({ box, score }) => ({ box, score, className: CLASS_NAME }));
    for (const { id, box, score, state, observed } of tracker.update(boxes, ((frame - 1) * 1000) / fps)) {
      if (observed) rows.push({ frame, id, box, score });
      if (state === 'confirmed') confirmed.add(id);
    }
  }
  return rows.filter(({ id }) => confirmed.has(id));
};
