import { readFileSync } from 'node:fs';
import { LineCounter, type Node, isMap, isPair, isScalar, parseDocument } from 'yaml';
import type { ZodType, z } from 'zod';
import { UserError } from './user-error.ts';

export class ConfigError extends UserError {
  override name = 'ConfigError';
}

/**
 * Reads a YAML file and validates it strictly.
 *
 * @returns the parsed value with the schema's defaults filled in
 * @throws ConfigError `file:line: what is wrong`, for unreadable files, YAML mistakes, unknown keys
 *   and wrong values (all of them in one message, one a line)
 */
export function loadStrictYaml<T>(path: string, schema: ZodType<T>): T {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new ConfigError(
      code === 'ENOENT'
        ? `${path}: no such file; create it or name another one`
        : `${path}: cannot be read (${code})`,
    );
  }
  return parseStrictYaml(source, path, schema);
}

/** As `loadStrictYaml`, from text; `path` only names the source in messages. */
export function parseStrictYaml<T>(source: string, path: string, schema: ZodType<T>): T {
  const lines = new LineCounter();
  const doc = parseDocument(source, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const broken = doc.errors[0];
  if (broken) throw new ConfigError(`${path}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);

  const result = schema.safeParse(doc.toJS() ?? {});
  if (result.success) return result.data;

  const lineOf = (at: readonly PropertyKey[]): number => {
    // The deepest node that exists: a missing key is reported at its parent.
    for (let depth = at.length; depth > 0; depth--) {
      const position = keyOffset(doc.contents, at.slice(0, depth));
      if (position !== null) return lines.linePos(position).line;
    }
    return 1;
  };
  const messages = result.error.issues.flatMap((issue) => describe(issue, path, lineOf));
  throw new ConfigError(messages.join('\n'));
}

function describe(
  issue: z.core.$ZodIssue,
  path: string,
  lineOf: (at: readonly PropertyKey[]) => number,
): string[] {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) =>
        `${path}:${lineOf([...issue.path, key])}: unknown key "${where ? `${where}.` : ''}${key}"; remove it or check its spelling`,
    );
  }
  return [`${path}:${lineOf(issue.path)}: ${where || 'file'}: ${issue.message}`];
}

/** Offset of the key (or list item) that `at` leads to; null when there is none. */
function keyOffset(root: Node | null, at: readonly PropertyKey[]): number | null {
  let node: unknown = root;
  let offset: number | null = null;
  for (const step of at) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step);
      if (!pair) return null;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
      node = pair.value;
    } else if (node && typeof node === 'object' && 'items' in node && typeof step === 'number') {
      node = (node.items as unknown[])[step];
      offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
    } else return null;
  }
  return offset;
}
