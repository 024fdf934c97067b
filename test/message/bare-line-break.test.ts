import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBareLineBreak } from '../../src/message/bare-line-break.ts';

describe('findBareLineBreak', () => {
  it.each([
    ['CRLF only', 'a\r\nb\r\n\r\n.\r\n', null],
    ['no line break', 'abc', null],
    ['a bare LF', 'a\r\nb\n.\r\n', { offset: 4, kind: 'LF' }],
    ['a bare CR', 'a\rb\r\n', { offset: 1, kind: 'CR' }],
    ['a CR before a CRLF', 'a\r\r\n', { offset: 1, kind: 'CR' }],
    ['a CR at the end', 'a\r\nb\r', { offset: 4, kind: 'CR' }],
    ['an LF at the start', '\na', { offset: 0, kind: 'LF' }],
    ['a CR before an LF that is bare', 'a\rb\nc', { offset: 1, kind: 'CR' }],
  ])('finds what stands alone in %s', (_name, text, expected) => {
    expect(findBareLineBreak(Buffer.from(text))).toEqual(expected);
  });

  it('agrees with a regular expression on any bytes', () => {
    const piece = fc.constantFrom('\r\n', '\r', '\n', 'a', '.');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const at = text.search(/\r(?!\n)|(?<!\r)\n/);
        const kind = text[at] === '\r' ? 'CR' : 'LF';
        expect(findBareLineBreak(Buffer.from(text))).toEqual(at < 0 ? null : { offset: at, kind });
      }),
    );
  });
});
