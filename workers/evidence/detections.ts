import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PtsWindow } from '../../pipeline/clip-window.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { whenMissing } from '../storage/missing-file.ts';
import { parseLines } from './recording.ts';

const MINUTE_MS = 60_000;

/** What the analysis saw inside a window, from the session's side-cars, in order of media time. */
export const readDetections = async (
  sessionDir: string,
  { fromPtsMs, toPtsMs }: PtsWindow,
): Promise<readonly LiveFrame[]> => {
  const minutes: number[] = [];
  for (let minute = Math.floor(fromPtsMs / MINUTE_MS); minute * MINUTE_MS < toPtsMs; minute++) minutes.push(minute);
  const texts = await Promise.all(
    minutes.map((minute) =>
      readFile(join(sessionDir, 'tracks', `${String(minute)}.ndjson`), 'utf8').catch(whenMissing('')),
    ),
  );
  return texts
    .flatMap((text) => parseLines<LiveFrame>(text))
    .filter(({ ptsMs }) => ptsMs >= fromPtsMs && ptsMs < toPtsMs)
    .sort((a, b) => a.ptsMs - b.ptsMs);
};
