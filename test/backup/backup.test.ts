import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SQLite from 'better-sqlite3';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLastBackup } from '../../src/backup/last-backup-store.ts';
import { deleteOld, listBackups } from '../../src/backup/list.ts';
import { makeBackup } from '../../src/backup/make.ts';
import { readManifest } from '../../src/backup/manifest.ts';
import { checkBackup, findBackup } from '../../src/backup/restore.ts';
import type { Opening } from '../../src/backup/seal.ts';
import { createProgram } from '../../src/cli/program.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { lockForBackup } from '../../src/store/gate-lock.ts';
import { gateId } from '../../src/transparent/loop.ts';
import { dataFolder, writeKey } from './load.ts';

const run = promisify(execFile);
const DIST = join(import.meta.dirname, '../../dist');

let data: string;
beforeAll(async () => {
  data = await dataFolder({ ballastMb: 4 });
  mkdirSync(join(data, 'secrets'), { recursive: true });
  writeFileSync(join(data, 'secrets/derive.key'), 'a secret of the gate');
  writeFileSync(join(data, 'rubric.yaml'), 'rules: {}');
  for (const [folder, file] of [
    ['outbox', 'mail.eml'],
    ['models', 'judge.gguf'],
    ['lost+found', '#12'],
  ]) {
    mkdirSync(join(data, folder));
    writeFileSync(join(data, folder, file), 'not of a backup');
  }
});

const temporary = (): string => mkdtempSync(join(tmpdir(), 'presend-backups-'));
const make = (options: Partial<Parameters<typeof makeBackup>[0]> = {}) =>
  makeBackup({ dataDir: data, folder: temporary(), reason: 'asked', now: Date.now, ...options });
const check = async (path: string, opening: Opening | null = null) =>
  checkBackup({ backup: await findBackup(path), dataDir: data, opening });

/** Everything in a folder and its folders, with the rights as octal digits. */
const rights = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => `${(statSync(join(folder, name)).mode & 0o777).toString(8)} ${name}`);

