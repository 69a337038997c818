import { groupOf } from './class-groups.ts';
import type { Detection } from './detection.ts';
import { iou } from './geometry.ts';

/** Two boxes of one group that overlap more are one vehicle that the detector has named twice. */
const TWIN_IOU = 0.7;

/**
 * Suppression across the classes of a group. A model suppresses within each class only, so one car can come out as car
 * and as bus, and would be followed twice.
 * @param detections of one frame, sorted by falling score
 */
export const withoutTwins = (detections: readonly Detection[]): readonly Detection[] => {
  const kept: Detection[] = [];
  for (const detection of detections) {
    const group = groupOf(detection.className);
    const twin = kept.some(
      (other) =>
        other.className !== detection.className &&
        groupOf(other.className) === group &&
        iou(other.box, detection.box) > TWIN_IOU,
    );
    if (!twin) kept.push(detection);
  }
  return kept;
};
