import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Draws a film, `NAME.mp4`, and writes what is true of it, `NAME.json`, unless both are there from this very program.
 * @param folders of the program that draws
 */
export const drawOnce = async (
  folders: readonly string[],
  name: string,
  draw: (file: string) => Promise<object>,
): Promise<void> => {
  const drawnBy = createHash('sha256');
  for (const folder of folders)
    for (const file of readdirSync(folder).sort())
      if (file.endsWith('.js')) drawnBy.update(readFileSync(join(folder, file)));
  const program = drawnBy.digest('hex');
  const [clip, truth] = [`${name}.mp4`, `${name}.json`];
  const isThere =
    existsSync(clip) &&
    existsSync(truth) &&
    (JSON.parse(readFileSync(truth, 'utf8')) as { program?: string }).program === program;
  if (isThere) return;
  mkdirSync(dirname(name), { recursive: true });
  const part = join(dirname(name), `part-${process.pid}.mp4`);
  const told = await draw(part);
  renameSync(part, clip);
  writeFileSync(truth, `${JSON.stringify({ program, ...told })}\n`);
};
