/** Excel reads UTF-8 only with this in front. */
const BOM = '\uFEFF';

/**
 * A cell of RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front: notes and names come
 * from people.
 */
export const csvCell = (value: string | number | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csvLine = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

export const csvHead = (columns: readonly string[]): string => BOM + csvLine(columns);
