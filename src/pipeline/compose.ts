import type { Config } from '../config/config.ts';
import type { AttemptJob } from '../delivery/courier.ts';
import { composeForward } from '../delivery/forward.ts';
import { type ReportEvent, composeReport } from '../delivery/report.ts';
import { listUnsubscribeHeaders, unsubscribeUrl, withListUnsubscribe } from '../feedback/unsubscribe-link.ts';
import { headerValues } from '../intake/header-peek.ts';
import { type Engine, findEngine } from '../intake/engine-store.ts';
import type { Origin } from '../intake/submission.ts';
import { prependReceived } from '../message/received.ts';
import type { ProviderName } from '../message/provider.ts';
import type { EnvelopeParams } from '../message/types.ts';
import type { InHand } from '../queue/in-hand.ts';
import type { Delivery } from '../queue/settle.ts';
import { type MessageRow, readRaw } from '../queue/store.ts';
import { seenState } from '../review/link-state-store.ts';
import { ESCALATION_ACTS, signLink } from '../review/links.ts';
import type { Database } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import { together } from '../store/together.ts';
import { type ComposedRequest, composeRequest } from './compose-request.ts';
import { accountOwner } from './dispose.ts';
import { groupOf } from './group.ts';
import type { OwnMail } from './own-mail.ts';
import { composeReminder } from './reminder.ts';
import { leavesByApi, readRequest, readRequestHead, smtpUpstreams } from './route.ts';
import { newestVerdict } from './verdict-store.ts';

/** What one courier attempt sends to one recipient. */
export interface SendableMail extends Omit<AttemptJob, 'deliveryId' | 'beforeLastByte'> {
  by: 'smtp';
  /** In failover order; empty = the configured order. */
  upstreams: string[];
}

/**
 * `refused` says why there is nothing to send; the delivery fails with it. `held`: a person has to look at it first.
 * `waits`: another delivery of the message takes it along.
 */
export type ComposedMail =
  | SendableMail
  | ComposedRequest
  | { refused: string }
  | { held: string }
  | { waits: true };

/** For the gate's own mails: 8-bit when what they carry is. */
function ownParams(raw: Buffer): EnvelopeParams {
  return { body8bit: raw.some((byte) => byte > 127), smtpUtf8: false };
}

const LINK_LABELS: Record<(typeof ESCALATION_ACTS)[number], string> = {
  release: 'Release it to the recipient',
  take_over: 'Take over: do not send, pause every engine for this prospect',
  close: 'Close without sending',
};

export interface ComposeOptions {
  database: Database;
  config: Config;
  linkKey: Buffer;
  /** Where the links of an escalation lead, without a trailing slash. */
  publicUrl: () => string;
  /** Providers that mail can be sent through by their API. */
  accounts: ReadonlySet<ProviderName>;
  /** The mail of a delivery of kind `notification`; null = there is nothing to tell any more. */
  notification: (delivery: Delivery) => Promise<{ from: string; raw: Buffer } | null>;
  /** What attempts of this process are for. */
  attempting: InHand;
  now: () => number;
}

const messageById = prepared((db, { id }: { id: string }) =>
  db.selectFrom('messages').selectAll().where('id', '=', id),
);

/** Makes the bytes of each kind of delivery: the mail itself, the forward to the account owner, and the gate's own mails. */
export function createComposer(options: ComposeOptions): (delivery: Delivery) => Promise<ComposedMail> {
  const { database, config, accounts, attempting, now } = options;
  return async (delivery) => {
    if (delivery.kind === 'notification') return notification(options, delivery);
    const [[message], engine, raw, request] = await together([
      messageById(database.db, { id: delivery.message_id }),
      findEngine(database.db, delivery.engine_id),
      readRaw(database.db, delivery.message_id, delivery.body_revision),
      readRequestHead(database.db, delivery.message_id),
    ]);
    if (!message) throw new Error(`there is no message ${delivery.message_id}`);
    if (!engine) return { refused: `the engine ${delivery.engine_id} no longer exists` };
    if (delivery.kind !== 'mail') return ownMail(options, delivery, { message, engine, raw });
    if (delivery.state === 'escalating') return forward(options, delivery, { message, engine, raw });
    if (!leavesByApi(request, engine, accounts)) {
      return relay(config, delivery, { message, engine, raw: withOneClick(options, delivery, raw) });
    }
    const group = await groupOf(database.db, delivery, { now: now(), attempting });
    if (group === null) return { waits: true };
    return composeRequest(database, await readRequest(database.db, message.id), group, {
      from: message.envelope_from,
      headers: oneClickHeaders(options, group.members, raw),
    });
  };
}

interface Source {
  message: MessageRow;
  engine: Engine;
  raw: Buffer;
}

/** The accepted bytes (or a reviewer's edit) under one Received line. */
function relay(config: Config, delivery: Delivery, { message, engine, raw }: Source): SendableMail {
  const origin = JSON.parse(message.origin) as Origin;
  return {
    by: 'smtp',
    from: message.envelope_from,
    to: delivery.recipient,
    params: JSON.parse(message.params) as EnvelopeParams,
    dsnNotify: delivery.dsn_notify?.split(','),
    dsnOrcpt: delivery.dsn_orcpt ?? undefined,
    upstreams: smtpUpstreams(engine),
    raw: prependReceived(raw, {
      helo: origin.helo,
      remoteAddress: origin.remoteAddress,
      by: config.hostname,
      protocol: origin.transmission,
      id: message.id,
      date: new Date(message.received_at),
    }),
  };
}

