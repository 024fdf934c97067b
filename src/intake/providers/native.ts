import type { z } from 'zod';
import { composeMime } from '../compose-mime.ts';
import type { MessageView } from '../message-view.ts';
import { type Mailbox, type OutgoingMail, readBase64, readHeader, readMailbox } from '../outgoing-mail.ts';
import { Refusal, type RefusalKind, refusalOf } from '../refusal.ts';
import { readScheduledAt } from '../scheduled-at.ts';
import {
  type Front,
  type Gate,
  type HttpAnswer,
  type HttpRequest,
  type ReadMail,
  type Submitted,
  bearer,
  idempotencyKey,
  presendHeaders,
  viewAnswer,
} from './front.ts';
import { judgeSchema, messageSchema, rescheduleSchema, verdictSchema } from './native-schema.ts';
import { readJson } from './read-json.ts';

const STATUS: Record<RefusalKind, number> = {
  malformed: 400,
  missing_field: 422,
  invalid_field: 422,
  no_key: 401,
  wrong_key: 401,
  sender: 403,
  not_found: 404,
  method: 405,
  state: 409,
  bad_idempotency_key: 400,
  idempotency_conflict: 409,
  too_large: 413,
  content_type: 415,
  unreadable: 422,
  suppressed: 422,
  too_slow: 408,
  too_many: 429,
  trouble: 503,
};

/** The gate's own API: everything it knows, in its own words. Errors are problem details (RFC 9457). */
export const native: Front = {
  name: 'native',
  key: bearer,
  keyPlace: 'Authorization: Bearer psk_…',
  refuse: ({ kind, message, field }) => {
    const status = STATUS[kind];
    const title = kind.replaceAll('_', ' ');
    return {
      status,
      headers: { 'Content-Type': 'application/problem+json; charset=utf-8' },
      body: { type: 'about:blank', title, status, detail: message, ...(field ? { field } : {}) },
    };
  },
  routes: [
    { method: 'post', path: '/v1/messages', handle: submit },
    {
      method: 'get',
      path: '/v1/messages/:id',
      handle: async ({ params }, gate) => shown(await gate.find(params['id']!)),
    },
    {
      method: 'patch',
      path: '/v1/messages/:id',
      handle: async (request, gate) => {
        const { scheduled_at } = read(rescheduleSchema, request);
        const at = readScheduledAt(scheduled_at, 'scheduled_at', gate.now());
        await gate.reschedule(request.params['id']!, at ?? gate.now());
        return shown(await gate.find(request.params['id']!));
      },
    },
    {
      method: 'post',
      path: '/v1/messages/:id/cancel',
      handle: async ({ params }, gate) => {
        await gate.cancel(params['id']!);
        return shown(await gate.find(params['id']!));
      },
    },
    { method: 'post', path: '/v1/judge', handle: judge },
  ],
};

async function submit(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const mail = /^message\/rfc822\b/i.test(request.headers['content-type'] ?? '')
    ? readRaw(request)
    : readMessage(read(messageSchema, request), gate);
  const [submitted] = await gate.submit([mail], idempotencyKey(request.headers));
  const headers = presendHeaders([submitted!]);
  if (submitted!.told === 'suppressed' && gate.refusesSuppressed) {
    const { id, reason } = submitted!;
    const why = `Suppressed: ${reason || 'policy'} (${id}). It was not sent; do not send it again.`;
    const { status, headers: type, body } = native.refuse(new Refusal('suppressed', why));
    return {
      status,
      headers: { ...type, ...headers },
      body: { ...(body as object), ...outcome(submitted!) },
    };
  }
  return { status: 202, headers, body: { ...outcome(submitted!), duplicate: submitted!.duplicate } };
}

