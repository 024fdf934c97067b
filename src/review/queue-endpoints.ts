import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, READ, REVIEW, endpoint } from '../http/endpoint.ts';
import { LABELS } from './act.ts';
import { actOf, viewerOf } from './asked.ts';
import { bulkAct } from './bulk.ts';
import type { ReviewDesk } from './desk.ts';
import { queuePage } from './queue.ts';
import { queueQuerySchema, readQueueQuery } from './queue-query.ts';

/** Rows of a page where nothing is asked for. */
const PAGE = 50;
/** Most deliveries that one request acts on. */
const MOST_IDS = 500;

const reason = z.string().trim().min(1, 'must not be empty').max(2_000);

const bulkBody = z
  .strictObject({
    ids: z.array(z.string().min(1).max(100)).min(1, 'choose at least one').max(MOST_IDS),
    act: z.enum(['release', 'reject', 'escalate', 'snooze', 'claim', 'undo']),
    label: z.enum(LABELS).optional(),
    reason: reason.optional(),
    until: z.int().positive().optional(),
  })
  .refine((body) => body.act !== 'snooze' || body.until !== undefined, {
    path: ['until'],
    message: 'say until when',
  })
  .refine((body) => body.act !== 'reject' || body.reason !== undefined, {
    path: ['reason'],
    message: 'say why: the engine is told',
  });

const settleBody = z
  .strictObject({
    act: z.enum(['release', 'reject']),
    label: z.enum(LABELS).optional(),
    reason: reason.optional(),
  })
  .refine((body) => body.act !== 'reject' || body.reason !== undefined, {
    path: ['reason'],
    message: 'say why: the engine is told',
  });

/** Lists of what is held, and acts on many at once. */
export function queueEndpoints(desk: ReviewDesk): Endpoint[] {
  const { causes, jobs } = desk;
  const unknownJob = (): ApiError =>
    new ApiError('not_found', 'There is no such job; what it did not settle is still held.');
  return [
    endpoint('get', '/queue', {
      access: READ,
      query: queueQuerySchema,
      handle: ({ account, query }) => {
        const { sort = 'oldest', cursor, limit, ...rest } = query;
        const viewer = viewerOf(desk, account);
        return queuePage(viewer, readQueueQuery(rest, viewer), {
          sort,
          cursor,
          limit: limit === undefined ? PAGE : Number(limit),
        });
      },
    }),
    endpoint('post', '/queue/bulk', {
      access: REVIEW,
      body: bulkBody,
      handle: ({ account, body }) => {
        const { ids, act, label, reason, until } = body;
        return bulkAct(
          desk,
          { ids, act, ...(until === undefined ? {} : { until }) },
          actOf(account, { label, reason }),
        );
      },
    }),
    endpoint('get', '/queue/causes', {
      access: READ,
      handle: ({ account }) => causes.list(account.id),
    }),
    endpoint('post', '/queue/causes/:key/settle', {
      access: REVIEW,
      body: settleBody,
      handle: ({ account, params, body: { act, label, reason } }) =>
        jobs.start(params['key'] ?? '', { act }, actOf(account, { label, reason })),
    }),
    endpoint('get', '/queue/causes/:key/settle/:job', {
      access: READ,
      handle: async ({ params }) => {
        const job = jobs.get(params['key'] ?? '', params['job'] ?? '');
        if (!job) throw unknownJob();
        return job;
      },
    }),
    endpoint('post', '/queue/causes/:key/settle/:job/undo', {
      access: REVIEW,
      handle: async ({ account, params }) => {
        const job = await jobs.undo(params['key'] ?? '', params['job'] ?? '', actOf(account));
        if (!job) throw unknownJob();
        return job;
      },
    }),
  ];
}
