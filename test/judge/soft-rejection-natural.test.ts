import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { softRejection } from '../../src/judge/rules/soft-rejection.ts';
import { inputFor, prospectWith } from './rule-input.ts';

/** Whole mails, and pairs of mails that differ in the one thing the rule is about. */
const CASES: [fires: boolean, draft: string, record: Partial<ProspectSnapshot>][] = [
  [
    false,
    "Hi Ada,\n\nUnderstood on the nearshore idea; I'll drop it. Looking at your careers page, the two Flutter roles have been open for months. We have someone in Lisbon who shipped three Flutter apps.\n\nWorth a look?\n\nBest",
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: "Thanks, but we're not looking at nearshoring. Everyone here works from the Leeds office.",
        },
      ],
    },
  ],
  [
    true,
    'Hi Ada,\n\nCompletely understand the preference for Leeds. Many clients said the same before trying one nearshore engineer for a month, and most never looked back. Could we try a small pilot?\n\nBest',
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: "Thanks, but we're not looking at nearshoring. Everyone here works from the Leeds office.",
        },
      ],
    },
  ],
  [
    false,
    'Hi Ada, happy to leave the data platform there. Is there another area you would like help with?',
    { available_signals: { previous_rejection: 'data platform rebuild' } },
  ],
  [
    true,
    'Hi Ada, the data platform rebuild we spoke of would pay back within two quarters. When could we pick it up again?',
    { available_signals: { previous_rejection: 'data platform rebuild' } },
  ],
  [
    true,
    'Quick thought after your note: rather than a full migration, a two-week Kubernetes assessment would show what you could save.',
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'We have no plans for Kubernetes.',
        },
      ],
    },
  ],
  [
    false,
    'You were clear that Kubernetes is not for you, so nothing about that here. We do have a strong Postgres DBA.',
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'We have no plans for Kubernetes.',
        },
      ],
    },
  ],
  [
    true,
    'K8s is worth ten minutes of your time, honestly.',
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'We have no plans for Kubernetes.',
        },
      ],
    },
  ],
  [
    false,
    'Thanks for your reply. Is there a better person to ask about the QA automation roles on your site?',
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'Not interested in offshore developers, sorry.',
        },
      ],
    },
  ],
  [
    true,
    'Our offshore developers cost 40% less, and your competitors are already using them.',
    {
      thread: [
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'Not interested in offshore developers, sorry.',
        },
      ],
    },
  ],
  [
    false,
    'We could also look at QA automation; your job page lists two openings.',
    {
      thread: [
        {
          threadId: 't',
          direction: 'out',
          person: null,
          role: null,
          at: '',
          text: 'We could help with a security audit.',
        },
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'Security is done by our parent group, thanks.',
        },
      ],
    },
  ],
  [
    true,
    'A short security audit would still surface issues your parent group cannot see.',
    {
      thread: [
        {
          threadId: 't',
          direction: 'out',
          person: null,
          role: null,
          at: '',
          text: 'We could help with a security audit.',
        },
        {
          threadId: 't',
          direction: 'in',
          person: null,
          role: null,
          at: '',
          text: 'Security is done by our parent group, thanks.',
        },
      ],
    },
  ],
];

describe('soft_rejection in natural mails', () => {
  it.each(CASES)('answers %s to: %s', (fires, draft, record) => {
    expect(softRejection.check(inputFor(prospectWith(record), draft)).fired).toBe(fires);
  });
});
