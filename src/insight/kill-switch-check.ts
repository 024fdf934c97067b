import type { MonitorsNow, ShownMonitor } from '../kill-switch/monitors-now.ts';
import type { SwitchEntry } from '../kill-switch/switch-store.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import type { HealthAnswer, HealthCheck } from './health-check.ts';

/**
 * The switch, and each monitor of it that warns or is over its limit. A tripped kill switch is no fault, but everybody should
 * see it: fewer doubtful mails are stopped meanwhile.
 */
export function killSwitchCheck({
  killSwitch,
  monitors,
}: {
  killSwitch: Pick<KillSwitch, 'state'>;
  /** null = no adapter judges here. */
  monitors: () => Promise<MonitorsNow | null>;
}): HealthCheck {
  return {
    id: 'kill_switch',
    group: 'Judge',
    title: 'Kill switch',
    look: async () => {
      const watched = await monitors();
      return [
        switchAnswer(killSwitch.state(), watched),
        ...(watched?.monitors ?? []).filter(({ state }) => state === 'warn' || state === 'over').map(alarm),
        ...(watched?.failed ?? []).map(
          ({ monitor, why }): HealthAnswer => ({
            title: `Kill switch: ${monitor.replaceAll('_', ' ')}`,
            state: 'bad',
            detail: `It could not be read, so it cannot trip: ${why}`,
            advice: 'Look at the log of the gate.',
          }),
        ),
      ];
    },
  };
}

function switchAnswer(entry: SwitchEntry | null, watched: MonitorsNow | null): HealthAnswer {
  if (entry === null || entry.mode === 'active') {
    return {
      state: 'ok',
      detail: `Armed: nothing tripped it.${watched === null ? ' The rules judge alone; there is nothing to watch.' : ''}`,
    };
  }
  const condition = entry.condition === null ? '' : ` (${entry.condition})`;
  return {
    state: 'warn',
    detail: `Tripped by ${entry.actor}: the adapter is ${entry.mode === 'off' ? 'off' : 'in shadow'}. ${entry.reason}${condition}`,
    advice: 'An admin resets it with a reason under Settings, Adapter.',
  };
}

function alarm({ monitor, title, state, says }: ShownMonitor): HealthAnswer {
  return {
    title: `Kill switch: ${title}`,
    state: state === 'over' ? 'bad' : 'warn',
    detail: says,
    advice: adviceOn(monitor),
  };
}

function adviceOn(monitor: string): string {
  if (monitor === 'false_positives')
    return 'Read the wrongly stopped mails under Insight; calibrate the model anew (presend models calibrate) before the switch is armed again.';
  if (monitor === 'failures')
    return 'See why the adapter fails (Judge model above, and the log): memory, its files, or its host.';
  if (monitor === 'latency')
    return 'See what else the machine or the model host does; a smaller model or a GPU is faster.';
  if (monitor.startsWith('drift_'))
    return 'See under Insight what changed: an engine’s mail, the CRM records, the rubric, or the model.';
  return 'See Settings, Adapter.';
}
