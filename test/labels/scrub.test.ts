import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Example } from '../../src/labels/example.ts';
import { draftFromText } from '../../src/evaluate/context.ts';
import { knownOf } from '../../src/labels/scrub/known.ts';
import { scrubExample } from '../../src/labels/scrub/scrub-example.ts';
import { Scrubber } from '../../src/labels/scrub/scrubber.ts';
import { HEADERS, KEY, OWNERS, knownFor, sampleProspect, scrubbed } from './sample.ts';

describe('names in a text', () => {
  test.each([
    ['as it is', 'Ruth Kessler will decide.', 'Person-1 will decide.'],
    ['with a possessive', "It was Ruth’s and Kessler's idea.", "It was Person-1’s and Person-1's idea."],
    ['in capitals', 'RUTH KESSLER, RUTH and KESSLER', 'Person-1, Person-1 and Person-1'],
    ['in lower case', 'ask ruth, or kessler', 'ask Person-1, or Person-1'],
    ['turned round', 'Kessler, Ruth has it.', 'Person-1 has it.'],
    ['with initials', 'R. Kessler and Ruth K. and Ruth M. Kessler', 'Person-1 and Person-1 and Person-1'],
    ['joined', 'RuthKessler ruth_kessler ruth.kessler', 'Person-1 Person-1 Person-1'],
    ['over a folded line', 'said Ruth\n> Kessler again', 'said Person-1 again'],
    ['broken in a word', 'said Ruth Kess-\nler again', 'said Person-1 again'],
    ['with invisible characters', 'said R\u200buth Kes\u00adsler', 'said Person-1'],
    ['in look-alike letters', 'said Ruth Kеsslеr', 'said Person-1'],
    ['spaced out', 'said R u t h  to us', 'said Person-1  to us'],
    ['with its accents dropped', 'Jose Nunez and José NÚÑEZ', 'Person-2 and Person-2'],
    ['with decomposed accents', 'Jose\u0301 Nu\u0301n\u0303ez', 'Person-2'],
    ['inside no other word', 'a ruthless truth', 'a ruthless truth'],
  ])('are replaced %s', (_how, text, expected) => {
    expect(scrubbed(text)).toBe(expected);
  });

  test('of different people stay different, and the same everywhere', () => {
    const text = scrubbed('Hi Ruth,\n\nJosé told me, and Tom agrees. Ruth, ask José.\n\nBest,\nTom Adeyemi');
    expect(text).toBe(
      'Hi Person-1,\n\nPerson-2 told me, and Person-3 agrees. Person-1, ask Person-2.\n\nBest,\nPerson-3',
    );
  });

  test('that are words are names only where they are capitalised', () => {
    const prospect = sampleProspect({ name: 'Will Price', address: null, thread: [] });
    expect(scrubbed('Hi Will, it will have a price. Thanks, Will Price', prospect)).toBe(
      'Hi Person-1, it will have a price. Thanks, Person-1',
    );
  });

  test('with umlauts are found spelt out, and the other way round', () => {
    const mueller = sampleProspect({ name: 'Jörg Müller', thread: [] });
    expect(scrubbed('Joerg Mueller, Jorg Muller, JÖRG MÜLLER', mueller)).toBe('Person-1, Person-1, Person-1');
    expect(scrubbed('Müller', sampleProspect({ name: 'Jan Mueller', thread: [] }))).toBe('Person-1');
  });

  test('are found in scripts without blanks', () => {
    expect(scrubbed('您好王伟先生', sampleProspect({ name: '王伟', thread: [] }))).toBe('您好Person-1先生');
  });

  test('that only greeting and signature hold are people too', () => {
    const prospect = sampleProspect({
      name: null,
      address: null,
      thread: [],
      foreign: [],
      account_owner: null,
    });
    const body = 'Hello Zarina,\n\nBekele sends his best.\n\nKind regards,\nMeseret Tadesse\nBenchworks';
    const scrubber = new Scrubber(
      knownOf({ prospect, draft: { subject: null, body }, headers: '', owners: [] }),
      KEY,
    );
    const text = scrubber.text(body);
    expect(text).toMatch(/^Hello Person-\d,\n/);
    expect(text).not.toMatch(/Zarina|Meseret|Tadesse/);
    expect(text).toContain('Bekele');
  });

  test('that signals name are people and companies too', () => {
    expect(scrubbed('Ada Brandt of Quellhof says hello')).toMatch(/^Person-\d of Company-\d says hello$/);
  });
});

