import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { DiskFaults, faultLibrary } from '../support/disk-faults.ts';
import { diskAfterPowerCut } from '../support/disk-journal.ts';

interface Committer {
  /** `ok`, or why not. */
  put(key: string): Promise<string>;
  kill(): Promise<void>;
}

async function committer(path: string, faults: DiskFaults, secure: boolean): Promise<Committer> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'commit-child.mjs'), path, secure ? 'secure' : 'plain'],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...faults.env } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  return {
    put: async (key) => {
      const answer = once(lines, 'line') as Promise<[string]>;
      child.stdin.write(`${key}\n`);
      return (await answer)[0];
    },
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function setUp() {
  if (!existsSync(join(PROJECT_ROOT, 'dist/store/database.js')))
    throw new Error('run npm test, which builds first');
  const folder = mkdtempSync(join(tmpdir(), 'presend-power-'));
  const path = join(folder, 'presend.db');
  const journal = join(folder, 'journal');
  const faults = new DiskFaults(folder, [path], { journal });
  /** The keys that the disk still has after a power cut now, and what SQLite says of the file. */
  const afterPowerCut = async (): Promise<{ keys: string[]; integrity: string }> => {
    const image = mkdtempSync(join(tmpdir(), 'presend-image-'));
    mkdirSync(image, { recursive: true });
    for (const [file, bytes] of diskAfterPowerCut(journal)) {
      // The index of the log is made anew after a power cut.
      if (!file.endsWith('-shm')) writeFileSync(join(image, basename(file)), bytes);
    }
    const database = new SqliteDatabase(join(image, 'presend.db'));
    try {
      const rows = await database.db.selectFrom('settings').select(['key', 'value']).execute();
      const { rows: checked } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
        database.db,
      );
      return {
        keys: rows.filter(({ key, value }) => value === key.repeat(300)).map(({ key }) => key),
        integrity: checked[0]?.integrity_check ?? '',
      };
    } finally {
      await database.close();
    }
  };
  return { path, faults, afterPowerCut };
}

describe.skipIf(faultLibrary() === null)('power cut (skipped: no C compiler for the fault layer)', () => {
  test('what was committed before and after a failed sync survives in the process that saw it fail', async () => {
    const { path, faults, afterPowerCut } = setUp();
    const gate = await committer(path, faults, true);
    expect(await gate.put('before')).toBe('ok');
    faults.set({ sync: 'EIO' });
    expect(await gate.put('failed')).toBe('SQLITE_IOERR_FSYNC');
    expect((await afterPowerCut()).keys).toEqual(['before']);
    faults.clear();
    await expect.poll(() => gate.put('after'), { timeout: 10_000 }).toBe('ok');
    await gate.kill();
    expect(await afterPowerCut()).toEqual({ keys: ['before', 'after'], integrity: 'ok' });
  });

  /** A gate killed after a failed sync; the next one commits, and then the power goes. */
  const killedThenCut = async (secure: boolean) => {
    const { path, faults, afterPowerCut } = setUp();
    const first = await committer(path, faults, true);
    expect(await first.put('before')).toBe('ok');
    faults.set({ sync: 'EIO' });
    expect(await first.put('failed')).toBe('SQLITE_IOERR_FSYNC');
    await first.kill();
    faults.clear();
    const second = await committer(path, faults, secure);
    expect(await second.put('promised')).toBe('ok');
    await second.kill();
    return afterPowerCut();
  };

  test('what the next gate commits survives, although it started on a log whose sync had failed', async () => {
    const { keys, integrity } = await killedThenCut(true);
    expect(keys).toContain('before');
    expect(keys).toContain('promised');
    expect(integrity).toBe('ok');
  });

  test('without writing the log anew at start a promised commit would be lost, and this test would see it', async () => {
    expect((await killedThenCut(false)).keys).not.toContain('promised');
  });
});
