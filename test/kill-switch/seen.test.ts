import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import type { HealthView } from '../../src/insight/web-types.ts';
import { addCalls } from '../../src/kill-switch/call-store.ts';
import { noteAdapter, saveReadings } from '../../src/kill-switch/monitor-store.ts';
import { PROBES } from '../../src/kill-switch/probes.ts';
import { newestSwitchEntry, trip } from '../../src/kill-switch/switch-store.ts';
import type { AdapterPage } from '../../src/settings/web-types.ts';
import type { Database } from '../../src/store/database.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { storeFor } from '../support/store.ts';

const run = promisify(execFile);

/** The built command beside the gate, with the rest of its configuration. */
async function presend(dataDir: string, config: string, ...args: string[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'presend-config-')), 'presend.yaml');
  const store = await storeFor(dataDir);
  writeFileSync(file, `store: ${store}\nrubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\n${config}\n`);
  const command = [
    join(PROJECT_ROOT, 'dist/main.js'),
    '--config',
    file,
    '--data',
    dataDir,
    'kill-switch',
    ...args,
  ];
  try {
    const { stdout, stderr } = await run(process.execPath, command);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** So many calls of an adapter, some of them malformed. */
async function calls(
  database: Database,
  { version, at, ok, malformed }: { version: string; at: number; ok: number; malformed: number },
): Promise<void> {
  const call = (result: 'ok' | 'malformed') => ({
    at,
    adapter_version: version,
    result,
    latency_ms: result === 'ok' ? 120 : null,
  });
  await database.transact((trx) =>
    addCalls(trx, [
      ...Array.from({ length: ok }, () => call('ok')),
      ...Array.from({ length: malformed }, () => call('malformed')),
    ]),
  );
}

describe('a monitor over its limit and one that warns', () => {
  test('show in settings, on the health page with advice, and in readyz', async () => {
    const adapter = new FakeAdapter();
    const gate = await startGate({
      model: modelOf(adapter),
      // Only looked at when asked: what is shown must not wait for the next look.
      config: { kill_switch: { watch_seconds: 3_600, latency: { p95_ms: 100 } } },
    });
    await expect.poll(() => adapter.state.state, { timeout: 10_000 }).toBe('ready');
    const { database } = gate.app;
    await calls(database, { version: 'fake@1', at: gate.now(), ok: 30, malformed: 8 });
    const admin = await signIn(gate);
    const { monitors } = (await admin.get<AdapterPage>('/settings/adapter')).body;
    const shown = monitors!.monitors;
    expect(monitors).toMatchObject({ adapter: 'fake@1', failed: [] });
    expect(shown.map(({ monitor }) => monitor)).toEqual([
      'false_positives',
      'failures',
      ...PROBES.map((probe) => `probe_${probe}`),
      ...PROBES.map((probe) => `rules_${probe}`),
      'latency',
      ...['SUPPRESS', 'ESCALATE', 'BLOCK', 'PENALISE', 'PASS', 'HOLD'].map((kind) => `drift_${kind}`),
    ]);
    expect(shown[0]).toMatchObject({ state: 'not_enough', counted: 0, needed: 20, trips: true });
    expect(shown[1]).toMatchObject({ state: 'over', value: 8 / 38, trips: true, changed_at: null });
    expect(shown.find(({ monitor }) => monitor === 'latency')).toMatchObject({
      state: 'warn',
      value: 120,
      limit: 100,
      trips: false,
    });
    // Showing trips nothing.
    expect(await newestSwitchEntry(database.db)).toBeUndefined();

    const health = (await admin.get<HealthView>('/health')).body;
    const items = health.items.filter(({ id }) => id.startsWith('kill_switch'));
    expect(items).toMatchObject([
      { title: 'Kill switch', state: 'ok', detail: 'Armed: nothing tripped it.' },
      {
        title: 'Kill switch: Failed calls',
        state: 'bad',
        advice: expect.stringMatching(/why the adapter fails/),
      },
      {
        title: 'Kill switch: Adapter latency',
        state: 'warn',
        advice: expect.stringMatching(/smaller model/),
      },
    ]);

    const readyz = async () =>
      ((await (await fetch(`${gate.httpBase}/readyz`)).json()) as { kill_switch: { monitors: object[] } })
        .kill_switch;
    // It tells what the gate itself saw last.
    expect((await readyz()).monitors).toEqual([]);
    await database.transact((trx) => saveReadings(trx, shown, gate.now()));
    expect((await readyz()).monitors).toMatchObject([
      { monitor: 'failures', state: 'over', says: expect.stringMatching(/^8 of the last 38 questions/) },
      { monitor: 'latency', state: 'warn' },
    ]);
    expect((await admin.get<AdapterPage>('/settings/adapter')).body.monitors!.monitors[1].changed_at).toEqual(
      expect.any(Number),
    );
    // What nobody looks at any more is no alarm.
    gate.advance(4 * 3_600_000);
    expect((await readyz()).monitors).toEqual([]);
  });

  test('are nothing where the rules judge alone', async () => {
    const gate = await startGate();
    const admin = await signIn(gate, { role: 'auditor' });
    expect((await admin.get<AdapterPage>('/settings/adapter')).body.monitors).toBeNull();
    const health = (await admin.get<HealthView>('/health')).body;
    expect(health.items.find(({ id }) => id === 'kill_switch')!.detail).toMatch(/there is nothing to watch/);
  });
});

describe('from the terminal', () => {
  test('status prints mode, why, what the adapter does and the monitors, computed anew', async () => {
    const gate = await startGate();
    const { database } = gate.app;
    const before = JSON.parse((await presend(gate.dataDir, '', 'status', '--json')).out);
    expect(before).toMatchObject({ mode: 'active', entry: null, effective: 'active', configured: 'active' });
    const { version } = before.model;
    await database.transact((trx) => noteAdapter(trx, version, Date.now() - 60_000));
    await calls(database, { version, at: Date.now(), ok: 92, malformed: 8 });
    await database.transact((trx) =>
      trip(trx, {
        by: 'monitor:failures',
        reason: 'Failed calls over the limit',
        condition: '8 of 100',
        at: Date.now(),
      }),
    );
    const { out } = await presend(gate.dataDir, '', 'status');
    expect(out).toMatch(/^The kill switch is tripped: the adapter is asked for the record only/);
    expect(out).toContain('Tripped 0 min ago by monitor:failures: Failed calls over the limit (8 of 100)');
    expect(out).toContain('The adapter is shadow: it is asked for the record only');
    expect(out).toMatch(/configured {3}active/);
    expect(out).toMatch(/model {8}active \(presend-judge-1/);
    expect(out).toMatch(/kill switch {2}shadow/);
    expect(out).toMatch(
      /Failed calls +8\.0 % +3\.5 % – 15 % +1\.0 % +100\/1 +OVER +8 of the last 100 questions/,
    );
    expect(out).toMatch(/False positives +– +– +15 % +0\/20 +not enough/);
    const after = JSON.parse((await presend(gate.dataDir, '', 'status', '--json')).out);
    expect(after).toMatchObject({ mode: 'shadow', effective: 'shadow', watched: { adapter: version } });

    const off = await presend(gate.dataDir, "adapter: { mode: 'off' }", 'status');
    expect(off.out).toContain('the rules judge alone, and there is nothing to watch');

    // Re-arming shows the same first, and asks for a reason that says something.
    expect((await presend(gate.dataDir, '', 'reset')).err).toMatch(/--reason/);
    expect((await presend(gate.dataDir, '', 'reset', '--reason', 'ok')).err).toMatch(/at least 3 characters/);
    expect((await newestSwitchEntry(database.db))!.mode).toBe('shadow');
    const armed = await presend(gate.dataDir, '', 'reset', '--reason', 'the model is mended');
    expect(armed.out).toMatch(/^Tripped 0 min ago by monitor:failures/);
    expect(armed.out).toContain('8 of the last 100 questions');
    expect(armed.out).toContain('The windows of its monitors start anew.');
    expect(await newestSwitchEntry(database.db)).toMatchObject({
      mode: 'active',
      actor: expect.stringMatching(/^cli/),
      reason: 'the model is mended',
    });
    const again = JSON.parse((await presend(gate.dataDir, '', 'status', '--json')).out);
    expect(
      again.watched.monitors.find((one: { monitor: string }) => one.monitor === 'failures'),
    ).toMatchObject({
      counted: 0,
    });
  }, 120_000);

  test('a mail is reported by its Message-ID or by whom it went to, and listed', async () => {
    const gate = await startGate();
    const { database } = gate.app;
    for (const name of ['lena', 'bo']) await addProspect(gate, `${name}@quill.example`);
    await gate.send({ to: 'lena@quill.example', headers: { 'Message-ID': '<42@sender.example>' } });
    await gate.send({ to: 'bo@quill.example', subject: 'First' });
    await gate.send({ to: 'bo@quill.example', subject: 'Second' });
    await gate.until((all) => all.length === 3 && all.every(({ state }) => state === 'relayed'), 'relayed');
    const what = ['--what-happened', 'She complained to our founder.'];

    const report = (...args: string[]) => presend(gate.dataDir, '', 'report', ...args);
    expect((await report('<42@sender.example>')).err).toMatch(/--what-happened/);
    expect((await report(...what)).err).toMatch(/name the mail by its id, or by --to/);
    expect((await report('--to', 'nobody@quill.example', ...what)).err).toMatch(
      /no mail left to nobody@quill\.example/,
    );
    expect((await report('--to', 'bo@quill.example', ...what)).err).toMatch(
      /2 mails left to .*\n.*Second\n.*First/,
    );
    expect((await report('--to', 'lena@quill.example', '--around', '2020-01-01', ...what)).err).toMatch(
      /within 12 hours/,
    );
    expect(await newestSwitchEntry(database.db)).toBeUndefined();

    const done = await report('<42@sender.example>', ...what, '--rule', 'opt_out', '--stop-engine');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/Report 1 on \S+ is kept\./);
    expect(done.out).toContain('The kill switch is tripped: the adapter is in shadow');
    expect(done.out).toContain('Engine engine is stopped');
    expect((await newestSwitchEntry(database.db))!.condition).toContain(
      'opt_out (probe E03) should have stopped it',
    );

    const twice = JSON.parse((await report('--to', 'lena@quill.example', ...what, '--json')).out);
    expect(twice).toMatchObject({
      earlier: 1,
      kill_switch: { tripped: false },
      engine: { stopped_now: false },
    });
    const list = await presend(gate.dataDir, '', 'reports');
    expect(list.out.match(/She complained to our founder\./g)).toHaveLength(2);
    const { reports } = JSON.parse((await presend(gate.dataDir, '', 'reports', '--json')).out);
    expect(reports).toMatchObject([
      { id: 2, rule: null },
      { id: 1, rule: 'opt_out' },
    ]);
  }, 120_000);
});
