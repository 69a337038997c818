import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { goldenImage } from '../../models/check-model.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { plates } from './plates.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-plates-'));
  await mkdir(join(folder, 'photos'));
  await copyFile(goldenImage('plate'), join(folder, 'photos', 'bike.png'));
  vi.spyOn(console, 'log').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

test('plates of a folder of photos come as a table; a broken file is named and does not stop the others', async () => {
  const out = join(folder, 'plates.csv');
  const options = { out, crops: false, reader: 'plate-text', json: true };
  expect(await plates([join(folder, 'photos')], options)).toBe(0);
  const [row] = parseCsv(await readFile(out, 'utf8'), out, ['file', 'text', 'kind', 'confidence', 'candidates']);
  expect(row).toMatchObject({ file: 'bike.png', text: '59T1-154.17', kind: 'motorbike-old' });
  await writeFile(join(folder, 'photos', 'broken.jpg'), 'no picture');
  expect(await plates([join(folder, 'photos')], options)).toBe(1);
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining('INPUT_UNREADABLE'));
  expect(await readFile(out, 'utf8')).toContain('59T1-154.17');
});