describe('companies in a text', () => {
  test.each([
    ['Harbour Lane Ltd', 'Company-1'],
    ['HARBOUR LANE’s', 'Company-1’s'],
    ['HarbourLane', 'Company-1'],
    ['harbour-lane', 'Company-1'],
    ['Harbourlane', 'Company-1'],
    ['Harbour', 'Company-1'],
    ['Marelda GmbH', 'Company-2'],
    ['Benchworks', 'Company-4'],
    ['harbourlane.com', 'company-1.example'],
  ])('%s is %s', (text, expected) => {
    expect(scrubbed(`we met ${text} there`)).toMatch(
      new RegExp(`^we met ${expected.replace('.', '\\.')}(?: Ltd| GmbH)? there$`),
    );
  });
});

describe('addresses, links, numbers and ids', () => {
  test.each([
    ['ruth.kessler@harbourlane.com', 'person-1@company-1.example'],
    ['<Ruth.Kessler+x@HarbourLane.com>', '<person-1@company-1.example>'],
    ['rkessler@mail.harbourlane.com', 'person-1@company-1.example'],
    ['ruth.kessler (at) harbourlane (dot) com', 'person-1@company-1.example'],
    ['kessler@gmail.com', 'person-1@gmail.com'],
    ['https://linkedin.com/in/ruth-kessler-42', 'https://link-1.example/'],
    ['linkedin.com/in/ruth-kessler', 'https://link-1.example/'],
    ['www.harbourlane.com', 'https://link-1.example/'],
    ['tel:+442079460958', 'https://link-1.example/'],
    ['@ruthk_eng', '@handle-1'],
    ['+44 20 7946 0958', 'phone-1'],
    ['(415) 555-0134', 'phone-1'],
    ['call me at 7946 0958', 'call me at phone-1'],
  ])('%s becomes %s', (text, expected) => {
    expect(scrubbed(text)).toBe(expected);
  });

  test('become the same placeholder only where they are the same', () => {
    const text = scrubbed(
      'a@x.com b@x.com A@X.com c@y.com, https://a.com/1 https://a.com/2 https://a.com/1.',
    );
    expect(text).toMatch(
      /^person-(\d)@company-(\d)\.example person-(\d)@company-\2\.example person-\1@company-\2\.example person-\d@company-(?!\2)\d\.example, https:\/\/link-1\.example\/ https:\/\/link-2\.example\/ https:\/\/link-1\.example\/\.$/,
    );
  });

  test.each([
    'on 2026-05-01 and 05/01/2026, 2024-2026',
    'a $20,000,000 round, $20M, 20 000 000 USD',
    'node.js and Next.js at 10:30, v1.2.3, 99.95%, 1,234,567 users',
    'five engineers in Q3, 12 weeks, 4 to 6 people',
  ])('leave %s alone', (text) => {
    expect(scrubbed(text)).toBe(text);
  });

  test('ids are hashes under the key: the same with the same key only', () => {
    const id = '0123abcd-4567-89ab-cdef-0123456789ab';
    const other = new Scrubber(knownFor(''), Buffer.alloc(32, 8));
    expect(scrubbed(`see thread_9001 and ${id}`)).toMatch(/^see id-[0-9a-f]{12} and id-[0-9a-f]{12}$/);
    expect(scrubbed(id)).toBe(scrubbed(id));
    expect(other.text(id)).not.toBe(scrubbed(id));
  });

  test('hostile lengths take no time', () => {
    const began = performance.now();
    for (const text of [
      'a'.repeat(200_000),
      '@'.repeat(50_000),
      '1 '.repeat(50_000),
      'a.'.repeat(50_000),
      'Ruth '.repeat(20_000),
      '-\n'.repeat(50_000),
    ])
      scrubbed(text);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

const example = (body: string, prospect = sampleProspect()): Example => ({
  id: '01JX',
  as_of: '2026-05-01',
  prospect,
  draft: draftFromText(body, 'For Ruth'),
  chosen: { decision: 'BLOCK', rationale: 'It tells Ruth Kessler what José Núñez said.' },
  rejected: { decision: 'PASS', rationale: 'No rule applies.' },
  rule: 'thread_leak',
  probe: 'E01',
  meta: {
    delivery_id: '01JX',
    at: 0,
    source: 'review',
    label: 'right',
    labelled_by: 'kim@benchworks.io',
    judged: 'BLOCK',
    judged_by: 'thread_leak',
    rubric_version: 'r',
    adapter_version: null,
  },
});

describe('a scrubbed example', () => {
  test('keeps the structure of the leak: what stands in the other thread still stands in the draft', () => {
    const body = 'Hi Ruth,\n\nMarelda loses two engineers a month, José says.';
    const made = scrubExample(example(body), new Scrubber(knownFor(body), KEY));
    expect(made.draft.body).toBe('Hi Person-1,\n\nCompany-2 loses two engineers a month, Person-2 says.');
    expect(made.prospect.foreign[0]).toMatchObject({
      text: 'We at Company-2 lose two engineers a month, Person-2 told us.',
      source: expect.stringMatching(/^threads\.id-[0-9a-f]{12} \(Person-2, CTO\)$/),
    });
    expect(made.prospect).toMatchObject({
      name: 'Person-1',
      company: 'Company-1',
      address: 'person-1@company-1.example',
      headcount: 140,
      funding_stage: 'series_b',
      recipient_role: 'vp_eng',
      available_signals: { phone: 'phone-1' },
    });
    expect(made.chosen.rationale).toBe('It tells Person-1 what Person-2 said.');
    expect(JSON.stringify(made)).not.toMatch(/kim@|01JX|4711|9001|7777/);
  });

  test('never holds a name, address or company of its record, however it is written', () => {
    const letters = (min: number, max: number) =>
      fc.string({
        unit: fc.constantFrom(...Array.from('bcdfgklmnprstvzaeiouéöñ')),
        minLength: min,
        maxLength: max,
      });
    const word = letters(5, 9).map((text) => `Q${text.charAt(0).toUpperCase()}${text.slice(1)}x`);
    const spelling = fc.constantFrom<(name: string) => string>(
      (name) => name,
      (name) => name.toUpperCase(),
      (name) => name.toLowerCase(),
      (name) => `${name}'s`,
      (name) => `${name}’s`,
      (name) => name.normalize('NFD'),
      (name) => name.normalize('NFKD').replace(/\p{M}/gu, ''),
      (name) => name.replace(' ', '\n> '),
      (name) => name.replace(' ', ''),
      (name) => name.replace(' ', '.'),
      (name) => `(${name})`,
      (name) => `*${name}*`,
      (name) => name.split('').join('\u200b'),
      (name) => name.split(' ')[0],
      (name) => name.split(' ').at(-1)!,
      (name) => name.split(' ').toReversed().join(', '),
    );
    const filler = fc.constantFrom(' will see ', ', ', ' and\n', '. Then ', ' – ', ' at ', ': ');
    fc.assert(
      fc.property(
        fc.uniqueArray(word, {
          minLength: 8,
          maxLength: 8,
          selector: (one) =>
            one
              .normalize('NFKD')
              .replace(/\P{ASCII}/gu, '')
              .toLowerCase(),
        }),
        fc.array(fc.tuple(fc.nat(5), spelling, filler), { minLength: 1, maxLength: 12 }),
        ([first, last, company, otherFirst, otherLast, otherCompany, third, fourth], pieces) => {
          const ascii = (text: string): string =>
            text
              .normalize('NFKD')
              .replace(/\P{ASCII}/gu, '')
              .toLowerCase();
          const address = `${ascii(first)}.${ascii(last)}@${ascii(company)}.com`;
          const names = [
            `${first} ${last}`,
            `${company} ${third}`,
            `${otherFirst} ${otherLast}`,
            otherCompany,
            address,
            `${fourth} ${last}`,
          ];
          const body = pieces.map(([which, spell, after]) => spell(names[which]) + after).join('');
          const prospect = sampleProspect({
            name: names[0],
            company: names[1],
            address,
            account_owner: null,
            available_signals: { note: body, nested: [{ [names[0]]: body }] },
            thread: [{ threadId: 't', direction: 'in', person: names[5], role: null, at: '', text: body }],
            foreign: [{ scope: 'other_company', source: 'threads.t2', threadId: 't2', text: body }],
          });
          const owners = [{ company: names[3], domain: null, name: names[2], address: null }];
          const known = knownOf({ prospect, draft: { subject: null, body }, headers: '', owners });
          const made = scrubExample(example(body, prospect), new Scrubber(known, KEY));
          const left = JSON.stringify(made)
            .normalize('NFKD')
            .replace(/\p{M}|\u200b/gu, '')
            .toLowerCase();
          for (const part of [first, last, company, third, otherFirst, otherLast, otherCompany, fourth].slice(
            0,
            8,
          )) {
            // A further word of the company's name is no name of its own.
            if (part === third) continue;
            expect(left).not.toContain(part.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase());
          }
          expect(left).not.toContain(address);
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  test('gives a header’s people away no more than the record’s', () => {
    const known = knownFor('Hi', sampleProspect(), `${HEADERS}\ncc: "Okafor, Ngozi" <ngozi@elsewhere.org>`);
    const text = new Scrubber(known, KEY).text('Ngozi Okafor, Okafor, ngozi@elsewhere.org');
    expect(text).toMatch(/^Person-(\d), Person-\1, person-\1@company-\d\.example$/);
    expect(OWNERS).toHaveLength(1);
  });
});
