import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  type ReadableSpan,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { isSampled, rootSpanIdOf, traceIdOf } from './trace-ids.ts';
import type { SpanRecord, Tracing } from './tracing.ts';

/** Spans that wait at most; what comes beyond is dropped, so that a collector that is away costs no memory. */
const MAX_WAITING = 4_096;
const EXPORT_EVERY_MS = 1_000;
const EXPORT_TIMEOUT_MS = 5_000;
/** How long a stopping gate waits for the last spans to be taken. */
const STOP_MS = 2_000;

const KIND: Partial<Record<SpanRecord['name'], SpanKind>> = {
  accept: SpanKind.SERVER,
  judge: SpanKind.CONSUMER,
  attempt: SpanKind.CLIENT,
};

/** The tracing SDK behind `Tracing`. Imported only when tracing is on. */
export function createOtlpTracing(
  config: { otlp_endpoint: string; sample: number; service_name: string },
  { log, metrics, version }: { log: Logger; metrics: Metrics; version: string },
): Tracing {
  const exporter = new QuietExporter(
    new OTLPTraceExporter({ url: tracesUrl(config.otlp_endpoint), timeoutMillis: EXPORT_TIMEOUT_MS }),
    { log, metrics },
  );
  const ids = new GivenIds();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': config.service_name, 'service.version': version }),
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: MAX_WAITING,
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('presend', version);
  const traceOf = (messageId: string): string | null => {
    const traceId = traceIdOf(messageId);
    return traceId !== null && isSampled(traceId, config.sample) ? traceId : null;
  };
  return {
    traceOf,
    newSpan: () => ids.random.generateSpanId(),
    record: ({ message, name, id, parent, start, end, attributes = {}, link, error }) => {
      const traceId = traceOf(message);
      if (traceId === null) return;
      const root = rootSpanIdOf(message);
      const spanId = parent ?? root;
      ids.next = { traceId, spanId: name === 'accept' ? root : id };
      const context =
        name === 'accept'
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
      const span = tracer.startSpan(
        name,
        {
          startTime: start,
          kind: KIND[name] ?? SpanKind.INTERNAL,
          attributes: { 'presend.message': message, ...known(attributes) },
          links: link ? [{ context: { ...link, isRemote: true } }] : [],
        },
        context,
      );
      if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end(Math.max(start, end));
    },
    stop: async () => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_MS)));
      await Promise.race([provider.shutdown().catch(() => {}), over]);
      clearTimeout(timer);
    },
  };
}

/** OTLP 1.0 "OTLP/HTTP request": `/v1/traces` below the base URL; a URL that ends so already is meant as it is. */
function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function known(
  attributes: NonNullable<SpanRecord['attributes']>,
): Record<string, string | number | boolean | string[]> {
  const entries = Object.entries(attributes).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [`presend.${name}`, value!]));
}

/** Hands the SDK the ids that follow from a message. Starting a span asks for them at once, so `next` is always its own. */
class GivenIds implements IdGenerator {
  readonly random = new RandomIdGenerator();
  next: { traceId: string; spanId: string | undefined } | null = null;

  readonly generateTraceId = (): string => this.next?.traceId ?? this.random.generateTraceId();

  readonly generateSpanId = (): string => this.next?.spanId ?? this.random.generateSpanId();
}

/** Tells once that the collector does not take spans, and once that it does again; the mail never hears of it. */
class QuietExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  #failing = false;

  constructor(inner: SpanExporter, { log, metrics }: { log: Logger; metrics: Metrics }) {
    this.#inner = inner;
    this.#log = log;
    this.#metrics = metrics;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.#inner.export(spans, (result) => {
      const failed = result.code !== ExportResultCode.SUCCESS;
      this.#metrics.spans.inc({ result: failed ? 'failed' : 'exported' }, spans.length);
      if (failed && !this.#failing) {
        this.#log.warn(
          { err: result.error },
          'traces cannot be sent to the collector; they are dropped meanwhile',
        );
      } else if (!failed && this.#failing) this.#log.info('traces can be sent to the collector again');
      this.#failing = failed;
      // The processor would tell of each failure once more.
      done({ code: ExportResultCode.SUCCESS });
    });
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }
}
