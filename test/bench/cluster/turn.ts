import { cpus } from 'node:os';
import { PostgresServer } from '../../support/postgres.ts';
import { type GateProcess, round, summary } from '../gate-process.ts';
import { SENDER, mailText, recipient } from '../relay/mails.ts';
import { startPresend } from '../relay/presend.ts';
import { cpuSeconds } from '../relay/process-tree.ts';
import { type Sink, startSink } from '../relay/sink.ts';
import { BenchClient } from '../smtp-client.ts';
import { CpuShare, type Throttling } from './cpu-share.ts';
import { WaitSamples } from './waits.ts';

const CONNECTIONS = 20;

export interface TurnOptions {
  gates: number;
  messages: number;
  /** Mails for each gate before anything is measured: compiled code, prepared statements, caches. */
  warmUp: number;
  /** Of a core, for each gate; null = whatever is there. */
  share: number | null;
  /** Of a core, for the server and all its sessions. */
  databaseShare: number | null;
  /** Is given what must be undone when the turn ends, in whatever way. */
  onEnd: (undo: () => void | Promise<void>) => void;
}

export interface Turn {
  gates: number;
  accepted_per_second: number;
  delivered_per_second: number;
  p50_ms: number;
  p99_ms: number;
  /** Processor time for each message, milliseconds. */
  gates_cpu_ms: number;
  postgres_cpu_ms: number;
  /** Cores in use on average, of all gates together and of the server. */
  gates_cores: number;
  postgres_cores: number;
  /** Cores that nobody used, client, sink and what else runs here taken off: none left = the machine was the limit. */
  idle_cores: number;
  /** Of all gates together and of the server; null without a share. */
  gates_throttling: ThrottlingJson | null;
  postgres_throttling: ThrottlingJson | null;
  /** What the database's sessions did when they were looked at, as shares; `cpu` = they ran. */
  waits: Record<string, number>;
}

interface ThrottlingJson {
  periods: number;
  throttled: number;
  throttled_seconds: number;
}

/**
 * A new server, database and sink, gates that are warm, and mail through all of them.
 *
 * @throws when mail was lost, came twice, or was judged or delivered again because a lease lapsed
 */
export async function turn(options: TurnOptions): Promise<Turn> {
  const { gates: count, messages, share, databaseShare, onEnd } = options;
  const warmUp = options.warmUp * count;
  const server = await PostgresServer.start({ durable: true, settings: { shared_buffers: '512MB' } });
  onEnd(() => server.stop());
  const store = await server.database();
  const database = new URL(store).pathname.slice(1);
  const sink = await startSink();
  onEnd(() => sink.stop());
  const people = Array.from({ length: warmUp + messages }, (_, i) => recipient(i));
  const gates: GateProcess[] = [];
  const stops: (() => Promise<void>)[] = [];
  onEnd(() => stopAll(stops));
  for (let i = 0; i < count; i += 1) {
    const started = await startPresend(sink.port, people, {
      answer: 'async',
      config: `store: ${store}\n`,
      beside: gates[0],
    });
    gates.push(started.gate);
    stops.push(() => started.stop());
  }
  // Not before all listen: what a start costs is not in question.
  const [own, servers]: [CpuShare[], CpuShare[]] = [[], []];
  const removeAll = (): void =>
    [own, servers].flatMap((list) => list.splice(0)).forEach((one) => one.remove());
  onEnd(removeAll);
  for (const [i, { pid }] of gates.entries()) limit(own, { name: `gate-${i + 1}`, share, pid });
  limit(servers, { name: 'postgres', share: databaseShare, pid: server.pid });

  await send(gates, 0, warmUp);
  await sink.until(warmUp);
  // As a server that has run for a while would have done: fresh tables have plans for nothing yet.
  await server.query('vacuum analyze', database);
  const waits = new WaitSamples(server, database);
  onEnd(async () => void (await waits.stop()));
  const before = look();
  const start = performance.now();
  const accepted = await send(gates, warmUp, messages);
  await sink.until(warmUp + messages);
  const seconds = (performance.now() - start) / 1_000;
  const after = look();
  const sampled = await waits.stop();

  removeAll();
  await stopAll(stops);
  await check(server, database, { sink, expected: warmUp + messages });
  const used = {
    gates: after.gates - before.gates,
    postgres: after.postgres - before.postgres,
    idle: after.idle - before.idle,
  };
  const perMail = (cpu: number): number => round((cpu * 1_000) / messages);
  return {
    gates: count,
    accepted_per_second: accepted.per_second,
    delivered_per_second: Math.round((messages / seconds) * 10) / 10,
    p50_ms: accepted.p50_ms,
    p99_ms: accepted.p99_ms,
    gates_cpu_ms: perMail(used.gates),
    postgres_cpu_ms: perMail(used.postgres),
    gates_cores: round(used.gates / seconds),
    postgres_cores: round(used.postgres / seconds),
    idle_cores: round(used.idle / seconds),
    gates_throttling: since(before.ownThrottling, after.ownThrottling),
    postgres_throttling: since(before.serverThrottling, after.serverThrottling),
    waits: sampled,
  };

  function look() {
    return {
      gates: gates.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
      postgres: cpuSeconds(server.pid),
      idle: cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1_000,
      ownThrottling: sumOf(own),
      serverThrottling: sumOf(servers),
    };
  }
}

/** Each once, however often it is asked. */
async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}

function limit(
  shares: CpuShare[],
  { name, share, pid }: { name: string; share: number | null; pid: number },
): void {
  if (share === null) return;
  const made = CpuShare.make(`presend-bench-${process.pid}-${name}`, share);
  shares.push(made);
  made.hold(pid);
}

function sumOf(shares: readonly CpuShare[]): Throttling | null {
  if (shares.length === 0) return null;
  const sum = { periods: 0, throttled: 0, throttledSeconds: 0 };
  for (const one of shares.map((share) => share.throttling())) {
    sum.periods += one.periods;
    sum.throttled += one.throttled;
    sum.throttledSeconds += one.throttledSeconds;
  }
  return sum;
}

function since(before: Throttling | null, after: Throttling | null): ThrottlingJson | null {
  if (!before || !after) return null;
  return {
    periods: after.periods - before.periods,
    throttled: after.throttled - before.throttled,
    throttled_seconds: round(after.throttledSeconds - before.throttledSeconds),
  };
}

/** Nothing lost, nothing twice, and no lease that lapsed while its gate stood still. */
async function check(
  server: PostgresServer,
  database: string,
  { sink, expected }: { sink: Sink; expected: number },
): Promise<void> {
  const [found] = await server.query(
    `select (select count(*)::int from deliveries where state = 'relayed') as relayed,
      (select count(*)::int from deliveries) as deliveries,
      (select count(*)::int from attempts) as attempts,
      (select sum(judge_attempts)::int from messages) as judged`,
    database,
  );
  const all = { ...found, taken: sink.taken };
  if (Object.values(all).some((count) => count !== expected)) {
    throw new Error(`${expected} mails were sent: ${JSON.stringify(all)}`);
  }
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
