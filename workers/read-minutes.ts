import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lines of a camera's sealed minutes with file and line number, oldest first. */
export const readMinuteLines = async (folder: string): Promise<{ readonly place: string; readonly text: string }[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort();
  const lines: { place: string; text: string }[] = [];
  for (const name of names)
    for (const [index, text] of (await readFile(join(folder, name), 'utf8')).split('\n').entries())
      if (text !== '') lines.push({ place: `${name}:${index + 1}`, text });
  return lines;
};
