import { expect, test } from 'vitest';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { hubSpotHealth } from '../../src/crm/hubspot/endpoints.ts';
import type { SyncRun, SyncRunView, SyncView } from '../../src/crm/hubspot/web-types.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { TOKEN, errorBody, startHubSpot } from '../support/hubspot-stand-in.ts';
import { signIn } from '../support/sign-in.ts';

async function gateWithHubSpot(sync: Record<string, unknown> = {}) {
  const hubSpot = await startHubSpot();
  hubSpot.portal.properties.contacts.add('presend_opted_out');
  const gate = await startGate({
    config: {
      hubspot: {
        token: TOKEN,
        base_url: hubSpot.baseUrl,
        sync: { requests_per_second: 19, ...sync },
      },
    },
  });
  const { database } = gate.app;
  const ended = async (id: string): Promise<SyncRunView> => {
    const admin = await signIn(gate);
    let view: SyncRunView | null = null;
    await expect
      .poll(
        async () => {
          view = (await admin.get<SyncRunView>(`/sync/hubspot/runs/${id}`)).body;
          return view.run.state;
        },
        { timeout: 20_000 },
      )
      .not.toBe('running');
    return view!;
  };
  const runs = (): Promise<{ state: string; actor: string }[]> =>
    database.db.selectFrom('hubspot_runs').select(['state', 'actor']).orderBy('started_at').execute();
  return { hubSpot, portal: hubSpot.portal, gate, database, ended, runs };
}

test('Without HubSpot the API says so, and what cannot run is refused', async () => {
  const gate = await startGate();
  const admin = await signIn(gate);
  expect((await admin.get<SyncView>('/sync/hubspot')).body).toMatchObject({
    settings: null,
    health: { state: 'not_configured' },
    runs: [],
  });
  expect(await admin.send('POST', '/sync/hubspot/run', {})).toMatchObject({ status: 409 });
  expect((await hubSpotHealth({ hubSpot: null })).state).toBe('not_configured');
});

test('An admin tries it dry, runs it, looks at the differences page by page and takes it back', async () => {
  const { portal, gate, ended } = await gateWithHubSpot();
  for (let i = 0; i < 130; i++) portal.add('contacts', { email: `p${i}@x.example` });
  portal.add('contacts', { email: 'out@x.example', hs_email_optout: 'true' });
  const admin = await signIn(gate);
  const view = (await admin.get<SyncView>('/sync/hubspot')).body;
  expect(JSON.stringify(view)).not.toContain(TOKEN);
  expect(view.settings).toMatchObject({ enabled: false, token: 'given', conflict: 'newest' });
  expect(view.settings?.mapping).toContainEqual(
    expect.objectContaining({ object: 'contacts', field: 'title', properties: ['jobtitle'] }),
  );

  const dry = (await admin.send<SyncRun>('POST', '/sync/hubspot/run', { dry_run: true })).body;
  expect(dry).toMatchObject({ dry_run: true, state: 'running', actor: 'admin@gate.test' });
  const report = await ended(dry.id);
  expect(report.run).toMatchObject({ state: 'done', counts: { new: 131, stops: 1 } });
  expect(report.kinds).toEqual({ new: 131, stop: 1 });
  expect(report.differences).toHaveLength(100);
  const rest = await admin.get<SyncRunView>(`/sync/hubspot/runs/${dry.id}?after=${report.next}`);
  expect(rest.body.differences).toHaveLength(32);
  expect(rest.body.next).toBeNull();
  const stops = await admin.get<SyncRunView>(`/sync/hubspot/runs/${dry.id}?kind=stop&q=OUT`);
  expect(stops.body.differences).toMatchObject([{ label: 'out@x.example', theirs: 'email' }]);
  expect((await admin.send('POST', `/sync/hubspot/runs/${dry.id}/revert`)).status).toBe(409);

  const run = (await admin.send<SyncRun>('POST', '/sync/hubspot/run', {})).body;
  await ended(run.id);
  const all = () =>
    gate.app.database.db
      .selectFrom('prospects')
      .select('address')
      .where('address', 'like', '%@x.example')
      .execute();
  expect(await all()).toHaveLength(131);
  expect(await admin.send('POST', `/sync/hubspot/runs/${run.id}/revert`)).toMatchObject({
    status: 400,
    body: {
      error: { message: expect.stringContaining('The opt-out of out@x.example (email) is taken back') },
    },
  });
  expect(await all()).toHaveLength(131);
  const why = { reason: 'the wrong portal' };
  expect((await admin.send('POST', `/sync/hubspot/runs/${run.id}/revert`, why)).body).toEqual({
    changes: 132,
  });
  expect(await all()).toEqual([]);
  expect((await admin.get<SyncView>('/sync/hubspot')).body.runs[0]).toMatchObject({
    id: run.id,
    reverted_by: 'admin@gate.test',
  });
  expect(await admin.get('/sync/hubspot/runs/i_none')).toMatchObject({ status: 404 });
});

