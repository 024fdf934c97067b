import { describe, expect, it } from 'vitest';
import { timeMentions } from '../../../src/judge/language/dates.ts';

/** As of Wednesday 4 March 2026. */
const CASES: [text: string, from: string, to: string][] = [
  ['until 2026-10-15', '2026-10-15', '2026-10-15'],
  ['on 07/04/2026', '2026-04-07', '2026-04-07'],
  ['on 04/27/2026', '2026-04-27', '2026-04-27'],
  ['by Oct. 3rd, 2026', '2026-10-03', '2026-10-03'],
  ['from the 9th of November', '2026-11-09', '2026-11-09'],
  ['from January', '2027-01-01', '2027-01-31'],
  ['during May', '2026-05-01', '2026-05-31'],
  ['by the end of Q2', '2026-06-01', '2026-06-30'],
  ["in Q1 '27", '2027-01-01', '2027-03-31'],
  ['in mid-July', '2026-07-11', '2026-07-21'],
  ['in 3 weeks', '2026-03-25', '2026-03-25'],
  ['within ten working days', '2026-03-18', '2026-03-18'],
  ['in 2-3 months', '2026-06-04', '2026-06-04'],
  ['next week', '2026-03-09', '2026-03-15'],
  ['next month', '2026-04-01', '2026-04-30'],
  ['on Monday', '2026-03-09', '2026-03-09'],
  ['tomorrow', '2026-03-05', '2026-03-05'],
  ['right away', '2026-03-04', '2026-03-04'],
  ['in autumn', '2026-09-01', '2026-11-30'],
];

describe('timeMentions', () => {
  it.each(CASES)('reads %j', (text, from, to) => {
    expect(timeMentions(text, '2026-03-04').map((time) => [time.from, time.to])).toEqual([[from, to]]);
  });

  it.each([
    'You may march ahead.',
    'Series A for 40 people',
    'version 2.0 of the 10-K',
    'on 31/02/2026',
  ])('finds no time in %j', (text) => {
    expect(timeMentions(text, '2026-03-04')).toEqual([]);
  });
});
