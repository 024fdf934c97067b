import { type Metric, type OpenMetricsContentType, Registry } from 'prom-client';

/** Where a gate's metrics are registered. Written out by `exposition` only. */
export type MetricsRegistry = Registry<OpenMetricsContentType>;

/** Of the kind that allows exemplars. */
export function newRegistry(): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/**
 * Whether a scraper would rather have OpenMetrics than the older text format (RFC 9110 12.5.1). Without an `Accept` that names it, it
 * gets plain text.
 */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  let open = 0;
  let plain = 0;
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    const q = Number(/^q=([\d.]+)$/.exec(parameters.find((one) => one.startsWith('q=')) ?? '')?.[1] ?? 1);
    const version = parameters.find((one) => one.startsWith('version='))?.slice('version='.length);
    if (type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')) {
      open = Math.max(open, q);
    }
    if (type === 'text/plain' || type === 'text/*' || type === '*/*') plain = Math.max(plain, q);
  }
  return open > 0 && open >= plain;
}

/** @returns the registry's metrics as text, with exemplars in OpenMetrics only (the older format has none), and its content type */
export async function exposition(
  registry: MetricsRegistry,
  openMetrics: boolean,
): Promise<{ contentType: string; text: string }> {
  const view = openMetrics ? newRegistry() : new Registry();
  for (const metric of registry.getMetricsAsArray() as unknown as (Metric & { type: string })[]) {
    // prom-client 15 takes `_total` off a counter's own name when it writes OpenMetrics, and would leave it off for good.
    const shown: unknown = metric.type === 'counter' ? Object.create(metric) : metric;
    view.registerMetric(shown as Metric);
  }
  return { contentType: view.contentType, text: await view.metrics() };
}
