/**
 * What a mail leaves in PostgreSQL, and what the end of the audit log costs there: `npm run bench:footprint -- [--mails 2000] [--json]`.
 * A real gate from the build and a real server; sizes do not depend on what else the machine does, times do.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { recordAudits } from '../../src/store/audit.ts';
import { PostgresDatabase } from '../../src/store/postgres/database.ts';
import { PostgresServer } from '../support/postgres.ts';
import { freePort, round, summary } from './gate-process.ts';
import { machine } from './machine.ts';
import { SENDER, mailText, recipient } from './relay/mails.ts';
import { startPresend } from './relay/presend.ts';
import { cpuSeconds } from './relay/process-tree.ts';
import { BenchClient } from './smtp-client.ts';

const HELP = `Bytes of each mail in PostgreSQL (tables, indexes, write-ahead log), and the pace of the audit log's end.

  npm run bench:footprint -- [--mails N] [--json]

  --mails N   of some 2 KB, accepted, judged by the default rubric, relayed to a sink (default 2000)
  --json      for machines
`;
const CONNECTIONS = 20;
const WARM_UP = 100;
const WRITERS = 3;
const AUDIT_SECONDS = 4;

interface TableBytes {
  name: string;
  rows: number;
  heap: number;
  indexes: number;
  toast: number;
}

/** Takes mail, keeps nothing, counts. */
async function openSink() {
  const port = await freePort();
  let taken = 0;
  let told: () => void = () => {};
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, done) => {
      stream.resume().on('end', () => {
        taken += 1;
        told();
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    until: async (count: number): Promise<void> => {
      while (taken < count) await new Promise<void>((resolve) => (told = resolve));
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

async function tables(server: PostgresServer, database: string): Promise<TableBytes[]> {
  const rows = await server.query(
    `select relname as name, n_live_tup::float8 as rows, pg_relation_size(relid)::float8 as heap,
       pg_indexes_size(relid)::float8 as indexes,
       (pg_total_relation_size(relid) - pg_relation_size(relid) - pg_indexes_size(relid))::float8 as toast
     from pg_stat_user_tables`,
    database,
  );
  return rows as unknown as TableBytes[];
}

async function log(server: PostgresServer): Promise<{ bytes: number; syncs: number; commits: number }> {
  const [row] = await server.query(
    `select (pg_current_wal_insert_lsn() - '0/0')::float8 as bytes, wal_sync::float8 as syncs,
       (select sum(xact_commit) from pg_stat_database)::float8 as commits from pg_stat_wal`,
  );
  return row as unknown as { bytes: number; syncs: number; commits: number };
}

/** @returns what one mail leaves and costs */
async function eachMail(mails: number) {
  const server = await PostgresServer.start({ durable: true, settings: { shared_buffers: '512MB' } });
  try {
    return await measured(server, mails);
  } finally {
    await server.stop();
  }
}

async function measured(server: PostgresServer, mails: number) {
  const store = await server.database();
  const name = new URL(store).pathname.slice(1);
  const sink = await openSink();
  const people = Array.from({ length: WARM_UP + mails }, (_, i) => recipient(i));
  const gate = await startPresend(sink.port, people, {
    answer: 'async',
    config: `store: ${store}\n`,
  });
  try {
    const send = async (from: number, count: number) => {
      const clients = await Promise.all(
        Array.from({ length: CONNECTIONS }, () => BenchClient.open(gate.gate.smtpPort)),
      );
      let next = from;
      const latencies: number[] = [];
      const began = performance.now();
      await Promise.all(
        clients.map(async (client) => {
          while (next < from + count) {
            const to = recipient(next++);
            const sent = performance.now();
            await client.send(SENDER, to, mailText({ to, messageId: to }), false);
            latencies.push(performance.now() - sent);
          }
        }),
      );
      for (const client of clients) client.close();
      return summary(latencies, performance.now() - began);
    };
    await send(0, WARM_UP);
    await sink.until(WARM_UP);
    await server.query('vacuum analyze', name);
    await server.query('checkpoint');
    const before = {
      tables: await tables(server, name),
      log: await log(server),
      gate: cpuSeconds(gate.pid),
      server: cpuSeconds(server.pid),
    };
    const began = performance.now();
    const accepted = await send(WARM_UP, mails);
    await sink.until(WARM_UP + mails);
    const seconds = (performance.now() - began) / 1_000;
    const after = { log: await log(server), gate: cpuSeconds(gate.pid), server: cpuSeconds(server.pid) };
    await server.query('analyze', name);
    const each = (value: number): number => Math.round(value / mails);
    const grown = (await tables(server, name)).flatMap((now) => {
      const was = before.tables.find((one) => one.name === now.name);
      const of = {
        table: now.name,
        rows: round((now.rows - (was?.rows ?? 0)) / mails),
        heap: each(now.heap - (was?.heap ?? 0)),
        indexes: each(now.indexes - (was?.indexes ?? 0)),
        toast: each(now.toast - (was?.toast ?? 0)),
      };
      return of.heap + of.indexes + of.toast > 0 ? [{ ...of, bytes: of.heap + of.indexes + of.toast }] : [];
    });
    return {
      mail_bytes: mailText({ to: recipient(1), messageId: recipient(1) }).length,
      accepted,
      delivered_per_second: Math.round(mails / seconds),
      gate_cpu_ms: round(((after.gate - before.gate) * 1_000) / mails),
      postgres_cpu_ms: round(((after.server - before.server) * 1_000) / mails),
      log_bytes: each(after.log.bytes - before.log.bytes),
      log_syncs: round((after.log.syncs - before.log.syncs) / mails),
      transactions: round((after.log.commits - before.log.commits) / mails),
      tables: grown.toSorted((a, b) => b.bytes - a.bytes),
      bytes: grown.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  } finally {
    await gate.stop();
    await sink.stop();
  }
}

/**
 * Writers that do nothing but add entries, all of them at once, in groups of one size: what comes through is what the end of
 * the log lets through, since only one commit at a time has hold of it.
 */
async function auditEnd(): Promise<
  { group: number; commits_per_second: number; entries_per_second: number }[]
> {
  const server = await PostgresServer.start({ durable: true });
  const url = await server.database();
  const folder = mkdtempSync(join(tmpdir(), 'presend-footprint-'));
  const writers = Array.from({ length: WRITERS }, () => new PostgresDatabase(url, folder));
  try {
    await writers[0].migrate();
    const rows = [];
    for (const group of [1, 16, 64]) {
      let commits = 0;
      const until = performance.now() + AUDIT_SECONDS * 1_000;
      await Promise.all(
        writers.map(async (writer) => {
          while (performance.now() < until) {
            await writer.transact(
              (trx) =>
                recordAudits(
                  trx,
                  Array.from({ length: group }, (_, i) => ({
                    at: i,
                    actor: 'gate',
                    subject: { type: 'delivery', id: '01M00000000000000000000000' },
                    action: 'delivery.relaying',
                    detail: { decision: 'PASS', from: 'received', to: 'relaying' },
                  })),
                ),
              { concurrent: true },
            );
            commits += 1;
          }
        }),
      );
      const perSecond = commits / AUDIT_SECONDS;
      rows.push({
        group,
        commits_per_second: Math.round(perSecond),
        entries_per_second: Math.round(perSecond * group),
      });
    }
    return rows;
  } finally {
    for (const writer of writers) await writer.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const mails = Number(values.mails);
if (values.help) {
  process.stdout.write(HELP);
} else if (!Number.isInteger(mails) || mails < 1) {
  process.stderr.write(`--mails is a whole number from 1 on.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const result = {
    machine: await machine(),
    mails,
    each_mail: await eachMail(mails),
    audit_end: await auditEnd(),
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    const { tables: grown, ...rest } = result.each_mail;
    const lines = grown.map(
      ({ table, rows, heap, indexes, toast, bytes }) =>
        `| ${[table, rows, heap, indexes, toast, bytes].join(' | ')} |\n`,
    );
    process.stdout.write(
      `Bytes of each mail\n| table | rows | heap | indexes | toast | together |\n|${'---|'.repeat(6)}\n${lines.join('')}\n` +
        `${JSON.stringify(rest, null, 2)}\n${JSON.stringify(result.audit_end, null, 2)}\n`,
    );
  }
}
