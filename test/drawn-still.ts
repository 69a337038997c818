import type { Box } from '../pipeline/geometry.ts';
import type { StillThing } from '../pipeline/still/still-thing.ts';
import type { TrackedFrame } from '../pipeline/track.ts';

/** A thing that stands in a zone for a time; box in fractions of the frame. */
export type DrawnThing = { readonly id: number; readonly box: Box; readonly fromMs: number; readonly toMs: number };

/** A thing is told so long after it stands, and gone so long after it is taken away; see `zone-watch.ts`. */
const TOLD_MS = 3_000;

/** The frames as they are where a zone is watched for things that stand there. */
export const withThings = (
  frames: readonly TrackedFrame[],
  zone: string,
  things: readonly DrawnThing[],
): readonly TrackedFrame[] =>
  frames.map((frame) => {
    const standing = things.filter(
      ({ fromMs, toMs }) => frame.ptsMs >= fromMs + TOLD_MS && frame.ptsMs < toMs + TOLD_MS,
    );
    const still = standing.map(({ id, box, fromMs }): StillThing => ({ id, box, sincePtsMs: fromMs, difference: 0.3 }));
    return { ...frame, still: { ...frame.still, [zone]: still } };
  });
