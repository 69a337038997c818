/** Plots as SVG, without a library: a page of results must open anywhere, years later. */

export const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const [WIDTH, LABEL, ROW, BAR] = [760, 190, 26, 16];
const [LEFT, ROOM] = [LABEL + 10, WIDTH - LABEL - 70];
const COLOURS = ['#3b6ea5', '#c8752d', '#5b9a5b', '#9a5b8f', '#8a8a3a', '#6b6b6b'];
const colour = (index: number): string => COLOURS[index % COLOURS.length]!;

const figure = (title: string, height: number, body: readonly string[]): string =>
  `<figure><figcaption>${escape(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" role="img" ` +
  `aria-label="${escape(title)}">${body.join('')}</svg></figure>`;
const words = (x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'start'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escape(text)}</text>`;
const block = (x: number, y: number, width: number, index: number): string =>
  `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0, width).toFixed(1)}" height="${BAR}" fill="${colour(index)}"/>`;
const legend = (names: readonly string[], y: number): string =>
  names
    .map((name, index) => block(LEFT + index * 140, y, 10, index) + words(LEFT + 14 + index * 140, y + 12, name))
    .join('');
const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));

export type Bar = { readonly label: string; readonly parts: readonly number[] };

/** One bar a row, its parts one after the other. */
export const stackedBars = (title: string, names: readonly string[], bars: readonly Bar[]): string => {
  const most = Math.max(...bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0)));
  const rows = bars.map(({ label, parts }, row) => {
    const y = row * ROW;
    let x = LEFT;
    const blocks = parts.map((part, index) => {
      const width = (Math.max(0, part) / most) * ROOM;
      x += width;
      return block(x - width, y, width, index);
    });
    const total = parts.reduce((sum, part) => sum + part, 0);
    return words(LABEL, y + 13, label, 'end') + blocks.join('') + words(x + 6, y + 13, short(total));
  });
  return figure(title, (bars.length + 1) * ROW, [...rows, legend(names, bars.length * ROW)]);
};

export type Limited = { readonly label: string; readonly value: number; readonly most: number };

/** Each value as a share of what it may be; the line is the limit. */
export const againstLimits = (title: string, rows: readonly Limited[]): string => {
  const share = ({ value, most }: Limited): number => value / most;
  const scale = ROOM / Math.max(1.1, ...rows.map(share));
  const body = rows.map((row, index) => {
    const [y, width] = [index * ROW, share(row) * scale];
    const text = `${short(row.value)} of ${row.most}`;
    return (
      words(LABEL, y + 13, row.label, 'end') +
      block(LEFT, y, width, share(row) > 1 ? 1 : 0) +
      words(LEFT + Math.max(width, scale) + 6, y + 13, text)
    );
  });
  const limit = `<line x1="${LEFT + scale}" x2="${LEFT + scale}" y1="0" y2="${rows.length * ROW - 8}" class="limit"/>`;
  return figure(title, rows.length * ROW, [...body, limit]);
};

export type Range = { readonly label: string; readonly p50: number; readonly p95: number; readonly p99: number };

/** Median to 99 per cent on a logarithmic axis, with a mark at 95. */
export const ranges = (title: string, unit: string, rows: readonly Range[]): string => {
  const [least, most] = [Math.min(...rows.map(({ p50 }) => p50)), Math.max(...rows.map(({ p99 }) => p99))];
  const at = (value: number): number => LEFT + (Math.log(value / least) / (Math.log(most / least) || 1)) * ROOM;
  const body = rows.map(({ label, p50, p95, p99 }, index) => {
    const y = index * ROW;
    const mark = `<line x1="${at(p95).toFixed(1)}" x2="${at(p95).toFixed(1)}" y1="${y}" y2="${y + BAR}" class="mark"/>`;
    const text = `${short(p50)} / ${short(p95)} / ${short(p99)} ${unit}`;
    return words(LABEL, y + 13, `${label}: ${text}`, 'end') + block(at(p50), y, at(p99) - at(p50), 0) + mark;
  });
  return figure(title, rows.length * ROW, body);
};

export type Line = { readonly name: string; readonly points: readonly { readonly x: number; readonly y: number }[] };

/** Lines over a common axis from zero. */
export const lines = (title: string, list: readonly Line[]): string => {
  const height = 220;
  const points = list.flatMap((line) => line.points);
  const [right, top] = [Math.max(...points.map(({ x }) => x)), Math.max(...points.map(({ y }) => y))];
  const at = ({ x, y }: { readonly x: number; readonly y: number }): string =>
    `${(LEFT + (x / right) * ROOM).toFixed(1)},${(height - (y / top) * (height - 10)).toFixed(1)}`;
  const drawn = list.map(
    (line, index) =>
      `<polyline fill="none" stroke="${colour(index)}" stroke-width="2" points="${line.points.map(at).join(' ')}"/>`,
  );
  const axes =
    words(LABEL, 16, short(top), 'end') +
    words(LABEL, height, '0', 'end') +
    words(LEFT + ROOM, height + 16, short(right));
  return figure(title, height + ROW + 16, [
    ...drawn,
    axes,
    legend(
      list.map(({ name }) => name),
      height + 20,
    ),
  ]);
};
