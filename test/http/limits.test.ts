import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Bounded } from '../../src/access/bounded.ts';
import { accessGuards } from '../../src/access/guards.ts';
import { configSchema } from '../../src/config/config.ts';
import { comeFromSchema } from '../../src/http/come-from.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { eventServer } from '../feedback/server.ts';
import { signed } from '../feedback/sign.ts';
import { openDatabase } from '../crm/open.ts';
import { startGate } from '../support/gate.ts';
import { ask } from './ask.ts';

/** As if a trusted proxy on this machine passed it on. */
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const PROXIED = { access: { trusted_proxies: ['127.0.0.1'] } };

describe('How the gate fares', () => {
  test('is shown to this machine and private networks, and to nobody a proxy brings from elsewhere', async () => {
    const gate = await startGate({ config: PROXIED });
    const seen = async (headers: Record<string, string>) => {
      const [metrics, ready, health] = [
        await ask(gate, '/metrics', { headers }),
        await ask(gate, '/readyz', { headers }),
        await ask(gate, '/healthz', { headers }),
      ];
      expect([ready.status, health.status]).toEqual([200, 200]);
      return { metrics: metrics.status === 200, details: ready.text.includes('kill_switch') };
    };
    const [all, nothing] = [
      { metrics: true, details: true },
      { metrics: false, details: false },
    ];
    expect(await seen({})).toEqual(all);
    expect(await seen(from('10.1.2.3'))).toEqual(all);
    expect(await seen(from('fd00::7'))).toEqual(all);
    expect(await seen(from('8.8.8.8'))).toEqual(nothing);
    expect(await seen(from('2a02:8108::1'))).toEqual(nothing);
    // The nearest hop is what the trusted proxy saw; what stands before it anybody may have written.
    expect(await seen(from('127.0.0.1, 8.8.8.8'))).toEqual(nothing);
    expect(await seen(from('not an address'))).toEqual(nothing);

    const plain = await startGate();
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'cf-connecting-ip']) {
      expect((await ask(plain, '/metrics', { headers: { [header]: '10.1.2.3' } })).status, header).toBe(403);
    }
  });

  test('is for strangers whether it is ready, with no reason and nothing written', async () => {
    const gate = await startGate({ config: { ...PROXIED, storage: { min_free_mb: 1e12 } } });
    const probes = () =>
      gate.app.database.db.selectFrom('settings').select('value').where('key', '=', 'ready_probe').execute();
    const stranger = await ask(gate, '/readyz', { headers: from('8.8.8.8') });
    expect([stranger.status, JSON.parse(stranger.text)]).toEqual([503, { status: 'not ready' }]);
    expect(await probes()).toEqual([]);
    const inside = await ask(gate, '/readyz');
    expect([inside.status, JSON.parse(inside.text)]).toEqual([
      503,
      expect.objectContaining({ kind: 'no_room', why: expect.stringContaining('min_free_mb') }),
    ]);
    expect(await probes()).toHaveLength(1);
  });

  test('is shown to networks that are named, or to anybody where that is wanted', async () => {
    const named = await startGate({
      config: { ...PROXIED, http: { metrics_from: ['192.0.2.0/24', '2001:db8::1'] } },
    });
    const status = async (address: string) =>
      (await ask(named, '/metrics', { headers: from(address) })).status;
    expect(await status('192.0.2.77')).toBe(200);
    expect(await status('2001:db8::1')).toBe(200);
    expect(await status('2001:db8::2')).toBe(403);
    expect(await status('10.1.2.3')).toBe(403);
    expect((await ask(named, '/metrics')).status).toBe(403);
    const open = await startGate({ config: { http: { metrics_from: ['anywhere'] } } });
    expect((await ask(open, '/metrics', { headers: from('8.8.8.8') })).status).toBe(200);
    for (const wrong of ['everybody', '10.0.0.0/33', '::1/129', '10.0.0', '1.2.3.4/', '1.2.3.4/8/8']) {
      expect(comeFromSchema.safeParse([wrong]).success, wrong).toBe(false);
    }
  });
});

test('Webhooks that are not proven have a rate for each public address; proven ones and other addresses go on', async () => {
  const server = await eventServer(await openDatabase(), { trustProxy: true });
  const wrong = { headers: {}, body: Buffer.from('{}') };
  const right = () => signed('resend', { type: 'email.sent', data: { to: [] } }, { at: Date.now() });
  const post = async (address: string, request: { headers: Record<string, string>; body: Buffer }) =>
    (await server.post('resend', { ...request, headers: { ...request.headers, ...from(address) } })).status;
  for (let i = 0; i < 3; i += 1) expect(await post('8.8.8.8', await right())).toBe(200);
  const statuses = await Promise.all(Array.from({ length: 301 }, () => post('8.8.8.8', wrong)));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(1);
  expect(await post('8.8.8.8', await right())).toBe(429);
  expect(await post('9.9.9.9', await right())).toBe(200);
  // A proxy that is not trusted stands for the provider too.
  const inside = await Promise.all(Array.from({ length: 302 }, () => post('10.0.0.1', wrong)));
  expect(new Set(inside)).toEqual(new Set([401]));
});

test('All of the browser API has a rate for each address, whatever is asked', async () => {
  const config = configSchema.parse({});
  const limits = { all: 5, signIn: 30, link: 30, wrongToken: 30, token: 30 };
  const app = express();
  app.use(
    '/api',
    accessGuards(
      {
        database: await openDatabase(),
        now: Date.now,
        config,
        key: Buffer.alloc(32),
        log: createLogger('silent'),
        oidc: null,
        hashing: new Bounded({ atOnce: 1, waiting: 1 }),
      },
      limits,
    ),
    (_req, res) => void res.json({}),
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const httpBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = [];
  for (let i = 0; i < 7; i += 1) answers.push(await ask({ httpBase }, `/api/anything/${i}`));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(answers[6].headers['retry-after']).toBe('60');
  expect(JSON.parse(answers[6].text)).toMatchObject({ error: { code: 'too_many' } });
});
