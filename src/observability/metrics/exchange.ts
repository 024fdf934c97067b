import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../exposition.ts';

/** Events out, and what comes back from providers and prospects. */
export function exchangeMetrics(registers: MetricsRegistry[]) {
  return {
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
  };
}
