import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as OTLP writes it in JSON (opentelemetry-proto, trace.proto), attributes made into an object. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  status: { code?: number; message?: string };
  /** Of the process that made it. */
  resource: Record<string, unknown>;
}

type Value = {
  stringValue?: string;
  intValue?: number | string;
  boolValue?: boolean;
  doubleValue?: number;
} & {
  arrayValue?: { values: Value[] };
};
type Pairs = { key: string; value: Value }[];

/** A collector on loopback that takes spans by OTLP over HTTP and keeps them. */
export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  /** Everything that came, as text. */
  readonly bodies: string[] = [];
  readonly paths: string[] = [];
  /** Answers with this status. */
  status = 200;
  readonly #server: Server;

  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  private constructor() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks);
        const text = (req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
        this.paths.push(req.url ?? '');
        this.bodies.push(text);
        if (this.status === 200) this.#take(text);
        res.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #take(text: string): void {
    const { resourceSpans } = JSON.parse(text) as {
      resourceSpans: {
        resource: { attributes: Pairs };
        scopeSpans: {
          spans: (Omit<CollectedSpan, 'attributes' | 'start' | 'end' | 'links'> & {
            attributes: Pairs;
            startTimeUnixNano: string;
            endTimeUnixNano: string;
            links?: CollectedSpan['links'];
          })[];
        }[];
      }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({
          ...span,
          parentSpanId: span.parentSpanId ?? '',
          start: BigInt(span.startTimeUnixNano),
          end: BigInt(span.endTimeUnixNano),
          attributes: objectOf(span.attributes),
          links: span.links ?? [],
          resource: objectOf(resource.attributes),
        });
      }
    }
  }
}

const objectOf = (pairs: Pairs): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));

function plain(value: Value): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(plain);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue);
}
