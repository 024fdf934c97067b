import { describe, expect, it } from 'vitest';
import { fundingTier } from '../../src/judge/rules/funding-tier.ts';
import { lowConfidenceFunding } from '../../src/judge/rules/low-confidence-funding.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const CLAIMS: [fires: boolean, text: string][] = [
  [true, 'What I could see about you:\n\n- Funding: 7m euro Series A, 2025\n- Stack: Rails'],
  [true, 'Notes on Osprey Kilns:\n\nLast round: Series A ($9M)\nTeam: 40'],
  [true, 'Your profile in short:\n* Raised: $9M (May 2025)\n* Sites: 3'],
  [true, 'Your firm at a glance:\n- Total funding - £14m to date'],
  [true, 'Stage: Series A'],
  [true, 'Here is what I have on you:\n* Series A, £9m, closed in May\n* 12 vacancies'],
  [true, 'Valuation: $90M'],
  [true, "You're apparently opening a plant on the strength of the $9M round that closed in May."],
  [true, 'You are reportedly doubling sales thanks to your £14m Series A.'],
  [true, 'After your £14m Series A you are reportedly opening in Hull.'],
  [true, 'The $9M Series A that landed in June should cover two kilns, if your plans hold.'],
  [true, 'After a nine-figure round like yours, treasury gets harder.'],
  [true, 'A seven-figure cheque like the one you banked in May changes the plan.'],
  [true, 'A seed round such as yours usually lasts eighteen months.'],
  [true, 'With tens of millions in the bank from the spring round, you can pick your moment.'],
  [true, 'Raising a multi-million round, as you did in March, brings questions.'],
  [true, 'Now that the £14m is in the bank, I would love to hear your plans.'],
  [false, 'What I could see about you:\n\n- Funding: not disclosed\n- Stack: Rails'],
  [false, 'What I could see about you:\n\n- Funding: unconfirmed Series A\n- Stack: Rails'],
  [false, 'Your profile in short:\n- Funding: could not find a figure'],
  [false, 'Who we are:\n- Funding: $4M seed in 2024\n- Team: nine people in Cork'],
  [false, 'A few of our clients:\n- Series A, £9m, a bakery in Leeds'],
  [false, 'Stage: discovery call'],
  [false, 'Raised: concerns about lead times'],
  [false, 'Round: two interviews and a lunch'],
  [false, 'Price: $9k a year'],
  [false, 'Last round: Series A? I could not tell.'],
  [false, 'Is the seed round from 2021 still what you are running on?'],
  [false, 'Was the 2019 seed the last money you took?'],
  [false, 'Have you raised anything since the seed in 2021?'],
  [false, 'Did the 2022 Series A pay for the kiln, or was that debt?'],
  [false, 'Apparently you closed a Series A in May.'],
  [false, 'Your £14m Series A, reportedly, would explain the vacancies.'],
  [false, 'A round like that is hard to raise this year.'],
  [false, 'We banked an eight-figure round in the spring ourselves.'],
];

describe('low_confidence_funding by families', () => {
  it.each(CLAIMS)('answers %s to: %s', (fires, text) => {
    const prospect = prospectWith({
      company: 'Osprey Kilns',
      funding_confidence: 'low',
      funding_stage: null,
    });
    const draft = `Hi Jo,\n\n${text}\n\nBest,\nNils`;
    expect(lowConfidenceFunding.check(inputFor(prospect, draft)).fired).toBe(fires);
  });
});

const STAGES: [fires: boolean, stage: string, text: string][] = [
  [true, 'seed', 'Coordinating auditors across your overseas subsidiaries eats a group CFO alive.'],
  [
    true,
    'seed',
    'With a listed parent and a remuneration committee to answer to, every hire takes a quarter.',
  ],
  [
    true,
    'seed',
    'Group procurement will want three quotes, and your shared service centre will want a fourth.',
  ],
  [true, 'seed', 'Your general counsel and company secretary will know the drill before the AGM.'],
  [true, 'pre_seed', 'When you run nine-figure budgets through regional CFOs, consolidation is the pain.'],
  [true, 'seed', 'Consolidating forty legal entities at quarter end is no fun for any group controller.'],
  [true, 'seed', 'Dividend season is busy for your shareholder services team.'],
  [true, 'seed', 'We serve enterprises like Osprey Kilns in twelve countries.'],
  [true, 'seed', 'Household names like yours expect a dedicated account desk.'],
  [true, 'seed', 'Your divisional directors and group treasury each need their own ledger.'],
  [true, 'series_c', 'We get founders with an idea and no engineering team yet to a first release.'],
  [true, 'public', 'Built for founders with just an idea and nobody to build it.'],
  [true, 'series_c', 'Not sure you can afford a CTO yet? We act as one for teams of two or three.'],
  [true, 'public', 'It is just you and a laptop at this point, so we keep it cheap.'],
  [true, 'series_c', 'Before you have hired anybody technical, we can build the prototype.'],
  [false, 'seed', 'Your buyers sit with a listed parent, and we know their forms.'],
  [false, 'seed', 'You sell to groups with overseas subsidiaries, so single sign-on will come up.'],
  [false, 'seed', 'We are owned by a listed parent and have a remuneration committee ourselves.'],
  [false, 'seed', 'I used to run panel firms for a listed parent before I started this.'],
  [false, 'seed', 'No group procurement, no remuneration committee: you can decide by Friday.'],
  [false, 'seed', 'You do not have a listed parent to ask, which helps.'],
  [false, 'seed', 'We serve founders with an idea and no engineering team yet.'],
  [false, 'series_c', 'We serve enterprises like Osprey Kilns in twelve countries.'],
  [false, 'public', 'Your remuneration committee and group treasury will want the paper first.'],
  [false, 'series_c', 'Your overseas subsidiaries close their books on different days.'],
  [false, 'seed', 'Bakeries like yours rise at three; our vans do too.'],
  [false, 'series_b', 'Your general counsel asked for the standard clauses, which I enclose.'],
];

describe('funding_tier by families', () => {
  it.each(STAGES)('answers %s at %s: %s', (fires, funding_stage, text) => {
    const prospect = prospectWith({ company: 'Osprey Kilns', funding_stage });
    expect(fundingTier.check(inputFor(prospect, `Hi Jo,\n\n${text}\n\nBest,\nNils`)).fired).toBe(fires);
  });
});
