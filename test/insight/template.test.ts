import { expect, test } from 'vitest';
import { saidIn, templateOf } from '../../src/insight/template.ts';

const record = (name: string, company: string, city: string) => ({
  name,
  company,
  city,
  country: null,
  industry: null,
  title: null,
});

const pitch = (name: string, company: string, city: string, rest: string) =>
  templateOf(
    `Hi ${name.split(' ')[0]},\n\n${company} is growing in ${city}. ${rest} Shall we talk about it soon?`,
    [record(name, company, city)],
  );

test('a template filled in for two prospects is one template', () => {
  const one = pitch(
    'Lena Vogt',
    'Quillstone',
    'Berlin',
    'You have 14 open roles, see https://q.example/jobs.',
  );
  const other = pitch(
    'Bo Lind',
    'blue harbour ltd',
    'New York',
    'You have 3 open roles, see https://b.example/x?y=1.',
  );
  expect(one).toBe('hi _ is growing in _ you have _ open roles see _ shall we talk about it soon');
  expect(other).toBe(one);
});

test('other words are another template', () => {
  expect(pitch('Lena Vogt', 'Quillstone', 'Berlin', 'Your team is growing.')).not.toBe(
    pitch('Lena Vogt', 'Quillstone', 'Berlin', 'Your costs are growing.'),
  );
});

test('lists of names of any length are one slot', () => {
  const list = (names: string) =>
    templateOf(`We have worked with ${names} on ledgers and would be glad to help you.`, []);
  expect(list('Monzo, Adyen and Klarna')).toBe(list('Stripe'));
});

test('a text of hardly more than slots is no template', () => {
  expect(templateOf('Hi Lena, 14:00 on Tuesday?', [])).toBeNull();
  expect(templateOf('', [])).toBeNull();
});

test('what a thousand records say alike is looked for once, and each place in the text is one slot', () => {
  const records = Array.from({ length: 1_000 }, (_, n) =>
    record(`Name${n} Vogt`, `New York Works ${n}`, 'New York'),
  );
  const text = 'We work in New York and in new york, not with New York Works 7 or York.';
  const found = saidIn(text, records).map(({ start, end }) => text.slice(start, end));
  expect(found).toEqual(['New York', 'new york', 'New York Works 7']);
  expect(saidIn(text, [])).toEqual([]);
});

test('a template is the same however many records say the same', () => {
  const text = 'Hi Lena, Quillstone is growing in Berlin. Shall we talk about it soon, or when you are back?';
  const one = record('Lena Vogt', 'Quillstone', 'Berlin');
  const many = Array.from({ length: 2_000 }, () => ({ ...one }));
  expect(templateOf(text, many)).toBe(templateOf(text, [one]));
});
