import { describe, expect, it } from 'vitest';
import { lowConfidenceFunding } from '../../src/judge/rules/low-confidence-funding.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const low = (draft: string, subject?: string) =>
  lowConfidenceFunding.check(
    inputFor(
      prospectWith({
        company: 'Brightloom Analytics Inc.',
        funding_confidence: 'low',
        funding_stage: 'series_a',
      }),
      draft,
      subject === undefined ? {} : { subject },
    ),
  );

const FLAT = [
  'Congrats on your €12.5mn Series A!',
  'Hi Dana,\n\nCongratulations on the raise - what a year for the team.',
  'Your recent raise puts you in a strong position to hire.',
  'I saw that Brightloom raised five million dollars in March.',
  'Brightloom Analytics closed a USD 8m seed round last month, so hiring must be on your mind.',
  'Now that you have raised $6 million, who owns platform hiring?',
  'With $4M in fresh funding, your roadmap just got a lot bigger.',
  'Since your B round closed, you have opened nine backend roles.',
  "Brightloom's £800k pre-seed caught my eye.",
  'You just raised, so I imagine hiring is next.',
  'Given your Series A, I would expect the data team to double.',
  'As a Series A company, you need people who ship on day one.',
  'I noticed the $9M round led by Northzone. Well deserved.',
  'Fresh off a $7M seed round, you are probably interviewing around the clock.',
  'Kudos for closing a seven-figure seed round.',
  'Reports suggest the market is slow, but your $5M raise shows the opposite.',
  'Your $5M raise probably means you are hiring.',
  'Perhaps I am late to this, but your Series A is a big milestone.',
  'You reportedly plan to open in Berlin. Your $10M Series A will help with that.',
  'Rumour has it you are moving office. Congrats on the Series B, by the way.',
  'We have a few engineers free in May. You secured $3.2 million in seed funding, which gives you room to move quickly.',
  'Are you still hiring after your $11M Series A?',
  'How are you planning to spend the $15M you raised in January?',
  'It is no secret that you raised $20M this spring.',
  "I couldn't help but notice your 5 million dollar raise.",
  'Investors put $12M into Brightloom this year.',
  'You are sitting on $18M in funding and six open roles.',
  'After raising $4.5M, most of your peers struggle to hire.\nYou raised $4.5M too.',
  'It looks like hiring is your priority now that you have closed your Series A.',
  'Your job posts suggest you are putting your $5M raise to work.',
  'The $5M Series A gives you eighteen months to build the team.',
  'Love what Brightloom is building, and congrats on the fresh funding!',
  'Your new investors will expect speed: $14M in Series A funding buys about two years.',
  "It's great to see Brightloom's Series A announced.",
  'Since you went public in the spring, audit has become everyone’s job.',
  'You recently raised an eight-figure round.',
  'You secured ten million euros in a growth round, and your team page shows it.',
  'A $5M seed round gives you room to hire two seniors.',
  'The market may be slow, yet Brightloom Analytics has raised 12M in Series A financing.',
  'We heard reports of a slow quarter. You raised $5M in May.',
];

const SOFT = [
  'You reportedly raised around €12.5mn.',
  'We have seen figures suggesting a raise of around $5M, but we cannot confirm them.',
  'If the reports are right, you raised $8M in May.',
  'Brightloom appears to have raised a Series A this spring.',
  'It looks like you closed a seed round recently, though I could not verify the amount.',
  'Rumour has it that Brightloom raised $6M.',
  'Did you close your Series A yet?',
  'Have you raised a round recently, or are you funding this from revenue?',
  'I may be wrong, but I think you raised $4M last year.',
  'According to press reports, Brightloom secured $9M; correct me if that is off.',
  'You have not announced a round, and I will not guess.',
  'I could not find any public funding for Brightloom, so I am going by your job posts.',
  'Sources give different figures for your raise, so I will leave the number out.',
  'An unconfirmed report puts your Series A at $7M.',
  'Your rumoured $5M raise would explain the open roles.',
  'I read that you raised $5M. I have not been able to verify that, so tell me if it is off.',
  'I would rather not quote a figure for your round.',
  'We help Series B companies ship faster.',
  'Teams that raised $10M last year often tell us hiring got harder.',
  'We supported Kobo Freight after they raised a $20M Series B.',
  "Kobo's $20M Series B let them double the team; we placed six engineers there.",
  'Our clients closed $40M in funding last year.',
  'Since our own seed round we have grown to forty people.',
  'This could save you $2M a year in cloud costs.',
  'Senior engineers start at $60/hour, about $10k a month.',
  'Your $2M budget for engineering goes further with us.',
  'Companies like yours spend $500k on recruiters.',
  'You passed $5M ARR last quarter according to your blog.',
  'We can help you raise the bar on code review.',
  'You raised a good point about on-call in your talk.',
  'A 10% pay raise will not keep senior people.',
  'We want to plant a seed for next year.',
  'A first round of interviews takes three days.',
  'Your platform handles 5M requests a day.',
  'Before your next round, a leaner team may help.',
  'If you are planning a Series B, diligence on the codebase will matter.',
  'We can help you get ready for your Series B.',
  'Once you close your Series A, hiring gets harder.',
  'Not sure whether you have raised since 2023; either way, the open roles speak for themselves.',
  'I am not going to assume anything about your funding.',
  'Your signals suggest Brightloom may have closed a round of about $5M.',
  'We follow a series of steps: a call, a profile, a trial week.',
  'Is the $5M figure on Crunchbase right?',
  'Your investment in developer experience shows.',
  'You won a $3M contract with the city, which I read about on your blog.',
  'The deal closed at $1.2M in new business for a client of ours.',
];

describe('low_confidence_funding', () => {
  it.each(FLAT)('blocks: %s', (draft) => {
    expect(low(draft)).toMatchObject({ fired: true });
  });
  it.each(SOFT)('passes: %s', (draft) => {
    expect(low(draft)).toMatchObject({ fired: false });
  });
  it('reads the subject too', () => {
    expect(low('Hi Dana, do you have ten minutes on Tuesday?', 'Your $5M Series A')).toMatchObject({
      fired: true,
    });
  });
  it.each(['high', 'High', ' medium '])('lets %j vouch for the figure', (funding_confidence) => {
    const input = inputFor(prospectWith({ funding_confidence }), 'Congrats on your $5M Series A!');
    expect(lowConfidenceFunding.check(input).fired).toBe(false);
  });
  it.each([
    null,
    '',
    'insufficient_signal',
    'unverified',
    'hgih',
  ])('counts %j as low', (funding_confidence) => {
    const input = inputFor(prospectWith({ funding_confidence }), 'Congrats on your $5M Series A!');
    expect(lowConfidenceFunding.check(input).fired).toBe(true);
  });
  it('gives the place in the shown text as evidence', () => {
    const draft = 'Hi Dana,\u200b\n\n  Congrats on your \u201c$5M\u201d raise and your $5M\u00a0raise.';
    const result = low(draft);
    if (!result.fired) throw new Error('did not fire');
    for (const span of result.spans) expect(draft.slice(span.start, span.end)).toBe(span.text);
  });
});
