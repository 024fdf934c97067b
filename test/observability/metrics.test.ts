import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { trip } from '../../src/kill-switch/switch-store.ts';
import { exposition, wantsOpenMetrics } from '../../src/observability/exposition.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { traceIdOf } from '../../src/observability/trace-ids.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { FINE, raw } from '../support/front.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { OtlpCollector } from '../support/otlp-collector.ts';
import { onPostgres } from '../support/store.ts';

const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';

/** Samples by name and labels, as scraped. */
async function scrape(
  gate: TestGate,
  accept?: string,
): Promise<{ text: string; type: string; value: (sample: string) => number }> {
  const response = await fetch(`${gate.httpBase}/metrics`, accept ? { headers: { accept } } : {});
  const text = await response.text();
  const samples = new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, name, value] = /^(\S+?(?:\{.*?\})?) (\S+)/.exec(line)!;
        return [name, Number(value)] as const;
      }),
  );
  return {
    text,
    type: response.headers.get('content-type') ?? '',
    value: (sample) => {
      const value = samples.get(sample);
      if (value === undefined) {
        const [family] = sample.split('{');
        throw new Error(
          `no ${sample} among:\n${[...samples.keys()].filter((name) => name.startsWith(family)).join('\n')}`,
        );
      }
      return value;
    },
  };
}

const idOf = (reply: string): string => /[0-9A-HJKMNP-TV-Z]{26}/.exec(reply)![0];

/** Scrapes until a sample is there: what follows the audit log comes a moment later. */
async function expectSample(gate: TestGate, sample: string, value: number): Promise<void> {
  await expect.poll(async () => (await scrape(gate)).value(sample), { timeout: 5_000 }).toBe(value);
}

test('every stage of a mail is counted and timed', async () => {
  const adapter = new FakeAdapter(({ draft }) =>
    draft.body.includes('rumour') ? { BLOCK: 0.97 } : { PASS: 0.98 },
  );
  const gate = await startGate({ model: modelOf(adapter) });
  await addProspect(gate, 'maria@passing.example');
  await addProspect(gate, 'ben@passing.example');
  await addProspect(gate, 'stop@gone.example', { prospect: { disqualifiers: ['do_not_contact'] } });
  await gate.send({ to: 'maria@passing.example', text: FINE });
  await gate.send({ to: 'ben@passing.example', text: 'Hi Ben,\n\na rumour says you are hiring.\n\nAnn' });
  await gate.send({ to: 'nobody@nowhere.example' });
  await expect(gate.send({ to: 'stop@gone.example' })).rejects.toThrow('550');
  await expect(gate.send({ to: 'maria@passing.example', from: 'x@other.example' })).rejects.toThrow('5');
  const forged = 'From: x@other.example\r\nSubject: s\r\n\r\nHello\r\n';
  await expect(
    gate.send({ to: 'maria@passing.example', raw: forged, from: 'ann@sender.example' }),
  ).rejects.toThrow();
  const headers = { Authorization: `Bearer ${await apiKeyFor(gate)}`, 'Content-Type': 'application/json' };
  const mail = JSON.stringify({
    from: 'ann@sender.example',
    to: 'maria@passing.example',
    subject: 'Again',
    text: FINE,
  });
  await raw(gate, 'POST', '/emails', headers, mail);
  await raw(gate, 'POST', '/emails', headers, mail);
  await raw(gate, 'POST', '/emails', { ...headers, Authorization: 'Bearer psk_wrong' }, mail);
  await raw(gate, 'POST', '/emails', headers, '{');
  await gate.until(
    (all) => all.length === 5 && all.every(({ state }) => ['relayed', 'held', 'suppressed'].includes(state)),
    'settled',
  );

  await expectSample(gate, 'presend_settled_total{event="delivered",state="relayed"}', 2);
  const { value } = await scrape(gate);
  const of = (name: string, labels: Record<string, string>): number =>
    value(
      `${name}{${Object.entries(labels)
        .map(([key, word]) => `${key}="${word}"`)
        .join(',')}}`,
    );
  expect(of('presend_accepted_total', { engine: 'engine', intake: 'smtp' })).toBe(4);
  expect(of('presend_accepted_total', { engine: 'engine', intake: 'resend' })).toBe(1);
  expect(of('presend_accept_retries_total', { engine: 'engine', intake: 'resend' })).toBe(1);
  expect(of('presend_accept_seconds_count', { intake: 'smtp' })).toBe(4);
  expect(of('presend_refused_total', { intake: 'smtp', reason: 'no_key' })).toBe(1);
  expect(of('presend_refused_total', { intake: 'smtp', reason: 'sender' })).toBe(1);
  expect(of('presend_refused_total', { intake: 'resend', reason: 'wrong_key' })).toBe(1);
  expect(of('presend_refused_total', { intake: 'resend', reason: 'malformed' })).toBe(1);
  expect(value('presend_auth_failures_total')).toBe(1);
  // Three went to the adapter's line and were parsed once more in their turn.
  expect(value('presend_parse_seconds_count')).toBe(8);
  expect(value('presend_lookup_seconds_count')).toBe(5);
  expect(value('presend_rules_seconds_count')).toBe(5);
  expect(value('presend_judge_seconds_count')).toBe(5);
  expect(of('presend_unknown_recipients_total', { engine: 'engine' })).toBe(1);
  const judged = (decision: string, state: string): number =>
    of('presend_judged_total', { engine: 'engine', decision, state });
  expect(judged('PASS', 'relay')).toBe(2);
  expect(judged('BLOCK', 'hold')).toBe(1);
  expect(judged('SUPPRESS', 'suppress')).toBe(1);
  expect(judged('unknown_recipient', 'hold')).toBe(1);
  expect(of('presend_findings_total', { engine: 'engine', rule: 'disqualifier', effect: 'enforced' })).toBe(
    1,
  );
  expect(of('presend_findings_total', { engine: 'engine', rule: 'adapter', effect: 'enforced' })).toBe(1);
  expect(of('presend_adapter_readings_total', { decision: 'PASS', mode: 'active' })).toBe(2);
  expect(of('presend_adapter_readings_total', { decision: 'BLOCK', mode: 'active' })).toBe(1);
  expect(of('presend_adapter_seconds_count', { result: 'ok' })).toBe(3);
  expect(of('presend_courier_attempts_total', { upstream: 'outbox', outcome: 'delivered' })).toBe(2);
  expect(of('presend_courier_seconds_count', { upstream: 'outbox' })).toBe(2);
  expect(of('presend_deliveries', { state: 'held' })).toBe(2);
  expect(of('presend_deliveries', { state: 'relayed' })).toBe(2);
  expect(of('presend_held', { reason: 'adapter' })).toBe(1);
  expect(of('presend_held', { reason: 'unknown_recipient' })).toBe(1);
  expect(of('presend_held_by_age', { age: 'under_1h' })).toBe(2);
  expect(value('presend_unjudged')).toBe(0);
  expect(value('presend_due_oldest_age_seconds')).toBe(0);
  expect(value('presend_db_commit_seconds_count')).toBeGreaterThan(5);
  expect(value('presend_db_commit_group_size_sum')).toBeGreaterThanOrEqual(
    value('presend_db_commit_seconds_count'),
  );
  expect(value('presend_db_bytes')).toBeGreaterThan(0);
  if (!onPostgres) expect(value('presend_db_wal_bytes')).toBeGreaterThan(0);
  expect(value('presend_disk_free_bytes')).toBeLessThan(value('presend_disk_size_bytes'));
  expect((await scrape(gate)).text).toMatch(
    /presend_build_info\{version="\d+\.\d+\.\d+",rubric="[^"]+",adapter="fake@1"\} 1/,
  );
});

