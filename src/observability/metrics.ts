import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Prometheus metrics of one gate. Each gate has its own registry, so that tests can run several. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    accepted: new Counter({
      name: 'presend_accepted_total',
      help: 'Messages accepted, retries of the same message included.',
      labelNames: ['engine'],
      registers,
    }),
    authFailures: new Counter({
      name: 'presend_auth_failures_total',
      help: 'Failed AUTH attempts.',
      registers,
    }),
    judged: new Counter({
      name: 'presend_judged_total',
      help: 'Deliveries judged, by decision (or hold reason) and the state they went to.',
      labelNames: ['decision', 'state'],
      registers,
    }),
    judgeSeconds: new Histogram({
      name: 'presend_judge_seconds',
      help: 'Time to judge one delivery, CRM lookups included.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
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
      registers,
    }),
    adapterMissed: new Counter({
      name: 'presend_adapter_missed_total',
      help: 'Deliveries judged without the adapter because it could not be asked in time.',
      registers,
    }),
    adapterTroubles: new Counter({
      name: 'presend_adapter_troubles_total',
      help: 'What went wrong inside the adapter: load, crash, hang, malformed, queue_full.',
      labelNames: ['kind'],
      registers,
    }),
    adapterState: new Gauge({
      name: 'presend_adapter_state',
      help: '1 for the state the adapter is in: off, loading, ready or failed.',
      labelNames: ['state'],
      registers,
    }),
    killSwitch: new Gauge({
      name: 'presend_kill_switch',
      help: '1 for what the kill switch lets the adapter do at most: active (not tripped), shadow or off.',
      labelNames: ['mode'],
      registers,
    }),
    adapterLine: new Gauge({
      name: 'presend_adapter_line',
      help: 'Messages that wait for the adapter.',
      registers,
    }),
    attempts: new Counter({
      name: 'presend_courier_attempts_total',
      help: 'Courier attempts by upstream and outcome.',
      labelNames: ['upstream', 'outcome'],
      registers,
    }),
    webhookAttempts: new Counter({
      name: 'presend_webhook_attempts_total',
      help: "Events posted to engines' webhooks, by outcome: delivered, retry or given_up.",
      labelNames: ['outcome'],
      registers,
    }),
    webhookSeconds: new Histogram({
      name: 'presend_webhook_seconds',
      help: 'Time of those posts.',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    eventsPending: new Gauge({
      name: 'presend_events_pending',
      help: "Events that wait for engines' webhooks.",
      registers,
    }),
    eventsOldest: new Gauge({
      name: 'presend_events_oldest_seconds',
      help: 'Age of the oldest of them; 0 when there is none.',
      registers,
    }),
    replies: new Counter({
      name: 'presend_replies_total',
      help: 'Mails that came in, by what they were: reply, opt_out, automatic, own, seen or unrelated.',
      labelNames: ['result'],
      registers,
    }),
    writeBacks: new Counter({
      name: 'presend_write_backs_total',
      help: 'Opt-outs written to providers and the CRM, by result: done, temporary or failed.',
      labelNames: ['target', 'result'],
      registers,
    }),
    providerEvents: new Counter({
      name: 'presend_provider_events_total',
      help: 'Events of providers that counted, by what they say; repeated ones left out.',
      labelNames: ['provider', 'kind'],
      registers,
    }),
    providerEventsRefused: new Counter({
      name: 'presend_provider_events_refused_total',
      help: 'Requests to /events with a wrong, old or missing signature.',
      labelNames: ['provider'],
      registers,
    }),
    deliveries: new Gauge({
      name: 'presend_deliveries',
      help: 'Deliveries by state, final states of the last day only.',
      labelNames: ['state'],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
