import { z } from 'zod';
import { listUsers, userById } from '../access/user-store.ts';
import { ApiError } from '../http/api-error.ts';
import { type Account, type Endpoint, READ, REVIEW, endpoint } from '../http/endpoint.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import type { Delivery } from '../queue/settle.ts';
import { type Act, LABELS, personOf } from './act.ts';
import { actOf, deliveryIn, itemFor } from './asked.ts';
import type { ReviewDesk } from './desk.ts';
import { editDelivery } from './edit.ts';
import { snoozeTrouble } from './notes.ts';
import type { ActResult, Assignable, EditResult } from './web-types.ts';

const version = z.int().optional();
const actBody = z.strictObject({
  version,
  label: z.enum(LABELS).optional(),
  reason: z.string().trim().max(2_000).optional(),
});
const rejectBody = actBody.extend({
  reason: z.string('say why: the engine is told').trim().min(1, 'say why: the engine is told').max(2_000),
});
const editBody = z.strictObject({
  text: z
    .string()
    .max(200_000)
    .refine((text) => text.trim() !== '', 'must not be empty; to end the mail, reject it'),
  subject: z.string().max(998).optional(),
  version,
});
const snoozeBody = z.strictObject({ until: z.int().positive().nullable(), version });
const claimBody = z.strictObject({ version });
const assignBody = z.strictObject({ person: z.string().max(100).nullable() });
const commentBody = z.strictObject({ text: z.string().trim().min(1, 'must not be empty').max(10_000) });
const labelBody = z.strictObject({ label: z.enum(LABELS) });
const openedBody = z.strictObject({ revision: z.int().min(0) });
const presenceBody = z.strictObject({ leave: z.boolean().optional() });

/** Acts that settle a delivery, by the last part of their path. */
const ACTS = {
  release: 'release',
  undo: 'undo',
  reject: 'reject',
  escalate: 'escalate',
  close: 'close',
  'take-over': 'takeOver',
  confirm: 'confirm',
  resend: 'resend',
  cancel: 'cancel',
} as const;

/** What people do with one delivery. */
export function actEndpoints(desk: ReviewDesk): Endpoint[] {
  const { database, review, notes, presence, now, config, rejudge } = desk;
  const { db } = database;

  /** Does it, and tells how the delivery stands then. */
  const done = async (account: Account, work: Promise<Delivery>): Promise<ActResult> => {
    const { id } = await work;
    const item = await itemFor(desk, account, id);
    return { item, undo_until: item.undo_until, awaiting_approval: false };
  };

  const settling = Object.entries(ACTS).map(([path, method]) =>
    endpoint('post', `/deliveries/:id/${path}`, {
      access: REVIEW,
      body: method === 'reject' ? rejectBody : actBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        const { version, label, reason } = body;
        const act: Act = actOf(account, { version, label, reason: reason || undefined });
        const after = review[method](id, act);
        const result = await done(account, after);
        const { state } = await after;
        return { ...result, awaiting_approval: method === 'release' && state !== 'relaying' };
      },
    }),
  );

  return [
    ...settling,
    endpoint('post', '/deliveries/:id/edit', {
      access: REVIEW,
      body: editBody,
      limit: 1_048_576,
      handle: async ({ account, params, body }): Promise<EditResult> => {
        const { id } = await deliveryIn(desk, params);
        const { text, subject, version } = body;
        const edit = { text, subject, ...actOf(account, { version }) };
        await editDelivery({ database, config, now, rejudge }, id, edit);
        const verdict = await newestVerdict(db, id);
        if (!verdict) throw new Error(`no verdict on the edit of ${id}`);
        return { item: await itemFor(desk, account, id), verdict };
      },
    }),
    endpoint('post', '/deliveries/:id/snooze', {
      access: REVIEW,
      body: snoozeBody,
      handle: async ({ account, params, body: { until, version } }) => {
        const delivery = await deliveryIn(desk, params);
        const why = snoozeTrouble(until, delivery, now());
        if (why !== null) throw new ApiError('invalid', `until: ${why}`, { fields: { until: why } });
        return done(account, notes.snooze(delivery.id, until, actOf(account, { version })));
      },
    }),
    endpoint('post', '/deliveries/:id/claim', {
      access: REVIEW,
      body: claimBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        return done(account, notes.claim(id, actOf(account, body)));
      },
    }),
    endpoint('post', '/deliveries/:id/unclaim', {
      access: REVIEW,
      body: claimBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        return done(account, notes.assign(id, null, actOf(account, body)));
      },
    }),
    endpoint('get', '/people', {
      access: READ,
      handle: async (): Promise<Assignable[]> =>
        (await listUsers(db))
          .filter((user) => user.disabled_at === null && user.role !== 'auditor')
          .map(({ id, name }) => ({ id, name }))
          .toSorted((a, b) => a.name.localeCompare(b.name)),
    }),
    endpoint('post', '/deliveries/:id/assign', {
      access: REVIEW,
      body: assignBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        return done(account, notes.assign(id, await assignable(body.person), actOf(account)));
      },
    }),
    endpoint('post', '/deliveries/:id/comments', {
      access: REVIEW,
      body: commentBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        return notes.comment(id, body.text, actOf(account));
      },
    }),
    endpoint('post', '/deliveries/:id/label', {
      access: REVIEW,
      body: labelBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        return done(account, notes.label(id, body.label, actOf(account)));
      },
    }),
    endpoint('post', '/deliveries/:id/opened', {
      access: REVIEW,
      body: openedBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        return done(account, notes.opened(id, body.revision, actOf(account)));
      },
    }),
    endpoint('post', '/deliveries/:id/presence', {
      access: READ,
      body: presenceBody,
      handle: async ({ account, params, body }) => {
        const { id } = await deliveryIn(desk, params);
        const person = personOf(actOf(account));
        if (body.leave) presence.leave(id, person);
        else presence.see(id, person);
        return { delivery_id: id, people: presence.others(id, person.id) };
      },
    }),
  ];

  /** @throws ApiError for who cannot look after held mail */
  async function assignable(id: string | null): Promise<Assignable | null> {
    if (id === null) return null;
    const user = await userById(db, id);
    if (user && user.disabled_at === null && user.role !== 'auditor') return { id: user.id, name: user.name };
    const why = user ? `${user.name} cannot look after held mail` : 'there is no such person';
    throw new ApiError('invalid', `person: ${why}`, { fields: { person: why } });
  }
}
