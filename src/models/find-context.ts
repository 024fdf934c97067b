/** The record in a training prompt, and how its JSON was written. */
export interface ContextBlock {
  before: string;
  after: string;
  /** Spaces of indentation, null = on one line; `unknown`: in a way that no profile can say. */
  indent: number | null | 'unknown';
  /** It holds characters beyond ASCII as they are, not as \\uXXXX. */
  beyondAscii: boolean;
}

/** Names of the published context schema (the adapter's card); a record has at least three of them. */
const FIELDS = [
  'prospect_id',
  'company',
  'headcount',
  'funding_stage',
  'funding_amount_usd',
  'funding_confidence',
  'disqualifiers',
  'opt_out_channels',
  'thread_id',
  'recipient_role',
  'available_signals',
];

const INDENTS = [null, 0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The first JSON object in a prompt that is a prospect's record; null when there is none. */
export function findContext(prompt: string): ContextBlock | null {
  for (let start = prompt.indexOf('{'); start >= 0; start = prompt.indexOf('{', start + 1)) {
    const end = endOfObject(prompt, start);
    if (end === null) continue;
    const text = prompt.slice(start, end);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      continue;
    }
    if (FIELDS.filter((field) => Object.hasOwn(value as object, field)).length < 3) continue;
    return {
      before: prompt.slice(0, start),
      after: prompt.slice(end),
      indent: indentOf(text, value),
      beyondAscii: /[\u0080-\uffff]/.test(text),
    };
  }
  return null;
}

function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character === '\\') i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return i + 1;
  }
  return null;
}

/** The indentation with which Python's json.dumps or JSON.stringify would have written it so. */
function indentOf(text: string, value: unknown): ContextBlock['indent'] {
  const plain = unescaped(text);
  const indent = INDENTS.find((spaces) => written(value, spaces, 0) === plain);
  return indent === undefined ? 'unknown' : indent;
}

/** Escapes beyond ASCII undone, and numbers left as text: 1.0 and 1 are one number to JSON.parse. */
const unescaped = (text: string): string =>
  text
    .replace(/\\u([0-9a-f]{4})/gi, (whole, code: string) =>
      Number.parseInt(code, 16) < 0x80 ? whole : String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/(\d)\.0(?=[\s,}\]])/g, '$1');

function written(value: unknown, indent: number | null, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const items = Array.isArray(value)
    ? value.map((item) => written(item, indent, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${written(item, indent, depth + 1)}`,
      );
  if (items.length === 0) return open + close;
  if (indent === null) return open + items.join(', ') + close;
  const line = (level: number): string => `\n${' '.repeat(indent * level)}`;
  return open + line(depth + 1) + items.join(`,${line(depth + 1)}`) + line(depth) + close;
}
