import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newId, uuidOf } from '../../src/message/id.ts';
import { isSampled, readTraceparent, rootSpanIdOf, traceIdOf } from '../../src/observability/trace-ids.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { FINE, raw } from '../support/front.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { type CollectedSpan, OtlpCollector } from '../support/otlp-collector.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { captureLog } from './log-lines.ts';

async function collectorFor(): Promise<OtlpCollector> {
  const collector = await OtlpCollector.start();
  onTestFinished(() => collector.close());
  return collector;
}

async function upstreamFor(script: SmtpUpstream['script'] = {}): Promise<SmtpUpstream> {
  const upstream = await SmtpUpstream.start();
  upstream.script = script;
  onTestFinished(() => upstream.close());
  return upstream;
}

const byName = (spans: CollectedSpan[], name: string): CollectedSpan[] =>
  spans.filter((span) => span.name === name);

/** Each span with what it hangs from, by name. */
function tree(spans: CollectedSpan[]): string[] {
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans
    .map(({ name, parentSpanId }) => `${nameOf.get(parentSpanId) ?? 'nothing'} → ${name}`)
    .toSorted();
}

test('one mail is one trace, from accepting it to the upstream’s answer, with no address in it', async () => {
  const collector = await collectorFor();
  const upstream = await upstreamFor();
  const gate = await startGate({
    config: {
      upstreams: [upstreamConfig(upstream)],
      tracing: { otlp_endpoint: collector.url, service_name: 'presend-test' },
    },
    model: modelOf(new FakeAdapter(() => ({ PASS: 0.98 }))),
  });
  await addProspect(gate, 'maria@passing.example');
  const caller = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };
  const answer = await raw(
    gate,
    'POST',
    '/emails',
    {
      Authorization: `Bearer ${await apiKeyFor(gate)}`,
      'Content-Type': 'application/json',
      traceparent: `00-${caller.trace}-${caller.span}-01`,
    },
    JSON.stringify({
      from: 'ann@sender.example',
      to: ['maria@passing.example'],
      subject: 'Zebrafish',
      text: FINE,
    }),
  );
  const id = answer.headers.get('X-Presend-Id')!;
  await gate.until((all) => all[0]?.state === 'relayed', 'relayed');
  await gate.app.stop();

  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces']));
  const { spans } = collector;
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf(id)]));
  expect(tree(spans)).toEqual(
    [
      'nothing → accept',
      // It was judged by the rules first, and again when its turn with the adapter came.
      'accept → judge',
      'judge → parse',
      'accept → judge',
      'judge → parse',
      'judge → lookup',
      'judge → rules',
      'judge → adapter',
      'accept → settle',
      'accept → attempt',
      'attempt → settle',
    ].toSorted(),
  );
  const [accept] = byName(spans, 'accept');
  expect(accept).toMatchObject({
    spanId: rootSpanIdOf(id),
    attributes: { 'presend.message': id, 'presend.engine': 'engine', 'presend.intake': 'resend' },
    links: [{ traceId: caller.trace, spanId: caller.span }],
    resource: { 'service.name': 'presend-test' },
  });
  expect(byName(spans, 'attempt')[0].attributes).toMatchObject({
    'presend.upstream': 'provider',
    'presend.outcome': 'delivered',
    'presend.deliveries': [`${id}-1`],
  });
  expect(byName(spans, 'adapter')[0].attributes).toMatchObject({
    'presend.delivery': `${id}-1`,
    'presend.decision': 'PASS',
  });
  for (const { start, end } of spans) expect(end).toBeGreaterThanOrEqual(start);
  expect(accept.end <= byName(spans, 'attempt')[0].start).toBe(true);
  expect(collector.bodies.join('')).not.toMatch(/maria|ann@|\.example|Zebrafish|hiring/i);
});

test('a mail that is held, released by a person and sent by another process stays one trace', async () => {
  const collector = await collectorFor();
  const upstream = await upstreamFor();
  const dataDir = mkdtempSync(join(tmpdir(), 'presend-trace-'));
  const config = {
    upstreams: [upstreamConfig(upstream)],
    tracing: { otlp_endpoint: `${collector.url}/v1/traces` },
    delivery: { undo_seconds: 3_600 },
  };
  const first = await startGate({ config, dataDir });
  const reply = await first.send({ to: 'nobody@nowhere.example' });
  const id = /[0-9A-HJKMNP-TV-Z]{26}/.exec(reply)![0];
  const [held] = await first.until((all) => all[0]?.state === 'held', 'held');
  await first.app.review.release(held.id, { actor: 'cli:ann@sender.example' });
  await first.app.stop();
  const second = await startGate({ config, dataDir, keepEngines: true });
  second.advance(3_601_000);
  await second.until((all) => all[0]?.state === 'relayed', 'relayed');
  await second.app.stop();

  expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf(id)]));
  expect(tree(collector.spans)).toEqual(
    [
      'nothing → accept',
      'accept → judge',
      'judge → parse',
      'judge → lookup',
      'judge → rules',
      'accept → settle',
      'accept → settle',
      'accept → attempt',
      'attempt → settle',
    ].toSorted(),
  );
  expect(byName(collector.spans, 'settle').map(({ attributes }) => attributes['presend.event'])).toContain(
    'release',
  );
  expect(collector.bodies.join('')).not.toMatch(/nobody|nowhere\.example|ann@/);
});

