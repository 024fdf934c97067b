/** Prints a value as one JSON document; what scripts read. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Plain columns, widths fitted; on a terminal the last column is cut to what is left of it. */
export function printTable(
  head: string[],
  rows: string[][],
  width = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): void {
  const clean = rows.map((row) => row.map((cell) => cell.replace(/\s+/g, ' ')));
  const widths = head.map((title, i) => Math.max(title.length, ...clean.map((row) => (row[i] ?? '').length)));
  const last = widths.length - 1;
  const used = widths.slice(0, last).reduce((sum, w) => sum + w + 2, 0);
  widths[last] = Math.max(20, Math.min(widths[last]!, width - used));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => {
        const max = widths[i]!;
        const cut = cell.length > max ? `${cell.slice(0, max - 1)}…` : cell;
        return i === last ? cut : cut.padEnd(max);
      })
      .join('  ')
      .trimEnd();
  printLine(line(head));
  printLine(widths.map((w, i) => '─'.repeat(i === last ? Math.min(w, 60) : w)).join('  '));
  for (const row of clean) printLine(line(row));
}

/** "3 min", "2 h", "5 d" – how long ago. */
export function age(since: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