test('An opt-out in HubSpot suppresses mail that is held, and one made here is carried there', async () => {
  const { portal, gate, database, ended } = await gateWithHubSpot();
  await addProspect(gate, 'jane@acme.example', { company: { funding_confidence: 'low' } });
  await addProspect(gate, 'joe@acme.example', { prospect: { opt_out_channels: ['email'] } });
  const jane = portal.add('contacts', { email: 'jane@acme.example' });
  const joe = portal.add('contacts', { email: 'joe@acme.example' });
  await gate.send({ to: 'jane@acme.example', text: 'Congratulations on raising $20M in your Series B.' });
  await gate.until(([one]) => one?.state === 'held', 'a hold');
  const admin = await signIn(gate);
  await ended((await admin.send<SyncRun>('POST', '/sync/hubspot/run')).body.id);
  await expect
    .poll(() => portal.get('contacts', joe).properties['presend_opted_out'], { timeout: 10_000 })
    .toBe('true');
  portal.update('contacts', jane, { hs_email_optout: 'true' });
  await ended((await admin.send<SyncRun>('POST', '/sync/hubspot/run')).body.id);
  await gate.until(([one]) => one?.state === 'suppressed', 'a suppression');
  const now = await recheckRecord(database.db, { address: 'jane@acme.example', prospectId: null });
  expect(now.opt_out_channels).toEqual(['email']);
});

test('It runs by the clock, later after failures, and a dead one makes itself known', async () => {
  const { hubSpot, portal, gate, runs } = await gateWithHubSpot({ enabled: true, every_minutes: 15 });
  portal.add('contacts', { email: 'a@x.example' });
  const states = async (): Promise<string[]> => (await runs()).map(({ state }) => state);
  await expect.poll(states, { timeout: 10_000 }).toEqual(['done']);
  const { hubSpot: sync } = gate.app;
  expect(await hubSpotHealth({ hubSpot: sync })).toMatchObject({ state: 'well', trouble: null });

  hubSpot.settings.token = 'another';
  gate.advance(17 * 60_000);
  await expect.poll(states, { timeout: 10_000 }).toEqual(['done', 'failed']);
  gate.advance(17 * 60_000);
  await expect.poll(states, { timeout: 10_000 }).toEqual(['done', 'failed', 'failed']);
  const ill = await hubSpotHealth({ hubSpot: sync });
  expect(ill).toMatchObject({
    state: 'trouble',
    trouble: expect.stringContaining('does not take the token'),
  });
  // After the second failure the pause has doubled.
  expect(ill.next_run_at! - ill.last_run!.finished_at!).toBeGreaterThan(26 * 60_000);
  const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
  expect(metrics).toContain('presend_hubspot_sync_runs_total{state="failed"} 2');
  expect(metrics).toMatch(/presend_hubspot_sync_age_seconds 20\d\d/);

  hubSpot.settings.token = TOKEN;
  gate.advance(34 * 60_000);
  await expect.poll(states, { timeout: 10_000 }).toEqual(['done', 'failed', 'failed', 'done']);
  expect((await hubSpotHealth({ hubSpot: sync })).state).toBe('well');
}, 60_000);

test('A run can be stopped, and the next one goes on where it was', async () => {
  const { hubSpot, portal, gate, ended } = await gateWithHubSpot();
  for (let i = 0; i < 250; i++) portal.add('contacts', { email: `p${i}@x.example` });
  const admin = await signIn(gate);
  let stopped: Promise<unknown> | null = null;
  const begun: { id?: string } = {};
  hubSpot.onRequest = async (line) => {
    if (line !== 'GET /crm/v3/objects/contacts' || stopped) return;
    await expect.poll(() => begun.id).toBeDefined();
    stopped = admin.send('POST', `/sync/hubspot/runs/${begun.id}/stop`);
    await stopped;
  };
  begun.id = (await admin.send<SyncRun>('POST', '/sync/hubspot/run')).body.id;
  expect((await ended(begun.id)).run).toMatchObject({ state: 'stopped', counts: { new: 100 } });
  const next = await ended((await admin.send<SyncRun>('POST', '/sync/hubspot/run')).body.id);
  expect(next.run).toMatchObject({ state: 'done', counts: { new: 150, unchanged: 0 } });
  expect((await admin.send('POST', `/sync/hubspot/runs/${begun.id}/stop`)).status).toBe(409);
});

test('Only one runs at a time, also when two are asked for at once', async () => {
  const { hubSpot, gate, ended } = await gateWithHubSpot();
  const release: (() => void)[] = [];
  hubSpot.onRequest = () => new Promise((resolve) => void release.push(resolve));
  const admin = await signIn(gate);
  const first = (await admin.send<SyncRun>('POST', '/sync/hubspot/run')).body;
  const second = await admin.send('POST', '/sync/hubspot/run');
  expect(second).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('running already') } },
  });
  hubSpot.onRequest = () => {};
  hubSpot.failures.push({ status: 400, body: errorBody('VALIDATION_ERROR', 'x') });
  await expect.poll(() => release.length).toBeGreaterThan(0);
  for (const one of release) one();
  expect((await ended(first.id)).run.state).toBe('failed');
});
