import { type Box, boxArea, intersectionArea } from '../geometry.ts';
import type { Report } from './event-reports.ts';
import type { TimedBox } from './event-truth.ts';

/** Truth is read by eye: reports may lie this much before or after its span. */
const SLACK_S = 0.5;
/** Two boxes meet when they share this much of the smaller one: a head meets the motorcycle that carries it. */
const MEETING_SHARE = 0.3;

const toBox = ([x1, y1, x2, y2]: TimedBox['box']): Box => ({ x1, y1, x2, y2 });

/** Boxes that count at that time: the way between the two given around it, or a given one within the slack. */
const boxesAt = (boxes: readonly TimedBox[], seconds: number): readonly Box[] => {
  const sorted = boxes.toSorted((a, b) => a.t - b.t);
  const near = sorted.filter(({ t }) => Math.abs(t - seconds) <= SLACK_S).map(({ box }) => toBox(box));
  const after = sorted.findIndex(({ t }) => t >= seconds);
  const [a, b] = [sorted[after - 1], sorted[after]];
  if (!a || !b || b.t === a.t) return near;
  const share = (seconds - a.t) / (b.t - a.t);
  const between = a.box.map((value, index) => value + (b.box[index]! - value) * share) as TimedBox['box'];
  return [...near, toBox(between)];
};

const meets = (a: Box, b: Box): boolean => {
  const smaller = Math.min(boxArea(a), boxArea(b));
  return smaller > 0 && intersectionArea(a, b) / smaller >= MEETING_SHARE;
};

type Place = { readonly from: number; readonly to: number; readonly boxes?: readonly TimedBox[] | undefined };

const meetsWhere = (
  { startPtsMs, endPtsMs, subjects }: Report,
  { from, to, boxes = [] }: Place,
  boxesThen: (boxes: readonly TimedBox[], seconds: number) => readonly Box[],
): boolean => {
  if (startPtsMs / 1000 > to + SLACK_S || endPtsMs / 1000 < from - SLACK_S) return false;
  const sightings = subjects.flatMap((subject) => subject.sightings);
  // What has no place, on either side, is told by its time alone: a crowd, a covered camera.
  if (boxes.length === 0 || sightings.length === 0) return true;
  return sightings.some(({ ptsMs, box }) => boxesThen(boxes, ptsMs / 1000).some((there) => meets(box, there)));
};

/** Whether a report lies in that span and one of its boxes meets the one that moves there, at that time. */
export const meetsMoving = (report: Report, place: Place): boolean => meetsWhere(report, place, boxesAt);

/**
 * The same for places that the truth marks for their own sake: boxes that all name one time stand for things that stay
 * where they are over the whole span, e.g. parked motorcycles.
 */
export const meetsMarked = (report: Report, place: Place): boolean => {
  const stands = new Set(place.boxes?.map(({ t }) => t)).size === 1;
  return meetsWhere(report, place, stands ? (boxes) => boxes.map(({ box }) => toBox(box)) : boxesAt);
};
