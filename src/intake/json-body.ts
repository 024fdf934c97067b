import { isUtf8 } from 'node:buffer';
import { type ParseError, parseTree, printParseErrorCode, visit } from 'jsonc-parser';
import { Refusal } from './refusal.ts';

/** Strict JSON: no comments, no trailing commas. */
const STRICT = { disallowComments: true, allowTrailingComma: false } as const;

/**
 * Reads a JSON body. What two parsers may read differently is refused, since the gate reads it first and a provider may read
 * it again: a name given twice in one object (RFC 8259 4), bytes that are not UTF-8.
 *
 * @throws Refusal `malformed`
 */
export function parseJson(bytes: Buffer): { value: unknown; text: string } {
  if (!isUtf8(bytes)) throw new Refusal('malformed', 'The body is not UTF-8.');
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal('malformed', `The body is not valid JSON: ${reason(text, error)}.`);
  }
  const twice = repeatedName(text);
  if (twice !== null) {
    throw new Refusal(
      'malformed',
      `The body names "${twice.slice(0, 100)}" twice in one object; which one counts is not certain.`,
    );
  }
  return { value, text };
}

function reason(text: string, error: unknown): string {
  const errors: ParseError[] = [];
  try {
    parseTree(text.slice(0, 1_000_000), errors, STRICT);
  } catch {
    return 'it is nested too deeply';
  }
  const first = errors[0];
  if (first) return `${printParseErrorCode(first.error)} at character ${first.offset}`;
  return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 100) : 'unknown error';
}

function repeatedName(text: string): string | null {
  const open: Set<string>[] = [];
  let twice: string | null = null;
  try {
    visit(text, {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (name) => {
        const names = open.at(-1);
        if (names?.has(name)) twice ??= name;
        names?.add(name);
      },
    });
  } catch {
    throw new Refusal('malformed', 'The body is nested too deeply.');
  }
  return twice;
}