/** The gate's own one-click unsubscribe (RFC 8058) in a mail that has none; null where it is not offered. */
function unsubscribeUrlFor(
  { config, linkKey, publicUrl }: ComposeOptions,
  delivery: Delivery,
): string | null {
  if (!config.unsubscribe.enabled || delivery.internal === 1) return null;
  return unsubscribeUrl(publicUrl(), linkKey, delivery.id);
}

function withOneClick(options: ComposeOptions, delivery: Delivery, raw: Buffer): Buffer {
  const url = unsubscribeUrlFor(options, delivery);
  return url === null ? raw : withListUnsubscribe(raw, url);
}

/** The link names one person, so a mail to several cannot carry it. */
function oneClickHeaders(
  options: ComposeOptions,
  members: Delivery[],
  raw: Buffer,
): { name: string; value: string }[] {
  const [only, ...others] = members;
  const url = only && others.length === 0 ? unsubscribeUrlFor(options, only) : null;
  if (url === null || headerValues(raw, 'list-unsubscribe').length > 0) return [];
  return listUnsubscribeHeaders(url).map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
}

async function forward(
  { database, config, linkKey, publicUrl }: ComposeOptions,
  delivery: Delivery,
  { message, engine, raw }: Source,
): Promise<ComposedMail> {
  const verdict = await newestVerdict(database.db, delivery.id);
  const owner = accountOwner(verdict?.prospect?.account_owner ?? null, config);
  if (owner === null)
    return { refused: 'there is no account owner to forward to, and no escalation.fallback' };
  // Counted from the escalation, not from now: a retry is the same mail.
  const at = delivery.updated_at;
  const expires = at + config.escalation.link_days * 86_400_000;
  const seen = await seenState(database.db, delivery, 'escalated');
  const claims = { deliveryId: delivery.id, person: owner, expires, state: 'escalated' as const, seen };
  const links = ESCALATION_ACTS.map((act) => ({
    label: LINK_LABELS[act],
    url: `${publicUrl()}/act/${signLink(linkKey, { ...claims, act })}`,
  }));
  return {
    by: 'smtp',
    from: config.escalation.from,
    to: owner,
    params: ownParams(raw),
    upstreams: smtpUpstreams(engine),
    raw: composeForward({
      deliveryId: delivery.id,
      hostname: config.hostname,
      from: config.escalation.from,
      to: owner,
      replyTo: null,
      at,
      engine: engine.name,
      recipient: delivery.recipient,
      subject: message.subject,
      prospect: verdict?.prospect ?? null,
      rationale: verdict?.rationale ?? delivery.note ?? '',
      findings: verdict?.findings ?? [],
      links,
      raw,
    }),
  };
}

async function ownMail(
  { database, config }: ComposeOptions,
  delivery: Delivery,
  { message, engine, raw }: Source,
): Promise<ComposedMail> {
  const about = await database.db
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', delivery.about ?? '')
    .executeTakeFirst();
  if (!about) return { refused: 'the delivery it is about no longer exists' };
  const base = {
    by: 'smtp' as const,
    to: delivery.recipient,
    params: ownParams(raw),
    upstreams: smtpUpstreams(engine),
  };
  if (delivery.kind === 'reminder') {
    const from = config.escalation.from;
    return {
      ...base,
      from,
      raw: composeReminder({
        about,
        message,
        engine,
        config,
        to: delivery.recipient,
        at: delivery.created_at,
      }),
    };
  }
  const params = JSON.parse(message.params) as EnvelopeParams;
  const report = composeReport({
    event: reportEvent(delivery.kind as OwnMail, about),
    deliveryId: about.id,
    hostname: config.hostname,
    at: delivery.created_at,
    returnPath: message.envelope_from,
    recipient: about.recipient,
    dsnNotify: about.dsn_notify?.split(','),
    dsnOrcpt: about.dsn_orcpt ?? undefined,
    dsnRet: params.dsnRet,
    dsnEnvid: params.dsnEnvid,
    autoSubmitted: headerValues(raw, 'auto-submitted').some((value) => value.toLowerCase() !== 'no'),
    messageId: message.message_id,
    subject: message.subject,
    receivedAt: message.received_at,
    raw,
  });
  return report ? { ...base, from: '', raw: report } : { refused: 'the sender wants no report on this mail' };
}

/** To people of the operator, by the default upstreams: no engine's. */
async function notification(options: ComposeOptions, delivery: Delivery): Promise<ComposedMail> {
  const mail = await options.notification(delivery);
  if (mail === null) return { refused: 'what it told is forgotten' };
  return { by: 'smtp', to: delivery.recipient, params: ownParams(mail.raw), upstreams: [], ...mail };
}

function reportEvent(kind: OwnMail, about: Delivery): ReportEvent {
  const rule = about.hold_reason;
  if (kind === 'report_delayed') {
    return { kind: 'delayed', stop: 'held', rule, until: about.expires_at ?? undefined };
  }
  switch (about.state) {
    case 'suppressed':
    case 'rejected':
    case 'expired':
      return { kind: 'stopped', stop: about.state, rule };
    case 'closed':
      return { kind: 'stopped', stop: 'rejected', rule };
    default:
      return { kind: 'failed', response: about.note ?? 'delivery failed', lastAttemptAt: about.updated_at };
  }
}
