import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../exposition.ts';

/** The judge model, and how far it is trusted. */
export function adapterMetrics(registers: MetricsRegistry[]) {
  return {
    adapterCalls: new Counter({
      name: 'presend_adapter_calls_total',
      help: 'Calls that asked the adapter for a decision, by result (ok or the trouble).',
      labelNames: ['result'],
      registers,
    }),
    adapterSeconds: new Histogram({
      name: 'presend_adapter_seconds',
      help: 'Time of those calls, failed ones too.',
      labelNames: ['result'],
      buckets: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      enableExemplars: true,
      registers,
    }),
    adapterReadings: new Counter({
      name: 'presend_adapter_readings_total',
      help: 'Readings of the adapter by the decision they give (unsure = none) and its mode, active or shadow.',
      labelNames: ['decision', 'mode'],
      registers,
    }),
    adapterMissed: new Counter({
      name: 'presend_adapter_missed_total',
      help: 'Deliveries judged without the adapter because it could not be asked in time.',
      registers,
    }),
    adapterTroubles: new Counter({
      name: 'presend_adapter_troubles_total',
      help: 'What went wrong inside the adapter or at its hosts: load, crash, hang, malformed, queue_full.',
      labelNames: ['kind'],
      registers,
    }),
    adapterState: new Gauge({
      name: 'presend_adapter_state',
      help: '1 for the state the adapter is in: off, loading, ready or failed.',
      labelNames: ['state'],
      registers,
    }),
    adapterHostCalls: new Counter({
      name: 'presend_adapter_host_calls_total',
      help: 'Calls to each host of the adapter by result: ok, crash, hang, load, malformed, queue_full, or abandoned (another host answered first).',
      labelNames: ['host', 'result'],
      registers,
    }),
    adapterHostSeconds: new Histogram({
      name: 'presend_adapter_host_seconds',
      help: 'Time of the calls that a host of the adapter answered.',
      labelNames: ['host'],
      buckets: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    adapterHedges: new Counter({
      name: 'presend_adapter_hedges_total',
      help: 'Calls put to a second host as well because the first took long, by the second host and whether its answer was taken (won, lost).',
      labelNames: ['host', 'outcome'],
      registers,
    }),
    adapterHostOutstanding: new Gauge({
      name: 'presend_adapter_host_outstanding',
      help: 'Calls that a host of the adapter works on now.',
      labelNames: ['host'],
      registers,
    }),
    adapterHostState: new Gauge({
      name: 'presend_adapter_host_state',
      help: '1 for the state a host of the adapter is in: probing, ready, open (left alone after failures) or differs (it serves something else).',
      labelNames: ['host', 'state'],
      registers,
    }),
    adapterLine: new Gauge({
      name: 'presend_adapter_line',
      help: 'Messages that wait for the adapter.',
      registers,
    }),
    killSwitch: new Gauge({
      name: 'presend_kill_switch',
      help: '1 for what the kill switch lets the adapter do at most: active (not tripped), shadow or off.',
      labelNames: ['mode'],
      registers,
    }),
    killSwitchTrips: new Counter({
      name: 'presend_kill_switch_trips_total',
      help: 'Trips since the gate started, by the monitor that tripped it (person = by hand).',
      labelNames: ['condition'],
      registers,
    }),
    monitorValue: new Gauge({
      name: 'presend_monitor_value',
      help: "What a monitor of the kill switch measures now, in the monitor's own unit; NaN = nothing yet.",
      labelNames: ['monitor'],
      registers,
    }),
    monitorLimit: new Gauge({
      name: 'presend_monitor_limit',
      help: 'The limit it acts at, in the same unit.',
      labelNames: ['monitor'],
      registers,
    }),
    monitorState: new Gauge({
      name: 'presend_monitor_state',
      help: '1 for the state a monitor is in.',
      labelNames: ['monitor', 'state'],
      registers,
    }),
    canaryRight: new Gauge({
      name: 'presend_canary_right_ratio',
      help: 'Share of the canary cases that the last whole run judged right, 0 to 1; NaN = no run yet.',
      registers,
    }),
    canaryLastRun: new Gauge({
      name: 'presend_canary_last_run_timestamp_seconds',
      help: 'When that run ended, Unix time; 0 = never.',
      registers,
    }),
    spotCheckUnlabelled: new Gauge({
      name: 'presend_spot_check_unlabelled',
      help: 'Decisions of the open spot check that nobody has labelled yet.',
      registers,
    }),
    labels: new Counter({
      name: 'presend_labels_total',
      help: 'Reviewers\' answers to "was the judge right?", by answer and the rule or hold reason of the mail (none = it passed).',
      labelNames: ['answer', 'rule'],
      registers,
    }),
  };
}
