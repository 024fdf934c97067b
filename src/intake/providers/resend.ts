import { z } from 'zod';
import { uuidOf } from '../../message/id.ts';
import { elementsOf } from '../../message/json-text.ts';
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
import { readJson } from './read-json.ts';
import { readResendMail } from './resend-mail.ts';
import { resendView } from './resend-view.ts';

/** Resend's "Errors" page: status and name. */
const ERRORS: Record<RefusalKind, [status: number, name: string]> = {
  malformed: [400, 'validation_error'],
  missing_field: [422, 'missing_required_field'],
  invalid_field: [422, 'validation_error'],
  no_key: [401, 'missing_api_key'],
  wrong_key: [403, 'invalid_api_key'],
  sender: [403, 'validation_error'],
  not_found: [404, 'not_found'],
  method: [405, 'method_not_allowed'],
  state: [422, 'validation_error'],
  bad_idempotency_key: [400, 'invalid_idempotency_key'],
  idempotency_conflict: [409, 'invalid_idempotent_request'],
  too_large: [413, 'validation_error'],
  content_type: [415, 'validation_error'],
  unreadable: [422, 'validation_error'],
  suppressed: [422, 'validation_error'],
  too_slow: [408, 'application_error'],
  too_many: [429, 'rate_limit_exceeded'],
  trouble: [503, 'internal_server_error'],
};

const MAX_BATCH = 100;

/** The Resend API (resend.com/docs/api-reference), which most engines call. */
export const resend: Front = {
  name: 'resend',
  key: bearer,
  keyPlace: 'Authorization: Bearer psk_…',
  refuse: (refusal) => {
    const [status, name] = ERRORS[refusal.kind];
    const where = refusal.index === null ? '' : `In the mail at index ${refusal.index}: `;
    return { status, body: { statusCode: status, name, message: `${where}${refusal.message}` } };
  },
  routes: [
    { method: 'post', path: '/emails', handle: send },
    { method: 'post', path: '/emails/batch', handle: sendBatch },
    {
      method: 'get',
      path: '/emails/:id',
      handle: async ({ params }, gate) => {
        const view = await gate.find(params['id']!);
        return viewAnswer(view, resendView(view));
      },
    },
    { method: 'patch', path: '/emails/:id', handle: reschedule },
    {
      method: 'post',
      path: '/emails/:id/cancel',
      handle: async ({ params }, gate) => {
        await gate.cancel(params['id']!);
        return { status: 200, body: { object: 'email', id: params['id']! } };
      },
    },
  ],
};

async function send(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const mail = await readResendMail(readJson(request).value, request.body, gate);
  const [submitted] = await gate.submit([mail], idempotencyKey(request.headers));
  const headers = presendHeaders([submitted!]);
  if (submitted!.told === 'suppressed' && gate.refusesSuppressed) {
    return { ...resend.refuse(suppressed(submitted!)), headers };
  }
  return { status: 200, headers, body: { id: uuidOf(submitted!.id) } };
}

/** Strict: one mail that cannot be read refuses all. Permissive: the others go, and `errors` names it. */
async function sendBatch(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const { value, text } = readJson(request);
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BATCH) {
    throw new Refusal('invalid_field', `The body must be an array of 1 to ${MAX_BATCH} mails.`);
  }
  const permissive = request.headers['x-batch-validation'] === 'permissive';
  const parts = elementsOf(text, []);
  const readable: { index: number; mail: ReadMail }[] = [];
  const errors: { index: number; message: string }[] = [];
  for (const [index, one] of value.entries()) {
    try {
      readable.push({ index, mail: await readResendMail(one, parts[index]!, gate) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!permissive) throw error.of(index);
      errors.push({ index, message: error.message });
    }
  }
  if (readable.length === 0)
    throw new Refusal('invalid_field', `No mail of the batch can be sent. ${errors[0]!.message}`);
  const submitted = await gate.submit(
    readable.map(({ mail }) => mail),
    idempotencyKey(request.headers),
  );
  const headers = presendHeaders(submitted);
  const refused = submitted.map((one) => one.told === 'suppressed' && gate.refusesSuppressed);
  if (refused.every(Boolean)) return { ...resend.refuse(suppressed(submitted[0]!)), headers };
  if (!permissive)
    return { status: 200, headers, body: { data: submitted.map(({ id }) => ({ id: uuidOf(id) })) } };
  for (const [i, one] of submitted.entries()) {
    if (refused[i]) errors.push({ index: readable[i]!.index, message: suppressed(one).message });
  }
  const data = submitted.filter((_, i) => !refused[i]).map(({ id }) => ({ id: uuidOf(id) }));
  return { status: 200, headers, body: { data, errors: errors.toSorted((a, b) => a.index - b.index) } };
}

async function reschedule(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const { value } = readJson(request);
  const parsed = z.looseObject({ scheduled_at: z.string() }).safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  const at = readScheduledAt(parsed.data.scheduled_at, 'scheduled_at', gate.now());
  const id = request.params['id']!;
  await gate.reschedule(id, at ?? gate.now());
  return { status: 200, body: { object: 'email', id } };
}

/** Resend takes such mail and reports it later; an engine that hears "sent" of a suppressed mail is lied to. */
function suppressed({ id, reason }: Submitted): Refusal {
  return new Refusal(
    'suppressed',
    `Suppressed: ${reason || 'policy'} (${id}). It was not sent; do not send it again.`,
  );
}
