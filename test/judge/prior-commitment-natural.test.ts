import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { priorCommitment } from '../../src/judge/rules/prior-commitment.ts';
import { inputFor, prospectWith } from './rule-input.ts';

/** Whole mails, and pairs of mails that differ in the one thing the rule is about. */
const CASES: [fires: boolean, draft: string, record: Partial<ProspectSnapshot>][] = [
  [
    false,
    'Hi Mara,\n\nThanks for the detail on the payments rebuild. Reading it, I kept thinking of Yared Bekele: nine years on ledgers, strong Kotlin, and he has taken two teams through PCI audits.\n\nYared is on a fintech engagement that closes at the end of August, so realistically you would see him in your stand-ups from the second week of September. If that is too late, I can propose Hana, who is free from 1 June.\n\nWhich would you like to meet first?\n\nBest,\nLiya',
    {
      commitments: [
        { subject: 'Yared Bekele', starts: '2026-02-01', ends: '2026-08-31', type: 'full_time', note: null },
      ],
    },
  ],
  [
    true,
    'Hi Mara,\n\nThanks for the detail on the payments rebuild. Reading it, I kept thinking of Yared Bekele: nine years on ledgers, strong Kotlin, and he has taken two teams through PCI audits.\n\nHe could be in your stand-ups from the second week of June, which fits the cut-over you described. Rates are as agreed.\n\nShall I set up an intro on Thursday?\n\nBest,\nLiya',
    {
      commitments: [
        { subject: 'Yared Bekele', starts: '2026-02-01', ends: '2026-08-31', type: 'full_time', note: null },
      ],
    },
  ],
  [
    true,
    'Hi Mara,\n\nFollowing up on the SRE gap: our whole platform bench is open right now, so two people could be on your rota by mid-April.\n\nWould Tuesday work?',
    {
      commitments: [
        {
          subject: 'platform bench',
          starts: null,
          ends: '2026-07-31',
          type: 'reserved',
          note: 'held for another client',
        },
      ],
    },
  ],
  [
    false,
    'Hi Mara,\n\nFollowing up on the SRE gap: our platform engineers are reserved until the end of July. From August we could place two on your rota.\n\nWould Tuesday work?',
    {
      commitments: [
        {
          subject: 'platform bench',
          starts: null,
          ends: '2026-07-31',
          type: 'reserved',
          note: 'held for another client',
        },
      ],
    },
  ],
  [
    false,
    'Hi Mara, we can place two data engineers with you in April.',
    {
      commitments: [
        { subject: 'platform bench', starts: null, ends: '2026-07-31', type: 'reserved', note: null },
      ],
    },
  ],
  [
    true,
    'Hi Mara, two of our data engineers can start Monday.',
    {
      commitments: [
        { subject: '2 data engineers', starts: null, ends: '2026-07-31', type: 'reserved', note: null },
      ],
    },
  ],
  [
    true,
    'We have 3 Python developers ready to go this week.',
    { available_signals: { bench_status: 'All Python developers allocated through Q3 2026' } },
  ],
  [
    false,
    'We have 3 Java developers ready to go this week.',
    { available_signals: { bench_status: 'All Python developers allocated through Q3 2026' } },
  ],
  [
    false,
    'Kwame Boateng comes off his current engagement on 30 June, so a July start is realistic.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    false,
    'Kwame would slot in nicely. His calendar opens up in July.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    true,
    'Kwame would slot in nicely. His calendar is open.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    false,
    'We would like to place Kwame with you; he is wrapping up at another client and could join in the third quarter.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    true,
    'Kwame is yours from the 1st of April if you want him.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    true,
    'Kwame can give you two days a week from next Monday.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    false,
    'Unfortunately Kwame is not available before July. Esi is, and could start next week.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    false,
    'Kwame Boateng led the same migration for a bank last year. I can share how he approached it.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    false,
    'As Kwame is fully booked through June, I suggest Esi, who can start on Monday.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
  [
    true,
    'I have Kwame and Esi, both senior, both ready to begin within two weeks.',
    {
      commitments: [
        {
          subject: 'Kwame Boateng',
          starts: '2026-01-05',
          ends: '2026-06-30',
          type: 'full_time',
          note: 'dedicated to Aldgate rollout',
        },
      ],
    },
  ],
];

describe('prior_commitment in natural mails', () => {
  it.each(CASES)('answers %s to: %s', (fires, draft, record) => {
    expect(priorCommitment.check(inputFor(prospectWith(record), draft)).fired).toBe(fires);
  });
});