describe('a backup', () => {
  test('holds the database and the gate’s own files, for its owner alone, and opens read-only anywhere', async () => {
    const { path, manifest } = await make();
    const found = rights(path);
    for (const one of [
      '600 gate-id',
      '600 manifest.json',
      '600 presend.db',
      '600 rubric.yaml',
      '700 secrets',
      '600 secrets/derive.key',
    ])
      expect(found).toContain(one);
    expect(found.filter((one) => !/^(?:600 |700 secrets$)/.test(one))).toEqual([]);
    expect(found.filter((one) => /outbox|models|lost|lock|-wal|-shm/.test(one))).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(path, 'secrets/derive.key'), 'utf8')).toBe('a secret of the gate');
    const copy = new SQLite(join(path, 'presend.db'), { readonly: true });
    expect(copy.prepare('select count(*) from prospects').pluck().get()).toBe(manifest.tables['prospects']);
    copy.close();
    expect(readdirSync(path)).not.toContain('presend.db-wal');
    expect(manifest).toMatchObject({ gate: gateId(data), gate_running: false, sealed: null });
    await check(path);
  });

  test('made while another process writes all the time comes to its end, and holds one moment', async () => {
    expect(existsSync(join(DIST, 'store/database.js')), 'run npm test, which builds first').toBe(true);
    const folder = await dataFolder({ ballastMb: 24 });
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer-child.mjs'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    const count = () => {
      const raw = new SQLite(join(folder, 'presend.db'), { readonly: true });
      const pairs = raw
        .prepare("select count(*) from settings where key like 'pair-%'")
        .pluck()
        .get() as number;
      raw.close();
      return pairs;
    };
    const before = count();
    const { path, manifest } = await make({ dataDir: folder });
    const after = count();
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const copy = new SQLite(join(path, 'presend.db'), { readonly: true });
    const halves = copy
      .prepare("select count(*) from settings where key like 'pair-%'")
      .pluck()
      .get() as number;
    copy.close();
    // Each commit of the writer adds two rows.
    expect(halves % 2).toBe(0);
    expect(halves).toBeGreaterThanOrEqual(before);
    expect(after).toBeGreaterThan(halves);
    expect(manifest.tables['settings']).toBeGreaterThanOrEqual(halves);
  });

  /** Makes one in a process of its own that is killed there. */
  async function killedAt(folder: string, point: string, recipient = ''): Promise<void> {
    const child = [join(import.meta.dirname, 'backup-child.mjs'), data, folder, point, recipient];
    const env = { ...process.env, PRESEND_FAIL_POINT: point.startsWith('backup-') ? point : '' };
    const signal = await run(process.execPath, child, { env }).then(
      () => null,
      (error: { signal: string }) => error.signal,
    );
    expect(signal).toBe('SIGKILL');
  }

  test.each([
    'copying',
    'backup-copied',
    'checking',
  ])('killed at %s leaves nothing under a backup’s name, and the next one cleans up', async (point) => {
    const folder = temporary();
    const recipients = point === 'checking' ? [await identityToRecipient(await generateIdentity())] : [];
    await killedAt(folder, point, recipients[0]);
    expect(await listBackups(folder)).toEqual([]);
    expect(readdirSync(folder).every((name) => name.startsWith('.'))).toBe(true);
    const { path } = await make({ folder, sealing: recipients.length === 0 ? null : { recipients } });
    expect(readdirSync(folder)).toEqual([path.slice(folder.length + 1)]);
    expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([]);
  }, 60_000);

  test('killed when it has its name is a whole one', async () => {
    const folder = temporary();
    await killedAt(folder, 'backup-renamed');
    const [made] = await listBackups(folder);
    await check(made.path);
  });

  test('that does not read back as it was is not made', async () => {
    const folder = temporary();
    const { path } = await make({ folder });
    const spoilt = join(path, 'presend.db');
    const bytes = readFileSync(spoilt);
    bytes[bytes.length - 5000] ^= 0xff;
    writeFileSync(spoilt, bytes);
    await expect(check(path)).rejects.toThrow('the backup is damaged: presend.db is not as it was written');
    writeFileSync(spoilt, bytes.subarray(0, 8192));
    await expect(check(path)).rejects.toThrow(/presend\.db is not as it was written/);
    const database = join(temporary(), 'presend.db');
    writeFileSync(database, 'this is no database');
    await expect(make({ dataDir: join(database, '..'), folder })).rejects.toThrow();
    expect(await listBackups(folder)).toHaveLength(1);
  });

  test('is refused while another one is made, and where there is no database', async () => {
    const unlock = lockForBackup(data);
    await expect(make()).rejects.toThrow(/another backup .* is being made/);
    unlock();
    await expect(make({ dataDir: temporary() })).rejects.toThrow(/there is no database/);
  });
});

describe('an encrypted backup', () => {
  test('for a recipient is opened by its identity alone, and tells nothing but counts without it', async () => {
    const [identity, other] = [await generateIdentity(), await generateIdentity()];
    const { path, manifest } = await make({ sealing: { recipients: [await identityToRecipient(identity)] } });
    expect(rights(path)).toEqual(['600 content.tar.gz.age', '600 manifest.json']);
    expect(readFileSync(join(path, 'content.tar.gz.age'), 'latin1')).toMatch(/^age-encryption\.org\/v1\n/);
    expect(readFileSync(join(path, 'manifest.json'), 'utf8')).not.toMatch(/prospect\.example|a secret/);
    expect(manifest.sealed?.to).toBe('recipients');
    await check(path, { identities: [identity] });
    await expect(check(path, { identities: [other] })).rejects.toThrow(
      /cannot be opened with that identity, or is damaged/,
    );
    const sealed = readFileSync(join(path, 'content.tar.gz.age'));
    sealed[sealed.length - 100] ^= 1;
    writeFileSync(join(path, 'content.tar.gz.age'), sealed);
    await expect(check(path, { identities: [identity] })).rejects.toThrow(/or is damaged/);
  }, 30_000);

  test('with a passphrase is opened by it alone', async () => {
    const { path } = await make({ sealing: { passphrase: 'correct horse' } });
    await check(path, { passphrase: 'correct horse' });
    await expect(check(path, { passphrase: 'battery staple' })).rejects.toThrow(
      /cannot be opened with that passphrase/,
    );
  }, 60_000);
});

