import { expect, test } from 'vitest';
import { HubSpotApi } from '../../src/crm/hubspot/api.ts';
import { getCursor } from '../../src/crm/hubspot/cursor-store.ts';
import { LEASE_MS, beginRun } from '../../src/crm/hubspot/run-store.ts';
import { revertSyncRun } from '../../src/crm/hubspot/sync.ts';
import { TOKEN, errorBody, startHubSpot } from '../support/hubspot-stand-in.ts';
import { syncing } from './hubspot-setup.ts';
import { openDatabase } from './open.ts';

async function portalOf(contacts: number) {
  const hubSpot = await startHubSpot();
  for (let i = 0; i < contacts; i++) {
    hubSpot.portal.add('contacts', { email: `p${i}@x.example`, firstname: `P${i}` });
  }
  return { hubSpot, portal: hubSpot.portal, database: await openDatabase() };
}

const LIST = /^GET \/crm\/v3\/objects\/contacts$/;

test('A token that HubSpot does not take, or that has expired, is told in a sentence and moves no cursor', async () => {
  const { hubSpot, database } = await portalOf(3);
  const { run } = syncing(database, hubSpot, {}, { token: 'wrong' });
  const refused = await run();
  expect(refused).toMatchObject({
    state: 'failed',
    trouble: expect.stringContaining('make a new one in the private app'),
  });
  expect(refused.trouble).not.toContain('wrong');
  hubSpot.failures.push({ status: 401, body: errorBody('EXPIRED_AUTHENTICATION', 'expired') });
  expect((await run()).trouble).toContain('it has expired');
  expect(await getCursor(database.db, 'contacts')).toMatchObject({ since: null, pass: null });
});

test('A missing scope is named', async () => {
  const { hubSpot, database } = await portalOf(3);
  hubSpot.missingScopes.push({ path: /owners/, scope: 'crm.objects.owners.read' });
  const { run } = syncing(database, hubSpot);
  expect((await run()).trouble).toContain('lacks the scope crm.objects.owners.read; add it under Scopes');
});

test('A limit that passes is waited out as long as HubSpot asks; the daily one ends the run', async () => {
  const { hubSpot, database } = await portalOf(3);
  const { sync, run } = syncing(database, hubSpot);
  hubSpot.failures.push({
    status: 429,
    body: {
      ...errorBody('RATE_LIMITS', 'You have reached your ten_secondly_rolling limit.'),
      policyName: 'TEN_SECONDLY_ROLLING',
    },
    headers: { 'Retry-After': '0.2' },
    path: LIST,
  });
  const well = await sync();
  expect(well.counts.new).toBe(3);
  expect(well.waited_ms).toBe(200);
  hubSpot.failures.push({
    status: 429,
    body: { ...errorBody('RATE_LIMITS', 'You have reached your daily limit.'), policyName: 'DAILY' },
  });
  expect(await run()).toMatchObject({ state: 'failed', trouble: expect.stringContaining('daily limit') });
});

test('The real limit of searches is kept by pacing', async () => {
  const { hubSpot, database } = await portalOf(450);
  hubSpot.settings.searchLimit = true;
  const { sync } = syncing(database, hubSpot, { objects: ['contacts'] }, { searchesPerSecond: 4 });
  await sync();
  const run = await sync();
  expect(run).toMatchObject({ kind: 'incremental', waited_ms: 0 });
  expect(hubSpot.requests.filter((line) => line.endsWith('/search')).length).toBeGreaterThan(5);
});

test('Server errors and cut connections are tried again, bodies that are no answer are not', async () => {
  const { hubSpot, database } = await portalOf(3);
  const { sync, run } = syncing(database, hubSpot);
  hubSpot.failures.push({
    status: 502,
    body: '<html>bad gateway</html>',
    headers: { 'Retry-After': '0' },
    path: LIST,
  });
  hubSpot.failures.push({ status: 0, body: '', path: LIST });
  await sync();
  for (const body of ['<html>welcome to the hotel</html>', '{"results":[{"id":7}]}', '{"ok":true}', 'null']) {
    hubSpot.failures.push({ status: 200, body, path: LIST });
    const failed = await run({ full: true });
    expect(failed.state, body).toBe('failed');
    expect(failed.trouble, body).toContain('is not what HubSpot');
  }
}, 20_000);

test('An answer that never comes is given up after a few tries', async () => {
  const { hubSpot } = await portalOf(1);
  const release: (() => void)[] = [];
  hubSpot.onRequest = () => new Promise((resolve) => void release.push(resolve));
  const waits: number[] = [];
  const api = await HubSpotApi.open({
    token: TOKEN,
    baseUrl: hubSpot.baseUrl,
    requestsPerSecond: 10_000,
    timeoutMs: 50,
    signal: new AbortController().signal,
    onWait: (ms) => waits.push(ms),
    pause: async () => {},
  });
  await expect(api.owners()).rejects.toThrow(/cannot be reached at .* \(ETIMEDOUT\)/);
  expect(waits).toEqual([1000, 2000, 4000]);
  expect(hubSpot.requests).toHaveLength(4);
  for (const one of release) one();
  api.close();
});

test('A run that is told to stop stops although HubSpot does not answer', async () => {
  const { hubSpot, database } = await portalOf(1);
  const { run } = syncing(database, hubSpot);
  const stop = new AbortController();
  const release: (() => void)[] = [];
  hubSpot.onRequest = () => {
    stop.abort();
    return new Promise((resolve) => void release.push(resolve));
  };
  expect((await run({ signal: stop.signal })).state).toBe('stopped');
  for (const one of release) one();
});

