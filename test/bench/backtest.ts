/**
 * A backtest over stored mail, and what it costs whoever submits meanwhile: `npm run bench:backtest [messages]`. A real gate
 * from the build; the mails are the authored cases of `test/fixtures/cases`, sent over SMTP to prospects with their records.
 * Prints JSON. Figures are of one run on one machine; compare only within a run.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadavg } from 'node:os';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import type { BacktestSummary } from '../../src/evaluate/backtest-types.ts';
import { readCases } from '../../src/evaluate/cases.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { GateProcess, round, summary } from './gate-process.ts';
import { BenchClient } from './smtp-client.ts';

const MESSAGES = Number(process.argv[2] ?? 10_000);
const CONNECTIONS = 20;
const ROOT = join(import.meta.dirname, '../..');
const cases = ['natural-1', 'natural-2'].flatMap((name) =>
  readCases(join(ROOT, `test/fixtures/cases/${name}.jsonl`), '2026-04-21'),
);

const gate = await GateProcess.start();
try {
  await addRecords();
  await send(MESSAGES, (i) => mailOf(i));
  const judgedSeconds = await allJudged();
  const quiet = await paced(() => false, 600);
  const rubric = join(gate.folder, 'candidate.yaml');
  const shipped = readFileSync(join(ROOT, 'config/rubric.yaml'), 'utf8');
  writeFileSync(
    rubric,
    shipped
      .replace('low_confidence_funding: enforce', 'low_confidence_funding: observe')
      .replace('headcount_over: 2000', 'headcount_over: 500'),
  );
  let done = false;
  const running = backtest(rubric).finally(() => (done = true));
  const beside = await paced(() => done, 20_000);
  const { took_ms, transitions, deliveries, comparable, not_comparable, messages } = await running;
  const results = {
    messages,
    deliveries,
    comparable,
    not_comparable,
    transitions: transitions.map(({ from, to, count }) => `${count} ${from} -> ${to}`),
    first_judged_in_seconds: round(judgedSeconds),
    backtest_seconds: round(took_ms / 1000),
    backtest_messages_per_second: round((messages / took_ms) * 1000),
    load_average: loadavg().map(round),
    smtp_at_50_per_second: { without: quiet, beside_the_backtest: beside },
  };
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  await gate.stop();
}

/** One prospect for each case, with the case's record. */
async function addRecords(): Promise<void> {
  const database = new SqliteDatabase(join(gate.folder, 'data/presend.db'));
  const change = { actor: 'bench', at: Date.now() };
  for (const [i, { prospect }] of cases.entries()) {
    await database.transact(async (trx) => {
      const company = await createCompany(
        trx,
        {
          name: prospect.company ?? `Company ${i}`,
          headcount: prospect.headcount,
          funding_stage: prospect.funding_stage,
          funding_amount_usd: prospect.funding_amount_usd,
          funding_confidence: prospect.funding_confidence,
          industry: prospect.industry,
          city: prospect.city,
          account_owner: 'owner@demo.example',
        },
        change,
      );
      await createProspect(
        trx,
        {
          address: address(i),
          company_id: company.id,
          recipient_role: prospect.recipient_role,
          title: prospect.title,
          available_signals: prospect.available_signals,
        },
        change,
      );
    });
  }
  await database.close();
}

function address(i: number): string {
  return `p${i % cases.length}@bench.example`;
}

/** Each case's mail again and again, told apart by its number. */
function mailOf(i: number): string {
  const { draft } = cases[i % cases.length];
  const head = `From: <bench@demo.example>\r\nTo: <${address(i)}>\r\nSubject: ${(draft.subject ?? 'Capacity').replace(/[^ -~]/g, '')} ${i}\r\nMessage-ID: <${process.hrtime.bigint()}-${i}@bench.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`;
  return head + draft.body.replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..');
}

async function send(count: number, mail: (i: number) => string): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => BenchClient.open(gate.smtpPort)),
  );
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let i = next++; i < count; i = next++) {
        await client.send('bench@demo.example', address(i), mail(i), false);
      }
      client.close();
    }),
  );
}

/** One mail every 20 ms, as long as asked for or until it is over. @returns latencies until the 250, durable on disk */
async function paced(over: () => boolean, most: number) {
  const client = await BenchClient.open(gate.smtpPort);
  const latencies: number[] = [];
  const start = performance.now();
  while (latencies.length < most && !over()) {
    const i = latencies.length;
    const began = performance.now();
    await client.send('bench@demo.example', address(i), mailOf(i), false);
    latencies.push(performance.now() - began);
    const wait = start + latencies.length * 20 - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  client.close();
  return summary(latencies, performance.now() - start);
}

/** @returns seconds from now until the gate has judged everything */
async function allJudged(): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { accepted, judged_by_the_end } = await gate.backlog();
    if (accepted === judged_by_the_end) return (performance.now() - began) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** As the settings start it, in a process of its own at the lowest priority. */
async function backtest(rubric: string): Promise<BacktestSummary> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(ROOT, 'dist/main.js'),
      '--config',
      join(gate.folder, 'presend.yaml'),
      'backtest',
      '--rubric',
      rubric,
      '--since',
      '1d',
      '--json',
    ],
    { maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout) as BacktestSummary;
}