describe('keeping', () => {
  /** A finished backup of so many days ago, as far as listing and deleting ask. */
  function put(folder: string, daysAgo: number, changes: Record<string, unknown> = {}): string {
    const at = new Date(NOW - daysAgo * 86_400_000);
    const path = join(folder, `presend-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`);
    cpSync(template, path, { recursive: true });
    const manifest = { ...readManifest(template), at: at.toISOString(), ...changes };
    writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
    return path;
  }
  const NOW = Date.UTC(2026, 5, 1);
  let template: string;
  let gate: string;
  beforeAll(async () => {
    const made = await make();
    template = made.path;
    gate = made.manifest.gate;
  });

  test('deletes all but the newest so many, and keeps what is young enough', async () => {
    const folder = temporary();
    const made = [1, 2, 3, 10, 20].map((days) => put(folder, days));
    expect(await deleteOld(folder, gate, { keep: null, keepDays: null }, NOW)).toEqual([]);
    expect(await deleteOld(folder, gate, { keep: 2, keepDays: 5 }, NOW)).toEqual([made[3], made[4]]);
    expect(await deleteOld(folder, gate, { keep: 2, keepDays: null }, NOW)).toEqual([made[2]]);
    expect((await listBackups(folder)).map(({ path }) => path)).toEqual([made[0], made[1]]);
  });

  test('never deletes the newest one, and nothing that is not known as a finished backup of this gate', async () => {
    const folder = temporary();
    const own = [put(folder, 30), put(folder, 40)];
    const foreign = put(folder, 50, { gate: 'another gate' });
    const unfinished = put(folder, 60);
    writeFileSync(join(unfinished, 'manifest.json'), '{"kind":');
    mkdirSync(join(folder, 'presend-notes'));
    mkdirSync(join(folder, 'holidays-2025'));
    expect(await deleteOld(folder, gate, { keep: null, keepDays: 5 }, NOW)).toEqual([own[1]]);
    expect(readdirSync(folder).toSorted()).toEqual(
      [own[0], foreign, unfinished, join(folder, 'presend-notes'), join(folder, 'holidays-2025')]
        .map((path) => path.slice(folder.length + 1))
        .toSorted(),
    );
  });
});

describe('presend backup', () => {
  const presend = (...args: string[]) =>
    createProgram().parseAsync([...args, '--data', data], { from: 'user' });

  test('prints what it made as JSON, notes it for the health page and the audit log, and deletes old ones', async () => {
    const folder = temporary();
    const { stdout } = await run(process.execPath, [
      join(DIST, 'main.js'),
      'backup',
      folder,
      '--json',
      '--keep',
      '1',
      '--data',
      data,
    ]);
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({ encrypted: false, gate_running: false, deleted: [], troubles: [] });
    const database = new SqliteDatabase(join(data, 'presend.db'));
    expect(await readLastBackup(database.db)).toMatchObject({ path: printed.path, encrypted: false });
    const audit = await database.db
      .selectFrom('audit')
      .select(['action', 'subject_type'])
      .orderBy('id', 'desc')
      .limit(1)
      .execute();
    expect(audit).toEqual([{ action: 'backup', subject_type: 'gate' }]);
    await database.close();
  }, 60_000);

  test('says what is missing: a folder, somebody to encrypt for, a readable file', async () => {
    await expect(presend('backup')).rejects.toThrow(/say where the backup goes/);
    await expect(presend('backup', temporary(), '--encrypt')).rejects.toThrow(
      /nobody to encrypt the backup for/,
    );
    await expect(presend('backup', temporary(), '--passphrase-file', '/nowhere')).rejects.toThrow(
      'cannot read /nowhere',
    );
    await expect(presend('backup', temporary(), '--recipient', 'age1nonsense')).rejects.toThrow(
      /age1nonsense is no age recipient/,
    );
    const empty = writeKey(temporary(), 'keys', '# nothing\n');
    await expect(presend('backup', temporary(), '--recipients-file', empty)).rejects.toThrow(/holds no key/);
  });
});
