import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

/** What a stage tells by. */
export interface StageTools {
  log: Logger;
  metrics: Metrics;
  tracing: Tracing;
}

/** What leads from a figure to the mail and its trace. At most 128 characters (OpenMetrics 1.0, "Exemplars"). */
export function exemplarOf(message: string, tracing: Tracing): Record<string, string> {
  const trace = tracing.traceOf(message);
  return trace === null ? { message_id: message } : { message_id: message, trace_id: trace };
}

/** Milliseconds for a log line. */
export const rounded = (ms: number): number => Math.round(ms * 100) / 100;