test('how long holds lasted, what ended them, undos and labels are counted, whoever acted', async () => {
  const gate = await startGate({ config: { delivery: { undo_seconds: 60 } } });
  await gate.send({ to: 'one@nowhere.example' });
  await gate.send({ to: 'two@nowhere.example' });
  const [one, two] = await gate.until(
    (all) => all.length === 2 && all.every(({ state }) => state === 'held'),
    'held',
  );
  gate.advance(2 * 3_600_000);
  expect((await scrape(gate)).value('presend_held_by_age{age="under_4h"}')).toBe(2);
  expect((await scrape(gate)).value('presend_held_oldest_age_seconds')).toBeGreaterThan(7_199);
  const { review } = gate.app;
  await review.release(one.id, { actor: 'cli:ann' });
  await review.undo(one.id, { actor: 'cli:ann' });
  gate.advance(3 * 86_400_000);
  await review.reject(one.id, { actor: 'cli:ann', label: 'right' });
  await review.release(two.id, { actor: 'cli:ann', label: 'wrong' });
  await expectSample(gate, 'presend_labels_total{answer="wrong",rule="unknown_recipient"}', 1);
  const { value } = await scrape(gate);
  expect(value('presend_labels_total{answer="right",rule="unknown_recipient"}')).toBe(1);
  expect(value('presend_settled_total{event="undo",state="held"}')).toBe(1);
  expect(value('presend_settled_total{event="release",state="relaying"}')).toBe(2);
  // The first hold lasted two hours, the second one from the undo on three days; the other mail's all of that.
  expect(value('presend_hold_seconds_bucket{le="14400",how="release"}')).toBe(1);
  expect(value('presend_hold_seconds_count{how="release"}')).toBe(2);
  expect(value('presend_hold_seconds_bucket{le="86400",how="reject"}')).toBe(0);
  expect(value('presend_hold_seconds_sum{how="reject"}')).toBeCloseTo(3 * 86_400, -2);
});

test('a trip of the kill switch is counted under the monitor that tripped it, one from before the start is not', async () => {
  const model = modelOf(new FakeAdapter());
  const gate = await startGate({ model });
  await gate.app.database.transact((trx) =>
    trip(trx, { by: 'monitor:failures', reason: 'too many', at: gate.now() }),
  );
  await expectSample(gate, 'presend_kill_switch_trips_total{condition="failures"}', 1);
  await gate.app.database.transact((trx) =>
    trip(trx, { by: 'ann', reason: 'off', mode: 'off', at: gate.now() }),
  );
  await expectSample(gate, 'presend_kill_switch_trips_total{condition="person"}', 1);
  await gate.app.stop();
  const again = await startGate({
    dataDir: gate.dataDir,
    keepEngines: true,
    model: modelOf(new FakeAdapter()),
  });
  const { text, value } = await scrape(again);
  expect(value('presend_kill_switch{mode="off"}')).toBe(1);
  expect(text).not.toContain('presend_kill_switch_trips_total{');
});

