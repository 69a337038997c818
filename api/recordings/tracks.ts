import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveFrame } from '../../pipeline/live.ts';
import { whenMissing } from '../../workers/storage/missing-file.ts';
import { type RecordedSpan, sessionsIn } from './segments.ts';

const MINUTE_MS = 60_000;

/**
 * What analysis saw in a span, from the side-cars beside the recording: lines of JSON, one LiveFrame each, in order of
 * time. They go when the recording of their minute goes.
 * @param folder `recordings/<camera>`
 */
export const tracksIn = async (folder: string, span: RecordedSpan): Promise<string[]> => {
  const found: string[] = [];
  for (const { sessionId, clock, endPtsMs = Infinity } of await sessionsIn(folder, span)) {
    const first = Math.max(0, Math.floor((span.from - clock.anchorAt) / MINUTE_MS));
    const last = Math.floor((Math.min(span.to - clock.anchorAt, endPtsMs) - 1) / MINUTE_MS);
    for (let minute = first; minute <= last; minute++) {
      const file = join(folder, sessionId, 'tracks', `${minute}.ndjson`);
      const text = await readFile(file, 'utf8').catch(whenMissing(''));
      found.push(...text.split('\n').filter((line) => isInside(line, span)));
    }
  }
  return found;
};

const isInside = (line: string, { from, to }: RecordedSpan): boolean => {
  if (line === '') return false;
  try {
    const { capturedAt } = JSON.parse(line) as LiveFrame;
    return capturedAt >= from && capturedAt < to;
  } catch {
    return false; // The last line, half written.
  }
};
