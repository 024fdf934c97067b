import type { Contender } from './contender.ts';
import type { Measured } from './rounds.ts';

export interface Figure {
  server: string;
  kept: boolean;
  /** Medians over the rounds. */
  accepted_per_second: number;
  delivered_per_second: number;
  cpu_ms_per_message: number;
  latency_ms: { p50: number; p95: number; p99: number } | null;
}

export interface Ratio {
  of: string;
  to: string;
  kept: boolean;
  /** Median of the ratios within each round: what the machine did meanwhile falls out. */
  accepted: number;
  delivered: number;
}

/** @returns medians of each server, and how the first that is presend compares with each of the others */
export function summarise(measured: Measured[], order: Contender[]) {
  const figures: Figure[] = [];
  const ratios: Ratio[] = [];
  for (const kept of [true, false]) {
    for (const { name } of order) {
      const turns = (client: Measured['client']): Measured[] =>
        measured.filter((one) => one.server === name && one.kept === kept && one.client === client);
      const source = turns('smtp-source');
      const own = turns('own client').flatMap(({ latency_ms }) => latency_ms ?? []);
      figures.push({
        server: name,
        kept,
        accepted_per_second: Math.round(median(source.map((one) => one.per_second))),
        delivered_per_second: Math.round(median(source.map((one) => one.delivered_per_second))),
        cpu_ms_per_message: hundredths(median(source.map((one) => one.cpu_ms_per_message))),
        latency_ms: {
          p50: hundredths(median(own.map(({ p50 }) => p50))),
          p95: hundredths(median(own.map(({ p95 }) => p95))),
          p99: hundredths(median(own.map(({ p99 }) => p99))),
        },
      });
    }
    for (const { name: of } of order.filter(({ name }) => name.startsWith('presend'))) {
      for (const { name: to } of order.filter(({ name }) => !name.startsWith('presend'))) {
        ratios.push({ of, to, kept, ...within(measured, of, to, kept) });
      }
    }
  }
  return { figures, ratios };
}

function within(measured: Measured[], of: string, to: string, kept: boolean) {
  const turn = (server: string, round: number): Measured | undefined =>
    measured.find(
      (one) =>
        one.server === server && one.round === round && one.kept === kept && one.client === 'smtp-source',
    );
  const rounds = [...new Set(measured.map(({ round }) => round))];
  const pairs = rounds.flatMap((round) => {
    const [a, b] = [turn(of, round), turn(to, round)];
    return a && b ? [[a, b] as const] : [];
  });
  return {
    accepted: hundredths(median(pairs.map(([a, b]) => a.per_second / b.per_second))),
    delivered: hundredths(median(pairs.map(([a, b]) => a.delivered_per_second / b.delivered_per_second))),
  };
}

/** The figures as Markdown. */
export function table(figures: Figure[]): string {
  const lines = figures.map((one) =>
    [
      one.server,
      one.kept ? 'kept' : 'one a mail',
      one.accepted_per_second.toLocaleString('en'),
      one.delivered_per_second.toLocaleString('en'),
      one.latency_ms ? `${one.latency_ms.p50} / ${one.latency_ms.p95} / ${one.latency_ms.p99}` : '',
      one.cpu_ms_per_message,
    ].join(' | '),
  );
  return [
    'server | connections | accepted/s | delivered/s | accept p50 / p95 / p99, ms | CPU, ms a mail',
    '---|---|---|---|---|---',
    ...lines,
  ]
    .map((line) => `| ${line} |`)
    .join('\n');
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle];
  return sorted.length === 0 ? Number.NaN : (sorted[middle - 1] + sorted[middle]) / 2;
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
