import type { Config } from '../config/config.ts';
import { openConfiguredModel } from '../judge/adapter/open.ts';
import { gathered } from '../kill-switch/gathered.ts';
import type { MonitorState } from '../kill-switch/monitor.ts';
import type { MonitorsNow, ShownMonitor } from '../kill-switch/monitors-now.ts';
import { shownLimit, shownValue } from '../kill-switch/shown-value.ts';
import { type SwitchStatus, switchStatus } from '../kill-switch/status.ts';
import type { SwitchEntry } from '../kill-switch/switch-store.ts';
import type { Database } from '../store/database.ts';
import { age, printLine, printTable } from './output.ts';

export const MEANS = {
  active: 'armed: the adapter judges as configured',
  shadow: 'tripped: the adapter is asked for the record only, the rules decide alone',
  off: 'tripped: the adapter is not asked, the rules decide alone',
};

const DOES = {
  active: 'it judges with the rules',
  shadow: 'it is asked for the record only, the rules decide alone',
  off: 'it is not asked, the rules decide alone',
};

/** States as people read them. */
const STATE: Record<MonitorState, string> = {
  ok: 'ok',
  not_enough: 'not enough',
  warn: 'WARNS',
  over: 'OVER',
};

/** The switch and its monitors as of now; the model is opened for its name and limit only, nothing is loaded. */
export async function readStatus(database: Database, config: Config): Promise<SwitchStatus> {
  const model = await openConfiguredModel(config, { warn: () => {} });
  try {
    return await switchStatus(database, { config, model, now: Date.now() });
  } finally {
    await model?.adapter.release();
  }
}

export function printStatus(status: SwitchStatus, now: number): void {
  const { mode, entry, effective, configured, model, watched, history } = status;
  printLine(`The kill switch is ${MEANS[mode]}.`);
  if (entry && mode !== 'active') printLine(trippedBy(entry, now));
  printLine();
  printLine(`The adapter is ${effective}: ${DOES[effective]}.`);
  printLine(`  configured   ${configured} (adapter.mode)`);
  printLine(`  model        ${model ? `${model.limit} (${model.name}, ${model.version})` : 'none'}`);
  printLine(`  kill switch  ${mode}`);
  printLine();
  printMonitors(watched, now);
  if (history.length === 0) return;
  printLine();
  printTable(
    ['WHEN', 'MODE', 'BY', 'REASON'],
    history.map((one) => [`${age(one.at, now)} ago`, one.mode, one.actor, whyOf(one)]),
  );
}

export function printMonitors(watched: MonitorsNow | null, now: number): void {
  if (watched === null)
    return printLine('No adapter judges here: the rules judge alone, and there is nothing to watch.');
  printLine(`What the monitors say of ${watched.adapter}, counted for ${age(watched.since, now)}:`);
  printTable(
    ['MONITOR', 'VALUE', '95 %', 'LIMIT', 'COUNTED', 'STATE', 'SAYS'],
    gathered(watched.monitors).map((one) => [
      one.title,
      one.value === null ? '–' : shownValue(one.value, one.unit),
      interval(one),
      shownLimit(one),
      `${one.counted}/${one.needed}`,
      STATE[one.state],
      one.says,
    ]),
  );
  for (const { monitor, why } of watched.failed) printLine(`${monitor} could not be read: ${why}`);
}

/** Who tripped it, when and why. */
export function trippedBy(entry: SwitchEntry, now: number): string {
  return `Tripped ${age(entry.at, now)} ago by ${entry.actor}: ${whyOf(entry)}`;
}

function whyOf({ reason, condition }: SwitchEntry): string {
  return condition === null ? reason : `${reason} (${condition})`;
}

function interval({ interval: bounds, unit }: ShownMonitor): string {
  return bounds === null ? '–' : `${shownValue(bounds.low, unit)} – ${shownValue(bounds.high, unit)}`;
}
