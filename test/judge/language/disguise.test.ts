import { describe, expect, it } from 'vitest';
import { undisguise } from '../../../src/judge/language/disguise.ts';

describe('undisguise', () => {
  it.each([
    ['ra1sed', 'raised'],
    ['!r0und!', 'round'],
    ['(fund1ng', 'funding'],
    ['!!', '!!'],
    ['(c!+', '(c!+'],
    ['(Zq9x!', '(Zqgx!'],
  ])('reads %s as %s', (token, read) => {
    expect(undisguise(token).text).toBe(read);
  });

  it.each([
    ['words cut by a hyphen', 'You rai-sed a fun-ding round.', 'You raised a funding round.'],
    ['words cut by a blank', 'You rais ed a fund ing round.', 'You raised a funding round.'],
    ['words cut by a line break', 'You rai\nsed a fun\nding round.', 'You raised a funding round.'],
    ['letters apart', 'y o u r a i s e d', 'you raised'],
    ['two letters apart', 'such a_s this', 'such as this'],
    ['words run together', 'youraisedafundinground', 'you raised a funding round'],
    ['words joined by marks', 'you_raised_a_funding_round', 'you raised a funding round'],
    ['stretched letters', 'you raiiiised', 'you raised'],
    ['letters for figures', 'You raised $2O million.', 'You raised $20 million.'],
    ['a letter for the last figure of a time', 'Live in 4S days.', 'Live in 45 days.'],
    ['a letter between figures of a time', 'Live in 1B0 working days.', 'Live in 180 working days.'],
    ['a word tied to the next piece', 'Now that the Se-ries is done.', 'Now that the Series is done.'],
  ])('undoes %s', (_name, shown, read) => {
    expect(undisguise(shown).text).toBe(read);
  });

  it('puts names of the record together, and leaves them apart without the record', () => {
    expect(undisguise('with Tig-ist').text).toBe('with Tig-ist');
    expect(undisguise('with Tig-ist', (word) => word === 'tigist').text).toBe('with Tigist');
  });

  it('counts words in disguise, each as often as words are in it', () => {
    expect(undisguise('You ra1sed a r0und in M4rch.')).toMatchObject({ count: 3 });
    expect(undisguise('youraisedafundingroundlastmonth').count).toBeGreaterThanOrEqual(3);
  });

  it.each([
    'Krag Laboratoriebemanding',
    'It was called samples_FINAL_v7_use_this.',
    'HelloFresh and PowerPoint',
    'Our re-use of e-mail is well-known.',
    'B2B, 24x7, i18n and H1 2026',
    'https://sender.example/you/raised/a/round',
    'ann_of_the_funding_team@sender.example',
  ])('sees no disguise in %s', (text) => {
    expect(undisguise(text).count).toBeLessThan(3);
  });

  it.each([
    ['marks', `a${'!'.repeat(40_000)}a`],
    ['different marks', `a${'!|+('.repeat(10_000)}a`],
    ['letters and figures', 'a1'.repeat(20_000)],
  ])('takes linear time for one token of %s', (_name, token) => {
    const started = performance.now();
    undisguise(token);
    // Quadratic work takes several seconds.
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
