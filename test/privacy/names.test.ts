import { expect, test } from 'vitest';
import { namesOf, saysIn } from '../../src/privacy/names.ts';

const names = namesOf(['ann@x.example', "o'neil+a@x.example"]);

test('an address is found in any case and whatever stands around it', () => {
  for (const text of [
    'ann@x.example',
    '<Ann@X.example>',
    'to:ANN@X.EXAMPLE.',
    '"ann@x.example"',
    "o'neil+a@x.example,",
  ])
    expect(names(text), text).toBe(true);
});

test('an address inside of another one is somebody else', () => {
  for (const text of [
    'joann@x.example',
    'j.ann@x.example',
    'b+ann@x.example',
    'ann@x.example.org',
    'ann@x.examples',
    'ann@x',
  ])
    expect(names(text), text).toBe(false);
});

test('JSON is looked through as values, and a record only by its whole id', () => {
  expect(saysIn({ a: [{ note: 'line\nann@x.example' }] }, names, [])).toBe(true);
  expect(saysIn({ prospect_id: '17' }, names, ['17'])).toBe(true);
  expect(saysIn({ prospect_id: '171', id: '17', at: 17 }, names, ['17'])).toBe(false);
});
