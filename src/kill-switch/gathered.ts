import type { ShownMonitor } from './monitors-now.ts';

/** For people: while none of the shares of decisions can say anything yet, they are one entry and not six. */
export function gathered(monitors: readonly ShownMonitor[]): ShownMonitor[] {
  const drift = monitors.filter(({ monitor }) => monitor.startsWith('drift_'));
  const [first] = drift;
  if (!first || drift.some(({ state }) => state !== 'not_enough')) return [...monitors];
  const one = { ...first, monitor: 'drift', title: 'Shares of decisions' };
  return monitors.flatMap((monitor) =>
    monitor === first ? [one] : drift.includes(monitor) ? [] : [monitor],
  );
}
