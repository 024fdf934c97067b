import { proportion } from '../../evaluate/statistics.ts';
import { type AnsweredItem, OPEN_MS } from './answer-store.ts';
import type { SpotCheck } from './draw-store.ts';
import { isRight, truthOf } from './truth.ts';
import type { CheckResult } from './web-types.ts';

/** Whether its items can still be answered for the first time. */
export function isOpen({ drawn_at }: Pick<SpotCheck, 'drawn_at'>, now: number): boolean {
  return now < drawn_at + OPEN_MS;
}

/** What a check came to. @param items those of the check */
export function checkResult(check: SpotCheck, items: readonly AnsweredItem[], now: number): CheckResult {
  const truths = items.map(({ decision, answers }) => ({ decision, truth: truthOf(answers) }));
  const agreed = truths.flatMap(({ decision, truth }) =>
    truth.state === 'agreed' ? [isRight(decision, truth.decision)] : [],
  );
  const disputed = truths.filter(({ truth }) => truth.state === 'disputed').length;
  const right = agreed.filter(Boolean).length;
  const { rate, low, high } = proportion(right, agreed.length);
  const { id, drawn_at, actor, since, until, population } = check;
  return {
    id,
    drawn_at,
    actor,
    since,
    until,
    population,
    items: items.length,
    agreed: agreed.length,
    disputed,
    unanswered: items.length - agreed.length - disputed,
    right,
    rate,
    interval: rate === null ? null : { low, high },
    open: isOpen(check, now),
  };
}
