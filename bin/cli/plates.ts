import { writeFileSync } from 'node:fs';
import { listImages } from '../../models/detect-images.ts';
import { openPlateReader } from '../../models/plate-reader.ts';
import { type ReadPlate, readPlates } from '../../models/read-plates.ts';
import { formatCsv } from '../../pipeline/evaluation/csv.ts';
import { progressBar } from './progress.ts';

const COLUMNS = ['file', 'box', 'kind', 'text', 'raw', 'confidence', 'candidates'];

/** Box as `x1 y1 x2 y2` in pixels; candidates as `text probability`, parted by `|`. No text: it cannot be read. */
const toRow = ({ file, box, verdict }: ReadPlate): string[] => [
  file,
  [box.x1, box.y1, box.x2, box.y2].map((side) => side.toFixed(1)).join(' '),
  verdict.kind ?? '',
  verdict.text ?? '',
  verdict.raw,
  verdict.confidence.toFixed(4),
  verdict.candidates.map(({ text, probability }) => `${text} ${probability.toFixed(4)}`).join('|'),
];

/** @returns 0; 1 when some images could not be read (each is named), the others are in the results */
export const plates = async (
  paths: readonly string[],
  options: { readonly out: string; readonly crops: boolean; readonly reader: string; readonly json: boolean },
): Promise<number> => {
  const images = await listImages(paths);
  const reader = await openPlateReader({ text: options.reader });
  let unreadable = 0;
  const startedAt = performance.now();
  try {
    const read = await readPlates({
      reader,
      paths: images,
      crops: options.crops,
      onProgress: progressBar('plates'),
      onUnreadable: (error) => {
        unreadable++;
        console.error(`${error.code}: ${error.message}`);
      },
    });
    writeFileSync(options.out, formatCsv([COLUMNS, ...read.map(toRow)]));
    const seconds = (performance.now() - startedAt) / 1000;
    const texts = read.filter(({ verdict }) => verdict.text !== null).length;
    if (options.json)
      console.log(JSON.stringify({ images: images.length, unreadable, plates: read.length, texts, seconds }));
    else
      console.log(
        `${texts} of ${read.length} plates read in ${images.length} image(s), ${seconds.toFixed(1)} s → ${options.out}`,
      );
  } finally {
    await reader.close();
  }
  return unreadable > 0 ? 1 : 0;
};
