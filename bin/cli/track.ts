import { writeFileSync } from 'node:fs';
import { Value } from '@sinclair/typebox/value';
import { TrackerConfig } from '../../pipeline/config/analysis.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { parseMot, toMotText } from '../../pipeline/evaluation/mot-text.ts';
import { trackMot } from '../../pipeline/tracking/track-mot.ts';
import { readInput } from './read-input.ts';

/** MOT Challenge detections in, MOT Challenge tracks out, by the tracker's defaults. @returns 0 */
export const track = (file: string, options: { readonly out: string; readonly fps: number }): number => {
  if (!(options.fps > 0 && options.fps <= 1000))
    throw new WatchpostError('INPUT_UNREADABLE', `--fps takes a number above 0, found "${options.fps}"`);
  const detections = parseMot(readInput(file), file);
  const rows = trackMot(detections, options.fps, Value.Create(TrackerConfig));
  writeFileSync(options.out, toMotText(rows));
  const tracks = new Set(rows.map(({ id }) => id)).size;
  console.log(`${tracks} tracks, ${rows.length} boxes of ${detections.length} → ${options.out}`);
  return 0;
};
