import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, READ, SENT, endpoint } from '../http/endpoint.ts';
import { openMail } from '../off-loop/mail.ts';
import { deliveryIn } from './asked.ts';
import { guard, pictureType, sendAttachment } from './attachment-answer.ts';
import { deliveryView } from './delivery-view.ts';
import type { ReviewDesk } from './desk.ts';
import { mailView, rawAt } from './mail-view.ts';

const revisionQuery = z.strictObject({
  revision: z
    .string()
    .regex(/^\d{1,6}$/, 'must be the number of a revision')
    .optional(),
});
const attachmentQuery = revisionQuery.extend({ inline: z.enum(['0', '1']).optional() });

/** One delivery and its mail, for reading. */
export function deliveryEndpoints(desk: ReviewDesk): Endpoint[] {
  const { database, now, presence } = desk;
  return [
    endpoint('get', '/deliveries/:id', {
      access: READ,
      handle: async ({ account, params }) => {
        const delivery = await deliveryIn(desk, params);
        const viewers = presence.others(delivery.id, account.id);
        return deliveryView({ ...desk, db: database.db, account, now: now(), viewers }, delivery);
      },
    }),
    endpoint('get', '/deliveries/:id/mail', {
      access: READ,
      query: revisionQuery,
      handle: async ({ params, query }) => {
        const delivery = await deliveryIn(desk, params);
        return mailView(database.db, delivery.message_id, revisionOf(query, delivery));
      },
    }),
    endpoint('get', '/deliveries/:id/raw', {
      access: READ,
      query: revisionQuery,
      handle: async ({ params, query, res }) => {
        const delivery = await deliveryIn(desk, params);
        const revision = revisionOf(query, delivery);
        const { raw } = await rawAt(database.db, delivery.message_id, revision);
        res.attachment(`${delivery.id}${revision === 0 ? '' : `-edit-${revision}`}.eml`);
        guard(res).type('message/rfc822').send(raw);
        return SENT;
      },
    }),
    endpoint('get', '/deliveries/:id/attachments/:index', {
      access: READ,
      query: attachmentQuery,
      handle: async ({ params, query, res }) => {
        const delivery = await deliveryIn(desk, params);
        const { raw } = await rawAt(database.db, delivery.message_id, revisionOf(query, delivery));
        const index = /^\d{1,4}$/.test(params['index'] ?? '') ? Number(params['index']) : -1;
        const part = (await openMail(raw)).attachments[index];
        if (!part) throw new ApiError('not_found', 'The mail has no such attachment.');
        const picture = query.inline === '1' ? pictureType(part) : null;
        if (picture === null) sendAttachment(res, part, index);
        else guard(res).set('Content-Disposition', 'inline').type(picture).send(part.content);
        return SENT;
      },
    }),
  ];
}

function revisionOf(
  { revision }: { revision?: string | undefined },
  { body_revision }: { body_revision: number },
): number {
  return revision === undefined ? body_revision : Number(revision);
}
