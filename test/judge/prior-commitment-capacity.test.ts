import { describe, expect, it } from 'vitest';
import { prospectFromContext } from '../../src/evaluate/context.ts';
import { priorCommitment } from '../../src/judge/rules/prior-commitment.ts';
import { inputFor } from './rule-input.ts';

/** Judged on 4 March 2026, a Wednesday; what the commitment ties up until 30 June 2026. */
const FIRES: [tied: string, draft: string][] = [
  [
    'electricians',
    'We can have six sparks with their own vans on your site from Monday: all approved electricians.',
  ],
  ['scaffold_crew', 'A scaffolding crew could be with you by the end of the week.'],
  ['curtainsider_trailers', 'Eight curtainsiders, every night, starting 16 March.'],
  ['full_time', 'Two of our bookkeepers are free and can begin on Thursday.'],
  ['', 'We have capacity right now and could start you next week.'],
  ['capacity', 'Hi Jo,\n\n- three welders\n- their own kit\n- with you from 23 March\n\nWorth a chat?'],
  ['cold_storage_pallets', "There's room for 250 pallets in our cold store from Friday, and it's yours."],
  ['night_nurses', 'I could place four night nurses on the ward within a fortnight.'],
  [
    'cnc_machine_hours',
    'Our two five-axis machines are open from next week, so your brackets would go straight on.',
  ],
  ['spanish_interpreters', 'You would have two Spanish interpreters in the room on 9 April.'],
  ['backend_engineers', 'Three Kotlin developers, available immediately. Rates on request.'],
  ['cleaning_team', "We'll put a full team in on Monday the 9th, evenings only."],
  ['warehouse_pickers', 'Give me the word and twenty pickers turn up for you on the 16th.'],
  ['sdr_team', 'An SDR pod could join you in April, quota and all.'],
  ['drone_pilots', 'Two pilots can fly the whole estate for you before Easter.'],
  ['implementation_team', 'Our implementation people are ready to begin on 11 May.'],
  ['maths_tutors', 'Five maths tutors are standing by for the spring term; they could start on 20 April.'],
  ['security_guards', 'Shall I hold four guards for you from 1 May?'],
  ['marquee_hire', 'The large marquee is available for the last week of May and I have pencilled you in.'],
  ['reserved', "Nobody's waiting: two senior designers, all of April and May."],
  ['crane', 'I can get a 60-tonne crane to you within ten working days.'],
  ['auditors', 'Hello Ann,\n\nOur auditors have just finished a big one. They can be on site by mid-April.'],
  [
    'hgv_drivers',
    'If you are short over the holiday, I can send you twelve class 1 drivers from the 30th of March.',
  ],
  ['film_crew', 'You get a three-person crew for four days from 13 April.'],
  ['data_engineers', 'No waiting list this time: four data people, immediate start.'],
  ['gpu_cluster', 'We have 64 GPUs free for you as of today.'],
];

