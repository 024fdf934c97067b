import type { Config } from '../config/config.ts';
import type { CrmDeps } from '../crm/endpoints.ts';
import { queueWriteBacksFor } from '../feedback/write-back-store.ts';
import { writeBackTargetNames } from '../feedback/write-back-targets.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { ProviderName } from '../message/provider.ts';
import { decidingRule } from '../judge/deciding-rule.ts';
import { createJudge, createRejudge } from '../pipeline/judge-delivery.ts';
import type { Rejudging } from '../pipeline/rejudge.ts';

/** What the CRM grid needs of the pipeline: judging held mail as if, judging it again, and telling others of opt-outs. */
export function crmParts({
  config,
  rubric,
  accounts,
  rejudging,
  now,
}: {
  config: Config;
  rubric: () => Rubric;
  accounts: ReadonlySet<ProviderName>;
  rejudging: Rejudging;
  now: () => number;
}): Pick<CrmDeps, 'judgeHeld' | 'reasonOf' | 'rejudgeNow' | 'onOptOut'> {
  const targets = writeBackTargetNames(config);
  return {
    judgeHeld: async (database, delivery) => {
      // By the rules alone: the adapter takes seconds, and a person waits.
      const judge = createJudge({ database, rubric });
      return (await createRejudge({ database, judge, bench: null, accounts, now })(delivery)).verdict;
    },
    reasonOf: (verdict) => decidingRule(verdict) ?? verdict.hold_reason,
    rejudgeNow: (ids) => rejudging.now(ids),
    onOptOut: (trx, optOut, at) => queueWriteBacksFor(trx, optOut, { targets, at }),
  };
}
