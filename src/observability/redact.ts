import { constants } from 'node:os';

/** Characters of a JSON line that no address goes across. A slash or colon may stand in one, but nearly always ends a path or URL. */
const STOPS = new Set(' \t\r\n"\\<>()[]{},;:/?&#|\'`*');

const MASK = '[address]';

/**
 * Masks whatever has the shape of an e-mail address in one line of JSON, whichever field it stands in: replies of upstreams,
 * error messages and stacks repeat addresses in places nobody lists. Also percent-encoded ones (`ann%40x.example`), quoted
 * local parts and address literals (RFC 5321 4.1.2). The line stays valid JSON: an escape sequence before an address is kept.
 *
 * A name behind a slash and an at sign (`/@scope/package`) is no address. Linear in the length of the line.
 */
export function maskAddresses(line: string): string {
  let out = '';
  let done = 0;
  for (let at = nextSign(line, 0); at; at = nextSign(line, Math.max(done, at.end))) {
    const start = Math.max(startOfLocal(line, at.start), done);
    const end = endOfDomain(line, at.end);
    if (start === at.start || end === at.end) continue;
    out += line.slice(done, start) + MASK;
    done = end;
  }
  return done === 0 ? line : out + line.slice(done);
}

function nextSign(line: string, from: number): { start: number; end: number } | null {
  const plain = line.indexOf('@', from);
  const encoded = line.indexOf('%40', from);
  if (encoded >= 0 && (plain < 0 || encoded < plain)) return { start: encoded, end: encoded + 3 };
  return plain < 0 ? null : { start: plain, end: plain + 1 };
}

function startOfLocal(line: string, sign: number): number {
  if (line.endsWith('\\"', sign) && sign >= 2) {
    const open = line.lastIndexOf('\\"', sign - 3);
    if (open >= 0) return open;
  }
  let start = sign;
  while (start > 0 && !STOPS.has(line[start - 1]!)) start -= 1;
  return line[start - 1] === '\\' ? Math.min(sign, afterEscape(line, start - 1)) : start;
}

/** Where the escape sequence ends that a backslash at `at` begins; with an even number before the text it begins none. */
function afterEscape(line: string, at: number): number {
  let first = at;
  while (line[first - 1] === '\\') first -= 1;
  if ((at - first) % 2 === 1) return at + 1;
  return at + (line[at + 1] === 'u' ? 6 : 2);
}

function endOfDomain(line: string, from: number): number {
  if (line[from] === '[') {
    const close = line.indexOf(']', from);
    return close < 0 ? from : close + 1;
  }
  let end = from;
  while (end < line.length && !STOPS.has(line[end]!)) end += 1;
  return end;
}

/**
 * Of an upstream's reply only the codes (`550 5.1.1`), of a failed connection only its name (`ECONNREFUSED`): the words may repeat the
 * mail's. `presend trace` has all of it.
 */
export function replyCodes(reply: string): string {
  const codes = /^\d{3}(?:[ -][245]\.\d{1,3}\.\d{1,3}\b)?/.exec(reply)?.[0].replace('-', ' ');
  return (
    codes ?? reply.match(/\bE[A-Z][A-Z_]{2,}\b/g)?.find((word) => SYSTEM_ERRORS.has(word)) ?? '[redacted]'
  );
}

const SYSTEM_ERRORS = new Set([...Object.keys(constants.errno), 'ENOTFOUND', 'EAI_AGAIN']);

/** What an error may say in a log line: which, where and why, without properties that hold addresses, replies or bodies. */
export interface LoggedError {
  type: string;
  message: string;
  code?: string | number;
  syscall?: string;
  stack?: string;
  cause?: LoggedError;
}

/** Errors about text quote it between double quotes (`JSON.parse` does), and the quoted may hold quotes. */
const withoutQuotes = (text: string): string => text.replace(/"[\s\S]*"/, '"…"');

/** @param error anything that was thrown */
export function redactedError(error: unknown, depth = 0): LoggedError | string {
  if (!(error instanceof Error)) return typeof error === 'string' ? withoutQuotes(error) : typeof error;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  const message = withoutQuotes(error.message);
  const frames = error.stack?.replace(error.message, () => message);
  const cause = error.cause instanceof Error && depth < 4 ? redactedError(error.cause, depth + 1) : undefined;
  return {
    type: error.constructor.name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof syscall === 'string' ? { syscall } : {}),
    ...(frames === undefined ? {} : { stack: frames }),
    ...(typeof cause === 'object' ? { cause } : {}),
  };
}
