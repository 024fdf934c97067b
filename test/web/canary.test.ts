import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { listRuns } from '../../src/kill-switch/canary/store.ts';
import { axeFaults } from '../support/axe.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { startGate } from '../support/gate.ts';
import { answerKey, someProbes } from '../support/probes.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

/** With SHOTS=<folder> pictures are kept there. */
const SHOTS = process.env['SHOTS'] ?? null;

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === null) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

test('the canary shows why the adapter is barred, how far it is, and what came of it', async () => {
  const folder = someProbes(4);
  const answer = answerKey(folder);
  let letOn!: () => void;
  const held = new Promise<void>((resolve) => (letOn = resolve));
  let asked = 0;
  const adapter = new FakeAdapter(async (input) => {
    const known = answer(input);
    if (known && ++asked > 10) await held;
    return { [known?.gold ?? 'PASS']: 0.97 };
  });
  const gate = await startGate({ model: modelOf(adapter), probes: folder });
  const admin = await signIn(gate);
  const context = await openBrowser();
  await signInBrowser(context, gate, admin);
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/settings/adapter`);
  const panel = page.getByRole('region', { name: 'Canary', exact: true });
  await panel.getByText('adapter barred').waitFor();
  await panel.getByText(/barred until the canary has passed \(10 of 80\)/).waitFor();
  await panel.getByText(/^10 of 80 cases, [\d.]+ a second, .* to go/).waitFor();
  await shoot(page, 'canary-running');
  letOn();
  await panel.getByText('passed', { exact: true }).first().waitFor();
  const table = panel.getByRole('region', { name: 'Right answers by probe' });
  await table.getByRole('row', { name: /^A07 4\/4/ }).waitFor();
  await table.getByRole('row', { name: /^all / }).waitFor();
  await shoot(page, 'canary-passed');

  // The adapter gets worse; a person asks for all cases.
  adapter.script = (input) => ({
    [answer(input)?.gold === 'SUPPRESS' ? 'PASS' : (answer(input)?.gold ?? 'PASS')]: 0.97,
  });
  await panel.getByRole('button', { name: 'Run all cases' }).click();
  await panel.getByText('It fell').waitFor();
  await panel.getByText('fell', { exact: true }).first().waitFor();
  await panel.getByText(/for the worse/).click();
  await panel
    .getByRole('region', { name: 'The adapter since it was accepted' })
    .getByText('A07-01/bad')
    .waitFor();
  await shoot(page, 'canary-fell');
  expect((await listRuns(gate.app.database.db, 1))[0]).toMatchObject({ state: 'fell', trigger: 'asked' });
  await page.getByText('tripped: shadow').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  expect(troubles).toEqual([]);
}, 120_000);
