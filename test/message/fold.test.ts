import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, foldAny, spanOf } from '../../src/message/fold.ts';

const text = (shown: string) => fold(shown).text;

describe('fold', () => {
  it.each([
    ['zero-width characters inside a word', 'off\u200bsh\u2060o\ufeffre', 'offshore'],
    ['bidi controls', '\u202eoffshore\u202c \u2066team\u2069', 'offshore team'],
    ['tag characters and variation selectors', 'a\u{e0041}b\ufe0fc', 'abc'],
    ['soft hyphens', 'off\u00adshore', 'offshore'],
    ['stacked marks', 'o\u0336f\u0336f\u0336s\u0301hore', 'offshore'],
    ['marks on blanks', 'offshore \u0336team \u0301\u0323now', 'offshore team now'],
    ['marks on punctuation', 'off-\u0336shore.\u0489', 'off-shore.'],
    ['accents on Latin letters', 'résumé Zürich Łódź', 'resume Zurich Lodz'],
    ['full-width letters', 'ｏｆｆｓｈｏｒｅ', 'offshore'],
    ['mathematical letters', '𝐨𝖿𝒻𝕤𝗵𝘰𝚛𝖊', 'offshore'],
    ['small capitals', 'ᴏꜰꜰsʜᴏʀᴇ', 'offshore'],
    ['circled letters', 'ⓞⓕⓕ 🅞🅕🅕 🅾🅵🅵', 'off OFF OFF'],
    ['ligatures', 'oﬃce', 'office'],
    ['Cyrillic letters in a Latin word', 'оffshоrе tеаm', 'offshore team'],
    ['Greek letters in a Latin word', 'Οffshοre', 'Offshore'],
    ['a word of look-alikes only, in a Latin line', 'please рау now', 'please pay now'],
    ['typographic quotes and dashes', '“it’s” – ‘no’ — a−b', "\"it's\" - 'no' - a-b"],
    ['an ellipsis', 'wait…', 'wait...'],
    ['runs of white space', 'a \t\u00a0\u2003b', 'a b'],
    ['filler of zero-width characters and no-break spaces', 'a\u200c\u00a0\u200c\u00a0\u200cb', 'a b'],
    ['line breaks of all kinds', 'a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
    ['many blank lines', 'a\n \n\n\t\r\n b', 'a\n\nb'],
    ['letters split by spaces', 'our o f f s h o r e team', 'our offshore team'],
    ['letters split by dots', 'o.f.f.s.h.o.r.e', 'offshore'],
    ['letters split by wide spaces', 'o  f  f  s  h  o  r  e', 'offshore'],
    ['two split words with a wider gap between', 'i n d i a   t e a m', 'india team'],
  ])('undoes %s', (_name, shown, folded) => {
    expect(text(shown)).toBe(folded);
  });

  it.each([
    ['a Russian sentence', 'Мы можем начать в понедельник, как вам удобно'],
    ['a Greek sentence', 'Μπορούμε να ξεκινήσουμε τη Δευτέρα'],
    ['й and ї in Cyrillic', 'йогурт її'],
    ['Japanese', '来週の月曜日はいかがですか'],
    ['initials', 'J. R. Smith of the U.S. met A B'],
    ['case', 'Series B at ACME'],
  ])('keeps %s as it is', (_name, shown) => {
    expect(text(shown)).toBe(shown);
  });

  it('maps a match back to what is shown, with the hidden characters inside', () => {
    const shown = 'We offer o\u200bff\u00adshore teams';
    const folded = fold(shown);
    const start = folded.text.indexOf('offshore');
    const span = spanOf('body', folded, start, start + 'offshore'.length);
    expect(span).toEqual({ part: 'body', start: 9, end: 19, text: 'o\u200bff\u00adshore' });
  });

  it('gives a span of a whole shown character for a part of its folded form', () => {
    const folded = fold('wait… now');
    expect(spanOf('subject', folded, 5, 6)).toEqual({ part: 'subject', start: 4, end: 5, text: '…' });
  });

  it('ends the span of the last character at the end of the text', () => {
    expect(spanOf('body', fold('abc'), 2, 3).text).toBe('c');
  });

  it('keeps lone surrogates without throwing', () => {
    expect(text('a\ud800b')).toBe('a\ud800b');
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc
      .array(fc.constantFrom('a', 'о', ' ', '.', '\u200b', '\n', '…', 'ﬃ', '\u0301', 'ж', '\ud83d'), {
        maxLength: 200,
      })
      .map((parts) => parts.join('')),
  );

  it('has a monotonic map that stays inside the shown text', () => {
    fc.assert(
      fc.property(anyText, (shown) => {
        const { text, map } = fold(shown);
        expect(map.length).toBe(text.length + 1);
        expect(map[text.length]).toBe(shown.length);
        for (let i = 0; i < text.length; i++) {
          expect(map[i] ?? -1).toBeGreaterThanOrEqual(0);
          expect(map[i] ?? -1).toBeLessThan(shown.length);
          expect(map[i + 1] ?? -1).toBeGreaterThanOrEqual(map[i] ?? 0);
        }
      }),
    );
  });

  const mailText = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...Array.from('ab I.,;:-_*|/~+·•\'"\n\r\t\u00a0\u200b\u00ad\ufeff\u2028\u0085'),
          '\r\n',
          '  ',
          ' \n ',
          'e.g. ',
          '…',
        ),
        fc.constantFrom(...Array.from('éßÆæ’“”—–½ªµſ\u1160\u0301аоαﬁ'), '\u{1f1e9}', '\u{1f600}\ufe0f'),
        fc.string({ maxLength: 8 }),
      ),
      { maxLength: 120 },
    )
    .map((parts) => parts.join(''));

  it('folds by table what it folds by rule, for each character alone, in a word and among blanks', () => {
    // What comes later is folded by rule in any case.
    for (let code = 0; code < 0x2200; code++) {
      const char = String.fromCharCode(code);
      for (const shown of [`a${char}b`, ` ${char} \n${char}`]) {
        const [folded, slowly] = [fold(shown), foldAny(shown)];
        if (folded.text !== slowly.text || folded.map.join() !== slowly.map.join())
          expect(folded, `U+${code.toString(16)}`).toEqual(slowly);
      }
    }
  });

  it('folds by table what it folds by rule, in mails of any characters', () => {
    fc.assert(
      fc.property(fc.oneof(mailText, anyText), (shown) => {
        expect(fold(shown)).toEqual(foldAny(shown));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never lets a blank stand for a line break', () => {
    fc.assert(
      fc.property(fc.oneof(mailText, anyText), (shown) => {
        const { text, map } = fold(shown);
        for (const { index } of text.matchAll(/ /g))
          expect(shown.slice(map[index], map[index + 1])).not.toMatch(/[\n\r\u2028\u2029]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives spans that are not empty and whose text is the shown slice', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (shown, a, b) => {
        const folded = fold(shown);
        fc.pre(folded.text.length > 0);
        const start = a % folded.text.length;
        const end = start + 1 + (b % (folded.text.length - start));
        const span = spanOf('body', folded, start, end);
        expect(span.end).toBeGreaterThan(span.start);
        expect(span.text).toBe(shown.slice(span.start, span.end));
      }),
    );
  });

  it('shows no invisible character after folding', () => {
    fc.assert(
      fc.property(anyText, (shown) => {
        expect(text(shown)).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]/u);
      }),
    );
  });

  it.each([
    ['one long word', 'a'.repeat(400_000)],
    ['split letters', 'a '.repeat(200_000)],
    ['look-alikes on one line', 'оa '.repeat(130_000)],
    ['white space', ' \u200b'.repeat(200_000)],
    ['stacked marks', `a${'\u0301'.repeat(400_000)}`],
  ])(
    'takes linear time for %s',
    (_name, shown) => {
      const started = performance.now();
      fold(shown);
      // Far above the usual half second: quadratic work would take minutes.
      expect(performance.now() - started).toBeLessThan(8_000);
    },
    60_000,
  );
});
