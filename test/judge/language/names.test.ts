import { describe, expect, it } from 'vitest';
import { properNames } from '../../../src/judge/language/names.ts';

const CASES: [text: string, names: string[]][] = [
  ['Teams at Deliveroo, Ocado and N26 did this.', ['Deliveroo', 'Ocado', 'N26']],
  [
    'We have worked with 1) FooSoft, 2) BarWare, 3) Lumen Inc. since May.',
    ['FooSoft', 'BarWare', 'Lumen Inc.'],
  ],
  ['Hello Marta, thanks for Tuesday.', ['Marta']],
  ['Company X and Firm Q saw it.', ['Company X', 'Firm Q']],
  ["Bank of Cyprus, Ernst & Young and Wise's team agreed.", ['Bank of Cyprus', 'Ernst & Young', 'Wise']],
  ['Others such as eToro, iZettle and Hotels.com', ['eToro', 'iZettle', 'Hotels.com']],
  ['Happy to help. Would Q3 suit the CTO?', []],
  ['Monday works. Our Series B clients agree.', []],
  ['Lumen Ltd. Their CFO wrote.', ['Lumen Ltd.']],
];

describe('properNames', () => {
  it.each(CASES)('finds the names in %j', (text, names) => {
    expect(properNames(text).map((hit) => hit.name)).toEqual(names);
  });

  it('gives offsets into the text', () => {
    const text = 'As with Ocado Group, and with Wise.';
    for (const hit of properNames(text)) expect(text.slice(hit.start, hit.end)).toBe(hit.name);
  });
});
