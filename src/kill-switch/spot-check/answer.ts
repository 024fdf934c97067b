import { z } from 'zod';
import { UserError } from '../../config/user-error.ts';
import { RULES } from '../../judge/verdict.ts';
import { DECISIONS } from '../../message/types.ts';
import type { Database } from '../../store/database.ts';
import { CHANGE_MS, OPEN_MS, findItem, saveAnswer } from './answer-store.ts';
import { findCheck } from './draw-store.ts';
import { isStop } from './keys.ts';
import { mailOf } from './view-store.ts';

export const CHOICES = [...DECISIONS, 'not_sure'] as const;
export const RULE_CHOICES = [...RULES, 'none'] as const;

/** What a person says: a decision, and for a stop the rule (`none` = none of these). */
export const answerSchema = z
  .strictObject({
    decision: z.enum(CHOICES),
    rule: z.enum(RULE_CHOICES).nullable().default(null),
    note: z.string().trim().max(2_000).nullable().default(null),
  })
  .superRefine(({ decision, rule }, context) => {
    if (isStop(decision) === (rule !== null)) return;
    const message = isStop(decision) ? 'say which rule, or none' : 'only a stop has a rule';
    context.addIssue({ code: 'custom', path: ['rule'], message });
  });
export type NewAnswer = z.output<typeof answerSchema>;

/** Who answers. `key` is the same however they come: an API token of Ann's is still Ann. */
export interface Answerer {
  key: string;
  name: string;
  /** As recorded in the audit log. */
  actor: string;
}

/**
 * Keeps a person's answer to an item.
 *
 * @param again changes the answer given before; otherwise there must be none
 * @throws UserError for an item that there is not or whose mail is gone, a check that is closed, an answer too old to change
 */
export async function answerItem(
  database: Database,
  {
    item: id,
    person,
    answer,
    again,
    now,
  }: {
    item: number;
    person: Answerer;
    answer: NewAnswer;
    again: boolean;
    now: number;
  },
): Promise<void> {
  await database.transact(async (trx) => {
    const item = await findItem(trx, id);
    const check = item && (await findCheck(trx, item.check_id));
    if (!item || !check) throw new UserError(`there is no item ${id} of a spot check`);
    const before = item.answers.find(({ person_key: key }) => key === person.key);
    if (again && !before) throw new UserError('you have not answered this item yet');
    if (!again && before) {
      throw new UserError('you have answered this item and seen the verdict; answer again to change it');
    }
    if (before && now > before.at + CHANGE_MS) {
      throw new UserError('an answer can be changed for a week; this one is older');
    }
    if (!before && now >= check.drawn_at + OPEN_MS) {
      throw new UserError(`spot check ${check.id} is closed: it could be answered for four weeks`);
    }
    if (!(await mailOf(trx, item))) throw new UserError('the mail of this item is not kept any more');
    const { decision, rule, note } = answer;
    await saveAnswer(
      trx,
      {
        item_id: id,
        person_key: person.key,
        person_name: person.name,
        at: now,
        decision,
        rule,
        note: note === '' ? null : note,
      },
      { check: check.id, actor: person.actor, before },
    );
  });
}
