import { readFileSync } from 'node:fs';
import { LineCounter, type Node, isMap, isPair, isScalar, parseDocument } from 'yaml';
import type { ZodType, z } from 'zod';
import { didYouMean } from './nearest.ts';
import { keysAt } from './schema-keys.ts';
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

/**
 * As `loadStrictYaml`, from text; `path` only names the source in messages.
 *
 * @param nouns what a key is called inside a section where it is no mere key: `{ rules: 'rule' }`
 */
export function parseStrictYaml<T>(
  source: string,
  path: string,
  schema: ZodType<T>,
  nouns: Readonly<Record<string, string>> = {},
): T {
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
  const messages = result.error.issues
    .flatMap((issue) => describe(issue, schema, nouns))
    .map(({ at, message }) => `${path}:${lineOf(at)}: ${message}`);
  throw new ConfigError(messages.join('\n'));
}

function describe(
  issue: z.core.$ZodIssue,
  schema: ZodType,
  nouns: Readonly<Record<string, string>>,
): { at: readonly PropertyKey[]; message: string }[] {
  const where = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') {
    return [{ at: issue.path, message: `${where || 'file'}: ${issue.message}` }];
  }
  const known = keysAt(schema, issue.path);
  const noun = nouns[where];
  return issue.keys.map((key) => {
    const name = noun ? `${noun} "${key}"` : `key "${where ? `${where}.` : ''}${key}"`;
    const all = noun ? ` (the ${noun}s are ${known.join(', ')})` : '';
    const help = didYouMean(key, known) || `; remove it or check its spelling${all}`;
    return { at: [...issue.path, key], message: `unknown ${name}${help}` };
  });
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
