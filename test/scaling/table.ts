import type { Outcome } from './simulate.ts';

const HEAD = [
  'scenario',
  'mails',
  'peak/s',
  'gates',
  'database',
  "log's end",
  'hosts',
  'couriers',
  'group mean · most',
  'accept → verdict p50 · p95 · p99',
  'accept → delivered p50 · p95 · p99',
  'past the deadline',
  'longest line',
  'drained after',
  'kept for later',
];

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Seconds, minutes from two on. */
function time(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}

const times = ({ p50, p95, p99 }: Outcome['verdict']): string => [p50, p95, p99].map(time).join(' · ');

/** As it stands in docs/SCALING.md. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((one) => [
    one.name,
    one.came.toLocaleString('en'),
    one.peak.toFixed(one.peak < 100 ? 1 : 0),
    percent(one.busy.gates),
    percent(one.busy.databaseCores),
    percent(one.busy.auditEnd),
    percent(one.busy.hosts),
    percent(one.busy.couriers),
    `${one.meanGroup.toFixed(1)} · ${one.largestGroup}`,
    times(one.verdict),
    times(one.arrived),
    percent(one.pastDeadline / one.came),
    one.longestLine.toLocaleString('en'),
    time(one.drained),
    one.later.toLocaleString('en'),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
