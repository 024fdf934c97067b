import { describe, expect, test } from 'vitest';
import { readMailbox } from '../../src/intake/outgoing-mail.ts';
import { Refusal } from '../../src/intake/refusal.ts';

describe('an address in a request', () => {
  test('is refused at once however long it is', () => {
    const begun = performance.now();
    for (const text of [`a${' '.repeat(1_000_000)}b`, `${'a'.repeat(1_000_000)}@x.example`]) {
      expect(() => readMailbox(text, 'from')).toThrow(Refusal);
    }
    expect(performance.now() - begun).toBeLessThan(200);
  });

  test('may have a long name', () => {
    const name = 'é'.repeat(400);
    expect(readMailbox(`${name} <jane@x.example>`, 'from')).toEqual({ name, address: 'jane@x.example' });
  });
});
