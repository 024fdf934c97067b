import { describe, expect, test } from 'vitest';
import { type Faults, faultLibrary } from '../support/disk-faults.ts';
import { FaultyGate, type Heard } from './faulty-gate.ts';

const PATIENCE = { timeout: 60_000 };
const noCompiler = faultLibrary() === null;

/** Each way a disk fails, what the gate says of it, and the code SMTP clients hear. */
const TROUBLES: [name: string, faults: Faults, kind: string, enhanced: string][] = [
  ['is full', { write: 'ENOSPC' }, 'full', '4.3.1'],
  ['is full after part of a write', { write: 'ENOSPC', shortBytes: 100 }, 'full', '4.3.1'],
  ['fails to sync', { sync: 'EIO' }, 'io', '4.3.0'],
  ['fails to write', { write: 'EIO' }, 'io', '4.3.0'],
  ['fails after part of a write', { write: 'EIO', shortBytes: 30 }, 'io', '4.3.0'],
  ['was made read-only by the kernel', { write: 'EROFS', sync: 'EROFS', open: 'EROFS' }, 'io', '4.3.0'],
];

const accepted = ({ code }: Heard): boolean => code >= 200 && code < 300;

describe.skipIf(noCompiler)('a gate whose disk (skipped: no C compiler for the fault layer)', () => {
  test('fails in any way answers 451 and 503, says why, keeps what it promised and goes on by itself', async () => {
    const gate = await FaultyGate.start();
    const promised: string[] = [];
    const refused: string[] = [];
    const send = async (by: 'smtp' | 'http', i: number, subject: string): Promise<Heard> => {
      const heard = await gate[by](i, subject);
      (accepted(heard) ? promised : refused).push(subject);
      return heard;
    };
    expect(accepted(await send('smtp', 0, 'smtp before'))).toBe(true);
    expect(accepted(await send('http', 1, 'http before'))).toBe(true);

    for (const [i, [name, faults, kind, enhanced]] of TROUBLES.entries()) {
      const before = gate.faults.hits;
      gate.faults.set(faults);
      const heard = await Promise.all([
        send('smtp', i, `smtp while it ${name}`),
        send('http', i + 1, `http while it ${name}`),
      ]);
      expect(heard[0].text, name).toMatch(new RegExp(`^451 ${enhanced.replaceAll('.', '\\.')} `));
      expect(heard[1].code, name).toBe(503);
      expect(gate.faults.hits).toBeGreaterThan(before);
      const { status, body } = await gate.ready();
      expect([name, status, body]).toEqual([
        name,
        503,
        expect.objectContaining({
          status: 'not ready',
          kind,
          why: expect.any(String),
          mend: expect.any(String),
        }),
      ]);
      expect(await gate.metrics()).toContain(`presend_disk_trouble{kind="${kind}"} 1`);
      // It goes on failing: nothing is taken, and nothing ends.
      expect(accepted(await send('smtp', i + 2, `later while it ${name}`))).toBe(false);

      gate.faults.clear();
      await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(200);
      expect(await gate.metrics()).not.toContain('presend_disk_trouble{');
      expect(accepted(await send('smtp', i, `smtp after it ${name}`))).toBe(true);
      expect(accepted(await send('http', i + 1, `http after it ${name}`))).toBe(true);
    }
    expect(gate.exitCode).toBeNull();
    expect(refused).toHaveLength(3 * TROUBLES.length);
    expect(promised).toHaveLength(2 + 2 * TROUBLES.length);

    // All that was promised arrives, once, and nothing that was refused.
    await expect.poll(() => gate.taken().toSorted(), PATIENCE).toEqual(promised.toSorted());
    const states = await gate.states();
    expect(states.map(({ subject }) => subject ?? '').toSorted()).toEqual(promised.toSorted());
    await expect
      .poll(async () => [...new Set((await gate.states()).map(({ state }) => state))], PATIENCE)
      .toEqual(['relayed']);

    // The log tells each trouble once, with what to do, and its end; not each mail that suffers from it.
    const lines = gate
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = lines.filter(({ storage }) => storage !== undefined);
    expect(told.map(({ storage }) => storage)).toEqual(TROUBLES.flatMap(([, , kind]) => [kind, 'well']));
    for (const { storage, mend } of told) if (storage !== 'well') expect(mend).toMatch(/\.$/);
    expect(lines.filter(({ level, storage }) => level === 50 && storage === undefined)).toEqual([]);

    expect(await gate.stop()).toBe(0);
  }, 180_000);
});
