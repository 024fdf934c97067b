import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../exposition.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Where deliveries stand, and their way out. */
export function deliveryMetrics(registers: MetricsRegistry[]) {
  return {
    deliveries: new Gauge({
      name: 'presend_deliveries',
      help: 'Deliveries by state, final states of the last day only.',
      labelNames: ['state'],
      registers,
    }),
    dueOldest: new Gauge({
      name: 'presend_due_oldest_age_seconds',
      help: 'For how long the delivery that has waited longest has been due for an attempt; 0 when none is.',
      registers,
    }),
    held: new Gauge({
      name: 'presend_held',
      help: 'Deliveries held now, by hold reason (a rule or a doubt).',
      labelNames: ['reason'],
      registers,
    }),
    heldByAge: new Gauge({
      name: 'presend_held_by_age',
      help: 'Deliveries held now, by the time since they were accepted: under_1h, under_4h, under_1d, under_3d, under_7d or older.',
      labelNames: ['age'],
      registers,
    }),
    heldOldest: new Gauge({
      name: 'presend_held_oldest_age_seconds',
      help: 'Time since the oldest of them was accepted; 0 when none is held.',
      registers,
    }),
    holdSeconds: new Histogram({
      name: 'presend_hold_seconds',
      help: 'Time deliveries were held, by what ended the hold: release, reject, escalate, suppress, expire, cancel or rejudged.',
      labelNames: ['how'],
      buckets: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY],
      registers,
    }),
    settled: new Counter({
      name: 'presend_settled_total',
      help: 'Changes of a disposition by event (release, undo, expire, delivered …) and the state reached, by whatever process.',
      labelNames: ['event', 'state'],
      registers,
    }),
    attempts: new Counter({
      name: 'presend_courier_attempts_total',
      help: 'Courier attempts by upstream and outcome.',
      labelNames: ['upstream', 'outcome'],
      registers,
    }),
    courierSeconds: new Histogram({
      name: 'presend_courier_seconds',
      help: 'Time of those attempts.',
      labelNames: ['upstream'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      enableExemplars: true,
      registers,
    }),
  };
}
