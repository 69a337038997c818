/** Cost that stands for "never": such pairs are not returned. */
export const FORBIDDEN = 1e6;

/**
 * Cheapest one-to-one assignment of rows to columns (Hungarian method by shortest augmenting paths, O(n²m))
 * [Kuhn 1955; Jonker and Volgenant 1987]. Works on rectangles; pairs that cost `FORBIDDEN` or more,
 * or a cost that is no number, are left out.
 * @param cost row-major, `rows` × `columns`
 * @returns column of each row, −1 for rows that stay alone
 */
export const assign = (cost: Float64Array, rows: number, columns: number): Int32Array => {
  const result = new Int32Array(rows).fill(-1);
  if (rows === 0 || columns === 0) return result;
  // The method below needs rows ≤ columns; the other way round the matrix is read transposed.
  const transposed = rows > columns;
  const n = transposed ? columns : rows;
  const m = transposed ? rows : columns;
  const at = (i: number, j: number): number => {
    const value = cost[transposed ? j * columns + i : i * columns + j]!;
    // Also where the cost is no number, which no comparison would ever take and the search would not end.
    return value < FORBIDDEN ? value : FORBIDDEN;
  };

  const rowPotential = new Float64Array(n + 1);
  const columnPotential = new Float64Array(m + 1);
  const rowOfColumn = new Int32Array(m + 1);
  const previous = new Int32Array(m + 1);
  const least = new Float64Array(m + 1);
  const visited = new Uint8Array(m + 1);
  for (let i = 1; i <= n; i++) {
    rowOfColumn[0] = i;
    let column = 0;
    least.fill(Number.POSITIVE_INFINITY);
    visited.fill(0);
    do {
      visited[column] = 1;
      const row = rowOfColumn[column]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= m; j++) {
        if (visited[j]) continue;
        const reduced = at(row - 1, j - 1) - rowPotential[row]! - columnPotential[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          previous[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= m; j++) {
        if (visited[j]) {
          rowPotential[rowOfColumn[j]!]! += delta;
          columnPotential[j]! -= delta;
        } else least[j]! -= delta;
      }
      column = next;
    } while (rowOfColumn[column] !== 0);
    do {
      const before = previous[column]!;
      rowOfColumn[column] = rowOfColumn[before]!;
      column = before;
    } while (column !== 0);
  }
  for (let j = 1; j <= m; j++) {
    const i = rowOfColumn[j]!;
    if (i === 0 || at(i - 1, j - 1) >= FORBIDDEN) continue;
    if (transposed) result[j - 1] = i - 1;
    else result[i - 1] = j - 1;
  }
  return result;
};
