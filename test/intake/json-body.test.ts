import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/intake/json-body.ts';

const refusal = (text: string): string => {
  try {
    parseJson(Buffer.from(text));
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a JSON body', () => {
  test('is taken as it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, space) => {
        const text = JSON.stringify(value, null, space);
        fc.pre(!text.includes('__proto__'));
        expect(parseJson(Buffer.from(text)).value).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ['{"to":1,"to":2}'],
    [String.raw`{"bcc":1,"x":{"a":"}\\"},"\u0062cc":2}`],
    ['[{"a":[{}],"b":{"b":1},"a":0}]'],
    ['{"a":{"x":"{\\"x\\":1","x":1}}'],
  ])('that names a field twice is refused: %s', (text) => {
    expect(refusal(text)).toMatch(/twice in one object/);
  });

  test('may use a name again elsewhere', () => {
    expect(refusal(String.raw`{"a":{"a":["a","a",{"a":"\"a\":\\"}]},"b":[{"a":1},{"a":1}]}`)).toBe('taken');
  });

  test('with __proto__, or nested too deeply, is refused', () => {
    expect(refusal(String.raw`{"a":{"\u005f_proto__":1}}`)).toMatch(/__proto__/);
    expect(refusal('['.repeat(201) + ']'.repeat(201))).toMatch(/too deeply/);
    expect(refusal('['.repeat(200) + ']'.repeat(200))).toBe('taken');
  });

  test('of millions of numbers is refused in no time, and of as many as requests have is taken', () => {
    const body = `{"content":[${'7,'.repeat(3_000_000)}7]}`;
    const begun = performance.now();
    expect(refusal(body)).toMatch(/more than 100000 values/);
    expect(refusal(`[${'7,'.repeat(99_000)}7]`)).toBe('taken');
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
