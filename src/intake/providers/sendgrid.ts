import { Refusal, type RefusalKind } from '../refusal.ts';
import {
  type Front,
  type Gate,
  type HttpAnswer,
  type HttpRequest,
  type Submitted,
  bearer,
  presendHeaders,
  viewAnswer,
} from './front.ts';
import { readJson } from './read-json.ts';
import { readSendGridMails } from './sendgrid-mail.ts';
import { sendgridView } from './sendgrid-view.ts';

/** SendGrid's statuses ("Mail Send", errors). */
const STATUS: Record<RefusalKind, number> = {
  malformed: 400,
  missing_field: 400,
  invalid_field: 400,
  no_key: 401,
  wrong_key: 401,
  sender: 403,
  not_found: 404,
  method: 405,
  state: 400,
  bad_idempotency_key: 400,
  idempotency_conflict: 409,
  too_large: 413,
  content_type: 415,
  unreadable: 400,
  suppressed: 400,
  too_slow: 408,
  too_many: 429,
  trouble: 503,
};

/**
 * The SendGrid v3 API (docs.sendgrid.com/api-reference). Its SDK copies a mail's own headers into the HTTP request, so
 * nothing but the key and the content type is read from there.
 */
export const sendgrid: Front = {
  name: 'sendgrid',
  key: bearer,
  keyPlace: 'Authorization: Bearer psk_…',
  refuse: ({ kind, message, field, index }) => {
    const where = index === null ? '' : `In the mail of personalizations.${index}: `;
    return { status: STATUS[kind], body: { errors: [{ message: `${where}${message}`, field, help: null }] } };
  },
  routes: [
    { method: 'post', path: '/v3/mail/send', handle: send },
    {
      method: 'get',
      path: '/v3/messages/:id',
      handle: async ({ params }, gate) => {
        const view = await gate.find(params['id']!);
        return viewAnswer(view, sendgridView(view));
      },
    },
  ],
};

async function send(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  const { value, text } = readJson(request);
  const { mails, sandbox } = readSendGridMails(value, text, gate);
  if (sandbox) return { status: 200, body: null };
  const submitted = await gate.submit(mails);
  const headers = presendHeaders(submitted);
  if (gate.refusesSuppressed && submitted.every(({ told }) => told === 'suppressed')) {
    return { ...sendgrid.refuse(suppressed(submitted)), headers };
  }
  return { status: 202, headers: { ...headers, 'X-Message-Id': submitted[0]!.id }, body: null };
}

/** SendGrid takes such mail and drops it later; an engine that hears "sent" of a suppressed mail is lied to. */
function suppressed(submitted: Submitted[]): Refusal {
  const rules = [...new Set(submitted.map(({ reason }) => reason || 'policy'))].join(', ');
  const ids = submitted.map(({ id }) => id).join(', ');
  return new Refusal('suppressed', `Suppressed: ${rules} (${ids}). It was not sent; do not send it again.`, {
    field: 'personalizations',
  });
}
