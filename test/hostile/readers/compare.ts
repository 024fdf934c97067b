import { checkSubmittedBytes } from '../../../src/intake/submitted-bytes.ts';
import { parseMessage } from '../../../src/message/parse.ts';
import type { ParsedMessage } from '../../../src/message/types.ts';
import { hasPython, pythonReaders } from './python.ts';
import { postalMime } from './postal-mime.ts';
import { type MailRead, type MailReader, differencesOf, mailRead } from './reader.ts';

/** A mail that two programs read differently. */
export interface Disagreement {
  raw: Buffer;
  /** "text: presend, postal-mime" … */
  about: string[];
  /** The gate refuses it, or why it holds it; null = neither: what was judged may not be what is seen. */
  stoppedAs: string | null;
}

export interface Comparison {
  mails: number;
  /** Why mails are refused or held, whether read alike or not, one entry a mail. */
  stopped: string[];
  disagreements: Disagreement[];
  readers: string[];
}

export const OTHER_READERS: readonly MailReader[] = [postalMime, ...(hasPython ? pythonReaders : [])];

/** Reads each mail as presend does and with all other readers. */
export async function compareReaders(mails: readonly Buffer[]): Promise<Comparison> {
  const others = await Promise.all(
    OTHER_READERS.map(async ({ name, read }) => ({ name, reads: await read(mails) })),
  );
  const disagreements: Disagreement[] = [];
  const stopped: string[] = [];
  for (const [at, raw] of mails.entries()) {
    const { read, stoppedAs } = await readByPresend(raw);
    if (stoppedAs !== null) stopped.push(stoppedAs);
    const about = others.flatMap(({ name, reads }) => {
      const other = reads[at] ?? null;
      if (other === null) return [`all: ${name} fails`];
      return differencesOf(read, other).map((what) => `${what}: ${name}`);
    });
    if (about.length > 0) disagreements.push({ raw, about, stoppedAs });
  }
  return {
    mails: mails.length,
    stopped,
    disagreements,
    readers: ['presend', ...others.map(({ name }) => name)],
  };
}

export async function readByPresend(raw: Buffer): Promise<{ read: MailRead; stoppedAs: string | null }> {
  const refused = checkSubmittedBytes(raw, { maxLineBytes: 16_384, maxHops: 50, maySendAs: () => true });
  const { draft, headers, trouble } = await parseMessage(raw);
  return {
    read: mailRead(draft.subject ?? '', headers.from, [{ html: false, text: draft.body }]),
    stoppedAs: refused !== null ? `refused: ${refused.text}` : reasonOf(trouble),
  };
}

function reasonOf([first]: ParsedMessage['trouble']): string | null {
  return first === undefined ? null : `${first.kind}: ${first.detail}`;
}
