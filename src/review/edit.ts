import type { Config } from '../config/config.ts';
import { accountsOf } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import { draftTextOf } from '../insight/draft-text.ts';
import { keepDraftText, textContext } from '../insight/draft-text-store.ts';
import type { Verdict } from '../judge/verdict.ts';
import { EditError } from '../message/edit.ts';
import { editMail, parseMail } from '../off-loop/mail.ts';
import { textKeysOf } from '../off-loop/text-keys.ts';
import { applyRejudged, newestRevision, type Rejudge } from '../pipeline/rejudge.ts';
import { companionsOf } from '../pipeline/route.ts';
import type { Delivery } from '../queue/settle.ts';
import { readRaw } from '../queue/store.ts';
import type { Database } from '../store/database.ts';
import { type Act, actorDetail, versionOf } from './act.ts';
import { requireDelivery } from './require-delivery.ts';
import { requireVersion } from './review.ts';

/**
 * Replaces the text of a held mail and judges it again. The accepted bytes stay; the edit is a new revision of the body.
 *
 * @returns the verdict on the new text; the delivery stays held (or is suppressed, if the record asks for that)
 * @throws UserError for unknown ids, deliveries that are not held, that somebody changed meanwhile, and mail that cannot be
 *   edited
 */
export async function editDelivery(
  {
    database,
    config,
    now,
    rejudge,
  }: { database: Database; config: Pick<Config, 'providers'>; now: () => number; rejudge: Rejudge },
  id: string,
  edit: { text: string; subject?: string | undefined } & Pick<Act, 'actor' | 'person' | 'version'>,
): Promise<Verdict> {
  const delivery = await requireDelivery(database.db, id);
  await requireVersion(database.db, delivery, edit.version, now());
  if (delivery.state !== 'held')
    throw new UserError(`${id} is ${delivery.state}; only a held mail can be edited`);
  if (edit.text.trim() === '') throw new UserError('the new text is empty; to end the mail, reject it');

  const raw = await readRaw(database.db, delivery.message_id, delivery.body_revision);
  const { text, subject } = edit;
  const edited = await editMail(raw, subject === undefined ? { text } : { text, subject }).catch((error) => {
    throw error instanceof EditError ? new UserError(`${id} cannot be edited: ${error.message}`) : error;
  });
  const parsed = await parseMail(edited);
  const { addresses, records } = await textContext(database.db, delivery.message_id);
  const keys = await textKeysOf(parsed.draft, records);
  const kept = draftTextOf({ raw: edited, parsed, addresses, keys });
  const revision = await database.transact(async (trx) => {
    const newest = await trx
      .selectFrom('bodies')
      .select((eb) => eb.fn.max('revision').as('revision'))
      .where('message_id', '=', delivery.message_id)
      .executeTakeFirstOrThrow();
    const next = newest.revision + 1;
    await trx
      .insertInto('bodies')
      .values({
        message_id: delivery.message_id,
        revision: next,
        raw: edited,
        created_at: now(),
        actor: edit.actor,
      })
      .execute();
    await keepDraftText(trx, { message_id: delivery.message_id, revision: next }, kept);
    return next;
  });
  // Those that leave with it leave with the same text.
  const companions = await companionsOf(database.db, delivery, accountsOf(config.providers));
  const seen = await newestRevision(database.db);
  const judged: (Awaited<ReturnType<Rejudge>> & { one: Delivery })[] = [];
  for (const one of [delivery, ...companions]) judged.push({ one, ...(await rejudge(one, revision)) });
  await database.transact(async (trx) => {
    for (const { one, verdict, prospectId } of judged) {
      // Settled or edited by somebody else while this text was judged.
      await requireVersion(trx, await requireDelivery(trx, one.id), versionOf(one), now());
      await applyRejudged(trx, one, {
        verdict,
        prospectId,
        revision: seen,
        at: now(),
        actor: edit.actor,
        bodyRevision: revision,
        detail: { edited: true, ...actorDetail(edit) },
      });
    }
  });
  return judged[0]!.verdict;
}
