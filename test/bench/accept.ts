/**
 * Durable accept over SMTP: `npm run bench:accept`. Starts a real gate from the build as a child process, sends to it from this
 * one, prints JSON. Figures are of one run on one machine; compare only within a run.
 */
import { GateProcess, round, summary } from './gate-process.ts';
import { syncsPerSecond } from './machine.ts';
import { BenchClient, benchMail } from './smtp-client.ts';

const MESSAGES = Number(process.argv[2] ?? 30_000);
const CONNECTIONS = 20;
const SIZE = 2048;

const gate = await GateProcess.start();

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
    backlog: await gate.backlog(),
  };
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  await gate.stop();
}

async function run(count: number, pipelined: boolean) {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => BenchClient.open(gate.smtpPort)),
  );
  const latencies: number[] = [];
  let next = 0;
  const cpu = await gate.cpuMs();
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < count) {
        const i = `${process.hrtime.bigint()}-${next++}`;
        const began = performance.now();
        await client.send('bench@demo.example', `p${i}@bench.example`, benchMail(i, SIZE), pipelined);
        latencies.push(performance.now() - began);
      }
    }),
  );
  const took = performance.now() - start;
  for (const client of clients) client.close();
  return {
    ...summary(latencies, took),
    gate_cpu_ms_per_message: round(((await gate.cpuMs()) - cpu) / count),
  };
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
        const client = await BenchClient.open(gate.smtpPort);
        await client.send('bench@demo.example', `p${i}@bench.example`, benchMail(i, SIZE), false);
        client.close();
        latencies.push(performance.now() - began);
      }
    }),
  );
  return summary(latencies, performance.now() - start);
}
