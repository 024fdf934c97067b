import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { genericPeers } from '../../src/judge/rules/generic-peers.ts';
import { inputFor, prospectWith } from './rule-input.ts';

/** Whole mails, and pairs of mails that differ in the one thing the rule is about. */
const CASES: [fires: boolean, draft: string, record: Partial<ProspectSnapshot>][] = [
  [
    false,
    'Hi Joy,\n\nWe recently helped Brightpath Solutions and Vertex Technologies scale. Could we do the same for you?',
    { city: 'Nairobi', industry: 'logistics' },
  ],
  [
    false,
    'Hi Joy,\n\nLogistics teams at Sendy, Lori Systems and Amitruck faced the same dispatch problem last year. Would a call help?',
    { city: 'Nairobi', industry: 'logistics' },
  ],
  [
    true,
    'Hi Joy,\n\nLogistics teams at Netflix, Spotify and Airbnb faced the same dispatch problem last year. Would a call help?',
    { city: 'Nairobi', industry: 'logistics' },
  ],
  [
    true,
    'Hi Joy, the way [Competitor 1] and [Competitor 2] handled this may interest you.',
    { city: 'Nairobi', industry: 'logistics' },
  ],
  [true, 'Our references in your space include Initech, Umbrella Corp and SampleCo.', {}],
  [
    false,
    'Three Leeds lenders (Aire Lending, Kestrel Bank, Headrow Finance) extended their teams with us.',
    { city: 'Leeds', industry: 'fintech' },
  ],
  [true, 'Similar companies, e.g. TechNova Solutions and DataWorks, cut costs.', {}],
  [false, 'Leading companies like yours trust us with their platforms.', {}],
  [false, 'We integrate with Slack, Jira and GitHub out of the box.', { city: 'Leeds', industry: 'fintech' }],
  [
    false,
    'Your engineers at Halvorsen and the people from Maersk spoke at the same meetup.',
    { city: 'Oslo', industry: 'logistics' },
  ],
];

describe('generic_peers in natural mails', () => {
  it.each(CASES)('answers %s to: %s', (fires, draft, record) => {
    expect(genericPeers.check(inputFor(prospectWith(record), draft)).fired).toBe(fires);
  });
});
