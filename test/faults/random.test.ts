import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { type Faults, faultLibrary } from '../support/disk-faults.ts';
import { FaultyGate } from './faulty-gate.ts';

const PATIENCE = { timeout: 60_000 };
/** The long form (`npm run test:faults`) sets both. */
const ROUNDS = Number(process.env['PRESEND_FAULT_ROUNDS'] ?? 4);
const SEED = Number(process.env['PRESEND_FAULT_SEED'] ?? Date.now() % 1_000_000);
const MAILS = 8;

const KINDS: readonly Faults[] = [
  { write: 'ENOSPC' },
  { write: 'EIO' },
  { write: 'ENOSPC', shortBytes: 50 },
  { write: 'EIO', shortBytes: 2_000 },
  { sync: 'EIO' },
  { write: 'EROFS', sync: 'EROFS' },
  { read: 'EIO' },
];

describe.skipIf(faultLibrary() === null)(
  'a gate under load (skipped: no C compiler for the fault layer)',
  () => {
    test(
      `loses nothing and sends nothing twice, whichever of its disk's calls fail (seed ${SEED})`,
      async () => {
        const random = randomFrom(SEED);
        const below = (limit: number): number => Math.floor(random() * limit);
        const gate = await FaultyGate.start();
        const promised: string[] = [];
        const refused: string[] = [];
        let faults = 0;
        for (let round = 0; round < ROUNDS; round += 1) {
          const fault = { ...KINDS[below(KINDS.length)], skip: below(100) };
          gate.faults.set(fault);
          const before = gate.faults.hits;
          await Promise.all(
            Array.from({ length: MAILS }, async (_, i) => {
              const subject = `round ${round} mail ${i}`;
              const { code } = await gate[i % 2 === 0 ? 'smtp' : 'http'](below(20), subject);
              if (code === 250 || code === 200) promised.push(subject);
              else {
                // Gate trouble is 451 or 503, never final, never silent.
                expect([451, 454, 503]).toContain(code);
                refused.push(subject);
              }
            }),
          );
          faults += gate.faults.hits - before;
          // Now and then the gate is killed in the middle of it.
          if (below(4) === 0) {
            await gate.kill();
            gate.faults.clear();
            await gate.restart();
          }
          gate.faults.clear();
          await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(200);
        }
        const settled = async () =>
          (await gate.states()).every(({ state }) => ['relayed', 'uncertain', 'held'].includes(state));
        await expect.poll(settled, PATIENCE).toBe(true);

        const states = await gate.states();
        const taken = gate.taken();
        const count = (subject: string): number => taken.filter((one) => one === subject).length;
        const stored = new Map(states.map(({ subject, state }) => [subject, state]));
        for (const subject of promised) {
          expect([subject, stored.get(subject)]).toEqual([
            subject,
            expect.stringMatching(/relayed|uncertain|held/),
          ]);
          // Uncertain is what nobody knows: it may be there once or not at all.
          const sent = { relayed: 1, held: 0 }[stored.get(subject) ?? ''];
          if (sent !== undefined) expect([subject, count(subject)]).toEqual([subject, sent]);
        }
        for (const subject of new Set(taken)) expect([subject, count(subject)]).toEqual([subject, 1]);
        const uncertain = states.filter(({ state }) => state === 'uncertain').length;
        console.log(
          `seed ${SEED}: ${ROUNDS} rounds, ${faults} calls failed, ${promised.length} mails promised, ${refused.length} refused, ${uncertain} uncertain, 0 lost, 0 sent twice`,
        );
        expect(promised.length + refused.length).toBe(ROUNDS * MAILS);
      },
      60_000 + ROUNDS * 20_000,
    );
  },
);
