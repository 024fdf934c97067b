import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { adoptOldEntries } from '../../src/store/audit-adopt-store.ts';
import { type ChainHead, headText } from '../../src/store/audit-chain.ts';
import { redactEntries } from '../../src/store/audit-redact-store.ts';
import { replaceAuditKey } from '../../src/store/audit-segment-store.ts';
import { auditHead, verifyAudit } from '../../src/store/audit-verify-store.ts';
import { type AuditEntry, flushAudit, recordAudit, recordAudits } from '../../src/store/audit.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { keysOf } from '../../src/store/gate-keys.ts';

const SEED = Number(process.env['SEED'] ?? 14);
const ENTRIES = 40;
/** Redacted before the tampering begins. */
const REDACTED = [9, 21];

const entry = (n: number): AuditEntry => ({
  at: 1_800_000_000_000 + n * 60_000,
  actor: n % 3 ? `cli:op${n % 4}` : 'gate',
  subject: { type: n % 2 ? 'delivery' : 'engine', id: `subject-${n}` },
  action: ['hold', 'release', 'changed'][n % 3],
  detail: { from: 'held', to: 'relaying', note: `entry number ${n}` },
});

let folder: string;
let original: string;
/** Written down when the log had 30 entries. */
let earlier: ChainHead;
let copies = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presend-chain-'));
  original = join(folder, 'presend.db');
  const database = new SqliteDatabase(original);
  await database.migrate();
  for (let n = 1; n <= ENTRIES; n += 1) {
    await database.transact((trx) => recordAudit(trx, entry(n)));
    if (n === 30) earlier = (await auditHead(database.db, keysOf(database.db).audit()))!;
  }
  await database.transact((trx) =>
    redactEntries(
      trx,
      REDACTED.map((id) => ({ id, actor: 'gate', subject_id: `subject-${id}`, detail: '{"erased":true}' })),
    ),
  );
  await database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is found in a copy of the log after somebody with the database, but not the key, was at it. */
async function foundAfter(
  tamper: (raw: SQLite.Database) => void,
  options: { heads?: ChainHead[]; from?: number } = {},
) {
  const path = join(folder, `copy-${(copies += 1)}.db`);
  copyFileSync(original, path);
  const raw = new SQLite(path);
  tamper(raw);
  raw.close();
  const database = new SqliteDatabase(path, { readonly: true });
  try {
    return await verifyAudit(database.db, { key: keysOf(database.db).audit(), ...options });
  } finally {
    await database.close();
  }
}

/** The first entry that is wrong; null = none is. */
const firstWrong = async (...asked: Parameters<typeof foundAfter>): Promise<number | null> =>
  (await foundAfter(...asked)).faults[0]?.id ?? null;

const set = (raw: SQLite.Database, id: number, column: string, value: unknown): void =>
  void raw.prepare(`update audit set ${column} = ? where id = ?`).run(value, id);
const valueOf = (raw: SQLite.Database, id: number, column: string): unknown =>
  raw.prepare(`select ${column} from audit where id = ?`).pluck().get(id);

describe('a log that nobody touched', () => {
  test('is whole, with what presend redacted', async () => {
    const report = await foundAfter(() => {});
    expect(report).toMatchObject({ entries: ENTRIES, redacted: 2, fault_count: 0, adopted: null });
    expect(report.head?.id).toBe(ENTRIES);
  });

  test('has every head that was written down, and can be read from any entry on', async () => {
    expect(await firstWrong(() => {}, { heads: [earlier] })).toBeNull();
    expect(await firstWrong(() => {}, { from: 17, heads: [earlier] })).toBeNull();
  });

  test('tells nothing of a redacted entry that could be tried out', async () => {
    await foundAfter((raw) => {
      expect(valueOf(raw, REDACTED[0], 'salt')).toBeNull();
      expect(valueOf(raw, REDACTED[0], 'detail')).toBe('{"erased":true}');
      expect(valueOf(raw, REDACTED[0], 'digest')).toHaveLength(32);
    });
  });
});

