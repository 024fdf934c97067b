import type { Kysely } from 'kysely';
import { removedText } from '../message/removed-text.ts';
import { reportsOn } from '../kill-switch/brand-damage-store.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import { findOwnId } from '../review/read.ts';
import type { Schema } from '../store/schema.ts';
import { findMessages } from './find-messages.ts';
import { storyOf } from './story.ts';
import {
  messageIdOf,
  readDeliveries,
  readHits,
  readMessage,
  readRecorded,
  readSameText,
  readTexts,
} from './trace-store.ts';
import type { TraceFound, TraceView } from './web-types.ts';

/** Finds what a complaint may be about. */
export async function searchTrace(db: Kysely<Schema>, text: string, limit = 50): Promise<TraceFound> {
  const found = await findMessages(db, text, limit);
  const hits = await readHits(
    db,
    found.map(({ message_id }) => message_id),
  );
  return {
    hits: hits.map((hit) => ({
      ...hit,
      why: found.find(({ message_id }) => message_id === hit.message_id)?.why ?? '',
    })),
    more: found.length >= limit,
  };
}

/**
 * All that is known about one message: text, verdicts with the records as judged, what happened, and who else got the text.
 *
 * @param id the gate's, an upstream's or the engine's; of the message or a delivery
 * @returns null when there is no such message
 */
export async function readTrace(db: Kysely<Schema>, id: string): Promise<TraceView | null> {
  const messageId = (await messageIdOf(db, id)) ?? (await messageIdOf(db, (await findOwnId(db, id)) ?? ''));
  const message = messageId === null ? undefined : await readMessage(db, messageId);
  if (!message) return null;
  const deliveries = await readDeliveries(db, message.id);
  const texts = await readTexts(db, message.id);
  const [first, ...edits] = texts;
  // What most recipients have got, or would get: a reviewer's edit counts.
  const current =
    texts.findLast(({ revision }) => deliveries.some((one) => one.body_revision === revision)) ?? first;
  const same = (column: 'text_key' | 'template_key') => {
    const key = current?.[column] ?? null;
    return key === null ? null : readSameText(db, column, key, message.id);
  };
  const { engine_id, engine, mode, text_removed_at: _at, text_removed_for: _for, ...rest } = message;
  return {
    message: rest,
    engine: { id: engine_id, name: engine, mode },
    text: first?.body ?? removedText(message) ?? '',
    headers: first?.headers ?? '',
    edits: edits.map(({ revision, at, actor, body }) => ({ revision, at, actor, text: body })),
    deliveries: await Promise.all(
      deliveries.map(async (delivery) => {
        const recorded = await readRecorded(db, delivery);
        return {
          id: delivery.id,
          recipient: delivery.recipient,
          state: delivery.state,
          released_by: delivery.released_by,
          verdict: await newestVerdict(db, delivery.id),
          story: storyOf(recorded, { [`engine:${engine_id}`]: `engine ${engine}` }),
          labels: recorded.labels,
          damage: await reportsOn(db, delivery.id),
        };
      }),
    ),
    same_text: await same('text_key'),
    same_template: await same('template_key'),
  };
}
