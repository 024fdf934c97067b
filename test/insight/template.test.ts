import { expect, test } from 'vitest';
import { templateOf } from '../../src/insight/template.ts';

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
