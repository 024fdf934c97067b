import type { Config } from '../config/config.ts';
import { attachedTo } from '../off-loop/mail.ts';
import type { InboundMail } from './event.ts';
import { inlineForward } from './forwarded-text.ts';
import { isAutomatic } from './automatic.ts';
import { inboundFromMime } from './from-mime.ts';
import { sameText } from '../http/constant-time.ts';
import { isOwnAddress, type TakeReplyDeps, type TakenReply, takeInbound } from './take-reply.ts';

/**
 * Whether mail to this envelope recipient is a reply forwarded to the gate. Compared whole, the part after `+` too: it is
 * what keeps strangers out.
 */
export function isReplyAddress(config: Pick<Config, 'replies'>, recipient: string): boolean {
  const { address } = config.replies;
  if (address === null) return false;
  return sameText(recipient.trim().toLowerCase(), address.trim().toLowerCase());
}

/**
 * Takes a mail that came to the forwarding address: redirected as it was, or forwarded by one of our own people as an
 * attachment or inside the text. Where nobody can tell who wrote it, it is ignored.
 *
 * @param envelopeFrom '' = the null sender, which only automatic mail has
 * @returns what became of each mail in it
 * @throws the database's errors, when nothing of the mail that failed was taken
 */
export async function takeForwarded(
  deps: TakeReplyDeps,
  raw: Buffer,
  envelopeFrom: string,
): Promise<TakenReply[]> {
  const outer = await inboundFromMime(raw, deps.now());
  if (envelopeFrom === '' || outer.automatic) return [await takeInbound(deps, { ...outer, automatic: true })];
  if (!(await isOwnAddress(deps, outer.from))) return [await takeInbound(deps, outer)];

  const inner = await attachedMails(raw, deps.now());
  if (inner.length === 0) {
    const inline = inlineReply(outer);
    if (inline !== null) inner.push(inline);
  }
  if (inner.length === 0) {
    deps.log.warn(
      { messageId: outer.messageId },
      'a forwarded mail was ignored: it does not tell who wrote the reply; redirect it, or forward it as an attachment',
    );
  }
  const taken: TakenReply[] = [];
  for (const mail of inner) taken.push(await takeInbound(deps, mail));
  return taken;
}

async function attachedMails(raw: Buffer, receivedAt: number): Promise<InboundMail[]> {
  const mails: InboundMail[] = [];
  for (const mail of await attachedTo(raw)) mails.push(await inboundFromMime(mail, receivedAt));
  return mails.filter(({ from }) => from !== '');
}

/** The forwarded reply as a mail of its own; what it answers is known from the forwarding mail's References. */
function inlineReply(outer: InboundMail): InboundMail | null {
  const found = inlineForward(outer.text);
  if (found === null) return null;
  return {
    ...outer,
    from: found.from,
    name: found.name,
    to: found.to,
    subject: found.subject ?? outer.subject,
    text: found.text,
    automatic: isAutomatic(new Map(), found.subject),
  };
}
