import type { Config } from '../config/config.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Where in the caller's own trace an HTTP request came from (`traceparent`). */
export interface SpanLink {
  traceId: string;
  spanId: string;
  traceFlags: number;
}

/** A stage of a message's way that is over. Attributes hold ids, names of rules and states, figures: never an address or text. */
export interface SpanRecord {
  /** Whose trace it belongs to. */
  message: string;
  name: 'accept' | 'judge' | 'parse' | 'lookup' | 'rules' | 'adapter' | 'settle' | 'attempt';
  /** Given when others are to hang from it (`Tracing.newSpan`). */
  id?: string | undefined;
  /** Id of the span it is a part of; default: the one of accepting the message. */
  parent?: string | undefined;
  /** Milliseconds since the epoch, with fractions. */
  start: number;
  end: number;
  attributes?: Record<string, string | number | boolean | string[] | null>;
  link?: SpanLink | null;
  /** What went wrong, a word of a short list. */
  error?: string | null;
}

/**
 * Traces as the stages see them. They tell of each span when it is over: most begin and end in different turns of the loop, if not
 * in different processes, and nothing has to be carried along.
 */
export interface Tracing {
  /** The trace a message is kept in; null = it is not. */
  traceOf(messageId: string): string | null;
  /** An id for a span that others will hang from. */
  newSpan(): string;
  record(span: SpanRecord): void;
  /** Sends what is left, for a moment at most. */
  stop(): Promise<void>;
}

/** No message is traced. */
export const NO_TRACING: Tracing = {
  traceOf: () => null,
  newSpan: () => '',
  record: () => {},
  stop: async () => {},
};

/**
 * Tracing as it is configured. Without an endpoint no part of OpenTelemetry is loaded.
 *
 * @throws whatever loading the exporter throws; an endpoint that does not answer is none of it
 */
export async function openTracing(
  config: Config['tracing'],
  deps: { log: Logger; metrics: Metrics; version: string },
): Promise<Tracing> {
  if (config.otlp_endpoint === null) return NO_TRACING;
  const { createOtlpTracing } = await import('./otlp.ts');
  return createOtlpTracing({ ...config, otlp_endpoint: config.otlp_endpoint }, deps);
}

/** Now on the clock that spans are on, in milliseconds since the epoch, steadier than `Date.now()`. */
export const spanTime = (): number => performance.timeOrigin + performance.now();
