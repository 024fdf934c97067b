import { newId, uuidOf } from '../../message/id.ts';
import { elementsOf } from '../../message/json-text.ts';
import { recipientsOf } from '../outgoing-mail.ts';
import { Refusal, type RefusalKind } from '../refusal.ts';
import {
  type Front,
  type Gate,
  type HttpAnswer,
  type HttpRequest,
  type Submitted,
  presendHeaders,
  viewAnswer,
} from './front.ts';
import { type PostmarkRead, TEMPLATE_REFUSED, readPostmarkMail } from './postmark-mail.ts';
import { postmarkView } from './postmark-view.ts';
import { readJson } from './read-json.ts';

/** Postmark's "API Error Codes": HTTP status and ErrorCode. */
const ERRORS: Record<RefusalKind, [status: number, code: number]> = {
  malformed: [422, 402],
  missing_field: [422, 300],
  invalid_field: [422, 300],
  no_key: [401, 10],
  wrong_key: [401, 10],
  sender: [422, 400],
  not_found: [422, 701],
  method: [405, 300],
  state: [422, 300],
  bad_idempotency_key: [422, 300],
  idempotency_conflict: [409, 300],
  too_large: [413, 300],
  content_type: [422, 409],
  unreadable: [422, 403],
  suppressed: [422, 406],
  too_slow: [408, 300],
  too_many: [429, 429],
  trouble: [503, 100],
};

const MAX_BATCH = 500;
/** Mails of a batch that are refused only when they are handed over are few; beyond this all are. */
const MAX_ROUNDS = 10;
/** With this token Postmark checks a request and sends nothing. */
const TEST_TOKEN = 'POSTMARK_API_TEST';

const tokenOf = ({ 'x-postmark-server-token': token }: HttpRequest['headers']): string | null =>
  typeof token === 'string' && token !== '' ? token : null;

/** The Postmark API (postmarkapp.com/developer). */
export const postmark: Front = {
  name: 'postmark',
  key: tokenOf,
  keyPlace: 'X-Postmark-Server-Token: psk_…',
  refuse: (refusal) => ({ status: ERRORS[refusal.kind][0], body: errorOf(refusal) }),
  routes: [
    { method: 'post', path: '/email', handle: send },
    { method: 'post', path: '/email/batch', handle: sendBatch },
    ...['/email/withTemplate', '/email/batchWithTemplates', '/email/bulk'].map((path) => ({
      method: 'post' as const,
      path,
      handle: () => Promise.reject(new Refusal('unreadable', TEMPLATE_REFUSED)),
    })),
    {
      method: 'get',
      path: '/messages/outbound/:id/details',
      handle: async ({ params }, gate) => {
        const view = await gate.find(params['id']!);
        return viewAnswer(view, postmarkView(view));
      },
    },
  ],
};

const errorOf = ({ kind, message }: Refusal): object => ({ ErrorCode: ERRORS[kind][1], Message: message });

async function send(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const read = readPostmarkMail(readJson(request).value, request.body, gate);
  if (tokenOf(request.headers) === TEST_TOKEN) return { status: 200, body: tested(read, gate) };
  const [submitted] = await gate.submit([read]);
  const headers = presendHeaders([submitted!]);
  if (isRefused(submitted!, gate)) return { ...postmark.refuse(inactive(submitted!, read)), headers };
  return { status: 200, headers, body: accepted(submitted!, read, gate) };
}

/** One mail that cannot be taken does not stop the others: each has its own ErrorCode, the answer is 200. */
async function sendBatch(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const { value, text } = readJson(request);
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BATCH) {
    throw new Refusal('invalid_field', `The body must be an array of 1 to ${MAX_BATCH} mails.`);
  }
  const parts = elementsOf(text, []);
  const answers: (object | null)[] = value.map(() => null);
  const readable: { index: number; read: PostmarkRead }[] = [];
  for (const [index, one] of value.entries()) {
    try {
      readable.push({ index, read: readPostmarkMail(one, parts[index]!, gate) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answers[index] = errorOf(error);
    }
  }
  const recipients = readable.reduce((sum, { read }) => sum + recipientsOf(read.mail).length, 0);
  if (recipients > gate.maxRecipients) {
    throw new Refusal(
      'invalid_field',
      `The batch names ${recipients} recipients; at most ${gate.maxRecipients} are allowed in one request.`,
    );
  }
  if (tokenOf(request.headers) === TEST_TOKEN) {
    for (const { index, read } of readable) answers[index] = tested(read, gate);
    return { status: 200, body: answers };
  }
  const { taken, submitted } = await submitEach(readable, answers, gate);
  for (const [i, { index, read }] of taken.entries()) {
    const one = submitted[i]!;
    answers[index] = isRefused(one, gate) ? errorOf(inactive(one, read)) : accepted(one, read, gate);
  }
  return { status: 200, headers: submitted.length > 0 ? presendHeaders(submitted) : {}, body: answers };
}

/** Hands over all that can be taken; what is wrong with the others goes into `answers`. */
async function submitEach<Readable extends { index: number; read: PostmarkRead }>(
  readable: Readable[],
  answers: (object | null)[],
  gate: Gate,
): Promise<{ taken: Readable[]; submitted: Submitted[] }> {
  let taken = readable;
  for (let round = 0; taken.length > 0; round += 1) {
    try {
      const submitted = await gate.submit(taken.map(({ read }) => read));
      return { taken, submitted };
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind === 'trouble' || round === MAX_ROUNDS) throw error;
      // Of a single mail it is not said which one it is.
      const wrong = taken[error.index ?? (taken.length === 1 ? 0 : -1)];
      if (!wrong) throw error;
      answers[wrong.index] = errorOf(error);
      taken = taken.filter((one) => one !== wrong);
    }
  }
  return { taken, submitted: [] };
}

const isRefused = ({ told }: Submitted, gate: Gate): boolean =>
  told === 'suppressed' && gate.refusesSuppressed;

function success({ named }: PostmarkRead, id: string, at: number, message: string): object {
  return {
    To: named.To ?? '',
    ...(named.Cc ? { Cc: named.Cc } : {}),
    ...(named.Bcc ? { Bcc: named.Bcc } : {}),
    SubmittedAt: new Date(at).toISOString(),
    MessageID: uuidOf(id),
    ErrorCode: 0,
    Message: message,
  };
}

function accepted({ id, outcomes }: Submitted, read: PostmarkRead, gate: Gate): object {
  const off = (outcomes ?? []).filter(({ state }) => state === 'suppressed');
  const message =
    off.length > 0 && gate.refusesSuppressed
      ? `Message OK, but will not deliver to these inactive addresses: ${off.map(({ recipient }) => recipient).join(', ')}`
      : 'OK';
  return success(read, id, gate.now(), message);
}

const tested = (read: PostmarkRead, gate: Gate): object =>
  success(read, newId(gate.now()), gate.now(), 'Test job accepted');

/** In Postmark's own words, which its SDKs take the addresses from. */
function inactive({ id, reason }: Submitted, { mail }: PostmarkRead): Refusal {
  return new Refusal(
    'suppressed',
    `You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: ${recipientsOf(mail).join(', ')}. Inactive recipients are ones that presend suppresses: ${reason || 'policy'} (${id}). It was not sent; do not send it again.`,
  );
}
