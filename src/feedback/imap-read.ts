import type { ImapFlow } from 'imapflow';
import type { InboundMail } from './event.ts';
import { inboundFromMime } from './from-mime.ts';
import { moveCursor, readCursor } from './mailbox-cursor-store.ts';
import { type TakeReplyDeps, takeInbound } from './take-reply.ts';

/** Larger mails are skipped: a reply is text. */
export const MAX_MAIL_BYTES = 10 * 1024 * 1024;

/** How far back a mailbox is read the first time, and when its UIDs became void. */
const FIRST_READ_MS = 3 * 24 * 3_600_000;

export interface MailboxDeps extends TakeReplyDeps {
  /** Name of the mailbox in the configuration; its cursor's key. */
  name: string;
}

/**
 * Takes what is new in the mailbox that the client has selected. The cursor moves in the transaction that takes the mail,
 * so that a mail is read again rather than lost; its Message-ID tells that it was taken.
 *
 * @returns how many mails were read
 * @throws imapflow's and the database's errors; what was read until then is kept
 */
export async function readNewMail(client: ImapFlow, deps: MailboxDeps): Promise<number> {
  const { mailbox } = client;
  if (!mailbox) throw new Error('no mailbox is selected');
  const uidValidity = String(mailbox.uidValidity);
  const cursor = await readCursor(deps.database.db, deps.name);
  const known = cursor?.uidValidity === uidValidity ? cursor.lastUid : null;
  const uids = await newUids(client, known, deps.now());
  if (known === null && uids.length === 0) {
    const lastUid = mailbox.uidNext - 1;
    await deps.database.transact((trx) => moveCursor(trx, deps.name, { uidValidity, lastUid }, deps.now()));
  }
  for (const uid of uids) {
    const mail = await fetchMail(client, uid, deps);
    const lastUid = uid;
    const done = (trx: Parameters<typeof moveCursor>[0]) =>
      moveCursor(trx, deps.name, { uidValidity, lastUid }, deps.now());
    if (mail === null) await deps.database.transact(done);
    else await takeInbound(deps, mail, done);
  }
  return uids.length;
}

/** UIDs above the known one in order, or of the last days where none is known. */
async function newUids(client: ImapFlow, known: number | null, now: number): Promise<number[]> {
  const query = known === null ? { since: new Date(now - FIRST_READ_MS) } : { uid: `${known + 1}:*` };
  const found = await client.search(query, { uid: true });
  if (!Array.isArray(found)) throw new Error('the server did not answer the search');
  // `n:*` gives the newest mail even where its UID is below n (RFC 3501 6.4.8).
  return found.filter((uid) => uid > (known ?? 0)).sort((a, b) => a - b);
}

/** null for a mail that is gone again or too large. Read with BODY.PEEK: nothing is marked as seen. */
async function fetchMail(client: ImapFlow, uid: number, deps: MailboxDeps): Promise<InboundMail | null> {
  const about = await client.fetchOne(String(uid), { size: true, internalDate: true }, { uid: true });
  if (about === false) return null;
  if ((about.size ?? 0) > MAX_MAIL_BYTES) {
    deps.log.warn({ mailbox: deps.name, uid, bytes: about.size }, 'a mail is too large for a reply; skipped');
    return null;
  }
  const mail = await client.fetchOne(String(uid), { source: true }, { uid: true });
  if (mail === false || mail.source === undefined) return null;
  const received = about.internalDate === undefined ? deps.now() : new Date(about.internalDate).getTime();
  return inboundFromMime(mail.source, Math.min(received, deps.now()));
}
