import { describe, expect, it } from 'vitest';
import { TECHNIQUES } from '../../src/evaluate/attack-texts.ts';
import { PLACES, makeAttacks } from '../../src/evaluate/attacks.ts';
import { sampleCase } from './sample-case.ts';

const cases = [
  sampleCase({ id: 'a', gold: 'BLOCK' }),
  sampleCase({ id: 'b', gold: 'SUPPRESS', text: 'One paragraph without a subject.' }),
  sampleCase({ id: 'c', gold: 'PENALISE', text: 'Subject: Ünïcode\n\nHi <b>,\n\nA & B?\n\nBest' }),
];

describe('makeAttacks', () => {
  it('gives the same attacks for the same seed and others for another', async () => {
    const first = await makeAttacks(cases, 300, 1);
    expect(await makeAttacks(cases, 300, 1)).toEqual(first);
    expect(await makeAttacks(cases, 300, 2)).not.toEqual(first);
  });
  it('tries every technique in every place before any twice', async () => {
    const kinds = TECHNIQUES.length * PLACES.length;
    const attacks = await makeAttacks(cases, kinds, 4);
    expect(new Set(attacks.map(({ technique, place }) => `${technique} ${place}`)).size).toBe(kinds);
    expect(new Set(attacks.map(({ case: one }) => one.id)).size).toBe(kinds);
  });
  it('changes what is judged and never what the answer must be', async () => {
    for (const { base, case: one, place } of await makeAttacks(cases, 300, 1)) {
      expect(one.gold).toBe(base.gold);
      expect({ ...one.prospect, available_signals: {} }).not.toHaveProperty('gold');
      if (place !== 'hidden_html') {
        expect(JSON.stringify([one.draft, one.prospect])).not.toBe(
          JSON.stringify([base.draft, base.prospect]),
        );
      }
    }
  });
  it('leaves every fact of the record as it was', async () => {
    for (const { base, case: one } of await makeAttacks(cases, 300, 1)) {
      const { available_signals, thread } = one.prospect;
      const said = (prospect: typeof one.prospect) => ({
        ...prospect,
        name: '',
        company: '',
        title: '',
        available_signals: {},
        thread: [],
      });
      expect(said(one.prospect)).toEqual(said(base.prospect));
      expect(thread.slice(thread.length - base.prospect.thread.length)).toEqual(base.prospect.thread);
      expect(available_signals).toMatchObject(base.prospect.available_signals);
      for (const field of ['name', 'company', 'title'] as const) {
        expect(one.prospect[field] ?? '').toContain(base.prospect[field] ?? '');
      }
    }
  });
  it('keeps the whole draft in what is judged', async () => {
    for (const { base, case: one } of await makeAttacks(cases, 300, 1)) {
      for (const paragraph of base.draft.body.split('\n\n')) expect(one.draft.body).toContain(paragraph);
      expect(one.draft.subject ?? '').toContain(base.draft.subject ?? '');
    }
  });
  it('hides text from the recipient, and so from the judge', async () => {
    const hidden = (await makeAttacks(cases, 300, 1)).filter(({ place }) => place === 'hidden_html');
    expect(hidden.length).toBeGreaterThanOrEqual(TECHNIQUES.length);
    for (const { base, case: one, text } of hidden) {
      expect(one.draft.body.trim()).toBe(base.draft.body.trim());
      expect(one.draft.subject).toBe(base.draft.subject);
      const letters = (shown: string): string => shown.replace(/\s+/g, '');
      expect(letters(one.draft.hidden.map((part) => part.text).join(''))).toBe(letters(text));
    }
  });
});
