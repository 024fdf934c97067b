import { expect, describe, test } from 'vitest';
import { faultLibrary } from '../support/disk-faults.ts';
import { FaultyGate } from './faulty-gate.ts';

const PATIENCE = { timeout: 60_000 };

describe.skipIf(faultLibrary() === null)('a gate (skipped: no C compiler for the fault layer)', () => {
  test('that is started on a full disk waits for room instead of ending, and takes mail then', async () => {
    const gate = await FaultyGate.start();
    await gate.stop();
    gate.faults.set({ write: 'ENOSPC' });
    gate.launch();
    await expect
      .poll(() => gate.log().match(/not started yet: the disk/g)?.length ?? 0, PATIENCE)
      .toBeGreaterThan(1);
    expect(gate.exitCode).toBeNull();
    gate.faults.clear();
    await expect.poll(() => gate.smtp(0, 'after'), PATIENCE).toMatchObject({ code: 250 });
    expect(gate.exitCode).toBeNull();
  }, 180_000);

  test('that is started on a damaged database says so and ends', async () => {
    const gate = await FaultyGate.start();
    await gate.stop();
    await gate.damage('messages');
    await expect(gate.restart()).rejects.toThrow(/damaged or not one of presend's .*restore a backup/);
    expect(gate.exitCode).toBe(1);
  }, 180_000);

  test('whose log and output go to a full disk runs on', async () => {
    const gate = await FaultyGate.start();
    await gate.stop();
    gate.launch('/dev/full');
    await expect.poll(() => gate.smtp(0, 'unlogged'), PATIENCE).toMatchObject({ code: 250 });
    await expect.poll(() => gate.taken(), PATIENCE).toEqual(['unlogged']);
    gate.faults.set({ sync: 'EIO' });
    expect(await gate.smtp(1, 'refused')).toMatchObject({ code: 451 });
    gate.faults.clear();
    await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(200);
    expect(await gate.stop()).toBe(0);
  }, 180_000);

  test('whose database turns out to be damaged takes no more mail, and says what to do', async () => {
    const gate = await FaultyGate.start();
    await gate.stop();
    await gate.damage('bodies');
    await gate.restart();
    expect((await gate.ready()).status).toBe(200);
    expect(await gate.smtp(0, 'meets the damage')).toMatchObject({ code: 451 });
    expect(await gate.http(1, 'after it')).toMatchObject({ code: 503 });
    expect(await gate.ready()).toMatchObject({
      status: 503,
      body: { kind: 'damaged', mend: expect.stringContaining('restore a backup') },
    });
    expect(gate.exitCode).toBeNull();
  }, 180_000);
});
