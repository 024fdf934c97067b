import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { makeBackup } from '../../src/backup/make.ts';
import { findBackup, restoreBackup } from '../../src/backup/restore.ts';
import { exchange, finishExchange } from '../../src/backup/swap.ts';
import { dataFolder } from './load.ts';

/** Names that the disk does not let go of. */
const busy = vi.hoisted(() => new Set<string>());

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    rename: (from: string, to: string) =>
      busy.has(basename(from))
        ? Promise.reject(Object.assign(new Error(`EBUSY: rename '${from}'`), { code: 'EBUSY' }))
        : real.rename(from, to),
  };
});

afterEach(() => busy.clear());

const temporary = (): string => mkdtempSync(join(tmpdir(), 'presend-exchange-'));
const MARKER = '.restore-in-progress.json';

/** A backup with a file of its own, and how to restore it over a folder with other content. */
async function setUp() {
  const source = await dataFolder();
  writeFileSync(join(source, 'rubric.yaml'), 'restored');
  const { path } = await makeBackup({
    dataDir: source,
    folder: temporary(),
    reason: 'asked',
    now: Date.now,
  });
  const dataDir = await dataFolder();
  writeFileSync(join(dataDir, 'rubric.yaml'), 'before');
  const restore = async () =>
    restoreBackup({
      backup: await findBackup(path),
      dataDir,
      opening: null,
      force: true,
      trustNothingSent: false,
      actor: 'ann',
      now: Date.now,
      holdMs: 86_400_000,
    });
  return { dataDir, restore };
}

test.each([
  'presend.db',
  'rubric.yaml',
])('an exchange that the disk refuses half way, at %s, is brought to its end at the next start', async (name) => {
  const { dataDir, restore } = await setUp();
  busy.add(name);
  await expect(restore()).rejects.toThrow(/nothing is lost.*EBUSY/);
  // A start while the trouble lasts changes nothing of that.
  await expect(finishExchange(dataDir, { locked: false })).rejects.toThrow(/EBUSY/);
  expect(existsSync(join(dataDir, MARKER))).toBe(true);
  busy.clear();
  await finishExchange(dataDir, { locked: false });
  expect(readFileSync(join(dataDir, 'rubric.yaml'), 'utf8')).toBe('restored');
  expect(existsSync(join(dataDir, 'presend.db'))).toBe(true);
  const [aside] = readdirSync(dataDir).filter((entry) => entry.startsWith('before-restore-'));
  expect(readFileSync(join(dataDir, aside, 'rubric.yaml'), 'utf8')).toBe('before');
  expect(readdirSync(dataDir).filter((entry) => [MARKER, '.restoring'].includes(entry))).toEqual([]);
});

test('a restore that is asked for again first brings the failed one to its end', async () => {
  const { dataDir, restore } = await setUp();
  busy.add('rubric.yaml');
  await expect(restore()).rejects.toThrow(/EBUSY/);
  await expect(restore()).rejects.toThrow(/EBUSY/);
  busy.clear();
  await restore();
  expect(readFileSync(join(dataDir, 'rubric.yaml'), 'utf8')).toBe('restored');
  expect(readdirSync(dataDir)).not.toContain('.restoring');
});

test('an exchange whose files are gone moves nothing and stays unfinished', async () => {
  const dataDir = temporary();
  const plan = { aside: 'aside', staging: '.restoring', old: ['a', 'b'], fresh: ['a', 'c'] };
  for (const name of ['a', 'b']) writeFileSync(join(dataDir, name), `old ${name}`);
  mkdirSync(join(dataDir, '.restoring'));
  for (const name of ['a', 'c']) writeFileSync(join(dataDir, '.restoring', name), `fresh ${name}`);
  rmSync(join(dataDir, '.restoring', 'a'));
  await expect(exchange(dataDir, plan)).rejects.toThrow(/a is neither in .*\.restoring nor in place/);
  await expect(finishExchange(dataDir, { locked: false })).rejects.toThrow(/cannot be finished/);
  expect(readFileSync(join(dataDir, 'a'), 'utf8')).toBe('old a');
  expect(readdirSync(dataDir)).toContain(MARKER);
});
