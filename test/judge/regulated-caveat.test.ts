import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { regulatedCaveat } from '../../src/judge/rules/regulated-caveat.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const hospital = { regulated: 'hipaa' };
const bank = { industry: 'Banking' };
const school = {
  available_signals: { sector: 'schools', compliance_requirements: ['DBS for anybody on site'] },
};
const army = { available_signals: { securityClearance: 'SC required', industry: 'logistics' } };
const plain = { industry: 'toys' };

type Case = [draft: string, record: Partial<ProspectSnapshot>];

const FIRES: Case[] = [
  ['Two developers could be in seat by 20 March.', hospital],
  ['We can have your new squad up and running in ten days.', hospital],
  ['Our people start on Monday if you say yes this week.', bank],
  ['Onboarding takes two weeks, start to finish.', bank],
  ['Typically a team is productive within 15 business days.', school],
  ['She could join you immediately.', army],
  ['Everything goes live by the end of June.', bank],
  ['We would embed three analysts with you next month and handle all the compliance for you.', hospital],
  ['All our engineers are pre-vetted, so they can begin tomorrow.', bank],
  ['You will not need to wait for background checks: we can start next week.', army],
  ['Engineers can be deployed within 48 hours... well, within 2 days.', hospital],
  ['No vetting on your side is needed and we could be ready in a week.', school],
  ['Implementation is a three-week job for us.', bank],
  ['Expect the pilot running in 10 days.', { available_signals: { sox_compliance: true } }],
  [
    'We could place two claims engineers with you within a month.\n\nI know how busy the season is. Our bench is deep, our rates are fair and our people stay.\n\nShall I send three profiles?',
    { industry: 'insurance' },
  ],
  [
    'A team of four can be onboarded inside three weeks. Our paperwork is quick.',
    { available_signals: { regulatory_context: 'Licensed by the central bank' } },
  ],
  ['Your engineers would be available from 1 April.', { regulated: 'finance' }],
  [
    'Kick-off to first commit is nine working days with us.',
    { available_signals: { compliance: { hipaa: true } } },
  ],
  ['We can start in 2 weeks. We know compliance matters to you.', bank],
  ['The rollout will be finished by May. Your auditors will be pleased.', bank],
];

const PASSES: Case[] = [
  [
    'We can have your squad running in ten days, plus about seven working days for background checks.',
    hospital,
  ],
  ['Onboarding takes two weeks. Your vendor-risk review comes first and usually adds three.', bank],
  ['Our people could start on Monday, subject to clearance.', army],
  ['A developer can join within 15 days once the DBS check is back.', school],
  ['We could start next week, pending your third-party risk assessment.', bank],
  ['Once the BAA is signed, the team is productive within two weeks.', hospital],
  ['The usual lead time is three weeks; allow another ten days for pre-employment screening.', bank],
  ['We can begin on 1 April. Please factor in your security review before that date.', bank],
  [
    'We start within three weeks. Because of HIPAA there is an additional compliance review, which takes a week.',
    hospital,
  ],
  ['Vetting has to be completed first. After that we can be ready in five days.', army],
  ['Two developers could be in seat by 20 March.', plain],
  [
    'We can have your new squad up and running in ten days.',
    { ...plain, available_signals: { regulated: false } },
  ],
  ['Our people start on Monday.', { regulated: 'none' }],
  ['Would a call next week be of use?', bank],
  ['Could we set up a 20-minute chat on Thursday?', hospital],
  ['I will send the profiles by Friday.', bank],
  ['I read that your new core system goes live in June. How is the team holding up?', bank],
  ['You have been hiring nurses for six months now.', hospital],
  ['We helped a lender cut its backlog in three weeks last year.', bank],
  ['Our engagements run for six months as a minimum.', bank],
  ['We have supported hospitals for ten years.', hospital],
  ['Our engineers know your stack. Would it help to see two profiles?', army],
  ['You are launching in Spain next month, I read.', bank],
  ['Shall we start with a short call tomorrow?', school],
  ['We can start in two weeks.', { available_signals: { compliance: 'none', industry: 'games' } }],
  [
    'We can start in two weeks.',
    { available_signals: { certifications: 'SOC 2', compliance_status: 'SOC 2 Type II' } },
  ],
];

describe('regulated_caveat', () => {
  it.each(FIRES)('fires on: %s', (draft, record) => {
    const result = regulatedCaveat.check(inputFor(prospectWith(record), draft));
    expect(result.fired).toBe(true);
    if (result.fired) {
      expect(result.spans[0]?.text.length).toBeGreaterThan(0);
      expect(result.fields).toHaveLength(1);
    }
  });

  it.each(PASSES)('passes: %s', (draft, record) => {
    expect(regulatedCaveat.check(inputFor(prospectWith(record), draft)).fired).toBe(false);
  });

  it('reads the subject, and a caveat in the body excuses it', () => {
    const check = (body: string) =>
      regulatedCaveat.check(inputFor(prospectWith(bank), body, { subject: 'Engineers onboarded in 2 weeks' }))
        .fired;
    expect(check('Would a call suit?')).toBe(true);
    expect(check('Your vendor-risk review comes first, of course. Would a call suit?')).toBe(false);
  });

  it('does not read a promise out of a quoted mail', () => {
    const input = inputFor(prospectWith(bank), 'Thanks, speak soon.\n> We can start on Monday.');
    input.draft.segments = [
      { kind: 'new', start: 0, end: 20 },
      { kind: 'quote', start: 20, end: input.draft.body.length },
    ];
    expect(regulatedCaveat.check(input).fired).toBe(false);
  });
});
