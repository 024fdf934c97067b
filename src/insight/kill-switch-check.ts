import type { KillSwitch } from '../kill-switch/switch.ts';
import type { HealthCheck } from './health-check.ts';

/** A tripped kill switch is no fault, but everybody should see it: fewer doubtful mails are stopped meanwhile. */
export function killSwitchCheck(killSwitch: Pick<KillSwitch, 'state'>): HealthCheck {
  return {
    id: 'kill_switch',
    group: 'Judge',
    title: 'Kill switch',
    look: async () => {
      const entry = killSwitch.state();
      if (entry === null || entry.mode === 'active')
        return { state: 'ok', detail: 'Armed: nothing tripped it.' };
      return {
        state: 'warn',
        detail: `Tripped by ${entry.actor}: the adapter is ${entry.mode === 'off' ? 'off' : 'in shadow'}. ${entry.reason}`,
        advice: 'An admin resets it with a reason under Settings, Adapter.',
      };
    },
  };
}
