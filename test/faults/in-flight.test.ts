import { describe, expect, test } from 'vitest';
import { faultLibrary } from '../support/disk-faults.ts';
import { FaultyGate } from './faulty-gate.ts';

const PATIENCE = { timeout: 60_000 };
const noCompiler = faultLibrary() === null;

describe.skipIf(noCompiler)('a disk that (skipped: no C compiler for the fault layer)', () => {
  test('fails when the upstream has answered settles what it knows as soon as the disk takes it', async () => {
    const gate = await FaultyGate.start();
    gate.upstream.script.end = { tell: () => gate.faults.set({ sync: 'EIO' }), times: 1 };
    expect(await gate.smtp(0, 'answered')).toMatchObject({ code: 250 });
    await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(503);
    expect(gate.taken()).toEqual(['answered']);
    expect(await gate.states()).toEqual([{ subject: 'answered', state: 'relaying' }]);
    gate.faults.clear();
    await expect.poll(() => gate.states(), PATIENCE).toEqual([{ subject: 'answered', state: 'relayed' }]);
    expect(gate.taken()).toEqual(['answered']);
  }, 180_000);

  test('fails when the upstream has answered leaves the mail uncertain if the gate ends before the disk is well', async () => {
    const gate = await FaultyGate.start();
    gate.upstream.script.end = { tell: () => gate.faults.set({ write: 'ENOSPC' }), times: 1 };
    expect(await gate.smtp(0, 'answered')).toMatchObject({ code: 250 });
    await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(503);
    // A stop waits for no disk.
    expect(await gate.stop()).toBe(0);
    gate.faults.clear();
    await gate.restart();
    await expect.poll(() => gate.states(), PATIENCE).toEqual([{ subject: 'answered', state: 'uncertain' }]);
    expect(await gate.smtp(1, 'next')).toMatchObject({ code: 250 });
    await expect.poll(() => gate.taken(), PATIENCE).toEqual(['answered', 'next']);
  }, 180_000);

  test('fails before the last byte is handed over sends nothing, and sends it once when it is well', async () => {
    const gate = await FaultyGate.start();
    gate.upstream.script.mail = { tell: () => gate.faults.set({ sync: 'EIO' }), times: 1 };
    expect(await gate.smtp(0, 'held back')).toMatchObject({ code: 250 });
    await expect.poll(() => gate.faults.hits, PATIENCE).toBeGreaterThan(1);
    await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(503);
    expect(gate.taken()).toEqual([]);
    gate.faults.clear();
    await expect.poll(() => gate.states(), PATIENCE).toEqual([{ subject: 'held back', state: 'relayed' }]);
    expect(gate.taken()).toEqual(['held back']);
  }, 180_000);
});
