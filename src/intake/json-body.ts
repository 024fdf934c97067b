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
  const why = whyUncertain(text);
  if (why !== null) throw new Refusal('malformed', why);
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

/** No API of a provider nests as deep; parsers give up at different depths. */
const MAX_DEPTH = 200;
const TOO_DEEP = 'The body is nested too deeply.';

/** Why two programs may read this JSON differently; null when they will not. */
function whyUncertain(text: string): string | null {
  const open: Set<string>[] = [];
  let why: string | null = null;
  const enter = (): void => {
    open.push(new Set());
    if (open.length > MAX_DEPTH) why ??= TOO_DEEP;
  };
  const leave = (): void => void open.pop();
  try {
    visit(text, {
      onObjectBegin: enter,
      onObjectEnd: leave,
      onArrayBegin: enter,
      onArrayEnd: leave,
      onObjectProperty: (name) => {
        const names = open.at(-1)!;
        if (names.has(name)) {
          why ??= `The body names "${name.slice(0, 100)}" twice in one object; which one counts is not certain.`;
        }
        // Schemas drop this name without a word, and a provider may not.
        if (name === '__proto__')
          why ??= 'The body names a field "__proto__", which programs read differently.';
        names.add(name);
      },
    });
  } catch {
    return TOO_DEEP;
  }
  return why;
}
