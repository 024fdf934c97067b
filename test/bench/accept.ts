/**
 * Durable accept over SMTP: `npm run bench:accept`. Starts a real gate from the build as a child process, sends to it from this
 * one, prints JSON. Figures are of one run on one machine; compare only within a run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, fdatasyncSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { percentile } from '../../src/evaluate/statistics.ts';
import { BenchClient } from './smtp-client.ts';

const MESSAGES = Number(process.argv[2] ?? 30_000);
const CONNECTIONS = 20;
const SIZE = 2048;

const folder = mkdtempSync(join(tmpdir(), 'presend-bench-'));
const [smtpPort, httpPort] = [await freePort(), await freePort()];
writeFileSync(
  join(folder, 'presend.yaml'),
  `data_dir: ${folder}/data
rubric: ${join(import.meta.dirname, '../../config/rubric.yaml')}
smtp: { port: ${smtpPort} }
http: { port: ${httpPort} }
answer: { mode: async }
# The rules alone: a judge model takes the cores for itself, and its pace is bench:judge's.
adapter: { mode: 'off' }
log: { level: error }
`,
);
const gate = spawn(
  process.execPath,
  [join(import.meta.dirname, '../../dist/main.js'), 'start', '--config', join(folder, 'presend.yaml')],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PRESEND_DATA: undefined },
  },
);
await once(gate.stdout, 'data');

try {
  const warmup = await run(2_000, false);
  const results = {
    messages: MESSAGES,
    size_bytes: SIZE,
    connections: CONNECTIONS,
    fdatasync_per_second: syncsPerSecond(),
    warmup_per_second: warmup.per_second,
    kept: await run(MESSAGES, false),
    kept_pipelined: await run(MESSAGES, true),
    one_connection_per_message: await runFresh(2_000),
    backlog: await backlog(),
  };
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  gate.kill('SIGTERM');
  await once(gate, 'exit');
}

function body(i: string): string {
  const head = `From: <bench@demo.example>\r\nTo: <p${i}@bench.example>\r\nSubject: Capacity\r\nMessage-ID: <${i}@bench.example>\r\n\r\n`;
  const line = 'We can add two backend engineers to your team in the coming weeks.\r\n';
  return (head + line.repeat(Math.ceil((SIZE - head.length) / line.length))).slice(0, SIZE).trimEnd();
}

function summary(latencies: number[], ms: number) {
  return {
    per_second: Math.round((latencies.length / ms) * 1000),
    p50_ms: round(percentile(latencies, 50)),
    p99_ms: round(percentile(latencies, 99)),
    max_ms: round(Math.max(...latencies)),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Processor time the gate has used, milliseconds: free of what else the machine does. */
async function gateCpuMs(): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)?.[1]) * 1000;
}

async function run(count: number, pipelined: boolean) {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => BenchClient.open(smtpPort)));
  const latencies: number[] = [];
  let next = 0;
  const cpu = await gateCpuMs();
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < count) {
        const i = `${process.hrtime.bigint()}-${next++}`;
        const began = performance.now();
        await client.send('bench@demo.example', `p${i}@bench.example`, body(i), pipelined);
        latencies.push(performance.now() - began);
      }
    }),
  );
  const took = performance.now() - start;
  for (const client of clients) client.close();
  return { ...summary(latencies, took), gate_cpu_ms_per_message: round(((await gateCpuMs()) - cpu) / count) };
}

/** One connection for each message, as many engines do. */
async function runFresh(count: number) {
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < count) {
        const i = `${process.hrtime.bigint()}-${next++}`;
        const began = performance.now();
        const client = await BenchClient.open(smtpPort);
        await client.send('bench@demo.example', `p${i}@bench.example`, body(i), false);
        client.close();
        latencies.push(performance.now() - began);
      }
    }),
  );
  return summary(latencies, performance.now() - start);
}

/** How many of the accepted messages were judged meanwhile: the price of accepting first. */
async function backlog() {
  const database = new Database(join(folder, 'data/presend.db'), { readonly: true });
  const { all, judged } = await database.db
    .selectFrom('messages')
    .select((eb) => [eb.fn.countAll<number>().as('all'), eb.fn.count<number>('judged_at').as('judged')])
    .executeTakeFirstOrThrow();
  await database.close();
  return { accepted: all, judged_by_the_end: judged };
}

/** The disk's floor, in the same run: one 4 KB write and fdatasync after another. */
function syncsPerSecond(): number {
  const fd = openSync(join(folder, 'floor'), 'w');
  const page = Buffer.alloc(4096);
  const start = performance.now();
  let n = 0;
  while (performance.now() - start < 1000) {
    writeSync(fd, page, 0, page.length, (n % 256) * 4096);
    fdatasyncSync(fd);
    n++;
  }
  return n;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
