import type { Decision } from '../../message/types.ts';
import type { Stratum } from './allocate.ts';

/** What a person says the decision should have been. */
export interface PersonsAnswer {
  decision: Decision | 'not_sure';
  /** The rule of the rubric, `none` for none of them; null for PASS and not_sure. */
  rule: string | null;
  at: number;
}

/**
 * What people's answers to one item come to: nobody answered (or was sure), they agree, or they differ. Whoever is not sure
 * counts for nothing.
 */
export type Truth =
  | { state: 'open' | 'disputed' }
  | {
      state: 'agreed';
      decision: Decision;
      rule: string | null;
      /** When the last of those who agree said so. */
      at: number;
    };

export function truthOf(answers: readonly PersonsAnswer[]): Truth {
  const definite = answers.flatMap(({ decision, ...one }) =>
    decision === 'not_sure' ? [] : [{ decision, ...one }],
  );
  const [first] = definite;
  if (!first) return { state: 'open' };
  const { decision, rule } = first;
  if (definite.some((one) => one.decision !== decision || one.rule !== rule)) return { state: 'disputed' };
  return { state: 'agreed', decision, rule, at: Math.max(...definite.map(({ at }) => at)) };
}

/**
 * Whether the judge was right. Doubt (`HOLD`) is right about mail that had to be stopped, whatever the decision: a person saw
 * it. About mail that should have gone it is wrong.
 */
export function isRight(judge: Stratum['decision'], truth: Decision): boolean {
  return judge === 'HOLD' ? truth !== 'PASS' : judge === truth;
}
