/**
 * How long a full sync of 10,000 contacts and an incremental one of 100 take against the stand-in: as fast as presend can, and
 * at the pace that HubSpot's limits ask for. Run: npx tsx test/bench/hubspot.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncSchema } from '../../src/crm/hubspot/settings.ts';
import { type SyncDeps, runSync } from '../../src/crm/hubspot/run.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { TOKEN, startHubSpot } from '../support/hubspot-stand-in.ts';

const CONTACTS = 10_000;
const COMPANIES = 500;
const CHANGED = 100;

async function measure(name: string, pace: { requests: number; searches: number }): Promise<void> {
  const hubSpot = await startHubSpot({ detached: true });
  const { portal } = hubSpot;
  // Long ago, so that the incremental sync meets its own changes only.
  portal.now = () => Date.now() - 86_400_000;
  portal.owners.set('7', { email: 'owner@sender.example', archived: false });
  const companies = Array.from({ length: COMPANIES }, (_, i) =>
    portal.add('companies', { name: `Company ${i}`, domain: `c${i}.example`, numberofemployees: '350' }),
  );
  const contacts = Array.from({ length: CONTACTS }, (_, i) => {
    const id = portal.add('contacts', {
      email: `p${i}@c${i % COMPANIES}.example`,
      firstname: `P${i}`,
      jobtitle: 'VP Engineering',
      hubspot_owner_id: '7',
      ...(i % 50 === 0 && { hs_email_optout: 'true' }),
    });
    portal.associate(id, [companies[i % COMPANIES]]);
    return id;
  });
  portal.now = Date.now;
  const folder = mkdtempSync(join(tmpdir(), 'presend-bench-'));
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  await database.migrate();
  const deps: SyncDeps = {
    database,
    now: Date.now,
    log: createLogger('silent'),
    settings: { ...syncSchema.parse({}), requests_per_second: pace.requests },
    baseUrl: hubSpot.baseUrl,
    token: TOKEN,
    optOutProperty: 'presend_opted_out',
    writeBack: null,
    searchesPerSecond: pace.searches,
  };
  const one = async (what: string, dryRun: boolean): Promise<void> => {
    const cpu = process.cpuUsage();
    const run = await runSync(deps, { actor: 'bench', full: false, dryRun });
    if (run.state !== 'done') throw new Error(`${run.state}: ${run.trouble}`);
    const seconds = (run.finished_at! - run.started_at) / 1000;
    const used = process.cpuUsage(cpu);
    process.stdout.write(
      `${name}, ${what}: ${run.done} records, ${seconds.toFixed(1)} s (${Math.round(run.done / seconds)}/s), ${run.requests} requests, ${((used.user + used.system) / 1e6).toFixed(1)} s of CPU with the stand-in\n`,
    );
  };
  await one('full, dry run', true);
  await one('full', false);
  for (const id of contacts.slice(0, CHANGED)) portal.update('contacts', id, { jobtitle: 'CTO' });
  await one(`incremental of ${CHANGED}`, false);
  await one('incremental, the same again', false);
  await database.close();
  rmSync(folder, { recursive: true });
  await hubSpot.close();
}

await measure('unpaced', { requests: 100_000, searches: 100_000 });
await measure('paced', { requests: 9, searches: 4 });
