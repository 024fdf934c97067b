import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot, ThreadMessage } from '../../src/crm/prospect.ts';
import { softRejection } from '../../src/judge/rules/soft-rejection.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const said = (...texts: string[]): Partial<ProspectSnapshot> => ({
  thread: texts.map(
    (text, at): ThreadMessage => ({
      threadId: 'thread_halvorsen_vpe',
      direction: text.startsWith('> ') ? 'out' : 'in',
      person: null,
      role: null,
      at: `2026-02-0${at + 1}T09:00:00Z`,
      text: text.replace(/^> /, ''),
    }),
  ),
});
const pentest = said(
  'Thanks for writing. We are not interested in penetration testing, our insurer pays for that already.',
);
const warehouse = said('We handle data warehousing in-house and that will not change.');
const terraform = said('No plans to move to Terraform this year.');
const vendor = said('We already have a vendor for load testing.');
const stop = said('Please stop suggesting a rewrite of the billing module.');
const vague = said(
  '> We help teams adopt event sourcing for order flows. Would a call suit?',
  'Thanks, but not for us.',
);
const signals = {
  available_signals: {
    lastPitch: 'design system',
    prospectReply: 'Not something we need, our designers have it covered.',
  },
};
const nested = {
  available_signals: { history: { rejections: [{ topic: 'feature flags', reply: 'no thanks' }] } },
};
const declined = { available_signals: { declined_topics: ['mentoring programme', 'chaos engineering'] } };

type Case = [draft: string, record: Partial<ProspectSnapshot>];

const FIRES: Case[] = [
  ['A penetration test before the summer would still save you trouble.', pentest],
  ['I understand you said no, but pentesting is worth another look before your audit.', pentest],
  ['Our penetration testing team has a slot in April. Shall I book it?', pentest],
  ['I hear you. However, most carriers your size run a penetration test each quarter.', pentest],
  ['While I respect that, a managed data warehouse could cut your costs by a third.', warehouse],
  ['Have you thought about moving your data warehouse to a managed one?', warehouse],
  ['Terraform would make your set-up far easier to audit. Can I show you how?', terraform],
  ['Noted on Terraform. It would only take a fortnight, though, and teams like yours save weeks.', terraform],
  ['I know Terraform is not planned, but I would urge you to reconsider.', terraform],
  ['Load testing is where we could help most before peak season.', vendor],
  ['I appreciate you have a vendor, yet our load testing finds twice as many faults.', vendor],
  ['I would like to come back to the billing rewrite: it pays for itself in a year.', stop],
  ['The billing module really should be rewritten before you grow further.', stop],
  ['Event sourcing would give your order flow the audit trail that it lacks.', vague],
  ['A shared design system would let your teams ship faster. Would you like a demo?', signals],
  ['I still believe a design system pays off at your size.', signals],
  ['Feature flags could halve your release risk. Shall we talk?', nested],
  ['Let me send you a case study on feature flags.', nested],
  ['Chaos engineering would show you where the next outage comes from.', declined],
  [
    'Hi Sanne,\n\nThank you for the quick answer, and for being open about where things stand. I do understand that budgets are tight this spring and that your insurer looks after part of this.\n\nEven so, a yearly penetration test is the one thing your enterprise customers will ask for, and it is cheaper to have it ready than to explain why it is missing. We could do a small one in April.\n\nWould twenty minutes on Tuesday suit?\n\nBest,\nJoris',
    pentest,
  ],
];

const PASSES: Case[] = [
  ['Understood, penetration testing is covered. May I ask about your mobile roles instead?', pentest],
  [
    'Thanks for being clear about pentesting; I will leave it there. Your job ads mention Kotlin, and we have two Kotlin engineers free.',
    pentest,
  ],
  [
    'Makes sense - your insurer covers penetration tests. Shifting to what you are hiring for: would two Android profiles help?',
    pentest,
  ],
  ['Would it be of use to see two Kotlin profiles?', pentest],
  ['If penetration testing ever comes back on the agenda, I am happy to pick it up then.', pentest],
  ['I will not bring up penetration testing again. What is the hardest role to fill this spring?', pentest],
  [
    'Noted that the warehouse stays in-house. Your open role for a data analyst caught my eye; would a profile help?',
    warehouse,
  ],
  ['Fair enough on the data warehouse. How is the hiring for the web team going?', warehouse],
  ['Got it, no Terraform this year. Is anything else slowing your releases down?', terraform],
  ['Would it be all right to check back about Terraform next year?', terraform],
  ['Point taken: load testing is with your vendor. We have a React engineer who knows logistics.', vendor],
  ['Your tests run slowly in CI, you wrote. We have an engineer who fixed that elsewhere.', vendor],
  [
    'I will stop suggesting the billing rewrite, and I am sorry for pressing it. What would help you this quarter?',
    stop,
  ],
  ['Understood. Your open roles in the routing team look hard to fill; shall I send profiles?', vague],
  ['No problem. Whenever event sourcing becomes a topic again, let me know.', vague],
  [
    'Understood, your designers have the design system covered. Could you tell me what is at the top of your list?',
    signals,
  ],
  ['Thanks for telling me. What matters most for your team this quarter?', nested],
  ['I have parked feature flags as you asked. Your backend posting mentions Kafka; we have someone.', nested],
  ['Rather than chaos engineering, what would help your on-call people most?', declined],
  ['We have two senior engineers who know freight.', declined],
  [
    'A penetration test before summer would save you trouble.',
    said(
      'We are not interested in penetration testing.',
      'Actually, we would like to hear more about the penetration test after all.',
    ),
  ],
  [
    'A penetration test before summer would save you trouble.',
    said('Sounds good, tell me more about penetration testing.'),
  ],
  [
    'Terraform would make your set-up easier to audit.',
    {
      available_signals: { previous_suggestion: 'Terraform', prospect_response: 'Interesting, tell me more' },
    },
  ],
  ['A design system would help you.', {}],
  [
    'Hi Sanne,\n\nThank you for the quick answer. I understand that your insurer pays for penetration testing, so I will leave that alone.\n\nWhat I did notice is that three of your open roles ask for Kotlin and have been up since January. We have two Kotlin engineers who worked on parcel tracking, and both could talk this month.\n\nShall I send their profiles?\n\nBest,\nJoris',
    pentest,
  ],
];

describe('soft_rejection', () => {
  it.each(FIRES)('fires on: %s', (draft, record) => {
    const result = softRejection.check(inputFor(prospectWith(record), draft));
    expect(result.fired).toBe(true);
    if (result.fired) {
      expect(result.spans.length).toBeGreaterThan(0);
      expect(result.fields.length).toBeGreaterThan(0);
    }
  });

  it.each(PASSES)('passes: %s', (draft, record) => {
    expect(softRejection.check(inputFor(prospectWith(record), draft)).fired).toBe(false);
  });
});
