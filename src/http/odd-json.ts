/** No form of the app nests as deep; what walks a body by recursion (a schema, a writer) must not run out of stack on it. */
const MAX_DEPTH = 64;

/**
 * What no honest client sends, whatever the schema of the body: a nesting beyond reason, a field `__proto__` (schemas drop it
 * without a word, and a copy of the object elsewhere may get another prototype by it).
 *
 * @param body as `JSON.parse` returned it
 * @returns what is wrong with which field, by its dotted path; null = nothing
 */
export function oddJson(body: unknown): { field: string; message: string } | null {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: body, path: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) return { field: 'body', message: `is nested deeper than ${MAX_DEPTH} levels` };
    for (const name of Object.keys(value)) {
      const at = path === '' ? name : `${path}.${name}`;
      if (name === '__proto__') return { field: at, message: 'is no name for a field' };
      open.push({ value: (value as Record<string, unknown>)[name], path: at, depth: depth + 1 });
    }
  }
  return null;
}
