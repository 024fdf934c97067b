import { percentile } from '../../../src/evaluate/statistics.ts';
import { BenchClient } from '../smtp-client.ts';
import type { Contender } from './contender.ts';
import { DOMAIN, SENDER, mailText, recipient } from './mails.ts';
import { cpuSeconds } from './process-tree.ts';
import type { Sink } from './sink.ts';
import { smtpSource } from './source.ts';

/** One server's turn of one round. */
export interface Measured {
  server: string;
  round: number;
  client: 'smtp-source' | 'own client';
  /** Mails one after another over each connection, or a connection for each. */
  kept: boolean;
  messages: number;
  /** Answered 250. */
  per_second: number;
  /** From the first mail until the sink had all; the sink's own: as accepted. */
  delivered_per_second: number;
  /** The server's processor time from the first mail until the last was delivered, all its processes. */
  cpu_ms_per_message: number;
  /** From connecting (or MAIL, over a kept connection) until the last 250; null where the client gives totals only. */
  latency_ms: { p50: number; p95: number; p99: number; max: number } | null;
}

interface Turn {
  contender: Contender;
  sink: Sink;
  folder: string;
  connections: number;
  round: number;
  kept: boolean;
  messages: number;
}

/** Whom a turn writes to: nobody gets two mails from one server. */
export function partOf(client: Measured['client'], { kept, round }: Pick<Turn, 'kept' | 'round'>): string {
  return `${client === 'own client' ? 'own' : 'source'}${kept ? 'kept' : 'fresh'}${round}`;
}

/** By smtp-source: the pace. */
export function sourceRound(turn: Turn): Promise<Measured> {
  return measure(turn, 'smtp-source', async () => {
    const { contender, folder, messages, connections, kept } = turn;
    const seconds = await smtpSource({
      port: contender.port,
      folder,
      messages,
      connections,
      kept,
      to: `${partOf('smtp-source', turn)}@${DOMAIN}`,
    });
    return { seconds, latencies: null };
  });
}

/** By a client of our own, which notes how long each mail takes. */
export function latencyRound(turn: Turn): Promise<Measured> {
  return measure(turn, 'own client', async () => {
    const { contender, messages, connections, kept, round } = turn;
    const latencies: number[] = [];
    let next = 0;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: connections }, async () => {
        let client = kept ? await BenchClient.open(contender.port) : null;
        while (next < messages) {
          const i = next++;
          const to = recipient(i, partOf('own client', turn));
          const id = `${round}.${kept ? 'kept' : 'fresh'}.${i}.${process.pid}`;
          const start = performance.now();
          client ??= await BenchClient.open(contender.port);
          await client.send(SENDER, to, mailText({ to, messageId: id }), false);
          latencies.push(performance.now() - start);
          if (kept) continue;
          client.close();
          client = null;
        }
        client?.close();
      }),
    );
    return { seconds: (performance.now() - began) / 1000, latencies };
  });
}

async function measure(
  turn: Turn,
  client: Measured['client'],
  send: () => Promise<{ seconds: number; latencies: number[] | null }>,
): Promise<Measured> {
  const { contender, sink, round, kept, messages } = turn;
  const before = sink.taken;
  const cpu = cpuSeconds(contender.pid);
  const began = performance.now();
  const { seconds, latencies } = await send();
  await sink.until(before + messages);
  const delivered = (performance.now() - began) / 1000;
  const at = (p: number): number => percentile(latencies ?? [], p);
  return {
    server: contender.name,
    round,
    client,
    kept,
    messages,
    per_second: messages / seconds,
    delivered_per_second: messages / delivered,
    cpu_ms_per_message: ((cpuSeconds(contender.pid) - cpu) * 1000) / messages,
    latency_ms: latencies && { p50: at(50), p95: at(95), p99: at(99), max: Math.max(...latencies) },
  };
}
