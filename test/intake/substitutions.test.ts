import { describe, expect, test } from 'vitest';
import { holdsTag, readSubstitutions, substitute } from '../../src/intake/providers/substitutions.ts';
import { Refusal } from '../../src/intake/refusal.ts';

describe('substitutions', () => {
  test.each<[string, Record<string, string>, string, boolean]>([
    ['Dear %n%, %n%!', { '%n%': 'Ada' }, 'Dear Ada, Ada!', true],
    ['-a- and -b-', { '-a-': '$& $1', '-b-': '(x' }, '$& $1 and (x', true],
    ['.* stays', { '.*': 'all' }, 'all stays', true],
    ['nothing here', { '%n%': 'Ada' }, 'nothing here', true],
    ['', {}, '', true],
    // A word that holds another tag; a tag that is the beginning of another.
    ['-a-', { '-a-': '-b-', '-b-': 'x' }, '-b-', false],
    ['%na', { '%n': 'x', '%na': 'y' }, 'y', false],
    // A tag that comes to be where two words meet.
    ['%a%%b%', { '%a%': '<', '%b%': '>', '<>': '!' }, '<>', false],
  ])('turn %j by %j into %j, certain: %s', (text, table, result, certain) => {
    expect(substitute(text, readSubstitutions(table, 'substitutions'))).toEqual({ text: result, certain });
  });

  test('are refused with an empty tag, more than 10,000 bytes, or a text that becomes huge', () => {
    expect(() => readSubstitutions({ '': 'x' }, 'f')).toThrow(Refusal);
    expect(() => readSubstitutions({ x: 'é'.repeat(5_000) }, 'f')).toThrow(/more than 10000 bytes/);
    const table = readSubstitutions({ x: 'y'.repeat(9_000) }, 'f');
    expect(() => substitute('x'.repeat(4_000), table)).toThrow(/larger than 30 MB/);
  });

  test('say whether a text holds one of their tags', () => {
    const table = readSubstitutions({ '-a-': 'x' }, 'f');
    expect(holdsTag('see -a- there', table)).toBe(true);
    expect(holdsTag('see a there', table)).toBe(false);
  });
});
