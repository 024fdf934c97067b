import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { regulatedCaveat } from '../../src/judge/rules/regulated-caveat.ts';
import { inputFor, prospectWith } from './rule-input.ts';

/** Whole mails, and pairs of mails that differ in the one thing the rule is about. */
const CASES: [fires: boolean, draft: string, record: Partial<ProspectSnapshot>][] = [
  [
    true,
    'Hi Ben,\n\nI noticed three open roles for claims engineers. We place senior people with insurers across the UK, and most of our teams are contributing within a fortnight of signature.\n\nIf that is useful I can send two profiles tomorrow.\n\nBest,\nLiya',
    { industry: 'Insurance' },
  ],
  [
    false,
    'Hi Ben,\n\nI noticed three open roles for claims engineers. We place senior people with insurers across the UK, and most of our teams are contributing within a fortnight of signature. With a regulated firm like yours I would add seven to ten working days for vetting.\n\nIf that is useful I can send two profiles tomorrow.\n\nBest,\nLiya',
    { industry: 'Insurance' },
  ],
  [
    false,
    'Hi Ben, we could have people with you in two weeks; background screening runs in parallel and can push that out by a week.',
    { regulated: 'fca' },
  ],
  [true, 'Hi Ben, we could have people with you in two weeks.', { regulated: 'fca' }],
  [
    true,
    'Hi Ben, the usual ramp is 10 days. Compliance is in our DNA, and our clients in finance love that.',
    { regulated: 'fca' },
  ],
  [
    false,
    'Hi Ben, would it make sense to look at this next week? I could send profiles in the next two days.',
    { regulated: 'fca' },
  ],
  [
    false,
    'We normally have engineers working within 3 weeks. For banks, allow 5 to 10 business days more for checks on each person.',
    { regulated: 'finance' },
  ],
  [true, 'We normally have engineers working within 3 weeks. Banks love us.', { regulated: 'finance' }],
  [
    false,
    'Timeline: three weeks from signature to first pull request, clearance permitting.',
    { regulated: 'defence' },
  ],
  [true, 'Timeline: three weeks from signature to first pull request.', { regulated: 'defence' }],
  [false, 'You mentioned a June deadline for the audit. Is that still right?', { regulated: 'finance' }],
  [false, 'How soon would you need people: within four weeks, or later?', { regulated: 'finance' }],
  [
    false,
    'We can be live by the end of the month, though HIPAA onboarding usually adds a week.',
    { regulated: 'hipaa' },
  ],
  [false, 'Our teams overlap with your hours from 9 to 1 and we bill monthly.', { regulated: 'hipaa' }],
];

describe('regulated_caveat in natural mails', () => {
  it.each(CASES)('answers %s to: %s', (fires, draft, record) => {
    expect(regulatedCaveat.check(inputFor(prospectWith(record), draft)).fired).toBe(fires);
  });
});
