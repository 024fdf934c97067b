import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { addCalls } from '../../src/kill-switch/call-store.ts';
import { newestSwitchEntry } from '../../src/kill-switch/switch-store.ts';
import { axeFaults } from '../support/axe.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

/** With SHOTS=<folder> pictures are kept there. */
const SHOTS = process.env['SHOTS'] ?? null;

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === null) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/** A gate with an adapter that looks at its monitors only when asked, and one mail that left. */
async function gateWithMail(): Promise<{ gate: TestGate; id: string }> {
  const adapter = new FakeAdapter();
  const gate = await startGate({
    model: modelOf(adapter),
    config: { kill_switch: { watch_seconds: 3_600 } },
  });
  await expect.poll(() => adapter.state.state, { timeout: 10_000 }).toBe('ready');
  await addProspect(gate, 'lena@quill.example', { prospect: { name: 'Lena Vogt' } });
  await gate.send({ to: 'lena@quill.example', subject: 'Two engineers for Quill' });
  const [{ id }] = await gate.until((all) => all[0]?.state === 'relayed', 'relayed');
  return { gate, id };
}

async function openAs(
  gate: TestGate,
  role: 'reviewer' | 'admin' | 'auditor',
  path: string,
  options: Parameters<typeof openBrowser>[0] = {},
) {
  const context = await openBrowser(options);
  await signInBrowser(context, gate, await signIn(gate, { role }));
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app${path}`);
  return { page, troubles };
}

const wider = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('brand damage', () => {
  test('is reported by a reviewer on the page of the mail, which tells what it does and what it did', async () => {
    const { gate, id } = await gateWithMail();
    const { page, troubles } = await openAs(gate, 'reviewer', `/deliveries/${id}`);
    await page.getByRole('button', { name: 'Report brand damage' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('the kill switch trips: the adapter is out of the judgement').waitFor();
    // Nothing is sent without saying what happened, and what was typed stays.
    await dialog.getByRole('button', { name: 'Report it now' }).click();
    await dialog.getByText('say what happened in a few words').waitFor();
    expect(await newestSwitchEntry(gate.app.database.db)).toBeUndefined();
    await dialog.getByLabel('What happened').fill('She declined this twice and complained.');
    await dialog.getByLabel('The rule that should have stopped it').selectOption('soft_rejection');
    await dialog.getByLabel('Stop engine engine too').check();
    await dialog.getByRole('button', { name: 'Report it now' }).click();
    const result = page.getByRole('dialog', { name: 'Reported' });
    await result.getByText('The kill switch is tripped: the adapter is in shadow').waitFor();
    await result.getByText('Engine engine is stopped: all its mail is held.').waitFor();
    await result.getByText('The judge counts as wrong about this mail.').waitFor();
    await result.getByRole('button', { name: 'Close' }).last().click();
    await result.waitFor({ state: 'detached' });
    const reports = page.getByRole('list', { name: 'Reported as brand damage' });
    await reports.getByText('She declined this twice and complained.').waitFor();
    await reports.getByText('It should have been stopped as: Declined before').waitFor();
    expect(await newestSwitchEntry(gate.app.database.db)).toMatchObject({
      mode: 'shadow',
      actor: 'reviewer@gate.test',
    });
    expect(troubles.filter((one) => !one.includes('400'))).toEqual([]);
  }, 60_000);

  test('is reported from the trace, and an auditor and held mail have no such button', async () => {
    const { gate, id } = await gateWithMail();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'low@rumour.example', text: 'Congratulations on closing your $20M Series B!' });
    const held = (await gate.deliveries()).find(({ state }) => state === 'held')!;
    const { page, troubles } = await openAs(gate, 'admin', `/trace?id=${id}`);
    await page.getByLabel('What do you have?').fill(id);
    await page.getByRole('button', { name: 'Search' }).click();
    const delivery = page.getByRole('region', { name: 'To lena@quill.example' });
    await delivery.getByRole('button', { name: 'Report brand damage' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What happened').fill('Named a rumour.');
    await dialog.getByRole('button', { name: 'Report it now' }).click();
    await page.getByRole('dialog', { name: 'Reported' }).getByText('Engine engine goes on.').waitFor();
    await page.keyboard.press('Escape');
    await delivery.getByText('Brand damage reported by admin@gate.test: Named a rumour.').waitFor();
    await delivery.getByRole('list', { name: 'Reported as brand damage' }).waitFor();
    await page.goto(`${gate.httpBase}/app/deliveries/${held.id}`);
    await page.getByRole('heading', { name: 'Why' }).waitFor();
    expect(await page.getByRole('button', { name: 'Report brand damage' }).count()).toBe(0);
    const auditor = await openAs(gate, 'auditor', `/deliveries/${id}`);
    await auditor.page.getByText('Named a rumour.').first().waitFor();
    expect(await auditor.page.getByRole('button', { name: 'Report brand damage' }).count()).toBe(0);
    expect([...troubles, ...auditor.troubles]).toEqual([]);
  }, 60_000);
});

test('an admin sees what tripped the switch and what the monitors say before arming it again', async () => {
  const { gate, id } = await gateWithMail();
  const { database } = gate.app;
  await database.transact((trx) =>
    addCalls(
      trx,
      Array.from({ length: 60 }, (_, i) => ({
        at: gate.now(),
        adapter_version: 'fake@1',
        result: i < 8 ? ('malformed' as const) : ('ok' as const),
        latency_ms: i < 8 ? null : 120,
      })),
    ),
  );
  const admin = await signIn(gate);
  await admin.send('POST', `/deliveries/${id}/brand-damage`, { what_happened: 'Named a rumour.' });
  const { page, troubles } = await openAs(gate, 'admin', '/settings/adapter');
  const monitors = page.getByRole('region', { name: 'Monitors' });
  const failed = monitors.getByRole('listitem').filter({ hasText: 'Failed calls' });
  await failed.getByText('over its limit', { exact: true }).waitFor();
  await failed.getByText(/8 of the last 61 questions .* got no reading: 13 %, limit 1\.0 %/).waitFor();
  const positives = monitors.getByRole('listitem').filter({ hasText: 'False positives' });
  await positives.getByText('not enough yet', { exact: true }).waitFor();
  await positives.getByText(/0 of 20 needed/).waitFor();
  await monitors.getByText('Shares of decisions').waitFor();
  await page.getByRole('region', { name: 'Brand damage' }).getByText('Named a rumour.').waitFor();

  await page.getByRole('button', { name: 'Arm it again' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/by admin@gate\.test: Brand damage was reported \(mail/).waitFor();
  await dialog.getByText(/Failed calls: 8 of the last 61 questions/).waitFor();
  await dialog.getByText(/windows of its monitors start anew/).waitFor();
  await shoot(page, 'adapter-reset-light-1280');
  await dialog.getByLabel('Why').fill('The record is mended.');
  await dialog.getByRole('button', { name: 'Arm it', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  // What was counted before is settled.
  await failed.getByText('not enough yet', { exact: true }).waitFor();
  expect(troubles).toEqual([]);
}, 60_000);

test('without an adapter there is nothing to watch, and the page says so', async () => {
  const gate = await startGate();
  const { page, troubles } = await openAs(gate, 'auditor', '/settings/adapter');
  await page.getByText('The rules judge alone; there is nothing to watch.').waitFor();
  await page.getByText(/No mail was ever reported/).waitFor();
  expect(troubles).toEqual([]);
}, 60_000);

describe.each([
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 390 },
  { scheme: 'dark', width: 390 },
])('in $scheme at $width px', ({ scheme, width }) => {
  test('the reported mail, its dialog and the monitors have no fault that axe knows and do not scroll sideways', async () => {
    const { gate, id } = await gateWithMail();
    const admin = await signIn(gate);
    await admin.send('POST', `/deliveries/${id}/brand-damage`, {
      what_happened: 'She declined this twice, and complained to our founder about it.',
      rule: 'soft_rejection',
    });
    await gate.app.database.transact((trx) =>
      addCalls(
        trx,
        Array.from({ length: 60 }, (_, i) => ({
          at: gate.now(),
          adapter_version: 'fake@1',
          result: i < 8 ? ('malformed' as const) : ('ok' as const),
          latency_ms: i < 8 ? null : 6_200,
        })),
      ),
    );
    const { page, troubles } = await openAs(gate, 'admin', `/deliveries/${id}`, {
      width,
      height: width === 390 ? 844 : 800,
      dark: scheme === 'dark',
    });
    const found: string[] = [];
    const look = async (what: string): Promise<void> => {
      await shoot(page, `${what}-${scheme}-${width}`);
      found.push(...(await axeFaults(page)).map((fault) => `${what}: ${fault}`));
      const sideways = await wider(page);
      if (sideways > 0) found.push(`${what}: scrolls sideways by ${sideways} px`);
    };
    await page.getByRole('list', { name: 'Reported as brand damage' }).waitFor();
    await look('message-damage');
    await page.getByRole('button', { name: 'Report brand damage' }).click();
    await page.getByRole('dialog').getByLabel('What happened').waitFor();
    await look('damage-dialog');
    await page.goto(`${gate.httpBase}/app/settings/adapter`);
    await page.getByRole('region', { name: 'Monitors' }).getByText('Failed calls').waitFor();
    await look('adapter-monitors');
    expect([...found, ...troubles]).toEqual([]);
  }, 90_000);
});
