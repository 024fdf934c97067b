import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeys } from '../api-keys.ts';
import type { Engine } from '../engine-store.ts';
import type { ToldOutcome } from '../answer.ts';
import type { OutgoingMail, RawMail } from '../outgoing-mail.ts';
import { Refusal } from '../refusal.ts';
import type { ProviderRequest } from '../submission.ts';
import type { MessageView } from '../message-view.ts';
import type { Verdict } from '../../judge/verdict.ts';
import type { Outcome } from '../../queue/outcomes.ts';
import type { ProviderName } from '../../message/provider.ts';

export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON; a string as it is, null without a body. */
  body: object | string | null;
}

/** A request as it came. */
export interface HttpRequest {
  method: string;
  /** Path and query as sent, with the prefix the front is mounted at. */
  url: string;
  /** Of the route's path, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One mail of a request. */
export interface ReadMail {
  mail: OutgoingMail | RawMail;
  /** What would go on to the same provider; null where that cannot be. */
  request: ProviderRequest | null;
}

/** What became of one mail so far. */
export interface Submitted extends ToldOutcome {
  id: string;
  outcomes: Outcome[] | null;
  /** The message was there already: this is a retry. */
  duplicate: boolean;
}

/** What a front's routes may do, for the engine that asks. */
export interface Gate {
  engine: Engine;
  /** Suppressed mail is told as the provider's error, not as sent. */
  refusesSuppressed: boolean;
  /** Addresses a request may name at most. */
  maxRecipients: number;
  /** Fields beyond the known ones that are taken to be harmless. */
  acceptFields: ReadonlySet<string>;
  /** Attachments named by URL are fetched; null = refused. */
  fetchAttachment:
    | ((url: string, field: string) => Promise<{ content: Buffer; contentType: string | null }>)
    | null;
  now(): number;
  /**
   * Accepts mails, all or none, and waits for their verdicts as the engine's answer mode says.
   *
   * @param key the client's idempotency key; without one an identical request soon after is taken for a retry
   * @param content stands for the body where two bodies can say the same; default: the body
   * @throws Refusal
   */
  submit(mails: ReadMail[], key?: string | null, content?: Buffer): Promise<Submitted[]>;
  /** @throws Refusal `not_found`, also for another engine's message */
  find(id: string): Promise<MessageView>;
  /** Takes a message back that has not gone. @throws Refusal */
  cancel(id: string): Promise<void>;
  /** @throws Refusal */
  reschedule(id: string, at: number): Promise<void>;
  /**
   * Judges a mail to one recipient and stores nothing.
   *
   * @param mail.record in place of the CRM mirror's; undefined = look it up
   * @throws Refusal for a record that is none
   */
  judge(mail: { raw: Buffer; address: string; record: unknown }): Promise<Verdict>;
}

export interface FrontRoute {
  method: 'get' | 'post' | 'patch';
  /** Express path below the prefix. */
  path: string;
  /** Only below the front's name: at the root another API has this path. */
  rootless?: boolean;
  handle(request: HttpRequest, gate: Gate): Promise<HttpAnswer>;
}

/** One provider's API as its clients know it. */
export interface Front {
  name: ProviderName | 'native';
  routes: FrontRoute[];
  /** Where the provider's clients put their key; null = there is none. */
  key?(headers: IncomingHttpHeaders): string | null;
  /** The same in words, for a client that puts it elsewhere. */
  keyPlace?: string;
  /** For providers whose clients sign requests instead. @returns null when the signature is wrong or missing */
  verify?(request: HttpRequest, keys: ApiKeys, now: number): Promise<Engine | null>;
  /** With `verify`: whose key a request claims to be signed with, so that a stranger is turned away before the body is read. */
  keyId?(headers: IncomingHttpHeaders): string | null;
  /** The provider's own error shape. */
  refuse(refusal: Refusal): HttpAnswer;
}

/** `Authorization: Bearer …` (RFC 6750 2.1). */
export function bearer(headers: IncomingHttpHeaders): string | null {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** Clients refuse answers with headers of 16 KiB; of more mails than this only the first are told so. */
const MAX_TOLD = 100;

type Told = Pick<Submitted, 'id' | 'told' | 'decision'>;

/** Headers that tell a client of the gate's more than the provider's shape can. */
export function presendHeaders(submitted: readonly Told[]): Record<string, string> {
  const list = (value: (one: Told) => string): string => submitted.slice(0, MAX_TOLD).map(value).join(', ');
  return {
    'X-Presend-Id': list(({ id }) => id),
    'X-Presend-Disposition': list(({ told }) => told),
    'X-Presend-Decision': list(({ decision }) => decision ?? 'none'),
    ...(submitted.length > MAX_TOLD ? { 'X-Presend-Count': String(submitted.length) } : {}),
  };
}

/** The answer to a look-up: the message in the provider's own shape. */
export function viewAnswer(view: MessageView, body: object): HttpAnswer {
  return { status: 200, headers: presendHeaders([view]), body };
}

/**
 * The client's `Idempotency-Key`; null when it gives none.
 *
 * @throws Refusal `bad_idempotency_key`
 */
export function idempotencyKey(headers: IncomingHttpHeaders): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || key.length < 1 || key.length > 256) {
    throw new Refusal('bad_idempotency_key', 'The Idempotency-Key header must hold 1 to 256 characters.');
  }
  return key;
}
