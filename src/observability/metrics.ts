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
  const adapter = adapterMetrics(registers);
  // A gauge begins at 0, which would be the worst a canary can do.
  adapter.canaryRight.set(Number.NaN);
  return {
    registry,
    ...intakeMetrics(registers),
    ...judgeMetrics(registers),
    ...adapter,
    ...deliveryMetrics(registers),
    ...exchangeMetrics(registers),
    ...machineMetrics(registers),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
