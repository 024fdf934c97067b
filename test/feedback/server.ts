import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { FetchText } from '../../src/feedback/bounded-fetch.ts';
import type { InboundMail } from '../../src/feedback/event.ts';
import type { PassOn } from '../../src/feedback/pass-on.ts';
import { type FeedbackOptions, feedbackRoutes } from '../../src/feedback/routes.ts';
import { listenHttp } from '../../src/http/server.ts';
import type { ProviderName } from '../../src/message/provider.ts';
import { newId } from '../../src/message/id.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import type { Database } from '../../src/store/database.ts';
import { testSources } from './sources-setup.ts';
import { type SignOptions, type SignedRequest, signed } from './sign.ts';

export interface EventServer {
  inbound: InboundMail[];
  /** Value of a counter of this server's, 0 when it never counted. */
  count(name: 'providerEvents' | 'providerEventsRefused', labels: Record<string, string>): Promise<number>;
  post(path: string, request: SignedRequest): Promise<Response>;
  /** Signs now and posts. */
  send(provider: ProviderName, payload: unknown, sign?: Partial<SignOptions>): Promise<Response>;
}

/** The real routes on a port of their own, over a gate's database. What is passed on is put into the table of events. */
export async function eventServer(
  database: Database,
  options: Partial<FeedbackOptions> & {
    fetchText?: FetchText;
    /** This machine is a proxy that is believed. */
    trustProxy?: boolean;
  } = {},
): Promise<EventServer> {
  const log = createLogger(process.env['TEST_LOG'] ?? 'silent');
  const metrics = createMetrics();
  const inbound: InboundMail[] = [];
  const { fetchText, trustProxy = false, ...rest } = options;
  const routes = feedbackRoutes({
    database,
    now: Date.now,
    sources: testSources({ database, now: Date.now, ...(fetchText ? { fetchText } : {}) }),
    metrics,
    log,
    writeBackTargets: ['resend', 'sendgrid', 'hubspot'],
    givenId: (_provider, messageId) => `given-${messageId}`,
    passOn: passOnToTable,
    takeInbound: async (mail) => void inbound.push(mail),
    fetchMail: async () => null,
    ...rest,
  });
  const listening = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    body_seconds: 30,
    log,
    routers: [['/events', routes]],
  });
  if (trustProxy) listening.app.set('trust proxy', ['127.0.0.1']);
  const { server } = listening;
  const address: AddressInfo = listening.address;
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const post = (path: string, { headers, body }: SignedRequest): Promise<Response> =>
    fetch(`http://127.0.0.1:${address.port}/events/${path}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    });
  return {
    inbound,
    count: async (name, labels) => {
      const { values } = await metrics[name].get();
      const same = (one: Record<string, unknown>) => Object.entries(labels).every(([k, v]) => one[k] === v);
      return values.find((one) => same(one.labels))?.value ?? 0;
    },
    post,
    send: async (provider, payload, sign) =>
      post(provider, await signed(provider, payload, { at: Date.now(), ...sign })),
  };
}

export const passOnToTable: PassOn = async (trx, event) => {
  await trx
    .insertInto('events')
    .values({
      id: newId(Date.now()),
      engine_id: event.engineId,
      delivery_id: event.deliveryId,
      type: `provider.${event.provider}`,
      content_type: event.contentType,
      body: event.body,
      created_at: Date.now(),
      state: 'pending',
      attempts: 0,
      next_attempt_at: null,
      finished_at: null,
      lease_until: null,
    })
    .execute();
};