/** RFC 822 as the body; the envelope stands in the query, since headers do not decide who gets it. */
function readRaw({ query, body }: HttpRequest): ReadMail {
  const from = query.get('from');
  const to = query.getAll('to');
  if (from === null || to.length === 0) {
    throw new Refusal(
      'missing_field',
      'Give the envelope in the query: ?from=ann@acme.example&to=jane@example.com (repeat to).',
      { field: 'to' },
    );
  }
  return {
    mail: {
      raw: body,
      from: readMailbox(from, 'from').address,
      recipients: to.map((text) => readMailbox(text, 'to').address),
      scheduledAt: null,
    },
    request: null,
  };
}

function readMessage(mail: z.infer<typeof messageSchema>, gate: Gate): ReadMail {
  const [to, cc, bcc] = [boxes(mail.to, 'to'), boxes(mail.cc, 'cc'), boxes(mail.bcc, 'bcc')];
  if (to.length + cc.length + bcc.length > gate.maxRecipients) {
    throw new Refusal('invalid_field', `The mail names more than ${gate.maxRecipients} recipients.`, {
      field: 'to',
    });
  }
  const scheduledAt =
    mail.scheduled_at === undefined ? null : readScheduledAt(mail.scheduled_at, 'scheduled_at', gate.now());
  return {
    mail: { ...content(mail), from: readMailbox(mail.from, 'from'), to, cc, bcc, scheduledAt },
    request: null,
  };
}

type Content = Pick<
  z.infer<typeof messageSchema>,
  'subject' | 'text' | 'html' | 'reply_to' | 'headers' | 'attachments'
>;

function content(
  mail: Content,
): Pick<OutgoingMail, 'subject' | 'text' | 'html' | 'replyTo' | 'headers' | 'attachments'> {
  if (mail.text === undefined && mail.html === undefined) {
    throw new Refusal('missing_field', 'Missing the `text` or `html` field.', { field: 'text' });
  }
  return {
    subject: mail.subject,
    text: mail.text ?? null,
    html: mail.html ?? null,
    replyTo: boxes(mail.reply_to, 'reply_to'),
    headers: Object.entries(mail.headers ?? {}).map(([name, text]) =>
      readHeader(name, text, `headers.${name}`),
    ),
    attachments: (mail.attachments ?? []).map(
      ({ filename, content: base64, content_type, content_id }, i) => ({
        filename,
        content: readBase64(base64, `attachments.${i}.content`),
        contentType: content_type ?? null,
        contentId: content_id ?? null,
      }),
    ),
  };
}

const boxes = (value: string | string[] | undefined, field: string): Mailbox[] =>
  value === undefined ? [] : [value].flat().map((text) => readMailbox(text, field));

async function judge(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const { to, from, record, ...mail } = read(judgeSchema, request);
  const recipient = readMailbox(to, 'to');
  const sender = readMailbox(
    from ?? `draft@${gate.engine.senderDomains[0]?.replace(/^\./, '') ?? 'localhost'}`,
    'from',
  );
  const raw = composeMime(
    { ...content(mail), from: sender, to: [recipient], cc: [], bcc: [], scheduledAt: null },
    { messageId: '<dry-run@localhost>', date: new Date(gate.now()) },
  );
  const verdict = await gate.judge({ raw, address: recipient.address, record });
  return { status: 200, body: verdictSchema.parse(verdict) };
}

function read<T>(schema: z.ZodType<T>, request: HttpRequest): T {
  const { value } = readJson(request);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  return parsed.data;
}

function outcome({ id, told, decision, reason, outcomes }: Omit<Submitted, 'duplicate'>): object {
  return {
    id,
    disposition: told,
    decision,
    rule: reason === '' ? null : reason,
    deliveries: (outcomes ?? []).map((one) => ({
      id: one.deliveryId,
      to: one.recipient,
      disposition: one.state,
      decision: one.decision,
      rule: one.reason,
      rationale: one.note,
    })),
  };
}

function shown(view: MessageView): HttpAnswer {
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return viewAnswer(view, {
    ...outcome(view),
    from: view.from,
    subject: view.subject,
    message_id: view.messageId,
    received_at: time(view.receivedAt),
    scheduled_at: time(view.scheduledAt),
    upstream_id: view.upstreamId,
  });
}
