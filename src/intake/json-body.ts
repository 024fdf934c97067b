import { isUtf8 } from 'node:buffer';
import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
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
  // Before it is parsed, which takes half a second for a million brackets.
  const beyond = whatIsTooMuch(text);
  if (beyond !== null) throw new Refusal('malformed', beyond);
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

/** A thousand mails in one request, each with a hundred fields; reading a million takes seconds. */
export const MAX_VALUES = 100_000;
const TOO_MANY = `The body has more than ${MAX_VALUES} values.`;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Why two programs may read this JSON differently; null when they will not. A scan of its own, since a parser with callbacks
 * stalls the gate for seconds over millions of numbers.
 *
 * @param text valid JSON
 */
function whyUncertain(text: string): string | null {
  // Of each object that is open the names so far, null for an array.
  const open: (Set<string> | null)[] = [];
  let names: Set<string> | null = null;
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (isName && names) {
          const why = whyNotName(text.slice(at, end + 1), names);
          if (why !== null) return why;
        }
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        isName = text.charCodeAt(at) === OPEN_OBJECT;
        names = isName ? new Set() : null;
        open.push(names);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop();
        names = open.at(-1) ?? null;
        break;
      case COMMA:
        isName = names !== null;
        break;
      case COLON:
        isName = false;
        break;
    }
  }
  return null;
}

/** What of a body is more than any request has, in a sentence; null for none. Of what is no JSON it says anything. */
export function whatIsTooMuch(text: string): string | null {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = text.indexOf('"', at + 1);
        while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
        if (at < 0) return null;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth += 1;
        if (depth > MAX_DEPTH) return TOO_DEEP;
        break;
      case COMMA:
        values += 1;
        if (values > MAX_VALUES) return TOO_MANY;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth -= 1;
        break;
    }
  }
  return null;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}

/** Place of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function whyNotName(written: string, names: Set<string>): string | null {
  const name = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
  if (names.has(name)) {
    return `The body names "${name.slice(0, 100)}" twice in one object; which one counts is not certain.`;
  }
  // Schemas drop this name without a word, and a provider may not.
  if (name === '__proto__') return 'The body names a field "__proto__", which programs read differently.';
  names.add(name);
  return null;
}
