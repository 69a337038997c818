import type { LiveFrame } from '../../pipeline/live.ts';

/** Fractions of the frame, origin top left. */
export type Region = { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };

/** What is hidden at one instant, and what stays to be seen because the case is about it. */
export type Redaction = {
  readonly vehicles: readonly Region[];
  readonly heads: readonly Region[];
  readonly subjects: readonly Region[];
};

const PEOPLE: ReadonlySet<string> = new Set(['person', 'rider', 'pedestrian']);
/** Head and shoulders of a standing or riding person, with room for helmets and hats. */
const HEAD_SHARE = 0.38;
/** Boxes tremble and lag behind what moves. */
const MARGIN = 0.1;
/** A thing is there a little before it is first tracked and after it is lost. */
const HOLD_MS = 800;

type Sample = { readonly ptsMs: number; readonly box: readonly [number, number, number, number] };
type Path = { readonly id: number; readonly isPerson: boolean; readonly samples: Sample[] };

/**
 * Where to hide what, for any instant of a clip, from the tracks that were sealed with it: of people the head, of
 * vehicles that the case is not about everything. Between analysed frames boxes go in straight lines.
 * @param subjects track ids of the event's subjects
 */
export const redactionPlan = (
  frames: readonly LiveFrame[],
  subjects: ReadonlySet<number>,
): ((ptsMs: number) => Redaction) => {
  const paths = new Map<number, Path>();
  for (const { ptsMs, tracks } of frames)
    for (const { id, className, box } of tracks) {
      const path = paths.get(id) ?? { id, isPerson: PEOPLE.has(className), samples: [] };
      path.samples.push({ ptsMs, box });
      paths.set(id, path);
    }
  return (ptsMs) => {
    const vehicles: Region[] = [];
    const heads: Region[] = [];
    const shown: Region[] = [];
    for (const { id, isPerson, samples } of paths.values()) {
      const box = boxAt(samples, ptsMs);
      if (!box) continue;
      if (isPerson) heads.push(widened(headOf(box)));
      else if (subjects.has(id)) shown.push(box);
      else vehicles.push(widened(box));
    }
    return { vehicles, heads, subjects: shown };
  };
};

const boxAt = (samples: readonly Sample[], ptsMs: number): Region | null => {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || ptsMs < first.ptsMs - HOLD_MS || ptsMs > last.ptsMs + HOLD_MS) return null;
  const next = samples.findIndex((sample) => sample.ptsMs >= ptsMs);
  const after = next < 0 ? last : samples[next]!;
  const before = next > 0 ? samples[next - 1]! : after;
  const span = after.ptsMs - before.ptsMs;
  const share = span > 0 ? Math.min(1, Math.max(0, (ptsMs - before.ptsMs) / span)) : 0;
  const at = (index: 0 | 1 | 2 | 3): number => before.box[index] + (after.box[index] - before.box[index]) * share;
  return { x1: at(0), y1: at(1), x2: at(2), y2: at(3) };
};

const headOf = ({ x1, y1, x2, y2 }: Region): Region => ({ x1, y1, x2, y2: y1 + (y2 - y1) * HEAD_SHARE });

const widened = ({ x1, y1, x2, y2 }: Region): Region => {
  const [dx, dy] = [(x2 - x1) * MARGIN, (y2 - y1) * MARGIN];
  return { x1: Math.max(0, x1 - dx), y1: Math.max(0, y1 - dy), x2: Math.min(1, x2 + dx), y2: Math.min(1, y2 + dy) };
};