describe('a scraper that asks for OpenMetrics', () => {
  test('gets it with exemplars that lead to the mail and its trace; others get plain text without', async () => {
    const collector = await OtlpCollector.start();
    onTestFinished(() => collector.close());
    const gate = await startGate({
      model: modelOf(new FakeAdapter()),
      config: { tracing: { otlp_endpoint: collector.url } },
    });
    await addProspect(gate, 'maria@passing.example');
    const id = idOf(await gate.send({ to: 'maria@passing.example', text: FINE }));
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');

    const open = await scrape(gate, OPEN_METRICS);
    expect(open.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.text.endsWith('# EOF\n')).toBe(true);
    const labels = `{message_id="${id}",trace_id="${traceIdOf(id)}"}`;
    for (const histogram of ['accept', 'judge', 'adapter', 'courier']) {
      const exemplar = new RegExp(
        `^presend_${histogram}_seconds_bucket\\{.*\\} \\d+ # (\\{.*\\}) [\\d.e-]+ \\d+\\.?\\d*$`,
        'm',
      );
      expect(exemplar.exec(open.text)?.[1]).toBe(labels);
    }
    for (const text of [(await scrape(gate)).text, (await scrape(gate, 'text/plain')).text]) {
      expect(text).not.toContain(id);
      expect(text).toContain(
        '# TYPE presend_accepted_total counter\npresend_accepted_total{engine="engine",intake="smtp"} 1',
      );
    }
    expect((await scrape(gate, OPEN_METRICS)).text).toContain(
      '# TYPE presend_accepted counter\npresend_accepted_total{engine="engine",intake="smtp"} 1',
    );
    expect((await scrape(gate)).type).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test.each([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['text/html,*/*;q=0.8', false],
    ['text/plain', false],
    ['application/openmetrics-text', true],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      true,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      true,
    ],
    ['application/openmetrics-text; version=0.0.1', false],
    ['application/openmetrics-text;q=0.2, text/plain;q=0.9', false],
    ['application/openmetrics-text;q=0, text/plain', false],
  ])('is known by its Accept header: %s → %s', (accept, open) => {
    expect(wantsOpenMetrics(accept)).toBe(open);
  });

  test('two kinds of scrapers at once do not mix each other’s names up', async () => {
    const { registry } = createMetrics();
    const kinds = Array.from({ length: 12 }, (_, i) => i % 3 === 0);
    const texts = await Promise.all(kinds.map((open) => exposition(registry, open)));
    for (const [i, { text }] of texts.entries()) {
      expect(text).toContain(
        kinds[i]
          ? '# TYPE presend_adapter_missed counter\n'
          : '# TYPE presend_adapter_missed_total counter\n',
      );
      expect(text).toContain('\npresend_adapter_missed_total 0\n');
    }
  });
});

test('every registered metric stands in the documentation’s tables with its type and labels, and nothing else does', async () => {
  const gate = await startGate({
    config: {
      hubspot: { base_url: 'http://127.0.0.1:1', token: 'x', opt_out_property: 'presend_opted_out' },
    },
  });
  const { text } = await scrape(gate);
  const scraped = new Map(
    [...text.matchAll(/^# TYPE (presend_\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  );
  const documentation = readFileSync(join(PROJECT_ROOT, 'docs/OBSERVABILITY.md'), 'utf8');
  const rows = [
    ...documentation.matchAll(
      /^\| `(presend_\w+)` \| (counter|gauge|histogram)(, exemplars)? \| (.*?) ?\|/gm,
    ),
  ];
  expect(new Map(rows.map(([, name, type]) => [name, type]))).toEqual(scraped);
  expect(rows).toHaveLength(scraped.size);
  const metrics = createMetrics().registry.getMetricsAsArray() as unknown as {
    name: string;
    labelNames: string[];
  }[];
  for (const [, name, , , labels] of rows) {
    const known = metrics.find((one) => one.name === name);
    if (known)
      expect([name, labels.replaceAll('`', '').split(', ').filter(Boolean)]).toEqual([
        name,
        known.labelNames,
      ]);
  }
});

test('names follow Prometheus’ conventions: a prefix, base units, _total for counters alone', () => {
  const metrics = createMetrics().registry.getMetricsAsArray() as unknown as {
    name: string;
    type: string;
    help: string;
  }[];
  for (const { name, type, help } of metrics.filter((one) => one.name.startsWith('presend_'))) {
    expect(name).toMatch(/^presend_[a-z][a-z_]*$/);
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|percent)\b/);
    if (type === 'histogram') expect(name).toMatch(/_(seconds|size)$/);
    expect(help).toMatch(/^[A-Z0-9].*\.$/);
  }
});
