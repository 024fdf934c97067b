/**
 * A pure function of a short text that keeps its results: the same few thousand words and keys come again in
 * every judgement. Bounded; when full it forgets everything, which costs less than keeping an order.
 */
export function remember<T>(compute: (text: string) => T, most = 20_000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    // Long texts are an attack or a dump, and would make the bound meaningless.
    if (text.length > 64) return compute(text);
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    const value = compute(text);
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}

/** What is kept of sentences for one function, in characters; the mails of a few campaigns at a time. */
const KEPT_CHARS = 48 * 1024;

/**
 * A pure function of a sentence or a line that keeps its results: a mail is read several times, in ways that share most sentences,
 * and so do the mails of a campaign. Bounded in characters: what was not asked for since half of them came goes. Whoever gets a
 * result shares it with others and does not change it. Offsets in it are into the text that was given.
 */
export function rememberSentences<T>(
  compute: (text: string) => T,
  keptChars = KEPT_CHARS,
): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let youngChars = 0;
  return (text) => {
    if (text.length > keptChars / 16) return compute(text);
    const fresh = young.get(text);
    if (fresh !== undefined) return fresh;
    // A piece of a mail holds on to all of it, also as a piece in the result; a copy does not.
    const own = copyOf(text);
    const kept = old.get(text);
    const value = kept === undefined ? compute(own) : kept;
    if (youngChars + own.length > keptChars / 2) {
      old = young;
      young = new Map();
      youngChars = 0;
    }
    young.set(own, value);
    youngChars += own.length;
    return value;
  };
}

function copyOf(text: string): string {
  return ` ${text}`.slice(1);
}

/** Above any draft that is judged (`PARSE_LIMITS.bodyChars`). */
const LONGEST_TEXT = 64 * 1024;

const forgets: (() => void)[] = [];

/**
 * A pure function of a whole text that keeps its last few results until `forgetTexts()`: rules ask the same of one draft. Results
 * are shared as with `rememberSentences`.
 */
export function rememberTexts<T>(compute: (text: string) => T, most = 8): (text: string) => T {
  const known = new Map<string, T>();
  forgets.push(() => known.clear());
  return (text) => {
    if (text.length > LONGEST_TEXT) return compute(text);
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    const value = compute(text);
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(text, value);
    return value;
  };
}

/**
 * A pure function of a record and what it is asked for that keeps its results for as long as the record is there: each reading of a
 * draft is judged against the same one. Nobody changes the record or a result.
 */
export function rememberRecords<R extends object, Asked, T>(
  compute: (record: R, asked: Asked) => T,
): (record: R, asked: Asked) => T {
  const known = new WeakMap<R, Map<Asked, T>>();
  return (record, asked) => {
    let ofRecord = known.get(record);
    if (ofRecord === undefined) known.set(record, (ofRecord = new Map()));
    const hit = ofRecord.get(asked);
    if (hit !== undefined) return hit;
    const value = compute(record, asked);
    ofRecord.set(asked, value);
    return value;
  };
}

/** Forgets all texts: at the end of a judgement, so that no mail stays in memory for longer. */
export function forgetTexts(): void {
  for (const forget of forgets) forget();
}
