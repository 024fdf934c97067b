import { describe, expect, it } from 'vitest';
import { fundingTier } from '../../src/judge/rules/funding-tier.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const at = (funding_stage: string | null, draft: string, available_signals: Record<string, unknown> = {}) =>
  fundingTier.check(
    inputFor(prospectWith({ company: 'Brightloom', funding_stage, available_signals }), draft),
  );

const MISFITS: [stage: string, draft: string][] = [
  ['series_c', 'We help early-stage teams hire their first engineers.'],
  ['series_c', 'Ready to build your MVP? We can have two developers on it next week.'],
  ['series_c', 'We work with pre-seed and seed founders who need a technical hand.'],
  ['series_c', 'You are just getting started, so every hire counts.'],
  ['series_c', 'Our engineers suit scrappy seed-stage startups like yours.'],
  ['series_c', 'Getting a product off the ground is hard, and your budget is small.'],
  ['series_c', 'Congrats on your recent seed round!'],
  ['series_c', 'As a seed-stage company, you need generalists.'],
  ['public', 'We help startups hire quickly without the overhead of big companies.'],
  ['public', 'As an early-stage company, you cannot afford a wrong hire.'],
  ['public', 'Looking for your founding engineers? We know a few.'],
  ['public', 'Series A companies like yours need speed above all.'],
  ['public', 'Your startup deserves engineers who wear many hats.'],
  ['series_b', 'We help you hire your first two engineers.'],
  ['series_b', 'Bootstrapped founders like you watch every dollar.'],
  ['series_b', 'We can assemble your initial engineering team in three weeks.'],
  ['series_b', 'As a publicly traded company, you answer to shareholders every quarter.'],
  ['seed', 'As a late-stage company, you know how slow hiring gets.'],
  ['seed', 'IPO readiness means audited controls; our engineers know them.'],
  ['seed', 'Your shareholders expect predictable delivery.'],
  ['seed', 'With engineering hubs across multiple continents, you need follow-the-sun support.'],
  ['seed', 'Congrats on your Series C!'],
  ['seed', 'At Series C, your hiring bar has risen.'],
  ['seed', 'We built our enterprise-level solutions for global engineering organisations like yours.'],
  ['seed', 'Large enterprises like yours need a partner for global expansion.'],
  ['seed', 'Since your IPO the bar for compliance has gone up.'],
  ['seed', 'We staff Series C and Series D companies with senior engineers.'],
  ['pre_seed', 'Your global engineering organization must be hard to staff.'],
  ['series_a', 'Post-IPO hiring is a different game, and your board knows it.'],
  ['series_a', 'Being a public company, you have quarterly reporting to think of.'],
  ['series_a', 'Your earnings calls suggest that you want to grow engineering.'],
  ['series_a', 'We help late-stage companies prepare for an IPO.'],
  ['Series A', 'Congrats on the new Series D; your $80M Series D is impressive.'],
  ['seed', 'Given your Series B-level growth, you will need a bigger bench.'],
  ['series_d', 'Affordable developers for seed-stage startups, that is our sweet spot.'],
  ['series_c', 'We love helping founders go from idea to prototype. Who builds your first version?'],
];

const FITS: [stage: string, draft: string][] = [
  ['series_c', 'You are well past the MVP phase, so you need people who own systems.'],
  ['series_c', 'You are not an early-stage company any more, and hiring shows it.'],
  ['series_c', 'We work with companies of every stage, from seed to public.'],
  ['series_c', 'No matter the stage, hiring senior engineers takes months.'],
  ['series_c', 'We helped Kobo when they were an early-stage company.'],
  ['series_c', 'Engineering debt from the early days tends to surface at this point.'],
  ['series_c', 'At Series C, your hiring bar has risen and compliance is harder.'],
  ['series_c', 'We staff Series B and Series C teams.'],
  ['series_c', 'Your early-stage project in Nairobi could use two data engineers.'],
  ['series_c', 'Our first conversations with your team were useful.'],
  ['series_c', 'Who leads your first ML platform effort?'],
  ['series_c', 'I was an early-stage CTO before I joined Tenacious.'],
  ['series_c', 'Unlike early-stage startups, you need people who document.'],
  ['series_c', 'We grew out of a bootstrapped agency ourselves.'],
  ['series_c', 'Your startup customers expect a quick onboarding.'],
  ['series_c', 'Since you hired your first engineers in 2015, the stack has grown.'],
  ['series_b', 'Series B is when debt from the early days slows you down.'],
  ['series_b', 'You raised your Series A in 2021, so the platform has some age.'],
  ['series_b', 'If you are planning a Series C, diligence on your code will matter.'],
  ['series_b', 'We help scale-ups keep quality while they grow.'],
  ['series_b', 'Your enterprise customers ask for SOC 2.'],
  ['series_b', 'You serve public companies, so their auditors care about your controls.'],
  ['seed', 'We help early-stage teams hire their first engineers.'],
  ['seed', 'Your enterprise plan launched last week. Who supports it?'],
  ['seed', 'Our engineers bring enterprise-grade security habits.'],
  ['seed', 'Your MVP looks great; congrats on the seed round.'],
  ['seed', 'We are a public company with offices across several countries.'],
  ['seed', 'Before your Series A, a small team is an advantage.'],
  ['seed', 'You do not need a Fortune 500 process to hire well.'],
  ['seed', 'Whether you are a startup or a large enterprise, code review matters.'],
  ['seed', 'Your public API is well documented.'],
  ['seed', 'I saw the global hiring slowdown in the news.'],
  ['series_a', 'Now is the time to hire the first engineers for your platform.'],
  ['series_a', 'You are growing beyond your founding team.'],
  ['series_a', 'We also work with bootstrapped teams.'],
  ['public', 'As a public company, you have audit requirements on every hire.'],
  ['public', 'Your startup programme for partners caught my eye.'],
  ['public', 'You acquired two startups last year; integrating their code takes hands.'],
  ['', 'We help early-stage teams hire their first engineers.'],
  ['unknown', 'Congrats on your Series C!'],
];

describe('funding_tier', () => {
  it.each(MISFITS)('penalises at %s: %s', (stage, draft) => {
    expect(at(stage, draft)).toMatchObject({ fired: true });
  });
  it.each(FITS)('passes at %s: %s', (stage, draft) => {
    expect(at(stage, draft)).toMatchObject({ fired: false });
  });
  it('takes a bootstrapped company for one of its own kind whatever round the record names', () => {
    expect(at('series_b', 'Bootstrapped companies like you watch costs.', { bootstrapped: true }).fired).toBe(
      false,
    );
  });
  it('reads the stage from signals when the record has none', () => {
    expect(at(null, 'Congrats on your Series C!', { funding_tier: 'seed' }).fired).toBe(true);
  });
});
