import type { RuleName } from '../../judge/verdict.ts';
import type { Action, NotComparable } from '../../evaluate/backtest-types.ts';

/** What each rule stops, and the decision it stands for. */
export const RULE_WORDS: Record<RuleName, { fires: string; decision: string }> = {
  disqualifier: { fires: 'Any disqualifier on the prospect or company.', decision: 'SUPPRESS' },
  opt_out: { fires: 'The prospect opted out of e-mail or of all channels.', decision: 'SUPPRESS' },
  c_level: { fires: 'The recipient is C-level at a large company.', decision: 'ESCALATE' },
  thread_leak: { fires: 'The draft carries content of another thread.', decision: 'BLOCK' },
  low_confidence_funding: {
    fires: 'Funding that the CRM is not sure of is stated as fact.',
    decision: 'BLOCK',
  },
  prior_commitment: { fires: 'The draft promises capacity that is taken.', decision: 'BLOCK' },
  soft_rejection: { fires: 'The draft pushes what the prospect declined.', decision: 'BLOCK' },
  regulated_caveat: {
    fires: 'A regulated prospect gets a timeline without its caveat.',
    decision: 'PENALISE',
  },
  funding_tier: { fires: 'The language fits another company stage.', decision: 'PENALISE' },
  generic_peers: { fires: 'Peers are placeholders, do not fit, or are reused.', decision: 'PENALISE' },
};

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
};
