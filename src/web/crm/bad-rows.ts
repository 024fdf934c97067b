import type { BadRow } from '../../crm/web-types.ts';

/** What is wrong with a file as CSV, to mend it by; cells are quoted and guarded against formulas. */
export function badRowsCsv(bad: readonly BadRow[]): string {
  const lines = bad.map(({ row, field, message }) =>
    [String(row), field ?? '', message].map(quoted).join(','),
  );
  return ['row,field,problem', ...lines, ''].join('\r\n');
}

function quoted(cell: string): string {
  const guarded = /^[=+\-@\t\r]/u.test(cell) ? `'${cell}` : cell;
  return `"${guarded.replaceAll('"', '""')}"`;
}
