import { z } from 'zod';
import { DELIVERY_STATES } from '../../message/disposition.ts';
import { DECISIONS } from '../../message/types.ts';

/** The gate's own API. These schemas check requests and are served as OpenAPI; see openapi.ts. */

const address = z.string().max(1000).describe('jane@example.com or Jane <jane@example.com>');
const addresses = z.union([address, z.array(address).min(1)]);

export const attachmentSchema = z.strictObject({
  filename: z.string().min(1).max(255),
  content: z.string().describe('base64'),
  content_type: z.string().optional(),
  content_id: z.string().optional().describe('shown inside the HTML as cid:…'),
});

const mailFields = {
  from: address,
  subject: z.string().max(2000),
  text: z.string().optional(),
  html: z.string().optional(),
  reply_to: addresses.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  attachments: z.array(attachmentSchema).max(100).optional(),
};

export const messageSchema = z
  .strictObject({
    ...mailFields,
    to: addresses,
    cc: addresses.optional(),
    bcc: addresses.optional(),
    scheduled_at: z.string().optional().describe('ISO 8601, or plain English such as "in 1 min"'),
  })
  .describe('A mail to submit. At least one of text and html.');

export const judgeSchema = z
  .strictObject({
    ...mailFields,
    from: address.optional(),
    to: address.describe('the recipient whose record is looked up'),
    record: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("the recipient's record, in place of the CRM mirror's: company, headcount, disqualifiers …"),
  })
  .describe('A draft to judge. Nothing is stored or sent.');

export const rescheduleSchema = z.strictObject({ scheduled_at: z.string() });

const decision = z.enum(DECISIONS).nullable();
const rule = z.string().nullable().describe("a rule's name or another reason for a hold");

export const deliverySchema = z.object({
  id: z.string(),
  to: z.string(),
  disposition: z.enum(DELIVERY_STATES),
  decision,
  rule,
  rationale: z.string().nullable(),
});

export const submittedSchema = z.object({
  id: z.string(),
  disposition: z.string().describe('queued: no verdict yet; otherwise what became of the message'),
  decision,
  rule,
  duplicate: z.boolean().describe('a retry: this is the message of the first request'),
  deliveries: z.array(deliverySchema),
});

export const messageViewSchema = submittedSchema.omit({ duplicate: true }).extend({
  from: z.string(),
  subject: z.string().nullable(),
  message_id: z.string().nullable(),
  received_at: z.string(),
  scheduled_at: z.string().nullable(),
  upstream_id: z.string().nullable(),
});

export const verdictSchema = z.object({
  decision,
  hold_reason: z.string().nullable().describe('why there is no decision: doubt is a hold'),
  rationale: z.string(),
  findings: z.array(
    z.object({
      rule: z.string(),
      decision: z.enum(DECISIONS),
      enforced: z.boolean(),
      rationale: z.string(),
      spans: z.array(
        z.object({ part: z.enum(['subject', 'body']), start: z.int(), end: z.int(), text: z.string() }),
      ),
      fields: z.array(z.object({ field: z.string(), value: z.unknown() })),
    }),
  ),
  notices: z.array(z.object({ kind: z.string(), detail: z.string() })),
  rubric_version: z.string(),
  adapter_version: z.string().nullable(),
  latency_ms: z.number(),
});

/** RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  field: z.string().optional(),
  ...submittedSchema.omit({ duplicate: true }).partial().shape,
});
