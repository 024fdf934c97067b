import { collectDefaultMetrics } from 'prom-client';
import { newRegistry } from './exposition.ts';
import { adapterMetrics } from './metrics/adapter.ts';
import { deliveryMetrics } from './metrics/delivery.ts';
import { exchangeMetrics } from './metrics/exchange.ts';
import { intakeMetrics } from './metrics/intake.ts';
import { judgeMetrics } from './metrics/judge.ts';
import { machineMetrics } from './metrics/machine.ts';

/**
 * Prometheus metrics of one gate; docs/OBSERVABILITY.md has them all in a table. Each gate has its own registry, so that tests can
 * run several. Labels are words of a short list, engines and upstreams: never an address or an id.
 */
export function createMetrics() {
  const registry = newRegistry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const metrics = {
    registry,
    ...intakeMetrics(registers),
    ...judgeMetrics(registers),
    ...adapterMetrics(registers),
    ...deliveryMetrics(registers),
    ...exchangeMetrics(registers),
    ...machineMetrics(registers),
  };
  // A gauge begins at 0, which would be the worst a canary can do.
  metrics.canaryRight.set(Number.NaN);
  // What alerts wait for is there from the start: `increase()` does not see a series that appears with its first event.
  metrics.refused.inc({ intake: 'smtp', reason: 'trouble' }, 0);
  metrics.settled.inc({ event: 'expire', state: 'expired' }, 0);
  metrics.webhookAttempts.inc({ outcome: 'given_up' }, 0);
  return metrics;
}

export type Metrics = ReturnType<typeof createMetrics>;
