import type { Monitor } from '../monitor.ts';
import { canary } from './canary.ts';
import { drift } from './drift.ts';
import { failures } from './failures.ts';
import { falsePositives } from './false-positives.ts';
import { latency } from './latency.ts';
import { probes, rulesAlone } from './probes.ts';

/** What is looked at again and again, in the order it is shown. */
export const MONITORS: readonly Monitor[] = [
  falsePositives,
  failures,
  probes,
  rulesAlone,
  canary,
  latency,
  drift,
];
