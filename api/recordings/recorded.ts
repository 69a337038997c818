import { join } from 'node:path';
import { type RecordedSpan, segmentsIn, sessionsIn } from './segments.ts';

type Stretch = { readonly fromAt: number; readonly toAt: number };

/** A hole between two segments that is shorter is rounding, not a gap. */
const SEAM_MS = 100;

/**
 * The stretches of a span of which the recording is still there, in order of time, cut to the span.
 * @param folder `recordings/<camera>`
 */
export const recordedIn = async (folder: string, span: RecordedSpan): Promise<Stretch[]> => {
  const stretches: { fromAt: number; toAt: number }[] = [];
  for (const { sessionId } of await sessionsIn(folder, span))
    for (const { startAt, durationMs } of await segmentsIn(join(folder, sessionId), span)) {
      const fromAt = Math.max(startAt, span.from);
      const toAt = Math.min(startAt + durationMs, span.to);
      const last = stretches.at(-1);
      if (last && fromAt - last.toAt <= SEAM_MS) last.toAt = Math.max(last.toAt, toAt);
      else stretches.push({ fromAt, toAt });
    }
  return stretches;
};
