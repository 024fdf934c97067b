import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARSE_LIMITS } from '../../src/message/limits.ts';
import { parseHeaderBlock, trimBlanks } from '../../src/message/mime-headers.ts';

const text = fc.string({ unit: fc.constantFrom(' ', '\t', '\u00a0', 'a', ':'), maxLength: 12 });

/** What is meant, in a way that takes too long over many blanks. */
const trimmed = (value: string): string => value.replace(/^[ \t\r]+|[ \t\r]+$/g, '');

const valuesOf = (header: string): string[] =>
  parseHeaderBlock(Buffer.from(header), 0, Buffer.byteLength(header), PARSE_LIMITS).lines.map(
    ({ value }) => value,
  );

describe('a header field', () => {
  it('loses the blanks around it, and no others', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(trimBlanks(value)).toBe(trimmed(value));
      }),
    );
  });

  it('is one value over all of its lines', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (first, others) => {
        const lines = [`X-Field:${first}`, ...others.map((more) => ` ${more}`)];
        const value = others.reduce((all, more) => trimmed(`${all} ${more}`), trimmed(first));
        expect(valuesOf(`${lines.join('\r\n')}\r\nX-Next: y\r\n\r\n`)).toEqual([value, 'y']);
      }),
    );
  });
});
