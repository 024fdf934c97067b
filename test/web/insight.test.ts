import { expect, it } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { populatedGate } from '../support/populate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

it('figures are seen as charts and as tables, the log is filtered by the address, and health says what to do', async () => {
  const gate = await populatedGate();
  const context = await openBrowser();
  await signInBrowser(context, gate, await signIn(gate));
  const page = await context.newPage();
  const { troubles } = watchPage(page);

  await page.goto(`${gate.httpBase}/app/insight?range=24h`);
  const decisions = page.getByRole('region', { name: 'Decisions over time', exact: true });
  const chart = decisions.getByRole('img', { name: /14 deliveries judged; 3 PASS/ });
  await chart.locator('svg path').first().waitFor();
  await decisions.getByRole('button', { name: 'As a table' }).click();
  const cells = await decisions.locator('tbody tr').last().locator('td').allTextContents();
  expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBeLessThanOrEqual(14);
  expect(cells).toHaveLength(6);
  await page.getByLabel('Engine').selectOption('demo');
  await page.waitForURL(/engine=/);
  expect(page.url()).toContain('range=24h');

  await page.goto(`${gate.httpBase}/app/audit?action=judged`);
  const entries = page.getByRole('region', { name: 'Entries' });
  await entries.getByRole('row').nth(14).waitFor();
  await page.getByLabel('Words').fill('c_level');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/q=c_level/);
  await expect.poll(() => entries.getByRole('row').count()).toBe(2);
  await entries.getByText('hold reason: c_level').first().waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe('presend-audit.csv');
  await entries.getByRole('link', { name: /delivery/ }).click();
  await page.waitForURL(/\/app\/deliveries\//);

  await page.goto(`${gate.httpBase}/app/health`);
  const row = page.getByRole('row', { name: /Upstream/ });
  await row.getByText('▲ look at it').waitFor();
  await row.getByText('What to do:').waitFor();
  expect(troubles).toEqual([]);
}, 120_000);