describe('somebody with the database but not the key', () => {
  /** May be null. */
  const CHAINING = ['salt', 'digest', 'chain', 'redacted'];
  const COLUMNS = ['at', 'actor', 'subject_type', 'subject_id', 'action', 'detail', ...CHAINING];

  test.each(COLUMNS)('cannot change %s of any entry', async (column) => {
    const random = randomFrom(SEED);
    const anywhere = Array.from({ length: 4 }, () => 1 + Math.floor(random() * ENTRIES));
    for (const id of new Set([1, ...REDACTED, ...anywhere, ENTRIES])) {
      for (const value of [...(CHAINING.includes(column) ? [null] : []), 'x', Buffer.alloc(32, 7), 5]) {
        let was: unknown;
        const wrong = await firstWrong((raw) => {
          was = valueOf(raw, id, column);
          set(raw, id, column, value);
        });
        expect(wrong, `${column} of ${id} = ${String(value)}, seed ${SEED}`).toBe(was === value ? null : id);
      }
    }
  });

  test('cannot take one out, whichever', async () => {
    for (let id = 1; id < ENTRIES; id += 1) {
      const { faults } = await foundAfter((raw) => raw.prepare('delete from audit where id = ?').run(id));
      expect(faults[0]).toMatchObject({ id: id + 1, what: `Entry ${id} is missing before it.` });
    }
  });

  test('cannot close the gap that an entry leaves', async () => {
    const wrong = await firstWrong((raw) => {
      raw.prepare('delete from audit where id = 12').run();
      raw.prepare('update audit set id = id - 1 where id > 12').run();
    });
    expect(wrong).toBe(12);
  });

  test('cannot change places', async () => {
    for (const [a, b] of [
      [3, 4],
      [1, 40],
      [8, 30],
      [9, 21],
    ] as const) {
      const wrong = await firstWrong((raw) => {
        set(raw, a, 'id', 1_000);
        set(raw, b, 'id', a);
        set(raw, 1_000, 'id', b);
      });
      expect(wrong).toBe(a);
    }
  });

  test('cannot put one in, made up or copied', async () => {
    const columns = 'at, actor, subject_type, subject_id, action, detail, salt, digest, chain, redacted';
    for (const at of [1_000, -1, 0]) {
      const wrong = await firstWrong((raw) => {
        raw
          .prepare(`insert into audit (id, ${columns}) select ?, ${columns} from audit where id = 5`)
          .run(at);
      });
      expect(wrong).toBe(at);
    }
    const madeUp = await foundAfter((raw) =>
      raw
        .prepare(
          "insert into audit (at, actor, subject_type, subject_id, action, detail) values (1, 'a', 'b', 'c', 'd', '{}')",
        )
        .run(),
    );
    expect(madeUp.faults[0]).toMatchObject({ id: ENTRIES + 1, what: 'It was not written by presend.' });
  });

  test('cannot cut the end off, and not with the checkpoint either', async () => {
    const cut = await foundAfter((raw) => raw.prepare('delete from audit where id > 35').run());
    expect(cut.faults[0]).toMatchObject({ id: 35, what: '5 entries, 36 to 40, are missing at the end.' });
    const both = await foundAfter((raw) => {
      raw.prepare('delete from audit where id > 35').run();
      raw.prepare("delete from settings where key = 'audit_head'").run();
    });
    expect(both.faults[0]?.what).toMatch(/checkpoint .* is missing/);
    const forged = await foundAfter((raw) => {
      raw.prepare('delete from audit where id > 35').run();
      const chain = (valueOf(raw, 35, 'chain') as Buffer).toString('hex');
      raw
        .prepare(
          "update settings set value = json_set(value, '$.id', 35, '$.chain', ?) where key = 'audit_head'",
        )
        .run(chain);
    });
    expect(forged.faults[0]?.what).toMatch(/checkpoint/);
    expect(await firstWrong((raw) => raw.prepare('delete from audit').run())).toBe(0);
  });

  test('cannot put back an older log whole where its head was written down', async () => {
    const { faults } = await foundAfter(() => {}, {
      heads: [{ id: 41, chain: Buffer.alloc(32) }],
    });
    expect(faults[0]?.what).toBe('Entry 41, whose head was written down, is missing.');
    const other = { ...earlier, chain: Buffer.alloc(32, 1) };
    expect(await firstWrong(() => {}, { heads: [other] })).toBe(30);
  });
});

