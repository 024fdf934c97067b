import type { ShownMonitor } from './monitors-now.ts';

/** Monitors with several readings, by how the readings' names begin, and what the readings are called together. */
const TOGETHER: Record<string, string> = {
  drift_: 'Shares of decisions',
  probe_: 'Probes',
  rules_: 'Probes, rules alone',
};

/** For people: while none of such readings can say anything yet, they are one entry and not six or ten. */
export function gathered(monitors: readonly ShownMonitor[]): ShownMonitor[] {
  return Object.entries(TOGETHER).reduce<ShownMonitor[]>(
    (all, [prefix, title]) => together(all, prefix, title),
    [...monitors],
  );
}

function together(all: ShownMonitor[], prefix: string, title: string): ShownMonitor[] {
  const some = all.filter(({ monitor }) => monitor.startsWith(prefix));
  if (some.length < 2 || some.some(({ state }) => state !== 'not_enough')) return all;
  // What it has come nearest with stands for all.
  const most = some.reduce((best, one) => (one.counted > best.counted ? one : best));
  const one = { ...most, monitor: prefix.slice(0, -1), title };
  return all.flatMap((monitor) => (monitor === some[0] ? [one] : some.includes(monitor) ? [] : [monitor]));
}
