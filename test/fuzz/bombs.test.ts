import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Blast, BombedGate } from './bombed-gate.ts';
import { BOMBS } from './bombs.ts';
import { gateTargets } from './gate-targets.ts';
import { HTTP_BOMBS } from './http-bombs.ts';
import { MOST } from './limits.ts';
import { REVIEW_BOMBS } from './review-bombs.ts';
import { SES_BOMBS, WEBHOOK_BOMBS } from './signed-bombs.ts';
import { fuzz } from './target.ts';

/** The long form, with every bomb at 10 MB and a table, is `npm run test:fuzz`. */
const BYTES = 3_000_000;
const seed = 20_261_127;

const HELD = /^held: (?:too_complex|unreadable|malformed_mime|ambiguous_mime|hidden_text)/;

/**
 * Processor time and not the clock's, which depends on what else the machine does; where the system does not tell it, the long
 * form on a quiet machine has to do. Memory is given room here: other tests run beside.
 */
function expectUnmoved({ busyMs, rssMb, others }: Blast): void {
  expect(busyMs ?? 0).toBeLessThan(MOST.stallMs);
  expect(rssMb).toBeLessThan(MOST.rssMb * 1.5);
  expect(others).toBeGreaterThan(0);
}

describe('a bomb holds up nobody, is kept, and is held', () => {
  let gate: BombedGate;
  beforeAll(async () => {
    gate = await BombedGate.start();
  }, 60_000);
  afterAll(() => gate.stop(), 60_000);

  it.each([
    'many parts',
    'quotes left open in To',
    'conditional comments that never end',
    'closing tags that close nothing, deep inside',
    'quoted-printable of =3D only',
    'ninety texts, one below the other',
    '39,000 characters of full stops apart',
  ])('%s', { timeout: 60_000 }, async (name) => {
    const bomb = BOMBS.find((one) => one.name === name)!;
    const blast = await gate.blast(() => gate.smtp(bomb.make(BYTES)));
    expectUnmoved(blast);
    expect(blast.answer).toMatch(/^250 /);
    expect(blast.outcome).toMatch(HELD);
  });

  it.each(['deep JSON', 'a multipart form of many fields', 'a webhook without a signature'])('HTTP: %s', {
    timeout: 60_000,
  }, async (name) => {
    const bomb = HTTP_BOMBS.find((one) => one.name === name)!;
    const blast = await gate.blast(() => bomb.throwAt(gate, BYTES));
    expectUnmoved(blast);
    expect(blast.answer).toMatch(/^4\d\d /);
  });

  it.each([
    ['SES, raw, of many parts', /^200 /],
    ['signed: a reply with much HTML', /^200 /],
    ['signed: a reply with many References', /^200 /],
    ['signed: an event of numbers', /^400 /],
    ['an edit of full stops apart', /^200 /],
    ['a bulk act on 100,000 ids', /^4\d\d /],
  ] as const)('from who is known: %s', { timeout: 60_000 }, async (name, answer) => {
    const bomb = [...SES_BOMBS, ...WEBHOOK_BOMBS, ...REVIEW_BOMBS].find((one) => one.name === name)!;
    const blast = await gate.blast(() => bomb.throwAt(gate, BYTES));
    expectUnmoved(blast);
    expect(blast.answer).toMatch(answer);
  });

  it('takes damaged requests and dialogues for what they are', { timeout: 60_000 }, async () => {
    for (const target of gateTargets(gate)) await fuzz(target, { runs: 60, seed });
  });
});
