import { uuidOf } from '../../message/id.ts';
import { elementsOf } from '../../message/json-text.ts';
import { type Mailbox, type OutgoingMail } from '../outgoing-mail.ts';
import { Refusal, type RefusalKind } from '../refusal.ts';
import { bulkIdOf, idsOfBulk } from './bulk-id.ts';
import {
  type Front,
  type Gate,
  type HttpAnswer,
  type HttpRequest,
  type ReadMail,
  type Submitted,
  bearer,
  presendHeaders,
  viewAnswer,
} from './front.ts';
import { readJson } from './read-json.ts';
import { readMailerSendMail } from './mailersend-mail.ts';
import { mailerSendBulkView, mailerSendView } from './mailersend-view.ts';

/** MailerSend's "Validation errors" and status codes. */
const STATUS: Record<RefusalKind, number> = {
  malformed: 400,
  missing_field: 422,
  invalid_field: 422,
  no_key: 401,
  wrong_key: 401,
  sender: 422,
  not_found: 404,
  method: 405,
  state: 422,
  bad_idempotency_key: 422,
  idempotency_conflict: 409,
  too_large: 413,
  content_type: 415,
  unreadable: 422,
  suppressed: 422,
  too_slow: 408,
  too_many: 429,
  trouble: 503,
};

const MAX_BULK = 500;

/** The MailerSend API (developers.mailersend.com/api/v1/email.html). */
export const mailersend: Front = {
  name: 'mailersend',
  key: bearer,
  keyPlace: 'Authorization: Bearer psk_…',
  refuse: ({ kind, message, field, index }) => {
    if (kind === 'no_key' || kind === 'wrong_key') {
      return { status: 401, body: { message: 'Unauthenticated.', presend: message } };
    }
    const status = STATUS[kind];
    if (status !== 422) return { status, body: { message } };
    const place = [index, field].filter((part) => part !== null).join('.');
    return { status, body: { message, errors: { [place || 'body']: [message] } } };
  },
  routes: [
    { method: 'post', path: '/v1/email', handle: send },
    { method: 'post', path: '/v1/bulk-email', handle: sendBulk },
    { method: 'get', path: '/v1/bulk-email/:id', handle: viewBulk },
    { method: 'get', path: '/v1/email/:id', handle: view },
    // At the root this path belongs to the gate's own API.
    { method: 'get', path: '/v1/messages/:id', rootless: true, handle: view },
  ],
};

async function send(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const read = readMailerSendMail(readJson(request).value, request.body, gate);
  const [submitted] = await gate.submit([read]);
  const told = presendHeaders([submitted!]);
  const headers = { ...told, 'x-message-id': uuidOf(submitted!.id) };
  if (!gate.refusesSuppressed) return { status: 202, headers, body: null };
  const errors = suppressedFields(read, submitted!, '');
  if (submitted!.told === 'suppressed') return { ...suppressed(errors), headers: told };
  const recipients = Object.values(errors).map(({ email, name, reason }) => ({
    email,
    name,
    reasons: [reason],
  }));
  if (recipients.length === 0) return { status: 202, headers, body: null };
  const warning = 'Some of the recipients have been suppressed.';
  return {
    status: 202,
    headers,
    body: {
      message: 'There are some warnings for your request.',
      warnings: [{ type: 'SOME_SUPPRESSED', warning, recipients }],
    },
  };
}

/** Strict: a mail that cannot be read refuses all, so that no error waits unseen in the status of the bulk. */
async function sendBulk(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const { value, text } = readJson(request);
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BULK) {
    throw new Refusal('invalid_field', `The body must be an array of 1 to ${MAX_BULK} emails.`);
  }
  const parts = elementsOf(text, []);
  const mails = value.map((one: unknown, index) => {
    try {
      return readMailerSendMail(one, parts[index]!, gate);
    } catch (error) {
      throw error instanceof Refusal ? error.of(index) : error;
    }
  });
  const submitted = await gate.submit(mails);
  const headers = presendHeaders(submitted);
  if (gate.refusesSuppressed && submitted.every(({ told }) => told === 'suppressed')) {
    const errors = submitted.map((one, index) => suppressedFields(mails[index]!, one, `${index}.`));
    return { ...suppressed(Object.assign({}, ...errors) as SuppressedFields), headers };
  }
  return {
    status: 202,
    headers,
    body: {
      message: 'The bulk email is being processed.',
      bulk_email_id: bulkIdOf(submitted.map(({ id }) => id)),
    },
  };
}

async function view({ params }: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const found = await gate.find(params['id']!);
  return viewAnswer(found, mailerSendView(found));
}

async function viewBulk({ params }: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const ids = idsOfBulk(params['id']!, MAX_BULK);
  if (ids === null) throw new Refusal('not_found', 'There is no such bulk email.');
  const views = [];
  for (const id of ids) views.push(await gate.find(id));
  return { status: 200, body: mailerSendBulkView(params['id']!, views) };
}

type SuppressedFields = Record<string, { email: string; name: string; reason: string; id: string }>;

/** Who is suppressed, by the field that names them. */
function suppressedFields({ mail }: ReadMail, { id, outcomes }: Submitted, prefix: string): SuppressedFields {
  const named = mail as OutgoingMail;
  const reasons = new Map(
    (outcomes ?? [])
      .filter(({ state }) => state === 'suppressed')
      .map(({ recipient, reason }) => [recipient, reason ?? 'policy']),
  );
  const entries = (['to', 'cc', 'bcc'] as const).flatMap((field) =>
    named[field].map(({ name, address }: Mailbox, i) => {
      const reason = reasons.get(address);
      const key = `${prefix}${field}.${i}.email`;
      return reason === undefined ? null : ([key, { email: address, name, reason, id }] as const);
    }),
  );
  return Object.fromEntries(entries.filter((entry) => entry !== null));
}

/** MailerSend drops such mail or warns of it; an engine that hears "sent" of a suppressed mail is lied to. */
function suppressed(fields: SuppressedFields): HttpAnswer {
  const errors = Object.fromEntries(
    Object.entries(fields).map(([field, { email, reason, id }]) => [
      field,
      [`${email} is suppressed: ${reason} (${id}). It was not sent; do not send it again.`],
    ]),
  );
  const first = Object.values(errors)[0]?.[0] ?? 'Every recipient is suppressed.';
  return { status: 422, body: { message: first, errors } };
}
