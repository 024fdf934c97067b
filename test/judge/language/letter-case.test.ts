import { describe, expect, it } from 'vitest';
import { caseReadings } from '../../../src/judge/language/letter-case.ts';
import { nameList } from '../../../src/judge/language/name-list.ts';

const names = nameList(['Tigist Haile', 'Larkspur'], ['acme corp']);
const readings = (text: string) => caseReadings(text, names).texts;

describe('caseReadings', () => {
  it.each([
    ['in capitals', 'FIRMS LIKE ZALANDO AND DELIVERY HERO USE US.'],
    ['in lower case', 'firms like zalando and delivery hero use us.'],
    ['with a capital on each word', 'Firms Like Zalando And Delivery Hero Use Us.'],
    ['in capitals at random', 'fIRms LiKE zAlANdo aNd DeliVERy hERo uSe uS.'],
  ])('gives names of well-known companies their capitals in a sentence %s', (_name, text) => {
    expect(readings(text)).toContain('Firms like Zalando and Delivery Hero use us.');
  });

  it('gives names of the record, placeholders, days, rounds and posts theirs', () => {
    const [first] = readings(
      'on monday your cto told tigist haile that acme corp and company x closed a series b in may.',
    );
    expect(first).toBe(
      'On Monday your CTO told Tigist Haile that Acme Corp and Company X closed a series B in May.',
    );
  });

  it('takes a word that nobody knows for a name in one way and not in another', () => {
    const all = readings('your team at norbury hotels told me so.');
    expect(all).toContain('Your team at norbury hotels told me so.');
    expect(all).toContain('Your team at Norbury hotels told me so.');
    expect(all).toContain('Your team at Norbury Hotels told me so.');
  });

  it('reads a sentence with the usual capitals in no other way, but for a name in lower case', () => {
    expect(
      readings('You met Tigist on Monday. We work for HubSpot and eBay, and three CTOs use it.'),
    ).toEqual([]);
    expect(readings('Firms like zalando use us.')).toEqual(['Firms like Zalando use us.']);
  });

  it('tells of capitals inside words, and not of what a brand might look like', () => {
    expect(caseReadings('yOu rAIsEd a rOUnd.', names).odd).toEqual(['rAIsEd', 'rOUnd']);
    expect(caseReadings('HubSpot, YouTube, eBay, McKinsey, the CTOs and GmbH.', names).odd).toEqual([]);
  });
});
