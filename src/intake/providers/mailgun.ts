import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '../../message/id.ts';
import { Refusal, type RefusalKind } from '../refusal.ts';
import { type FormEntry, formContent, readFormBody } from './form-body.ts';
import {
  type Front,
  type Gate,
  type HttpAnswer,
  type HttpRequest,
  type ReadMail,
  type Submitted,
  presendHeaders,
} from './front.ts';
import { isTest, mailgunTrouble, readMailgunMail, readMailgunMime } from './mailgun-mail.ts';
import { mailgunEvents } from './mailgun-view.ts';

/** Mailgun answers 400 to whatever is wrong with a request ("Responses"). */
const STATUS: Partial<Record<RefusalKind, number>> = {
  not_found: 404,
  method: 405,
  idempotency_conflict: 409,
  too_large: 413,
  too_slow: 408,
  too_many: 429,
  trouble: 503,
};

/** The Mailgun API (documentation.mailgun.com, "Messages"). */
export const mailgun: Front = {
  name: 'mailgun',
  key: basicApiKey,
  keyPlace: 'basic auth, user "api" and password psk_…',
  refuse: ({ kind, message }) => {
    if (kind === 'no_key' || kind === 'wrong_key') {
      return {
        status: 401,
        headers: { 'WWW-Authenticate': 'Basic realm="MG API"' },
        body: `Forbidden. ${message}`,
      };
    }
    return { status: STATUS[kind] ?? 400, body: { message } };
  },
  routes: [
    { method: 'post', path: '/v3/:domain/messages', handle: (request, gate) => send(request, gate, true) },
    {
      method: 'post',
      path: '/v3/:domain/messages.mime',
      handle: (request, gate) => send(request, gate, false),
    },
    { method: 'get', path: '/v3/:domain/events', handle: events },
  ],
};

/** Basic auth as the user `api` (RFC 7617); the password is the key. */
function basicApiKey({ authorization }: IncomingHttpHeaders): string | null {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  return /^api:(.+)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1] ?? null;
}

async function send(request: HttpRequest, gate: Gate, composed: boolean): Promise<HttpAnswer> {
  const domain = sendingDomain(request);
  const entries = await readFormBody(request);
  const { mail } = composed ? readMailgunMail(entries, gate) : readMailgunMime(entries, gate);
  const from = 'raw' in mail ? mail.from : mail.from.address;
  if (isTest(entries)) {
    return { status: 200, body: { id: messageIdOf(newId(gate.now()), from), message: 'Queued. Thank you.' } };
  }
  const read: ReadMail = { mail, request: passedOn(request, { domain, composed, entries, gate }) };
  const content = formContent(entries);
  entries.length = 0;
  const [submitted] = await gate.submit([read], null, content);
  const headers = presendHeaders([submitted!]);
  if (submitted!.told === 'suppressed' && gate.refusesSuppressed) {
    return { ...mailgun.refuse(suppressed(submitted!)), headers };
  }
  return {
    status: 200,
    headers,
    body: { id: messageIdOf(submitted!.id, from), message: 'Queued. Thank you.' },
  };
}

function passedOn(
  { headers, body }: HttpRequest,
  {
    domain,
    composed,
    entries,
    gate,
  }: { domain: string; composed: boolean; entries: FormEntry[]; gate: Gate },
): ReadMail['request'] {
  return {
    provider: 'mailgun',
    path: `/v3/${domain}/messages${composed ? '' : '.mime'}`,
    contentType: headers['content-type']!,
    body,
    trouble: mailgunTrouble(entries, composed, gate),
  };
}

/** It stands in the path at Mailgun too, so nothing may be in it that leads elsewhere. */
function sendingDomain({ params }: HttpRequest): string {
  const domain = params['domain']!;
  if (/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/i.test(domain) && domain.length <= 253) return domain;
  throw new Refusal('not_found', 'The path must name a sending domain: /v3/mg.example.com/messages.');
}

async function events({ query, url, headers }: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const messageId = query.get('message-id');
  if (messageId === null) {
    throw new Refusal('missing_field', 'Name the message: presend answers /events?message-id=<id> only.');
  }
  const bare = messageId.replace(/^<(.*)>$/s, '$1');
  const view = await gate.find(bare.split('@', 1)[0]!.toUpperCase()).catch((error: unknown) => {
    // Mailgun has no events of such a message, which is no error.
    if (error instanceof Refusal && error.kind === 'not_found') return null;
    throw error;
  });
  return {
    status: 200,
    ...(view ? { headers: presendHeaders([view]) } : {}),
    // Clients read whole URLs here.
    body: mailgunEvents(view, bare, `http://${headers.host ?? 'localhost'}${url}`),
  };
}

/** As `submit.ts` writes it: the id, in lower case, at the sender's domain. */
function messageIdOf(id: string, from: string): string {
  return `<${id.toLowerCase()}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** Mailgun takes such mail and drops it; an engine that hears "queued" of a suppressed mail is lied to. */
function suppressed({ id, reason, outcomes }: Submitted): Refusal {
  const who = (outcomes ?? []).map(({ recipient }) => recipient).join(', ');
  return new Refusal(
    'suppressed',
    `Suppressed: ${who}: ${reason || 'policy'} (${id}). It was not sent; do not send it again.`,
  );
}
