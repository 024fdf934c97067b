import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenJson } from '../../src/feedback/shorten-json.ts';

const keep = { named: { names: new Set(['text']), bytes: 40 }, bytes: 10 };
const shortened = (value: unknown): unknown =>
  JSON.parse(shortenJson(Buffer.from(JSON.stringify(value)), keep).toString()) as unknown;

/** Strings with everything that stands in JSON in another form. */
const string = fc.string({
  unit: fc.constantFrom(' ', 'a', '"', '\\', '\n', '\u0001', 'é', '中', '😀', ':', ','),
  maxLength: 60,
});

/** The same value with every string cut somewhere, or as it was. */
function isCutOf(short: unknown, whole: unknown): boolean {
  if (typeof whole === 'string') return typeof short === 'string' && whole.startsWith(short);
  if (Array.isArray(whole)) {
    return (
      Array.isArray(short) && short.length === whole.length && whole.every((one, i) => isCutOf(short[i], one))
    );
  }
  if (whole === null || typeof whole !== 'object') return short === whole;
  return Object.entries(whole).every(([name, one]) => isCutOf((short as Record<string, unknown>)[name], one));
}

describe('JSON with its long strings cut short', () => {
  it('keeps more of what is read than of anything else, and cuts at a blank', () => {
    const text = 'twenty characters or more of it';
    expect(shortened({ text, other: text, list: [text, 1] })).toEqual({
      text,
      other: 'twenty',
      list: ['twenty', 1],
    });
  });

  it('leaves nothing of a file', () => {
    expect(shortened([{ Name: 'a.pdf', Content: 'QUJD'.repeat(1_000) }])).toEqual([
      { Name: 'a.pdf', Content: '' },
    ]);
  });

  it('knows a name with blanks before its colon', () => {
    const body = Buffer.from('{"text" : "twenty characters or more"}');
    expect(shortenJson(body, keep)).toEqual(body);
  });

  it('says the same of any value, only shorter', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        string,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        // Names are short.
        fc.dictionary(fc.constantFrom('text', 'other', 'a"b', '\\'), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (one) => {
        expect(isCutOf(shortened(one), one)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('cuts whatever is longer', () => {
    fc.assert(
      fc.property(string, string, (text, other) => {
        const body = shortenJson(Buffer.from(JSON.stringify({ text, other })), keep);
        expect(body.length).toBeLessThanOrEqual('{"text":"","other":""}'.length + 40 + 10);
      }),
    );
  });

  it.each(['{"a":"b', '{"a', '"\\"'])('refuses %s, of which a string has no end', (text) => {
    expect(() => shortenJson(Buffer.from(text), keep)).toThrow('the body is not JSON');
  });

  it('does not go through more strings than any event has', () => {
    expect(() => shortenJson(Buffer.from(`[${'"",'.repeat(200_001)}1]`), keep)).toThrow(
      'the body has more than 100000 values',
    );
  });
});
