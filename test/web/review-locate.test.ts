import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldTexts, locate } from '../../src/web/review/locate.ts';

/** What the located pieces say, joined. */
function found(texts: string[], draft: string, words: string, nth = 0): string {
  let start = -1;
  for (let i = 0; i <= nth; i++) start = draft.indexOf(words, start + 1);
  const pieces = locate(foldTexts(texts), foldTexts([draft]), { start, end: start + words.length });
  return pieces.map(({ node, start, end }) => texts[node].slice(start, end)).join('|');
}

describe('a span of the draft in the text nodes of the shown mail', () => {
  it('is found in one node', () => {
    expect(found(['We have six engineers.'], 'We have six engineers.', 'six engineers')).toBe(
      'six engineers',
    );
  });

  it('is found over several nodes, with the white space between them', () => {
    expect(
      found(['the ', '$40M', '\n   ', 'Series B', ' that'], 'the $40M Series B that', '$40M Series B'),
    ).toBe('$40M|Series B');
    expect(
      found(
        ['bench of ', 'six senior ', 'backend', ' engineers.'],
        'bench of six senior backend engineers.',
        'six senior backend engineers',
      ),
    ).toBe('six senior |backend| engineers');
  });

  it('is found whatever the white space: no-break spaces, line ends, soft hyphens, zero-width characters', () => {
    expect(found(['a\u00A0$40M Ser\u00ADies\u200B B round'], 'a $40M Series B round', '$40M Series B')).toBe(
      '$40M Ser\u00ADies\u200B B',
    );
    expect(found(['one\n\t two   three'], 'one two three', 'two three')).toBe('two   three');
  });

  it('is the place with the same surroundings where the words come twice', () => {
    const texts = ['We raised $5M before. ', 'Now you raised $5M as well.'];
    const draft = 'We raised $5M before.\n\nNow you raised $5M as well.';
    const first = locate(foldTexts(texts), foldTexts([draft]), { start: 10, end: 13 });
    const second = draft.lastIndexOf('$5M');
    const last = locate(foldTexts(texts), foldTexts([draft]), { start: second, end: second + 3 });
    expect(first.map(({ node }) => node)).toEqual([0]);
    expect(last.map(({ node }) => node)).toEqual([1]);
  });

  it('is found by its ends where the page says more in between', () => {
    expect(
      found(
        ['We promise six senior', ' [1] ', 'engineers from Monday on'],
        'We promise six senior engineers from Monday on',
        'six senior engineers from Monday',
      ),
    ).toBe('six senior| [1] |engineers from Monday');
  });

  it('is nowhere when the page does not say it', () => {
    expect(found(['Something else entirely'], 'Hello $40M there', '$40M')).toBe('');
    expect(locate(foldTexts(['abc']), foldTexts(['abc']), { start: 2, end: 2 })).toEqual([]);
  });

  it('ignores case, and survives letters that change length with it', () => {
    expect(found(['CONGRATULATIONS ON İSTANBUL'], 'Congratulations on İstanbul', 'on İstanbul')).toBe(
      'ON İSTANBUL',
    );
  });

  it('is always exactly the words, however the text is cut into nodes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('hire', 'six', '$40M', 'engineers', 'Monday', 'café', '😀'), {
          minLength: 3,
          maxLength: 30,
        }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        (words, cuts, a, b) => {
          const draft = words.join(' ');
          const from = a % words.length;
          const to = Math.min(words.length, from + 1 + (b % 5));
          const start = words.slice(0, from).join(' ').length + (from > 0 ? 1 : 0);
          const end = start + words.slice(from, to).join(' ').length;
          const page = words.join('\n  ');
          const at = [...new Set([0, ...cuts.map((cut) => cut % (page.length + 1)), page.length])].sort(
            (x, y) => x - y,
          );
          const texts = at.slice(0, -1).map((cut, i) => page.slice(cut, at[i + 1]));
          const pieces = locate(foldTexts(texts), foldTexts([draft]), { start, end });
          const said = pieces.map((piece) => texts[piece.node].slice(piece.start, piece.end)).join('');
          expect(said.replaceAll(/\s+/gu, '')).toBe(words.slice(from, to).join(''));
        },
      ),
    );
  });
});
