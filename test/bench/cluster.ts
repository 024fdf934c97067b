/**
 * Several gates on one PostgreSQL database against one: `npm run bench:cluster -- [messages] [rounds]`. Real gates from the build, a
 * real server with its own log on disk, mail accepted, judged by the default rubric and delivered to a sink; in turns, so that what else
 * the machine does falls on all alike. Prints JSON. The sink is Postfix's: `npm run bench:relay -- --fetch` gets it.
 */
import { PostgresServer } from '../support/postgres.ts';
import { WaitSamples } from './cluster/waits.ts';
import { type GateProcess, round, summary } from './gate-process.ts';
import { machine } from './machine.ts';
import { SENDER, mailText, recipient } from './relay/mails.ts';
import { startPresend } from './relay/presend.ts';
import { cpuSeconds } from './relay/process-tree.ts';
import { startSink } from './relay/sink.ts';
import { BenchClient } from './smtp-client.ts';

const MESSAGES = Number(process.argv[2] ?? 1_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const CONNECTIONS = 20;
const WARM_UP = 200;
const NODES = [1, 2, 3];

interface Turn {
  nodes: number;
  accepted_per_second: number;
  delivered_per_second: number;
  p50_ms: number;
  p99_ms: number;
  /** Processor time for each message, milliseconds. */
  gates_cpu_ms: number;
  postgres_cpu_ms: number;
  /** What the database's sessions did when they were looked at, as shares; `cpu` = they ran. */
  waits: Record<string, number>;
}

const turns: Turn[] = [];
const about = await machine();
for (let n = 0; n < ROUNDS; n += 1) {
  for (const nodes of n % 2 === 0 ? NODES : NODES.toReversed()) {
    turns.push(await turn(nodes));
    process.stderr.write(`${JSON.stringify(turns.at(-1))}\n`);
  }
}
process.stdout.write(
  `${JSON.stringify({ machine: about, messages: MESSAGES, turns, medians: medians() }, null, 2)}\n`,
);

async function turn(nodes: number): Promise<Turn> {
  const server = await PostgresServer.start({ durable: true, settings: { shared_buffers: '512MB' } });
  const store = await server.database();
  const sink = await startSink();
  const gates: Awaited<ReturnType<typeof startPresend>>[] = [];
  try {
    for (let i = 0; i < nodes; i += 1) {
      const options = { answer: 'async' as const, config: `store: ${store}\n`, beside: gates[0]?.gate };
      const people = Array.from({ length: WARM_UP + MESSAGES }, (_, i) => recipient(i));
      gates.push(await startPresend(sink.port, people, options));
    }
    const all = gates.map(({ gate }) => gate);
    await send(all, 0, WARM_UP);
    await sink.until(WARM_UP);
    const waits = new WaitSamples(server, new URL(store).pathname.slice(1));
    const before = { gates: cpuOf(all), postgres: cpuSeconds(server.pid) };
    const start = performance.now();
    const accepted = await send(all, WARM_UP, MESSAGES);
    await sink.until(WARM_UP + MESSAGES);
    const took = performance.now() - start;
    const each = (seconds: number): number => round((seconds * 1000) / MESSAGES);
    return {
      nodes,
      accepted_per_second: accepted.per_second,
      delivered_per_second: Math.round((MESSAGES / took) * 1000),
      p50_ms: accepted.p50_ms,
      p99_ms: accepted.p99_ms,
      gates_cpu_ms: each(cpuOf(all) - before.gates),
      postgres_cpu_ms: each(cpuSeconds(server.pid) - before.postgres),
      waits: await waits.stop(),
    };
  } finally {
    for (const gate of gates) await gate.stop();
    await sink.stop();
    await server.stop();
  }
}

function cpuOf(gates: readonly GateProcess[]): number {
  return gates.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
}

/** Over kept connections, shared out among the gates; each mail to a prospect of its own, from number `from` on. */
async function send(gates: readonly GateProcess[], from: number, count: number) {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, i) => BenchClient.open(gates[i % gates.length].smtpPort)),
  );
  const latencies: number[] = [];
  let next = from;
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < from + count) {
        const to = recipient(next++);
        const began = performance.now();
        await client.send(SENDER, to, mailText({ to, messageId: to }), false);
        latencies.push(performance.now() - began);
      }
    }),
  );
  const took = performance.now() - start;
  for (const client of clients) client.close();
  return summary(latencies, took);
}

function medians() {
  return NODES.map((nodes) => {
    const own = turns.filter((one) => one.nodes === nodes);
    const median = (of: (one: Turn) => number): number => {
      const sorted = own.map(of).toSorted((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)];
    };
    return {
      nodes,
      accepted_per_second: median((one) => one.accepted_per_second),
      delivered_per_second: median((one) => one.delivered_per_second),
      gates_cpu_ms: median((one) => one.gates_cpu_ms),
      postgres_cpu_ms: median((one) => one.postgres_cpu_ms),
    };
  });
}
