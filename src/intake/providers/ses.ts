import { uuidOf } from '../../message/id.ts';
import { parseJson } from '../json-body.ts';
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
import { readSesMail } from './ses-mail.ts';
import { sesInsights } from './ses-view.ts';
import { accessKeyIdOf, verifySigV4 } from './sigv4.ts';

/** "SendEmail" and "Common errors" of the Amazon SES API v2: status and type. */
const ERRORS: Record<RefusalKind, [status: number, type: string]> = {
  malformed: [400, 'BadRequestException'],
  missing_field: [400, 'BadRequestException'],
  invalid_field: [400, 'BadRequestException'],
  no_key: [403, 'MissingAuthenticationTokenException'],
  wrong_key: [403, 'InvalidSignatureException'],
  sender: [403, 'AccessDeniedException'],
  not_found: [404, 'NotFoundException'],
  method: [405, 'MethodNotAllowedException'],
  state: [409, 'ConflictException'],
  bad_idempotency_key: [400, 'BadRequestException'],
  idempotency_conflict: [409, 'ConflictException'],
  too_large: [413, 'RequestEntityTooLargeException'],
  content_type: [415, 'UnsupportedMediaTypeException'],
  unreadable: [400, 'BadRequestException'],
  suppressed: [400, 'MessageRejected'],
  too_slow: [408, 'RequestTimeoutException'],
  too_many: [429, 'TooManyRequestsException'],
  trouble: [503, 'ServiceUnavailableException'],
};

/** The Amazon SES API v2 (docs.aws.amazon.com/ses/latest/APIReference-V2). */
export const ses: Front = {
  name: 'ses',
  verify: verifySigV4,
  keyId: accessKeyIdOf,
  refuse: ({ kind, message }) => {
    const [status, type] = ERRORS[kind];
    return { status, headers: { 'x-amzn-ErrorType': type }, body: { message } };
  },
  routes: [
    { method: 'post', path: '/v2/email/outbound-emails', handle: send },
    {
      method: 'post',
      path: '/v2/email/outbound-bulk-emails',
      handle: () =>
        Promise.reject(
          new Refusal(
            'unreadable',
            'Bulk emails are made of templates at Amazon SES, so presend cannot read what each recipient would see. Render the mails yourself and send each with SendEmail.',
          ),
        ),
    },
    {
      method: 'get',
      path: '/v2/email/insights/:id',
      handle: async ({ params }, gate) => {
        const view = await gate.find(params['id']!);
        return viewAnswer(view, sesInsights(view));
      },
    },
  ],
};

async function send(request: HttpRequest, gate: Gate): Promise<HttpAnswer> {
  if (!/^application\/(?:json|x-amz-json-1\.[01])\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(
      'content_type',
      'Send the body as JSON, with the header Content-Type: application/json.',
    );
  }
  const [submitted] = await gate.submit([readSesMail(parseJson(request.body).value, request.body, gate)]);
  const told = presendHeaders([submitted!]);
  if (submitted!.told === 'suppressed' && gate.refusesSuppressed) {
    return withHeaders(ses.refuse(suppressed(submitted!)), told);
  }
  return { status: 200, headers: told, body: { MessageId: uuidOf(submitted!.id) } };
}

const withHeaders = (answer: HttpAnswer, headers: Record<string, string>): HttpAnswer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

/** Amazon SES takes such mail and reports a bounce; an engine that hears "sent" of a suppressed mail is lied to. */
function suppressed({ id, reason, outcomes }: Submitted): Refusal {
  const who = (outcomes ?? []).map(({ recipient }) => recipient).join(', ');
  return new Refusal(
    'suppressed',
    `Suppressed: ${who}: ${reason || 'policy'} (${id}). It was not sent; do not send it again.`,
  );
}
