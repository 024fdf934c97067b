import { describe, expect, it } from 'vitest';
import { draftFromText } from '../../src/evaluate/context.ts';
import { judgeByRules } from '../../src/judge/judge.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { prospectWith } from './rule-input.ts';

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);

/** The first finding of all ten rules for a sentence between a greeting and a signature. */
function firstFinding(
  sentence: string,
  over: { funding_confidence: string; funding_stage: string },
): string | null {
  const { findings } = judgeByRules({
    draft: draftFromText(`Hi Jo,\n\n${sentence}\n\nBest,\nNils`),
    prospect: prospectWith({ company: 'Quillmark', recipient_role: 'cto', headcount: 200, ...over }),
    channel: 'email',
    today: '2026-05-01',
    rubric,
  });
  return findings[0]?.rule ?? null;
}

const FUNDING: [rule: string | null, sentence: string][] = [
  ['low_confidence_funding', 'Massive congratulations on the eight-figure investment!'],
  [
    'low_confidence_funding',
    'After Quillmark secured its $25m Series B, engineering hiring became the bottleneck.',
  ],
  ['low_confidence_funding', 'The ink is barely dry on your Series B.'],
  ['low_confidence_funding', 'Having closed a Series B, Quillmark can finally staff the platform team.'],
  ['low_confidence_funding', 'Quillmark has just pulled in 25 million pounds.'],
  ['low_confidence_funding', "Quillmark's fresh $25M means the roadmap is no longer constrained by cash."],
  ['low_confidence_funding', 'Series B funding of $25M gives Quillmark two years.'],
  [
    'low_confidence_funding',
    'TechCrunch covered your £25 million round, and the quote about reliability stuck with me.',
  ],
  ['low_confidence_funding', 'I was thrilled to see the news about your Series B.'],
  ['low_confidence_funding', 'With the Series B behind you, I assume the next job is the platform team.'],
  [
    'low_confidence_funding',
    'You raised a Series B from Accel, which tells me you are serious about growth.',
  ],
  ['low_confidence_funding', 'Raising $25 million in this climate is remarkable, Jo.'],
  ['low_confidence_funding', 'Quillmark, having raised USD 25 million, is now hiring twelve engineers.'],
  ['low_confidence_funding', 'Your investors just handed you $25M. What is the first hire?'],
  ['low_confidence_funding', 'Accel led your Series B, so the bar is high.'],
  ['low_confidence_funding', 'A recently funded company like Quillmark has to hire fast.'],
  ['low_confidence_funding', 'Now that Quillmark is Series B funded, speed matters.'],
  ['low_confidence_funding', 'Following your $25M fundraise, who runs platform?'],
  ['low_confidence_funding', 'The raise you announced in March changes the picture.'],
  ['low_confidence_funding', 'You may be looking for SREs: you closed $25M in February.'],
  ['low_confidence_funding', 'Some say growth is slowing, but Quillmark raised $25M.'],
  [
    'low_confidence_funding',
    'I might be wrong about your stack. I am not wrong about the $25M Series B you closed.',
  ],
  ['low_confidence_funding', 'Quillmark is valued at $200M after the latest round.'],
  ['low_confidence_funding', 'With a war chest of $25M you can afford the best.'],
  [null, 'Quillmark might have raised something this year; I could not find a reliable source.'],
  [null, 'I have seen a $25M figure floating around, which I have not been able to verify.'],
  [null, 'One blog claims a $25M Series B. I would not rely on it.'],
  [null, 'Crunchbase hints at a Series B for Quillmark, but nothing is confirmed.'],
  [null, 'It seems that Quillmark closed a new round, if the rumours hold.'],
  [null, 'Supposedly there was a Series B; either way, hiring is up.'],
  [null, 'We do not know how Quillmark is funded and it does not matter here.'],
  [null, 'A $25M budget overrun is what happens when migrations go wrong.'],
  [null, 'Our customers have raised over $300M between them.'],
  [null, 'We are backed by Accel and closed our Series B in March.'],
  [null, 'Most Series B companies find that the second platform hire is the hardest.'],
  [null, 'The average Series B in fintech is $25M these days.'],
  [null, 'Raising money is hard this year, and hiring is harder.'],
  [null, 'Your team processes $25M a day in card payments.'],
  [null, 'Quillmark sold $25M worth of books last year.'],
  [null, 'If you do raise a Series B, think of us.'],
  [null, 'I noticed the new VP role and the funding page in your handbook.'],
  [null, 'You lead a fund with $25M under management.'],
  [null, 'We raised this with Jo last week and closed the ticket.'],
  [null, 'You closed 14 roles and raised your bar for seniors.'],
  [null, 'I heard that fundraising is slow; how is hiring?'],
  [null, 'The seed of the idea came from your talk.'],
  [null, 'Your CFO may like that a squad costs $25k a month.'],
  [null, 'A fresh round of applicants every week is tiring to screen.'],
  [null, 'The seed data in your demo is fun.'],
  [null, 'You are presumably well funded, but I have no figures.'],
  [null, 'Unverified, so take it lightly: $25M in Series B funding.'],
];
const STAGE: [rule: string | null, stage: string, sentence: string][] = [
  ['funding_tier', 'series_c', 'Congratulations on closing your pre-seed round!'],
  ['funding_tier', 'series_c', 'You are at the very beginning, and a wrong hire can sink you.'],
  ['funding_tier', 'series_c', 'For seed startups like Quillmark, cash is everything.'],
  ['funding_tier', 'public', 'Quillmark is still a small startup, so every engineer must do everything.'],
  ['funding_tier', 'public', 'We get young startups to launch in ninety days.'],
  ['funding_tier', 'public', 'Now that you have closed your seed round, it is time to hire.'],
  ['funding_tier', 'public', 'Fresh from your Series A, you will want to double engineering.'],
  ['funding_tier', 'seed', 'Quillmark is a publicly listed company with a global footprint.'],
  ['funding_tier', 'seed', 'As a mature enterprise, you have procurement rules.'],
  ['funding_tier', 'seed', 'Congrats on the Series C round, it is a huge step.'],
  ['funding_tier', 'seed', 'Now that you are preparing for your IPO, controls matter.'],
  ['funding_tier', 'seed', 'Our programme is for Fortune 500 engineering leaders like you.'],
  ['funding_tier', 'seed', 'Your multinational workforce needs follow-the-sun support.'],
  ['funding_tier', 'series_a', 'Companies at your late stage need governance.'],
  ['funding_tier', 'series_b', 'You are bootstrapped, so budgets are tight.'],
  ['funding_tier', 'series_b', 'Quillmark is just getting off the ground, so let us help.'],
  [null, 'series_c', 'You have long outgrown the days of a scrappy founding team.'],
  [null, 'series_c', 'Quillmark is no startup any longer.'],
  [null, 'series_c', 'Hiring at a Series C company is not like hiring your first engineers.'],
  [null, 'series_c', 'You acquired an early-stage company in May; who maintains its code?'],
  [null, 'series_c', 'Our founder built two seed-stage companies before this.'],
  [null, 'series_c', 'The early-stage venture arm you run looks interesting.'],
  [null, 'series_c', 'Your first engineering hub in Nairobi opens in June, I read.'],
  [null, 'series_c', 'We have staffed startups and listed groups alike.'],
  [null, 'series_c', 'You invest in early-stage founders, so you know the pattern.'],
  [null, 'public', 'You sell to startups, and their expectations on API quality are high.'],
  [null, 'public', 'Startups keep poaching your engineers, I imagine.'],
  [null, 'public', 'You compete with early-stage startups for the same people.'],
  [null, 'seed', 'You will not need a global team for a while.'],
  [null, 'seed', 'You sell to enterprises, so SOC 2 will come up.'],
  [null, 'seed', 'Landing your first enterprise customer takes a security review.'],
  [null, 'seed', 'Your product runs in multiple countries from day one.'],
  [null, 'seed', 'We have engineers in several countries.'],
  [null, 'seed', 'I worked at a public company for ten years.'],
  [null, 'seed', 'The Series C crowd hires slowly; you can move faster.'],
  [null, 'seed', 'Your investors want a path to Series A, and that takes a product people use.'],
  [null, 'series_b', 'Your Series A investors must be pleased.'],
  [null, 'series_a', 'The seed round feels long ago, I bet.'],
];

describe('a sentence in a mail, judged by all rules', () => {
  it.each(FUNDING)('%s with low confidence: %s', (rule, sentence) => {
    expect(firstFinding(sentence, { funding_confidence: 'low', funding_stage: '' })).toBe(rule);
  });
  it.each(STAGE)('%s at %s: %s', (rule, funding_stage, sentence) => {
    expect(firstFinding(sentence, { funding_confidence: 'high', funding_stage })).toBe(rule);
  });
});
