import { z } from 'zod';
import {
  judgeSchema,
  messageSchema,
  messageViewSchema,
  problemSchema,
  rescheduleSchema,
  submittedSchema,
  verdictSchema,
} from './native-schema.ts';

const SCHEMAS = {
  Message: messageSchema,
  Submitted: submittedSchema,
  MessageView: messageViewSchema,
  Reschedule: rescheduleSchema,
  Draft: judgeSchema,
  Verdict: verdictSchema,
  Problem: problemSchema,
};

const ref = (name: keyof typeof SCHEMAS): object => ({ $ref: `#/components/schemas/${name}` });
const json = (name: keyof typeof SCHEMAS): object => ({ 'application/json': { schema: ref(name) } });
const refusal = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});

const COMMON = {
  '400': refusal('The body is not what its content type says'),
  '401': refusal('No key, or a wrong one'),
  '415': refusal('Another content type'),
  '422': refusal('A field is missing or not valid'),
  '503': refusal('Trouble at the gate: nothing was stored; see Retry-After'),
};
const NOT_FOUND = { '404': refusal('No such message of this engine') };
const ID = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
const IDEMPOTENCY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Within 24 hours the same key gives the same message',
  schema: { type: 'string', minLength: 1, maxLength: 256 },
};

/** The gate's own API as OpenAPI 3.1, its schemas the ones that check the requests. */
export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'presend',
      version: '1',
      description: 'Submit mail to the gate, see what became of it, and judge drafts without sending.',
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([name, schema]) => {
          const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
          return [name, rest];
        }),
      ),
    },
    security: [{ key: [] }],
    paths: {
      '/v1/messages': {
        post: {
          summary: 'Submit a mail',
          parameters: [
            IDEMPOTENCY,
            {
              name: 'from',
              in: 'query',
              description: 'Return path, for message/rfc822',
              schema: { type: 'string' },
            },
            {
              name: 'to',
              in: 'query',
              description: 'Envelope recipients, for message/rfc822',
              schema: { type: 'array', items: { type: 'string' } },
            },
          ],
          requestBody: {
            required: true,
            content: {
              ...json('Message'),
              'message/rfc822': { schema: { type: 'string', format: 'binary' } },
            },
          },
          responses: {
            '202': { description: 'Accepted; held and escalated mail too', content: json('Submitted') },
            ...COMMON,
            '403': refusal('The engine may not send as this From'),
            '409': refusal('The idempotency key was used for another request'),
            '413': refusal('The body is too large'),
          },
        },
      },
      '/v1/messages/{id}': {
        get: {
          summary: 'What became of a mail',
          parameters: ID,
          responses: {
            '200': { description: 'The message', content: json('MessageView') },
            '401': COMMON['401'],
            ...NOT_FOUND,
          },
        },
        patch: {
          summary: 'Another time for a scheduled mail',
          parameters: ID,
          requestBody: { required: true, content: json('Reschedule') },
          responses: {
            '200': { description: 'The message', content: json('MessageView') },
            ...COMMON,
            ...NOT_FOUND,
            '409': refusal('Its state does not allow it'),
          },
        },
      },
      '/v1/messages/{id}/cancel': {
        post: {
          summary: 'Take back a mail that has not gone',
          parameters: ID,
          responses: {
            '200': { description: 'The message', content: json('MessageView') },
            '401': COMMON['401'],
            ...NOT_FOUND,
            '409': refusal('Its state does not allow it'),
          },
        },
      },
      '/v1/judge': {
        post: {
          summary: 'Judge a draft; nothing is stored',
          requestBody: { required: true, content: json('Draft') },
          responses: { '200': { description: 'The verdict', content: json('Verdict') }, ...COMMON },
        },
      },
    },
  };
}
