/** Columns aligned by their widest cell; the last one is never padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => void (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** 95 s → `1m 35s`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
    [1, 's'],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0s';
  const [big, small] = [units[first], units[first + 1]];
  if (!big) return '0s';
  const head = `${Math.floor(seconds / big[0])}${big[1]}`;
  const rest = small ? Math.floor((seconds % big[0]) / small[0]) : 0;
  return small && rest > 0 ? `${head} ${rest}${small[1]}` : head;
}

/** A moment on another day too. */
export const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`;
