import { describe, expect, it } from 'vitest';
import { prospectFromContext } from '../../src/evaluate/context.ts';
import { regulatedCaveat } from '../../src/judge/rules/regulated-caveat.ts';
import { inputFor } from './rule-input.ts';

/** Judged on 4 March 2026 for a firm whose record says that it is regulated. */
const PROMISES = [
  'Your branches will be taking payments on the new terminals within five weeks of signing.',
  'You would be screening transactions in twenty working days, guaranteed.',
  "We'll have both theatres on the new rota system by Easter.",
  'Policy admin would be switched across before the end of May.',
  'The archive is indexed in six weeks from kick-off.',
  'By Christmas your tenants could all be paying through it.',
  'Your nurses will have it on their phones by the second of April.',
  'The first two wards: thirty days after contract. The rest: sixty.',
  "I can have the reconciliations running inside a fortnight, and that's a promise.",
  'Statements go out from our platform in 45 days from signature.',
  'The old register gets replaced in ten working days, no fuss.',
  "We'd be live with claims by 1 June, provided you can lend us a tester.",
  'Everything is in production in ninety days.',
  '- scoping in week one\n- live within eight weeks\n- support for a year',
  'Your members are going to see their balances in the app before Thanksgiving.',
  'All fourteen sites will be on it by 30 April, weekends included.',
  'Our fitters can get every dispenser connected in three weeks.',
  'You’ll be reporting to the regulator from the new system by the end of Q2.',
  'It takes us six weeks to get a lender of your size up and running.',
  'Go-live in 21 days or you do not pay.',
  'A team of five can start on site on 16 March.',
  'We guarantee first payouts within two months of the order.',
  'The migration will be over by midsummer; you have my word on 20 June.',
  'Four weeks from signature, the helpline is answered by us.',
  'The whole estate would be encrypted by Black Friday.',
];

const NO_PROMISE = [
  'I can send you the security pack by Friday.',
  'Could we talk in the week of 16 March?',
  'Will you be at the forum in April? I will be on stand 14.',
  'Your audit is in May, I gather, so this is a busy time.',
  'Last year a lender of your size was live in six weeks.',
  'The contract runs for three years and renews in June.',
  'It pays for itself in eight months.',
  'Calls are answered within 30 seconds.',
  'New rules come into force on 1 July.',
  'We were founded in 2019 and opened in Leeds last spring.',
  'Would you want this before Christmas?',
  'I would be glad to visit you in the first week of May.',
  'How soon it could run, I would rather not guess before we have met.',
  "I won't give you a date by email.",
  'If your team is still keying forms in June, ask me again.',
  'Support tickets get a reply within four hours.',
  'Within six weeks, provided your compliance team has signed it off by then.',
  'Live by 1 June, but only once the DPIA is done and your DPO agrees.',
  'We could start on 16 March; your MLRO has to approve us first, and that sets the pace.',
  'You would be live in ten weeks plus whatever your vendor-risk people need.',
  'Four weeks is what the work takes. The date itself is up to the regulator and your validation team.',
  'You can cancel with 30 days notice.',
  'The quote holds until the end of March.',
  'My colleague will call you on Thursday.',
  'We could be ready by May, subject to the works council and information governance.',
];

const regulated = prospectFromContext({
  prospect_id: 'p',
  company: 'Aldous Trust',
  regulated: 'yes, by statute',
});
const fires = (record: object, draft: string): boolean =>
  regulatedCaveat.check(
    inputFor(prospectFromContext({ prospect_id: 'p', company: 'Aldous', ...record }), draft),
  ).fired;

describe('regulated_caveat over the frames of a promise', () => {
  it.each(PROMISES)('fires on: %s', (draft) => {
    expect(regulatedCaveat.check(inputFor(regulated, draft)).fired).toBe(true);
  });

  it.each(NO_PROMISE)('passes: %s', (draft) => {
    expect(regulatedCaveat.check(inputFor(regulated, draft)).fired).toBe(false);
  });

  it.each<[object]>([
    [{ industry: 'banking software' }],
    [{ industry: 'healthcare recruitment' }],
    [{ industry: 'school uniforms' }],
    [
      {
        industry: 'identity software',
        available_signals: { compliance: { soc2: 'in progress', iso27001: true } },
      },
    ],
    [{ industry: 'banking', regulated: 'no' }],
  ])('passes a promise to %j, which serves a regulated trade', (record) => {
    expect(fires(record, 'We go live in four weeks.')).toBe(false);
  });

  it.each<[object]>([
    [{ industry: 'banking' }],
    [{ industry: 'banking software', regulated: 'FCA authorised' }],
    [{ industry: 'payments' }],
    [{ industry: 'healthcare recruitment', available_signals: { compliance: ['CQC'] } }],
  ])('fires on a promise to %j', (record) => {
    expect(fires(record, 'We go live in four weeks.')).toBe(true);
  });
});
