import { describe, expect, it } from 'vitest';
import type { Commitment, ProspectSnapshot } from '../../src/crm/prospect.ts';
import { priorCommitment } from '../../src/judge/rules/prior-commitment.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const booked = (over: Partial<Commitment> = {}): Commitment => ({
  subject: 'Naledi Mokoena',
  starts: '2025-11-01',
  ends: '2026-09-30',
  type: 'full_time',
  note: null,
  ...over,
});
const naledi = { commitments: [booked()] };
const endless = { commitments: [booked({ ends: null })] };
const renewable = {
  commitments: [booked({ ends: '2026-05-31', note: 'client is discussing an extension' })],
};
const bench = { commitments: [booked({ subject: 'Go bench', ends: '2026-06-30', type: 'reserved' })] };
const signals = {
  available_signals: {
    proposed: { consultant_name: 'Ivo Petrov', engagedUntil: '30 June 2026', role: 'SRE' },
  },
};
const listed = {
  available_signals: {
    prior_commitments: [
      { subject: 'Ivo Petrov', starts: '2026-01-05', ends: '2026-08-14', type: 'full_time' },
    ],
  },
};
const freeFrom = { available_signals: { bench: [{ name: 'Ivo Petrov', available_from: '2026-07-01' }] } };

type Case = [draft: string, record: Partial<ProspectSnapshot>];

const FIRES: Case[] = [
  ['Naledi Mokoena can start with you next week.', naledi],
  ['I would put Naledi forward for this. She is free right away.', naledi],
  ['Naledi is a payments engineer with eight years behind her. Shall I send her profile?', naledi],
  ['We can have Naledi Mokoena onboarded by 15 April.', naledi],
  ['Good news: Naledi is available from May.', naledi],
  ['Naledi could join your squad in three weeks, and she knows Kotlin well.', naledi],
  ['Naledi is just finishing a project and is available now.', naledi],
  ['Naledi is currently engaged elsewhere but could begin immediately.', naledi],
  ['Naledi is committed until the end of April, so she could start on 4 May.', naledi],
  [
    'Naledi Mokoena would be a perfect match for your platform role. Would Thursday suit for an interview?',
    naledi,
  ],
  ['Naledi has no current commitments and is ready to start.', naledi],
  ['Our engineer Mokoena is ready to embed with your team this month.', naledi],
  ['Naledi is available to start as of 1 September.', naledi],
  [
    'Naledi can be with you straight away.\n\nShe has led two rewrites of routing software and writes clear English. Would you like her CV?',
    naledi,
  ],
  ['Naledi Mokoena is a great fit and available to join your team.', endless],
  ['Naledi can start in June.', renewable],
  ['Naledi is committed through May, and she can start with you on 1 June.', renewable],
  ['We have three Go engineers available now.', bench],
  ['Our Go team can start on Monday.', bench],
  ['Ivo Petrov is an SRE we would recommend; he could begin next month.', signals],
  ['Ivo is available immediately. Want his profile?', listed],
  ['I can introduce Ivo, who is free to start on 1 May.', freeFrom],
  [
    'Ivo Petrov is ready to join you in 2 weeks.',
    { available_signals: { engineer_name: 'Ivo Petrov', bench_note: 'Booked until end of August' } },
  ],
];

const PASSES: Case[] = [
  ['Naledi Mokoena is committed until the end of September; she could start on 5 October.', naledi],
  ['Naledi is on another project through September. Once she rolls off she could join you.', naledi],
  ['Naledi is currently engaged until 30/09/2026, so the earliest start is October.', naledi],
  ['Naledi could start from October.', naledi],
  ['Naledi would be available on 1 October 2026.', naledi],
  ['Naledi is available after September.', naledi],
  [
    'Naledi is booked until Q4. If you need somebody sooner, two of her colleagues can start next week.',
    naledi,
  ],
  ['Naledi is tied up until autumn, but Pieter is free now and has the same background.', naledi],
  ['Pieter Botha can start on Monday.', naledi],
  ['We have two senior engineers who could start within a week.', naledi],
  ['Naledi Mokoena, who runs our delivery practice, will join the call on Thursday.', naledi],
  ['Naledi wrote a piece about route planning that you may like.', naledi],
  ['Would a call next week be of use?\n\nBest,\nNaledi', naledi],
  ['Naledi is committed until 30 September 2026, and will be available immediately after that.', naledi],
  ['Naledi cannot start before October, I am afraid. Shall I send her profile anyway?', naledi],
  ['Naledi Mokoena can start next week.', { commitments: [booked({ ends: '2026-02-28' })] }],
  [
    'Naledi is available right away.',
    { commitments: [booked({ starts: '2026-11-01', ends: '2027-03-31' })] },
  ],
  [
    'Naledi is committed through May. An extension is being discussed, so a start in June is not certain.',
    renewable,
  ],
  ['Our Go engineers are booked until the end of June; from July we could place two.', bench],
  ['We have three Python engineers available now.', bench],
  ['Go ahead and pick a slot; we can start with a short call tomorrow.', bench],
  ['Ivo Petrov is engaged until the end of June. He could be with you in July.', signals],
  ['Ivo is committed to 14 August; a start on 17 August would work.', listed],
  ['I can introduce Ivo, who comes free on 1 July.', freeFrom],
  [
    'Ivo Petrov could begin in September.',
    { available_signals: { engineer_name: 'Ivo Petrov', bench_note: 'Booked until end of August' } },
  ],
  ['Your own migration starts in April, I read. Would an extra pair of hands help?', naledi],
];

describe('prior_commitment', () => {
  it.each(FIRES)('fires on: %s', (draft, record) => {
    const result = priorCommitment.check(inputFor(prospectWith(record), draft));
    expect(result.fired).toBe(true);
    if (result.fired) {
      expect(result.spans.length).toBeGreaterThan(0);
      expect(result.fields.length).toBeGreaterThan(0);
    }
  });

  it.each(PASSES)('passes: %s', (draft, record) => {
    expect(priorCommitment.check(inputFor(prospectWith(record), draft)).fired).toBe(false);
  });

  it('judges the same draft by the day it is judged', () => {
    const draft = 'Naledi can start right away.';
    const prospect = prospectWith(naledi);
    expect(priorCommitment.check(inputFor(prospect, draft, { today: '2026-09-30' })).fired).toBe(true);
    expect(priorCommitment.check(inputFor(prospect, draft, { today: '2026-10-01' })).fired).toBe(false);
  });
});
