import type { Action, NotComparable } from '../../evaluate/backtest-types.ts';

/** "3 holds into relays" */
export const ACTION_WORDS: Record<Action, { one: string; many: string }> = {
  relay: { one: 'relay', many: 'relays' },
  hold: { one: 'hold', many: 'holds' },
  forward: { one: 'escalation', many: 'escalations' },
  suppress: { one: 'suppression', many: 'suppressions' },
};

export const NOT_COMPARABLE_WORDS: Record<NotComparable, string> = {
  rubric_unknown: 'were judged by a rubric whose text is not kept',
  rules_changed:
    'come out otherwise even under the rubric they were judged by (the rules have changed since)',
  judge_failed: 'had no verdict, because the judge failed on them',
  unreadable: 'cannot be read any more',
  adapter_unavailable: 'could not be put to the other model, which failed on them',
};
