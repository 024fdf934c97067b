import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { newId } from '../message/id.ts';
import type { EnvelopeParams } from '../message/types.ts';
import type { Logger } from '../observability/logger.ts';
import { breathe } from '../off-loop/breathe.ts';
import type { Stages } from '../observability/stages.ts';
import { type SpanLink, spanTime } from '../observability/tracing.ts';
import { type OutcomeReader, toldOutcome } from './answer.ts';
import { composeMime } from './compose-mime.ts';
import { type Engine, maySendAs } from './engine-store.ts';
import { recipientsOf } from './outgoing-mail.ts';
import type { ReadMail, Submitted } from './providers/front.ts';
import { Refusal, TROUBLE } from './refusal.ts';
import {
  type Accepted,
  IdempotencyConflictError,
  type Once,
  type Origin,
  type Submission,
} from './submission.ts';
import { checkSubmittedBytes } from './submitted-bytes.ts';

export interface SubmitOptions {
  config: Config;
  now: () => number;
  log: Logger;
  stages: Stages;
  accept: (submissions: Submission[], once: Once | null) => Promise<Accepted[]>;
  answer: OutcomeReader;
}

/** Providers forget a key after a day (Resend's documentation, "Idempotency keys"). */
const KEY_MS = 24 * 3_600_000;

/**
 * The way of an HTTP request's mails into the gate: compose → check → accept, all or none, durable → wait for the
 * verdicts. A retry gets the messages of the first one.
 *
 * @param mails once they are stored, nothing is left in them but whom they are from and to
 * @param from.digest of the whole request, body and path
 * @param from.intake what it came in by: the front's name, or `browser`
 * @param from.link where it comes from in the caller's own trace
 * @throws Refusal; nothing is stored then
 */
export async function submitMails(
  options: SubmitOptions,
  engine: Engine,
  mails: ReadMail[],
  from: { origin: Origin; digest: string; key: string | null; intake: string; link?: SpanLink | null },
): Promise<Submitted[]> {
  const { config, log, stages, accept, answer } = options;
  const began = spanTime();
  const mode = engine.answer ?? config.answer.mode;
  const one = mails.length === 1;
  const submissions: Submission[] = [];
  for (const [index, read] of mails.entries()) {
    // A large one takes a tenth of a second, and so do a thousand.
    await breathe();
    try {
      submissions.push(
        await toSubmission(options, engine, read, { origin: from.origin, answerEarly: mode === 'async' }),
      );
    } catch (error) {
      throw error instanceof Refusal && !one ? error.of(index) : error;
    }
  }
  await breathe();
  const accepted = await accept(submissions, onceOf(options, engine, from)).catch((error: unknown) => {
    if (error instanceof IdempotencyConflictError) {
      throw new Refusal(
        'idempotency_conflict',
        'This idempotency key was used for another request; use a new key.',
      );
    }
    log.error({ err: error }, 'accepting a message failed');
    throw TROUBLE;
  });
  stages.accepted(
    accepted.map((one, i) => ({
      ...one,
      size: submissions[i]!.raw.length,
      recipients: submissions[i]!.envelope.recipients.length,
    })),
    { engine: engine.name, intake: from.intake, began, link: from.link ?? null },
  );
  submissions.length = 0;
  letGo(mails);
  return Promise.all(
    accepted.map(async ({ id, duplicate }): Promise<Submitted> => {
      // It is stored: whatever goes wrong now, the client must not be told that it is not.
      const outcomes = await answer({ id, duplicate }, mode).catch((err: unknown) => {
        log.error({ err, message: id }, 'the verdict cannot be told; answering as async does');
        return null;
      });
      return { id, duplicate, outcomes, ...toldOutcome(outcomes) };
    }),
  );
}

const NOTHING = Buffer.alloc(0);

/**
 * Takes the contents out of mails that are stored: seconds may pass until they are judged, and who reads them for that reads them
 * from the database. Whom they are from and to stays for the answer.
 */
function letGo(mails: readonly ReadMail[]): void {
  for (const { mail, request } of mails) {
    if ('raw' in mail) mail.raw = NOTHING;
    else Object.assign(mail, { text: null, html: null, attachments: [] });
    if (request) request.body = NOTHING;
  }
}

function onceOf(
  { config }: SubmitOptions,
  engine: Engine,
  { digest, key }: { digest: string; key: string | null },
): Once | null {
  if (key !== null) {
    return { engineId: engine.id, key: `key:${key}`, requestHash: digest, windowMs: KEY_MS, explicit: true };
  }
  const windowMs = config.http.retry_minutes * 60_000;
  if (windowMs === 0) return null;
  return { engineId: engine.id, key: `request:${digest}`, requestHash: digest, windowMs, explicit: false };
}

/** No client shows more, and every rule reads all of it. */
const MAX_SUBJECT = 2_000;

/** sha256 over what makes two requests the same. */
export function digestOf(path: string, body: Buffer): string {
  return createHash('sha256').update(path).update('\0').update(body).digest('base64');
}

async function toSubmission(
  { config, now }: SubmitOptions,
  engine: Engine,
  { mail, request }: ReadMail,
  { origin, answerEarly }: { origin: Origin; answerEarly: boolean },
): Promise<Submission> {
  const id = newId(now());
  const from = 'raw' in mail ? mail.from : mail.from.address;
  const recipients = 'raw' in mail ? mail.recipients : recipientsOf(mail);
  if (!maySendAs(engine, from)) {
    const domain = from.slice(from.lastIndexOf('@') + 1);
    throw new Refusal(
      'sender',
      `Engine ${engine.name} may not send as ${domain}; its sender domains are ${engine.senderDomains.join(', ') || 'none yet'}.`,
      { field: 'from' },
    );
  }
  if ('subject' in mail && mail.subject.length > MAX_SUBJECT) {
    throw new Refusal('invalid_field', `The \`subject\` field is longer than ${MAX_SUBJECT} characters.`, {
      field: 'subject',
    });
  }
  if ('subject' in mail && /[\r\n\0]/.test(mail.subject)) {
    throw new Refusal(
      'invalid_field',
      'The `subject` field holds a line break or NUL; a header is one line.',
      {
        field: 'subject',
      },
    );
  }
  const raw =
    'raw' in mail
      ? mail.raw
      : composeMime(mail, {
          messageId: `<${id.toLowerCase()}@${from.slice(from.lastIndexOf('@') + 1)}>`,
          date: new Date(now()),
        });
  const refused = checkSubmittedBytes(raw, {
    maxLineBytes: config.smtp.max_line_bytes,
    maxHops: config.delivery.max_hops,
    maySendAs: (address) => maySendAs(engine, address),
  });
  if (refused) throw new Refusal('invalid_field', `${refused.text.replace(/^\d\.\d+\.\d+ /, '')}.`);
  return {
    id,
    engineId: engine.id,
    raw,
    envelope: {
      from,
      recipients: recipients.map((address) => ({ address })),
      params: paramsOf(raw, [from, ...recipients]),
    },
    origin,
    answerEarly,
    scheduledAt: mail.scheduledAt,
    request,
  };
}

function paramsOf(raw: Buffer, addresses: string[]): EnvelopeParams {
  const ascii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
  return {
    body8bit: !isAscii(raw),
    smtpUtf8: !addresses.every((address) => ascii(address.slice(0, address.lastIndexOf('@')))),
  };
}