describe('the chain', () => {
  const open = async (): Promise<{
    database: Database;
    path: string;
    verify: () => ReturnType<typeof verifyAudit>;
  }> => {
    const path = join(mkdtempSync(join(tmpdir(), 'presend-chain-')), 'presend.db');
    const database = new SqliteDatabase(path);
    await database.migrate();
    return {
      database,
      path,
      verify: () => verifyAudit(database.db, { key: keysOf(database.db).audit() }),
    };
  };

  test('goes on over work that is taken back, in the middle of a commit and at its end', async () => {
    const { database, verify } = await open();
    const fails = (n: number) =>
      database.transact(async (trx) => {
        await recordAudit(trx, entry(n));
        throw new Error('no');
      });
    const write = (n: number) => database.transact((trx) => recordAudits(trx, [entry(n), entry(n + 1)]));
    await Promise.allSettled([fails(1), write(2), fails(4), write(5), fails(7)]);
    await fails(8).catch(() => {});
    await Promise.allSettled([write(9), fails(11)]);
    expect(await verify()).toMatchObject({ entries: 6, fault_count: 0, head: { id: 6 } });
    // Written early, in a piece that fails: what the others have recorded is written again at the end.
    const failsLate = database.transact(async (trx) => {
      await recordAudit(trx, entry(13));
      await flushAudit(trx);
      throw new Error('no');
    });
    await Promise.allSettled([write(12), failsLate, write(14)]);
    expect(await verify()).toMatchObject({ entries: 10, fault_count: 0, head: { id: 10 } });
    await database.close();
  });

  test('is one chain when several processes write', async () => {
    const { database, path, verify } = await open();
    const other = new SqliteDatabase(path);
    for (let n = 0; n < 30; n += 1)
      await Promise.all([database, other].map((one) => one.transact((trx) => recordAudit(trx, entry(n)))));
    expect(await verify()).toMatchObject({ entries: 60, fault_count: 0 });
    await other.close();
    await database.close();
  });

  test('takes up a log from before there was one, once', async () => {
    const { database, path } = await open();
    await database.transact((trx) =>
      recordAudits(
        trx,
        Array.from({ length: 50 }, (_, n) => entry(n)),
      ),
    );
    await database.close();
    const raw = new SQLite(path);
    const columns = 'at, actor, subject_type, subject_id, action, detail';
    raw.exec(
      `insert into audit (${columns}) select ${columns.replaceAll(/(\b\w+\b)/g, 'a.$1')} from audit a, audit b, (select 1 union all select 2)`,
    );
    raw.exec(
      "update audit set salt = null, digest = null, chain = null; delete from settings where key = 'audit_head'",
    );
    raw.close();
    rmSync(join(path, '../secrets/audit.key'));
    const again = new SqliteDatabase(path);
    await again.migrate();
    const key = keysOf(again.db).audit();
    const report = await verifyAudit(again.db, { key });
    expect(report).toMatchObject({ fault_count: 0, entries: 5_051, adopted: { entries: 5_050 } });
    await again.close();

    // The key's file says that it was done: taking the chain out does not get changed entries chained.
    const attacker = new SQLite(path);
    attacker.exec(
      "update audit set actor = 'nobody', salt = null, digest = null, chain = null; delete from settings where key like 'audit%'",
    );
    attacker.close();
    const after = new SqliteDatabase(path);
    await after.migrate();
    await after.transact((trx) => recordAudit(trx, entry(1)));
    const found = await verifyAudit(after.db, { key });
    expect(found.faults[0]?.id).toBe(1);
    expect(found.fault_count).toBeGreaterThan(5_000);
    await after.close();
  });

  test('keeps the key of the process that was first where two begin at once', async () => {
    const { database, path } = await open();
    const dataDir = join(path, '..');
    rmSync(join(dataDir, 'secrets'), { recursive: true, force: true });
    const theirs = Buffer.alloc(32, 7);
    await adoptOldEntries({
      dataDir,
      now: () => 0,
      transact: (work) => {
        // The other one has done all of it since this one looked.
        writeFileSync(join(dataDir, 'secrets/audit.key'), theirs);
        return database.transact(work);
      },
    });
    expect(readFileSync(join(dataDir, 'secrets/audit.key'))).toEqual(theirs);
    expect(existsSync(join(dataDir, 'secrets/audit.new.key'))).toBe(false);
    await database.close();
  });

  test('is not healed by what is written after a cut', async () => {
    const { database, path, verify } = await open();
    for (let n = 0; n < 10; n += 1) await database.transact((trx) => recordAudit(trx, entry(n)));
    const raw = new SQLite(path);
    raw.exec('delete from audit where id > 7');
    raw.close();
    await database.transact((trx) => recordAudit(trx, entry(11)));
    expect((await verify()).faults[0]).toMatchObject({
      id: 11,
      what: '3 entries, 8 to 10, are missing before it.',
    });
    const other = new SQLite(path);
    other.exec("delete from audit where id > 5; delete from settings where key = 'audit_head'");
    other.close();
    await database.transact((trx) => recordAudit(trx, entry(12)));
    const { faults } = await verify();
    expect(faults[0]?.id).toBe(6);
    await database.close();
  });

  test('under a key that was lost says so', async () => {
    const { database, path } = await open();
    await database.transact((trx) => recordAudit(trx, entry(1)));
    await database.close();
    const key = join(path, '../secrets/audit.key');
    rmSync(key);
    const again = new SqliteDatabase(path);
    await expect(again.migrate()).rejects.toThrow(/audit\.key is missing, .* keys replace audit/);
    expect(() => keysOf(again.db).audit()).toThrow(/audit\.key is missing/);
    expect(existsSync(key)).toBe(false);
    writeFileSync(key, Buffer.alloc(32, 7));
    const { faults } = await verifyAudit(again.db, { key: keysOf(again.db).audit() });
    expect(faults[0]?.what).toMatch(/audit\.key .* is not the one/);
    await again.close();
  });

  test('goes on under a new key, with the break in sight and the old entries as they were found', async () => {
    const { database, path } = await open();
    for (let n = 1; n <= 12; n += 1) await database.transact((trx) => recordAudit(trx, entry(n)));
    const left = { id: 4, actor: 'gate', subject_id: 'subject-4', detail: '{"erased":true}' };
    await database.transact((trx) => redactEntries(trx, [left]));
    const head = (await auditHead(database.db, keysOf(database.db).audit()))!;
    await database.close();
    rmSync(join(path, '../secrets/audit.key'));

    const again = new SqliteDatabase(path);
    const by = {
      dataDir: join(path, '..'),
      actor: 'cli:op',
      reason: 'disk',
      now: entry(13).at,
      setAside: null,
    };
    expect(await replaceAuditKey((work) => again.transact(work), by)).toBe(12);
    await again.migrate();
    await again.transact((trx) => recordAudit(trx, entry(14)));
    await again.transact((trx) => redactEntries(trx, [{ ...left, id: 5 }]));
    const whole = { fault_count: 0, entries: 14, segments: [{ id: 13, at: by.now, entries: 12 }] };
    const key = keysOf(again.db).audit();
    expect(await verifyAudit(again.db, { key, heads: [head] })).toMatchObject(whole);
    expect(await verifyAudit(again.db, { key, newest: 2 })).toMatchObject({ fault_count: 0 });
    expect(await verifyAudit(again.db, { key, from: 7 })).toMatchObject({ fault_count: 0 });
    await again.close();

    const firstAfter = async (tamper: (raw: SQLite.Database) => void): Promise<number | undefined> => {
      const copy = join(path, `../copy-${(copies += 1)}.db`);
      copyFileSync(path, copy);
      const raw = new SQLite(copy);
      tamper(raw);
      raw.close();
      const read = new SqliteDatabase(copy, { readonly: true });
      const { faults } = await verifyAudit(read.db, { key });
      await read.close();
      return faults[0]?.id;
    };
    const of = 'at, actor, subject_type, subject_id, action, detail, salt, digest, chain, redacted';
    expect(await firstAfter(() => {})).toBeUndefined();
    // An old entry: its content by itself, its place and its being there by what was found.
    expect(await firstAfter((raw) => set(raw, 7, 'actor', 'nobody'))).toBe(7);
    expect(await firstAfter((raw) => set(raw, 4, 'detail', '{}'))).toBe(4);
    expect(await firstAfter((raw) => raw.exec('delete from audit where id = 3'))).toBe(13);
    expect(
      await firstAfter((raw) =>
        raw.exec(
          `update audit set id = -1 where id = 3; update audit set id = 3 where id = 6; update audit set id = 6 where id = -1`,
        ),
      ),
    ).toBe(13);
    // A break that presend did not make.
    expect(
      await firstAfter((raw) =>
        raw.exec(`insert into audit (id, ${of}) select 15, ${of} from audit where id = 13`),
      ),
    ).toBe(15);
    expect(await firstAfter((raw) => raw.exec('delete from audit where id = 13'))).toBeDefined();
    expect(await firstAfter((raw) => set(raw, 13, 'action', 'changed'))).toBe(1);
  });

  test('a replacement that was cut short before the key had its name is finished, once', async () => {
    const { database, path } = await open();
    await database.transact((trx) => recordAudit(trx, entry(1)));
    await database.close();
    const secret = (name: string): string => join(path, `../secrets/${name}.key`);
    rmSync(secret('audit'));
    const again = new SqliteDatabase(path);
    const by = { dataDir: join(path, '..'), actor: 'cli:op', reason: 'disk', now: 1, setAside: null };
    await replaceAuditKey((work) => again.transact(work), by);
    renameSync(secret('audit'), secret('audit.next'));
    expect(await replaceAuditKey((work) => again.transact(work), by)).toBe(1);
    await again.migrate();
    const report = await verifyAudit(again.db, { key: keysOf(again.db).audit() });
    expect(report).toMatchObject({ fault_count: 0, entries: 2 });
    await again.close();
  });

  test('names its head as one line', async () => {
    expect(headText(earlier)).toMatch(/^30:[0-9a-f]{64}$/);
  });
});
