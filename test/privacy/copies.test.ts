import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { deleteOldCopies, oldCopies } from '../../src/backup/copies.ts';
import { copiesCheck } from '../../src/doctor/copies.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { erase } from '../../src/privacy/erase.ts';
import { temporaryFolder } from '../crm/open.ts';
import { findings } from '../doctor/run.ts';
import { startGate } from '../support/gate.ts';

const DAY = 86_400_000;
const RESTORED = 'before-restore-20260504T100000Z';
const SECOND = 'before-restore-20260504T100000Z-2';
const UPDATED = 'before-update/presend-20260510T100000Z';
const MADE = Date.parse('2026-05-04T10:00:00Z');

function copiesIn(dataDir: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(join(dataDir, path), { recursive: true });
    writeFileSync(join(dataDir, path, 'presend.db'), 'henrike.saalfeld was here');
  }
}

test('copies of the data are deleted when they are older than said, and nothing else is', async () => {
  const folder = temporaryFolder();
  const others = ['before-restore-mine', 'before-christmas', 'before-update/notes', 'secrets'];
  copiesIn(folder, RESTORED, SECOND, UPDATED, ...others);
  writeFileSync(join(folder, 'before-restore-20200101T000000Z'), 'a file, no copy');
  expect((await oldCopies(folder)).map(({ path, at }) => [path, at - MADE])).toEqual([
    [RESTORED, 0],
    [SECOND, 0],
    [UPDATED, 6 * DAY],
  ]);
  expect(await deleteOldCopies(folder, 30, MADE + 30 * DAY - 1)).toEqual([]);
  expect(await deleteOldCopies(folder, 30, MADE + 30 * DAY)).toEqual([RESTORED, SECOND]);
  expect((await oldCopies(folder)).map(({ path }) => path)).toEqual([UPDATED]);
  // What a deletion that was cut short left is a copy too.
  copiesIn(folder, 'before-update/.presend-deleted-20260101T100000Z');
  expect(await deleteOldCopies(folder, 30, MADE + 40 * DAY)).toEqual([
    'before-update/.presend-deleted-20260101T100000Z',
    UPDATED,
  ]);
  for (const other of others) expect(existsSync(join(folder, other, 'presend.db'))).toBe(true);
});

test('an erasure names the copies that it does not reach', async () => {
  const gate = await startGate({ config: { retention: { copies_days: null } } });
  copiesIn(gate.dataDir, RESTORED, UPDATED);
  const erased = await erase(
    {
      database: gate.app.database,
      dataDir: gate.dataDir,
      now: () => gate.now(),
      fingerprint: fingerprints,
      pause: async () => {},
    },
    'henrike.saalfeld@kestrelwharf.example',
    { actor: 'cli:op', reason: 'request 117' },
  );
  expect(erased.copies).toEqual([RESTORED, UPDATED]);
});

test('a running gate deletes old copies, with an entry in the audit log', async () => {
  const dataDir = temporaryFolder();
  const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const fresh = `before-restore-${now}`;
  copiesIn(dataDir, RESTORED, UPDATED, fresh);
  const { app } = await startGate({ dataDir });
  const entry = await vi.waitFor(
    () =>
      app.database.db
        .selectFrom('audit')
        .select('detail')
        .where('subject_id', '=', 'copies')
        .executeTakeFirstOrThrow(),
    20_000,
  );
  expect(JSON.parse(entry.detail)).toEqual({ copies: [RESTORED, UPDATED] });
  expect((await oldCopies(dataDir)).map(({ path }) => path)).toEqual([fresh]);
});

test('the doctor tells of copies that are older than they may be', async () => {
  const folder = temporaryFolder();
  const look = async (days: number | null, age: number) =>
    (await findings(copiesCheck(folder, days, MADE + age * DAY))).map(({ state, says }) => [state, says]);
  expect(await look(30, 100)).toEqual([]);
  copiesIn(folder, RESTORED);
  expect(await look(30, 30.5)).toEqual([
    ['ok', '1 copy of the data from before a restore or update, deleted after 30 days.'],
  ]);
  const late = [['warning', expect.stringContaining(RESTORED)]];
  expect(await look(30, 31)).toEqual(late);
  expect(await look(null, 31)).toEqual(late);
});
