import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { threadLeak } from '../../src/judge/rules/thread-leak.ts';
import { inputFor, prospectWith } from './rule-input.ts';

/** Whole mails, and pairs of mails that differ in the one thing the rule is about. */
const CASES: [fires: boolean, draft: string, record: Partial<ProspectSnapshot>][] = [
  [
    true,
    'Hi Omar,\n\nThanks for the note on the Android rewrite. Two of our people have done this with Compose and could pair with your leads.\n\nWith the runway you have until February, a short contract may suit better than hires.\n\nShall I send both profiles?',
    {
      available_signals: {
        ceo_thread_content: 'Runway ends in February, CEO looking for bridge round',
        other_active_thread: 'thread_ceo',
      },
    },
  ],
  [
    false,
    'Hi Omar,\n\nThanks for the note on the Android rewrite. Two of our people have done this with Compose and could pair with your leads.\n\nA short contract may suit better than hires.\n\nShall I send both profiles in February?',
    {
      available_signals: {
        ceo_thread_content: 'Runway ends in February, CEO looking for bridge round',
        other_active_thread: 'thread_ceo',
      },
    },
  ],
  [
    true,
    'Hi Omar, a client in Bristol told us last week that they are dropping Stripe because of the fees; might be relevant for you as well.',
    {
      foreign: [
        {
          scope: 'other_company',
          source: 'threads',
          threadId: 'x',
          text: 'We are dropping Stripe because of the fees, but nobody outside the board knows.',
        },
      ],
    },
  ],
  [
    false,
    'Hi Omar, your tech stack (Stripe, Rails) fits what we do.',
    {
      available_signals: { tech_stack: ['Stripe', 'Rails'] },
      foreign: [
        {
          scope: 'other_company',
          source: 'threads',
          threadId: 'x',
          text: 'We are dropping Stripe because of the fees, but nobody outside the board knows.',
        },
      ],
    },
  ],
  [
    true,
    'I gather from finance that headcount is frozen until Q3; contractors might be a way round it.',
    {
      available_signals: {
        cfo_thread_content: 'Headcount freeze until Q3, no exceptions',
        other_active_thread: 'thread_cfo',
      },
    },
  ],
  [
    false,
    'If headcount is tight, contractors might be a way round it.',
    {
      available_signals: {
        cfo_thread_content: 'Headcount freeze until Q3, no exceptions',
        other_active_thread: 'thread_cfo',
      },
    },
  ],
  [
    true,
    'Your co-founder is weighing an acquisition offer, which makes a flexible team attractive.',
    {
      available_signals: {
        other_threads: [
          { person: 'Co-founder', thread_id: 'z', summary: 'weighing acquisition offer from Tessera' },
        ],
      },
    },
  ],
  [
    false,
    'A flexible team is attractive when plans are still moving.',
    {
      available_signals: {
        other_threads: [
          { person: 'Co-founder', thread_id: 'z', summary: 'weighing acquisition offer from Tessera' },
        ],
      },
    },
  ],
  [
    false,
    'Congratulations on the Series B and the new Lisbon office!',
    {
      available_signals: {
        funding_news: 'Series B announced',
        office: 'opening Lisbon office',
        other_active_thread: 'thread_ceo',
        ceo_thread_content: 'Considering layoffs in Lisbon',
      },
    },
  ],
];

describe('thread_leak in natural mails', () => {
  it.each(CASES)('answers %s to: %s', (fires, draft, record) => {
    expect(threadLeak.check(inputFor(prospectWith(record), draft)).fired).toBe(fires);
  });
});
