import { WatchpostError } from '../errors.ts';

/** RFC 4180: quotes only where they are needed, lines end in LF. */
export const formatCsv = (rows: readonly (readonly string[])[]): string =>
  rows
    .map(
      (row) => `${row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`,
    )
    .join('');

/**
 * Reads CSV with a header (RFC 4180).
 * @returns one record per row, by column name; cells that a short row lacks are empty
 * @throws WatchpostError INPUT_UNREADABLE naming the file and the column that is missing
 */
export const parseCsv = (
  text: string,
  file: string,
  needed: readonly string[],
): readonly Readonly<Record<string, string>>[] => {
  const rows: string[][] = [[]];
  // A cell, quoted or not, and what ends it.
  for (const [, quoted, plain, end] of text
    .replace(/^\uFEFF/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  const filled = rows.filter((row) => row.some((cell) => cell !== ''));
  const header = filled[0] ?? [];
  const missing = needed.find((column) => !header.includes(column));
  if (missing !== undefined)
    throw new WatchpostError('INPUT_UNREADABLE', `${file}: no column "${missing}" (found: ${header.join(', ')})`);
  return filled.slice(1).map((row) => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ''])));
};