test('A property that the portal lacks is told at the start, with those spelled like it', async () => {
  const { hubSpot, database } = await portalOf(1);
  const { run } = syncing(database, hubSpot, {
    contacts: { title: 'job_title', regulated: 'regulated_industry' },
    stops: { companies: [{ property: 'do_not_pitch', disqualifier: 'competitor' }] },
  });
  const { trouble, done } = await run();
  expect(done).toBe(0);
  expect(trouble?.split('\n')).toEqual([
    'hubspot.sync.stops.companies: the portal has no property do_not_pitch of companies',
    'hubspot.sync.contacts.title: the portal has no property job_title of contacts; did you mean jobtitle?',
    'hubspot.sync.contacts.regulated: the portal has no property regulated_industry of contacts',
  ]);
});

test('An interrupted sync goes on with the page it was at, and nothing is lost or done twice', async () => {
  const { hubSpot, portal, database } = await portalOf(450);
  const { run, sync } = syncing(database, hubSpot);
  let pages = 0;
  hubSpot.onRequest = (line) => {
    if (LIST.test(line) && ++pages === 3)
      hubSpot.failures.push({ status: 400, body: errorBody('VALIDATION_ERROR', 'broken') });
  };
  const broken = await run();
  expect(broken).toMatchObject({ state: 'failed', counts: { new: 200 } });
  expect(await getCursor(database.db, 'contacts')).toMatchObject({
    since: null,
    pass: { kind: 'full', phase: 'live' },
  });
  portal.add('contacts', { email: 'late@x.example' });
  hubSpot.onRequest = () => {};
  hubSpot.requests.length = 0;
  const rest = await sync();
  expect(rest).toMatchObject({ kind: 'full', counts: { new: 251, unchanged: 0 } });
  expect(hubSpot.requests.filter((line) => LIST.test(line))).toHaveLength(4);
  const { pass, since } = await getCursor(database.db, 'contacts');
  expect(pass).toBeNull();
  expect(since).not.toBeNull();
});

test('A change of the mapping is a reason to read everything again', async () => {
  const { hubSpot, portal, database } = await portalOf(1);
  portal.properties.contacts.add('seniority');
  portal.add('contacts', { email: 'ann@x.example', seniority: 'vp' });
  await syncing(database, hubSpot).sync();
  const { sync, prospect } = syncing(database, hubSpot, { contacts: { recipient_role: 'seniority' } });
  expect((await sync()).kind).toBe('full');
  expect((await prospect('ann@x.example'))?.recipient_role).toBe('vp');
  expect((await sync()).kind).toBe('incremental');
});

test('Two syncs never run at once; one whose process died is taken over when its lease has lapsed', async () => {
  const { hubSpot, database } = await portalOf(5);
  const at = Date.now();
  await database.transact((trx) =>
    beginRun(trx, { id: 'i_dead', actor: 'hubspot', kind: 'full', dryRun: false, at }),
  );
  const { run } = syncing(database, hubSpot);
  await expect(run()).rejects.toThrow('a HubSpot sync is running since');
  const later = syncing(database, hubSpot, {}, { now: () => Date.now() + LEASE_MS + 1 });
  expect((await later.sync()).counts.new).toBe(5);
  const dead = await database.db
    .selectFrom('hubspot_runs')
    .selectAll()
    .where('id', '=', 'i_dead')
    .executeTakeFirstOrThrow();
  expect(dead.state).toBe('interrupted');
});

test('A run whose lease was taken changes nothing more', async () => {
  const { hubSpot, database } = await portalOf(250);
  const { run } = syncing(database, hubSpot);
  let pages = 0;
  hubSpot.onRequest = async (line) => {
    if (!LIST.test(line) || ++pages !== 2) return;
    await database.transact((trx) =>
      trx.updateTable('hubspot_runs').set({ state: 'interrupted' }).where('state', '=', 'running').execute(),
    );
  };
  expect((await run()).state).toBe('interrupted');
  expect(await database.db.selectFrom('prospects').selectAll().execute()).toHaveLength(100);
});

test('A run is taken back as a whole, and the next full sync does it again', async () => {
  const { hubSpot, portal, database } = await portalOf(3);
  const { sync, prospect } = syncing(database, hubSpot);
  await sync();
  const [first] = portal.live('contacts');
  portal.update('contacts', first.id, { firstname: 'Wrong', hs_email_optout: 'true' });
  portal.add('contacts', { email: 'new@x.example' });
  const wrong = await sync();
  expect((await prospect('p0@x.example'))?.name).toBe('Wrong');
  const deps = { database, now: Date.now };
  await expect(
    revertSyncRun(deps, 'i_none', { actor: 'ann', force: false, reason: 'wrong' }),
  ).rejects.toThrow('no HubSpot sync');
  expect(await revertSyncRun(deps, wrong.id, { actor: 'ann', force: false, reason: 'wrong' })).toBe(3);
  expect((await prospect('p0@x.example'))?.name).toBe('P0');
  expect(await prospect('new@x.example')).toBeNull();
  expect(await database.db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
  await expect(
    revertSyncRun(deps, wrong.id, { actor: 'ann', force: false, reason: 'wrong' }),
  ).rejects.toThrow('taken back already');
  await sync({ full: true });
  expect((await prospect('p0@x.example'))?.name).toBe('Wrong');
  expect(await prospect('new@x.example')).not.toBeNull();
});
