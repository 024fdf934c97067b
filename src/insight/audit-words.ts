type Detail = Record<string, unknown>;

/** Longer values are cut in words; the whole is in the detail. */
const MAX_VALUE = 120;

/** What an audit entry's detail says, in a few lines: changes as before → after, the rest as name and value. */
export function auditWords(detail: Detail): string[] {
  const { from, to, before, after, ...rest } = detail;
  return [
    ...(typeof from === 'string' && typeof to === 'string' && from !== to ? [`${from} → ${to}`] : []),
    ...changes(before, after),
    ...Object.entries(rest).map(([name, value]) => `${name.replaceAll('_', ' ')}: ${shown(value)}`),
  ];
}

function changes(before: unknown, after: unknown): string[] {
  if (before === undefined && after === undefined) return [];
  if (!isObject(before) || !isObject(after)) {
    if (isObject(after) && before === undefined)
      return Object.entries(after).map(([key, value]) => `${label(key)}: ${shown(value)}`);
    if (isObject(before) && after === undefined)
      return Object.entries(before).map(([key, value]) => `${label(key)} was ${shown(value)}`);
    return [`${shown(before)} → ${shown(after)}`];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${label(key)}: ${shown(before[key])} → ${shown(after[key])}`);
}

function isObject(value: unknown): value is Detail {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function label(key: string): string {
  return key.replaceAll('_', ' ');
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text;
}
