import { DECISIONS, type Decision } from '../message/types.ts';
import { type StepCount, latencyMs } from './hours-store.ts';
import type { InsightView } from './web-types.ts';
import { wilson } from './wilson.ts';

/** Fewer labels than this say nothing about a rule. */
export const MIN_LABELS = 10;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Length of one step of a time line over `length` milliseconds: few enough to be read, whole hours or days. */
export function stepOf(length: number): number {
  if (length <= 2 * DAY) return HOUR;
  return length <= 10 * DAY ? 6 * HOUR : length <= 92 * DAY ? DAY : 7 * DAY;
}

/** The beginnings of the steps from `from` until before `to`. */
export function stepsOf(from: number, to: number, step: number): number[] {
  const first = from - (from % step);
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / step)) }, (_, i) => first + i * step);
}

/** Deliveries by their first verdict, over time. */
export function decisionsOver(
  counts: readonly StepCount[],
  steps: readonly number[],
): InsightView['decisions'] {
  const rows = new Map(
    steps.map((at) => [
      at,
      { at, doubt: 0, ...(Object.fromEntries(DECISIONS.map((one) => [one, 0])) as Record<Decision, number>) },
    ]),
  );
  for (const { at, kind, name, count } of counts) {
    const row = kind === 'judged' ? rows.get(at) : undefined;
    if (!row) continue;
    const decision = DECISIONS.find((one) => one === name);
    row[decision ?? 'doubt'] += count;
  }
  return [...rows.values()];
}

/** Sums by name of one kind, largest first. */
export function sums(
  counts: readonly StepCount[],
  kind: StepCount['kind'],
): { name: string; count: number }[] {
  const totals = new Map<string, number>();
  for (const one of counts) {
    if (one.kind === kind) totals.set(one.name, (totals.get(one.name) ?? 0) + one.count);
  }
  return [...totals].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count);
}

/** Percentiles of weighted values by nearest rank; null for none. */
export function weightedPercentile(
  values: readonly { value: number; count: number }[],
  percent: number,
): number | null {
  const ordered = values.toSorted((a, b) => a.value - b.value);
  const total = ordered.reduce((sum, { count }) => sum + count, 0);
  let rank = Math.max(1, Math.ceil((percent / 100) * total));
  for (const { value, count } of ordered) {
    rank -= count;
    if (rank <= 0) return value;
  }
  return null;
}

export function latencyOver(
  counts: readonly StepCount[],
  steps: readonly number[],
): Pick<InsightView, 'latency' | 'latency_total'> {
  const all = counts
    .filter(({ kind }) => kind === 'latency')
    .map(({ at, name, count }) => ({ at, value: latencyMs(name), count }));
  const both = (values: typeof all) => ({
    p50_ms: weightedPercentile(values, 50),
    p95_ms: weightedPercentile(values, 95),
  });
  return {
    latency: steps.map((at) => ({ at, ...both(all.filter((one) => one.at === at)) })),
    latency_total: { ...both(all), count: all.reduce((sum, { count }) => sum + count, 0) },
  };
}

const AGES: readonly [string, number][] = [
  ['under 1 h', HOUR],
  ['1 to 4 h', 4 * HOUR],
  ['4 to 24 h', DAY],
  ['1 to 3 d', 3 * DAY],
  ['3 to 7 d', 7 * DAY],
  ['over 7 d', Number.POSITIVE_INFINITY],
];

export function holdsOf(
  times: readonly { created_at: number; expires_at: number | null }[],
  now: number,
): InsightView['holds'] {
  const ages = times.map(({ created_at }) => ({ value: now - created_at, count: 1 }));
  const dueWithin = (from: number, to: number): number =>
    times.filter(({ expires_at }) => expires_at !== null && expires_at - now > from && expires_at - now <= to)
      .length;
  return {
    held: times.length,
    median_ms: weightedPercentile(ages, 50),
    p90_ms: weightedPercentile(ages, 90),
    oldest_ms: ages.length === 0 ? null : Math.max(...ages.map(({ value }) => value)),
    overdue: dueWithin(Number.NEGATIVE_INFINITY, 0),
    due_in_4_hours: dueWithin(0, 4 * HOUR),
    due_in_a_day: dueWithin(4 * HOUR, DAY),
    ages: AGES.map(([label, below], index) => ({
      label,
      count: ages.filter(
        ({ value }) => value < below && value >= (AGES[index - 1]?.[1] ?? Number.NEGATIVE_INFINITY),
      ).length,
    })),
  };
}

/** Per rule: of its stops with an answer, the share that was right. */
export function precisionOf(
  stopped: readonly { name: string; count: number }[],
  labels: readonly { rule: string | null; right: 'right' | 'wrong' | 'not_sure'; count: number }[],
): InsightView['precision'] {
  const rules = new Set([...stopped.map(({ name }) => name), ...labels.flatMap(({ rule }) => rule ?? [])]);
  return [...rules].map((rule) => {
    const of = (right: string): number =>
      labels.find((one) => one.rule === rule && one.right === right)?.count ?? 0;
    const right = of('right');
    const wrong = of('wrong');
    return {
      rule,
      stopped: stopped.find(({ name }) => name === rule)?.count ?? 0,
      right,
      wrong,
      not_sure: of('not_sure'),
      precision: right + wrong < MIN_LABELS ? null : wilson(right, right + wrong),
    };
  });
}
