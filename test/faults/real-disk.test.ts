import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { faultLibrary } from '../support/disk-faults.ts';
import { FaultyGate } from './faulty-gate.ts';

const PATIENCE = { timeout: 60_000 };

/** A small disk in memory; null where this user may not mount one. */
function mountDisk(megabytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'presend-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0)
    return null;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

/** Fills the disk but for so many bytes, by a file that is not the gate's. @returns takes the file away */
function fill(disk: string): () => void {
  const path = join(disk, 'of-somebody-else');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'presend-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  return mounted;
})();

describe.skipIf(!canMount || faultLibrary() === null)(
  'a real disk (skipped: this user may not mount one, or there is no C compiler)',
  () => {
    test('that somebody fills up is told to clients, and mail is taken again when there is room', async () => {
      const disk = mountDisk(48)!;
      const dataDir = join(disk, 'data');
      mkdirSync(dataDir, { mode: 0o700 });
      const gate = await FaultyGate.start({ dataDir, config: { storage: { min_free_mb: 0 } } });
      const promised: string[] = [];
      const makeRoom = fill(disk);
      // What is left of the log's last page may take some more.
      for (let i = 0; i < 200; i += 1) {
        const { code } = await gate.smtp(i, `mail ${i}`);
        if (code !== 250) break;
        promised.push(`mail ${i}`);
      }
      expect(promised.length).toBeLessThan(200);
      expect((await gate.smtp(0, 'refused')).text).toMatch(/^451 4\.3\./);
      expect(await gate.http(1, 'refused too')).toMatchObject({ code: 503 });
      expect((await gate.ready()).body).toMatchObject({ kind: 'full' });
      expect(gate.exitCode).toBeNull();

      makeRoom();
      await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(200);
      expect(await gate.smtp(2, 'after')).toMatchObject({ code: 250 });
      promised.push('after');
      await expect.poll(() => gate.taken().toSorted(), PATIENCE).toEqual(promised.toSorted());
      await expect
        .poll(async () => [...new Set((await gate.states()).map(({ state }) => state))], PATIENCE)
        .toEqual(['relayed']);
    }, 180_000);

    test('with less than the reserve left takes nothing more, and sees through what it has taken', async () => {
      const disk = mountDisk(48)!;
      const dataDir = join(disk, 'data');
      mkdirSync(dataDir, { mode: 0o700 });
      const gate = await FaultyGate.start({ dataDir, config: { storage: { min_free_mb: 20 } } });
      // The upstream refuses for now, so that there is something left to see through.
      gate.upstream.script.rcpt = { reply: '451 4.2.1 later' };
      expect(await gate.smtp(0, 'before')).toMatchObject({ code: 250 });
      await expect.poll(async () => (await gate.states())[0]?.state, PATIENCE).toBe('deferred');
      const path = join(disk, 'of-somebody-else');
      const file = openSync(path, 'w');
      writeSync(file, Buffer.alloc(30e6));
      closeSync(file);
      await expect.poll(async () => (await gate.ready()).body, PATIENCE).toMatchObject({ kind: 'no_room' });
      expect((await gate.smtp(1, 'refused')).text).toMatch(/^451 4\.3\.1 /);
      expect(await gate.http(2, 'refused too')).toMatchObject({ code: 503 });
      gate.upstream.script = {};
      await expect.poll(() => gate.states(), PATIENCE).toEqual([{ subject: 'before', state: 'relayed' }]);
      rmSync(path);
      await expect.poll(async () => (await gate.ready()).status, PATIENCE).toBe(200);
      expect(await gate.smtp(3, 'after')).toMatchObject({ code: 250 });
    }, 180_000);
  },
);