const PASSES: [tied: string, draft: string][] = [
  ['rust_bench', 'Three engineers could be working on your portal within two weeks.'],
  [
    'electricians',
    'Our electricians are on a hospital job until the end of June; six could be with you from 6 July.',
  ],
  ['scaffold_crew', 'A scaffolding crew could be with you by 20 July.'],
  ['curtainsider_trailers', 'I have four tankers free from Monday.'],
  ['full_time', 'Would you like to see how our bookkeepers work? I am free on Thursday for a call.'],
  ['', 'We do payroll for restaurants. Could we talk on Tuesday?'],
  ['capacity', "I can't offer anybody before July, everyone is booked until then."],
  ['cold_storage_pallets', 'How many pallets do you expect in April?'],
  ['night_nurses', 'Your night nurses start on 6 April, I read. Congratulations.'],
  ['cnc_machine_hours', 'Last year our two five-axis machines ran 900 brackets a week for a pump maker.'],
  ['spanish_interpreters', 'Two Polish interpreters are free on 9 April.'],
  ['backend_engineers', 'Two iOS developers are available immediately.'],
  ['react_engineers', 'Three Angular developers can start on Monday.'],
  ['cleaning_team', 'We clean 40 offices in Leeds, evenings only, from £18 an hour.'],
  ['warehouse_pickers', 'Our pickers are spoken for until 30 June. After that, twenty could come to you.'],
  ['sdr_team', 'I can send you a case study of our SDR pod by Friday.'],
  [
    'drone_pilots',
    'Our pilots are out with a utility through June, so the first week I could offer is 13 July.',
  ],
  [
    'implementation_team',
    'Nothing is free before the summer. The earliest our implementation people could begin is 13 July.',
  ],
  ['maths_tutors', 'Three physics tutors are standing by and could start on 20 April.'],
  ['security_guards', 'Do you need guards over Easter?'],
  ['marquee_hire', 'The large marquee is taken until 30 June. From 4 July it could be yours.'],
  ['crane', 'I would bring a crane in August, once the ground is dry.'],
  ['auditors', 'Our auditors read ten sets of accounts a day between them.'],
  ['hgv_drivers', 'The first week is free if you say by the Friday that it is not working.'],
  ['film_crew', 'No crew before July, sorry. I can send a showreel tomorrow.'],
  ['data_engineers', 'We have no data engineers free until July.'],
  ['gpu_cluster', 'GPUs cost us $2 an hour at the moment, and prices fall every month.'],
  ['welders', 'Could you spare your welders on 16 March for an hour of filming?'],
];

const record = (tied: string, over: object = {}) =>
  prospectFromContext({
    prospect_id: 'p',
    company: 'Bramwell Foods',
    prior_commitments: [{ starts: '2026-01-05', ends: '2026-06-30', type: tied, ...over }],
  });

describe('prior_commitment for capacity that nobody is named for', () => {
  it.each(FIRES)('fires for %s: %s', (tied, draft) => {
    expect(priorCommitment.check(inputFor(record(tied), draft)).fired).toBe(true);
  });

  it.each(PASSES)('passes for %s: %s', (tied, draft) => {
    expect(priorCommitment.check(inputFor(record(tied), draft)).fired).toBe(false);
  });

  it.each<[string, object]>([
    [
      'under priorCommitments',
      { priorCommitments: [{ start: '2026-01-05', end: '2026-06-30', kind: 'welders' }] },
    ],
    ['as one entry', { commitments: { startDate: '2026-01-05', endDate: '2026-06-30', type: 'welders' } }],
    ['by name', { prior_commitments: { welders: { from: '2026-01-05', until: '2026-06-30' } } }],
    ['as a subject', { prior_commitments: [{ subject: 'welding crew', until: '2026-06-30' }] }],
    [
      'among the signals',
      { available_signals: { prior_commitments: [{ ends: '2026-06-30', type: 'welders' }] } },
    ],
    ['without an end', { prior_commitments: [{ starts: '2026-01-05', type: 'welders' }] }],
    [
      'later, over the day promised',
      { prior_commitments: [{ starts: '2026-05-01', ends: '2026-09-30', type: 'welders' }] },
    ],
  ])('reads a commitment written %s', (_how, context) => {
    const prospect = prospectFromContext({ prospect_id: 'p', company: 'Bramwell Foods', ...context });
    const draft = 'I can put three welders on it from 4 May.';
    expect(priorCommitment.check(inputFor(prospect, draft)).fired).toBe(true);
    const other = 'I can put three painters on it from 4 May.';
    expect(priorCommitment.check(inputFor(prospect, other)).fired).toBe(false);
  });

  it('passes once the commitment is over', () => {
    const over = { ends: '2026-02-27' };
    expect(
      priorCommitment.check(inputFor(record('welders', over), 'Three welders can start Monday.')).fired,
    ).toBe(false);
  });
});
