import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { type HubSpotStandIn, TOKEN, startHubSpot } from '../support/hubspot-stand-in.ts';
import { type SignedIn, signIn, signInBrowser } from '../support/sign-in.ts';

/** Where pictures for a look go; none without it. */
const SHOTS = process.env['SYNC_SHOTS'] ?? null;

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS === null) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

async function opened(
  gate: TestGate,
  user: SignedIn,
  options: { width?: number; dark?: boolean } = {},
): Promise<{ page: Page; troubles: string[] }> {
  const context = await openBrowser(options);
  await signInBrowser(context, gate, user);
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/sync`);
  return { page, troubles };
}

function fill({ portal }: HubSpotStandIn, contacts: number): void {
  portal.owners.set('7', { email: 'owner@sender.example', archived: false });
  const acme = portal.add('companies', { name: 'Acme', domain: 'acme.example', numberofemployees: '350' });
  for (let i = 0; i < contacts; i++) {
    const id = portal.add('contacts', {
      email: `person${i}@acme.example`,
      firstname: 'Person',
      lastname: `No ${i}`,
      jobtitle: 'Head of Data',
      hubspot_owner_id: '7',
      ...(i === 3 && { hs_email_optout: 'true' }),
    });
    portal.associate(id, [acme]);
  }
}

test('Who has no HubSpot yet is told how to connect it, with lines to copy', async () => {
  const gate = await startGate();
  const { page, troubles } = await opened(gate, await signIn(gate));
  await page.getByRole('heading', { name: 'HubSpot is not connected yet' }).waitFor();
  await expect
    .poll(() => page.getByLabel('the configuration', { exact: true }).innerText())
    .toContain('token_env: HUBSPOT_TOKEN');
  await shot(page, 'not-configured');
  expect(troubles).toEqual([]);
});

test('An admin makes a dry run, watches the sync, finds a difference and takes the run back', async () => {
  const hubSpot = await startHubSpot();
  fill(hubSpot, 240);
  const gate = await startGate({
    config: { hubspot: { token: TOKEN, base_url: hubSpot.baseUrl, sync: { requests_per_second: 19 } } },
  });
  const admin = await signIn(gate);
  const { page, troubles } = await opened(gate, admin);
  await page.getByText('Start with a dry run').waitFor();
  await shot(page, 'first');

  // The second page of contacts waits until the progress bar has been seen.
  let seen: () => void = () => {};
  const looked = new Promise<void>((resolve) => (seen = resolve));
  let lists = 0;
  hubSpot.onRequest = async (line) => {
    if (line === 'GET /crm/v3/objects/contacts' && ++lists === 2) await looked;
  };
  await page.getByRole('button', { name: 'Dry run' }).click();
  const bar = page.getByRole('progressbar', { name: 'Progress of the sync' });
  await bar.waitFor();
  await page.getByText(/contacts: 101 of 241 records \(42 %\)/).waitFor({ timeout: 30_000 });
  expect(await bar.getAttribute('aria-valuenow')).toBe('42');
  await shot(page, 'running');
  seen();
  hubSpot.onRequest = () => {};
  await page.getByText('What the dry run found').waitFor();
  await page.getByText('Nothing was written to the mirror').waitFor();
  expect(
    await gate.app.database.db
      .selectFrom('prospects')
      .select('id')
      .where('address', 'like', '%@acme.example')
      .execute(),
  ).toEqual([]);

  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByRole('heading', { name: 'What the sync did' }).waitFor({ timeout: 20_000 });
  await page.getByRole('heading', { name: 'Run it now' }).waitFor({ timeout: 20_000 });
  await page.getByLabel('Kind').selectOption('stop');
  await expect.poll(() => page.getByRole('region', { name: 'Differences' }).getByRole('row').count()).toBe(2);
  expect(new URL(page.url()).searchParams.get('kind')).toBe('stop');
  await page.getByRole('region', { name: 'Differences' }).getByText('person3@acme.example').first().waitFor();
  await page.getByLabel('Record').fill('nobody');
  await page.getByText('Nothing fits the filter').waitFor();
  await page.getByLabel('Record').fill('PERSON3@');
  await page.getByRole('region', { name: 'Differences' }).getByText('person3@acme.example').first().waitFor();
  await shot(page, 'wide');

  await page.getByRole('button', { name: /^Take back/ }).click();
  await page.getByText('its 1 stop too').waitFor();
  await page.getByRole('button', { name: 'Yes, take back' }).click();
  // An opt-out goes with it, which nobody does without saying why.
  await page.getByLabel(/Say why; it is recorded/).fill('the portal was the wrong one');
  await page.getByRole('button', { name: 'Yes, take back' }).click();
  await page.getByText(/changes were taken back/).waitFor();
  await page.getByText('by admin@gate.test').waitFor();
  expect(
    await gate.app.database.db
      .selectFrom('prospects')
      .select('id')
      .where('address', 'like', '%@acme.example')
      .execute(),
  ).toEqual([]);
  // The first answer, which asked for the reason, shows up in the console as what it is.
  expect(troubles.filter((trouble) => !/status of 400/u.test(trouble))).toEqual([]);
}, 90_000);

test('On a phone nothing scrolls sideways, and an auditor sees everything and starts nothing', async () => {
  const hubSpot = await startHubSpot();
  fill(hubSpot, 12);
  hubSpot.settings.token = 'another';
  const gate = await startGate({
    config: { hubspot: { token: TOKEN, base_url: hubSpot.baseUrl, sync: { enabled: true } } },
  });
  await expect
    .poll(async () => (await gate.app.hubSpot!.runs())[0]?.state, { timeout: 20_000 })
    .toBe('failed');
  const { page, troubles } = await opened(gate, await signIn(gate, { role: 'auditor' }), {
    width: 390,
    dark: true,
  });
  await page.getByText('The sync needs you').waitFor();
  await page.getByRole('heading', { name: 'Mapping' }).waitFor();
  expect(await page.getByRole('button', { name: 'Sync now' }).count()).toBe(0);
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  expect(wide).toBe(false);
  await shot(page, 'narrow-dark');
  expect(troubles).toEqual([]);
}, 60_000);
