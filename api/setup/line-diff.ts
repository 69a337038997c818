/** Lines of context around a change. */
const CONTEXT = 2;
/** Above this many cells the comparison would take seconds; the middle is then shown as replaced. */
const MOST_CELLS = 4_000_000;

type Edit = { readonly sign: ' ' | '+' | '-'; readonly line: string };

/** What changes from one text to another, line by line: ` `, `-` and `+` before each, `…` between distant changes. */
export const diffLines = (before: string, after: string): string => {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const edits: Edit[] = [
    ...a.slice(0, start).map(same),
    ...compare(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
  return withContext(edits);
};

const same = (line: string): Edit => ({ sign: ' ', line });

/** Longest common subsequence by dynamic programming. */
const compare = (a: readonly string[], b: readonly string[]): Edit[] => {
  const replaced = (): Edit[] => [
    ...a.map((line): Edit => ({ sign: '-', line })),
    ...b.map((line): Edit => ({ sign: '+', line })),
  ];
  if (a.length * b.length > MOST_CELLS) return replaced();
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push(same(a[i]!));
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!))
      edits.push({ sign: '-', line: a[i++]! });
    else edits.push({ sign: '+', line: b[j++]! });
  }
  return edits;
};

const withContext = (edits: readonly Edit[]): string => {
  const lines: string[] = [];
  let skipped = false;
  edits.forEach(({ sign, line }, index) => {
    const near = edits.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((edit) => edit.sign !== ' ');
    if (!near) {
      skipped = true;
      return;
    }
    if (skipped && lines.length > 0) lines.push('…');
    skipped = false;
    lines.push(`${sign} ${line}`.trimEnd());
  });
  return lines.join('\n');
};
