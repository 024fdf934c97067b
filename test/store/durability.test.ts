import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const COMMITS = 50;
const here = import.meta.dirname;

/** The fsync counter as a shared library; null where there is no C compiler or no LD_PRELOAD. */
function buildCounter(folder: string): string | null {
  if (process.platform !== 'linux') return null;
  const library = join(folder, 'fsync-counter.so');
  const source = join(here, '../support/fsync-counter.c');
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  return status === 0 ? library : null;
}

/** Syncs the child made between its first commit and its last. */
async function countSyncs(library: string, folder: string, synchronous: string): Promise<number> {
  const counter = join(folder, `syncs-${synchronous}`);
  const child = spawn(
    process.execPath,
    [join(here, 'commit-child.mjs'), join(folder, `${synchronous}.db`), String(COMMITS), synchronous],
    {
      env: { ...process.env, LD_PRELOAD: library, FSYNC_COUNTER_FILE: counter },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const size = () => (existsSync(counter) ? statSync(counter).size : 0);
  await once(child.stdout, 'data');
  const before = size();
  child.stdin.write('go\n');
  await once(child.stdout, 'data');
  const after = size();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return after - before;
}

test('every commit is synced to disk before it is reported, and without FULL the test would notice', async () => {
  expect(
    existsSync(join(here, '../../dist/store/sqlite-database.js')),
    'run npm test, which builds first',
  ).toBe(true);
  const folder = mkdtempSync(join(tmpdir(), 'presend-sync-'));
  const library = buildCounter(folder);
  if (library === null) {
    console.warn('not counted: this machine has no C compiler to build the fsync counter');
    return;
  }
  expect(await countSyncs(library, folder, 'FULL')).toBeGreaterThanOrEqual(COMMITS);
  expect(await countSyncs(library, folder, 'NORMAL')).toBeLessThan(COMMITS);
});
