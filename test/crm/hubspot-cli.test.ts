import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { register } from '../../src/cli/crm.ts';
import { recordProgress } from '../../src/cli/record-progress.ts';
import type { SyncDifference, SyncRun } from '../../src/crm/hubspot/web-types.ts';
import { noCounts } from '../../src/crm/hubspot/page-plan.ts';
import { TOKEN, startHubSpot } from '../support/hubspot-stand-in.ts';
import { temporaryFolder } from './open.ts';

afterEach(() => vi.restoreAllMocks());

/** Runs `presend crm …` with a configuration that leads to `baseUrl`. */
function terminal(baseUrl: string | null) {
  const data = temporaryFolder();
  const config = join(data, 'presend.yaml');
  const hubspot = `hubspot: { token: ${TOKEN}, base_url: "${baseUrl}", sync: { requests_per_second: 19 } }\n`;
  writeFileSync(config, baseUrl === null ? 'hubspot: null\n' : hubspot);
  return async (...args: string[]): Promise<string> => {
    let printed = '';
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const program = new Command('presend').option('--config <file>').option('--data <folder>').exitOverride();
    register(program);
    try {
      await program.parseAsync(['--config', config, '--data', data, 'crm', ...args], { from: 'user' });
    } finally {
      spy.mockRestore();
    }
    return printed;
  };
}

test('From the terminal: a dry run, the sync, every difference as JSON, and taken back', async () => {
  const hubSpot = await startHubSpot();
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  hubSpot.portal.add('contacts', { email: 'jane@acme.example', firstname: 'Jane', hs_email_optout: 'true' });
  const run = terminal(hubSpot.baseUrl);
  expect(await run('sync', 'hubspot', '--dry-run')).toMatch(
    /Everything was read: 1 record [^]*1 would be new[^]*1 stops would be added[^]*stop +jane@acme\.example[^]*Dry run: nothing was written/u,
  );
  const done = JSON.parse(await run('sync', 'hubspot', '--json')) as {
    run: SyncRun;
    differences: SyncDifference[];
  };
  expect(done.run).toMatchObject({ state: 'done', counts: { new: 1, stops: 1 } });
  expect(done.differences.map(({ kind }) => kind)).toEqual(['stop', 'new']);
  expect(await run('show', 'jane@acme.example')).toContain('Jane');
  expect(await run('revert', '--import', done.run.id)).toContain('2 changes taken back');
  await expect(run('show', 'jane@acme.example')).rejects.toThrow('there is no prospect');
  // Taken back by the general command, it counts as never synced.
  expect(await run('sync', 'hubspot', '--full')).toMatch(/1 new/u);
});

test('From the terminal: trouble is one sentence', async () => {
  const hubSpot = await startHubSpot();
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  hubSpot.settings.token = 'another';
  await expect(terminal(hubSpot.baseUrl)('sync', 'hubspot')).rejects.toThrow('does not take the token');
  await expect(terminal(null)('sync', 'hubspot')).rejects.toThrow('HubSpot is not configured');
  await expect(terminal(null)('sync', 'salesforce')).rejects.toThrow('write hubspot');
});

test('The progress bar says how far it is, how fast, and what it waits for', () => {
  const told: string[] = [];
  const progress = recordProgress({ isTTY: false, write: (text: string) => told.push(text) > 0 });
  const at = (done: number, waitedMs = 0) => ({
    phase: 'contacts',
    done,
    total: 1000,
    counts: noCounts(),
    requests: 1,
    waited_ms: waitedMs,
  });
  for (const done of [0, 10, 20, 500, 1000]) progress(at(done, done === 500 ? 12_000 : 0));
  expect(told).toHaveLength(3);
  expect(told[1]).toMatch(
    /^contacts: \[█{12}·{12}\] 50 % 500 of 1000 records, \d+\/s, waited 12 s for HubSpot\n$/u,
  );
});
