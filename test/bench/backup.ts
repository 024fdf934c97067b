/**
 * What a gate under load feels of a backup: `npm run bench:backup [megabytes]`. A real gate from the build in a process of its own takes
 * mail over SMTP while other processes copy its database: not at all, by presend backup, by VACUUM INTO. Prints JSON; compare
 * only within a run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { GateProcess, round, summary } from './gate-process.ts';
import { BenchClient, benchMail } from './smtp-client.ts';

const MEGABYTES = Number(process.argv[2] ?? 300);
const CONNECTIONS = 10;
const MAIN = join(import.meta.dirname, '../../dist/main.js');
/** Mails sent where no copy ends the round. */
const MAILS = 3_000;

const gate = await GateProcess.start();
const data = join(gate.folder, 'data');
const path = join(data, 'presend.db');

/** Another process that copies the database; what it says is not of interest. */
type Copy = (to: string) => ReturnType<typeof spawn>;

const byBackup: Copy = (to) =>
  spawn(process.execPath, [MAIN, 'backup', to, '--data', data], { stdio: 'ignore' });
const byVacuum: Copy = (to) =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import SQLite from 'better-sqlite3'; new SQLite(${JSON.stringify(path)}, { readonly: true }).prepare('vacuum into ?').run(${JSON.stringify(join(to, 'copy.db'))})`,
    ],
    { stdio: 'ignore', cwd: join(import.meta.dirname, '../..') },
  );

try {
  fill();
  await measure(null);
  process.stdout.write(
    `${JSON.stringify(
      {
        database_mb: Math.round(statSync(path).size / 1e6),
        alone: await measure(null),
        presend_backup: await measure(byBackup),
        vacuum_into: await measure(byVacuum),
        alone_again: await measure(null),
      },
      null,
      2,
    )}\n`,
  );
} finally {
  await gate.stop();
  rmSync(gate.folder, { recursive: true });
}

function fill(): void {
  const raw = new SQLite(path, { timeout: 10_000 });
  const put = raw.prepare('insert into settings (key, value) values (?, ?)');
  // In small commits, so that the gate's own wait for none of them for long.
  for (let i = 0; i < MEGABYTES; i += 1) put.run(`ballast-${i}`, 'x'.repeat(1_000_000));
  raw.close();
}

/** Sends mail until the copy is done, or so many where there is none. */
async function measure(copy: Copy | null) {
  const to = mkdtempSync(join(tmpdir(), 'presend-bench-copy-'));
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => BenchClient.open(gate.smtpPort)),
  );
  const latencies: number[] = [];
  const began = performance.now();
  let copying = copy !== null;
  let seconds: number | null = null;
  let wal = 0;
  if (copy) {
    const child = copy(to);
    child.once('exit', (code) => {
      if (code !== 0) throw new Error(`the copy ended with ${String(code)}`);
      copying = false;
      seconds = round((performance.now() - began) / 1000);
    });
  }
  await Promise.all(
    clients.map(async (client) => {
      while (copy ? copying : latencies.length < MAILS) {
        const i = `${process.hrtime.bigint()}-${latencies.length}`;
        const sent = performance.now();
        await client.send('bench@demo.example', `p${i}@bench.example`, benchMail(i, 2048), false);
        latencies.push(performance.now() - sent);
        wal = Math.max(wal, statSync(`${path}-wal`).size);
      }
    }),
  );
  const took = performance.now() - began;
  for (const client of clients) client.close();
  rmSync(to, { recursive: true });
  return {
    ...summary(latencies, took),
    mails: latencies.length,
    copy_seconds: seconds,
    wal_mb: round(wal / 1e6),
  };
}