test('a failed attempt is an error in the trace, named by its outcome', async () => {
  const collector = await collectorFor();
  const upstream = await upstreamFor({ end: { reply: '550 5.1.1 maria@passing.example unknown' } });
  const gate = await startGate({
    config: { upstreams: [upstreamConfig(upstream)], tracing: { otlp_endpoint: collector.url } },
  });
  await addProspect(gate, 'maria@passing.example');
  await gate.send({ to: 'maria@passing.example' });
  await gate.until((all) => all.some((one) => one.state === 'failed'), 'failed');
  await gate.app.stop();
  const attempt = byName(collector.spans, 'attempt').find(
    ({ attributes }) => attributes['presend.kind'] === 'mail',
  );
  expect(attempt!.status).toEqual({ code: 2, message: 'permanent' });
  expect(collector.bodies.join('')).not.toContain('maria');
});

describe('a collector that takes nothing', () => {
  test.each([
    ['because nobody listens there', async () => `http://127.0.0.1:${await freePort()}`],
    [
      'because it answers 400',
      async () => {
        const collector = await collectorFor();
        collector.status = 400;
        return collector.url;
      },
    ],
  ])(
    '%s, does not disturb the mail and is told once',
    async (_why, endpoint) => {
      const captured = captureLog();
      const upstream = await upstreamFor();
      const gate = await startGate({
        log: captured.log,
        config: { upstreams: [upstreamConfig(upstream)], tracing: { otlp_endpoint: await endpoint() } },
      });
      await addProspect(gate, 'maria@passing.example');
      const warnings = (): unknown[] => captured.about('traces cannot be sent');
      for (let i = 0; i < 3; i += 1) {
        expect(await gate.send({ to: 'maria@passing.example', subject: `Mail ${i}` })).toMatch(
          /^250 2\.0\.0 Relaying/,
        );
      }
      await gate.until((all) => all.filter((one) => one.state === 'relayed').length === 3, 'relayed');
      await expect.poll(warnings, { timeout: 15_000 }).toHaveLength(1);
      await gate.send({ to: 'maria@passing.example', subject: 'One more' });
      await expect
        .poll(
          async () =>
            (await (await fetch(`${gate.httpBase}/metrics`)).text()).match(
              /spans_total\{result="failed"\} (\d+)/,
            )?.[1],
          {
            timeout: 15_000,
          },
        )
        .toSatisfy((count: string) => Number(count) > 20);
      expect(warnings()).toHaveLength(1);
      const began = performance.now();
      await gate.app.stop();
      expect(performance.now() - began).toBeLessThan(8_000);
    },
    40_000,
  );
});

test('without an endpoint no part of OpenTelemetry is loaded, though the whole gate is', () => {
  const source = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const script = `
    import { createRequire } from 'node:module';
    const { cache } = createRequire(${JSON.stringify(import.meta.url)});
    // prom-client itself looks at @opentelemetry/api, which does nothing without an SDK.
    const loaded = () => Object.keys(cache).some((path) => /@opentelemetry.(?!api\\b)/.test(path));
    await import(${source('app.ts')});
    const { NO_TRACING, openTracing } = await import(${source('observability/tracing.ts')});
    const off = await openTracing({ otlp_endpoint: null, sample: 1, service_name: 'x' }, {});
    const without = loaded();
    await import(${source('observability/otlp.ts')});
    console.log(JSON.stringify({ off: off === NO_TRACING, without, control: loaded() }));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ off: true, without: false, control: true });
}, 30_000);

test('a trace id is the message’s own 128 bits, and nothing else has one', () => {
  const id = '01M8DKGEGJ17346BYBDQM6GMT5';
  expect(traceIdOf(id)).toBe('01a21b383a1209c6432fcb6de8685345');
  expect(traceIdOf('notify')).toBeNull();
  expect(traceIdOf(uuidOf(id))).toBeNull();
  expect(rootSpanIdOf(id)).toMatch(/^[0-9a-f]{16}$/);
  expect(rootSpanIdOf(id)).not.toBe(rootSpanIdOf('01M8DKGEGJ17346BYBDQM6GMT6'));
});

test('sampling keeps about the share asked for, and the same messages every time', () => {
  const ids = Array.from({ length: 20_000 }, () => traceIdOf(newId(1_700_000_000_000))!);
  for (const ratio of [0, 0.1, 0.5, 1]) {
    const kept = ids.filter((id) => isSampled(id, ratio));
    expect(kept.length / ids.length).toBeCloseTo(ratio, 1);
    expect(ids.filter((id) => isSampled(id, ratio))).toEqual(kept);
  }
  expect(ids.filter((id) => isSampled(id, 0.1)).every((id) => isSampled(id, 0.5))).toBe(true);
});

test('a traceparent is read as the standard says, and anything else is none', () => {
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  expect(readTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, traceFlags: 1 });
  // A later version may say more (W3C Trace Context 3.2.4).
  expect(readTraceparent(`01-${traceId}-${spanId}-00-more`)).toEqual({ traceId, spanId, traceFlags: 0 });
  for (const bad of [
    undefined,
    ['00'],
    '',
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
  ]) {
    expect(readTraceparent(bad)).toBeNull();
  }
  fc.assert(fc.property(fc.string(), (text) => readTraceparent(text) === null));
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
