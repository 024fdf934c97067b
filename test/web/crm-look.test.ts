import { it } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { populatedGate } from '../support/populate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

it('look', async () => {
  const gate = await populatedGate();
  const admin = await signIn(gate);
  for (const [width, dark] of [
    [1280, false],
    [1280, true],
    [390, false],
    [390, true],
  ] as const) {
    const context = await openBrowser({ width, height: width === 390 ? 844 : 800, dark });
    await signInBrowser(context, gate, admin);
    const page = await context.newPage();
    const { troubles } = watchPage(page);
    const shot = (name: string) =>
      page.screenshot({ path: `/tmp/crmshots/${name}-${width}-${dark ? 'dark' : 'light'}.png` });
    await page.goto(`${gate.httpBase}/app/crm/prospects`);
    await page.locator('.ag-row').first().waitFor();
    await page.waitForTimeout(500);
    await shot('prospects');
    await page.goto(`${gate.httpBase}/app/crm/companies?f.headcount=100..3000`);
    await page.locator('.ag-row').first().waitFor();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.waitForTimeout(300);
    await shot('companies-filters');
    await page.locator('.crm-open').first().click();
    await page.getByRole('tab', { name: 'Fields' }).waitFor();
    await page.waitForTimeout(300);
    await shot('drawer');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.waitForTimeout(300);
    await shot('history');
    await page.getByRole('tab', { name: 'Related' }).click();
    await page.waitForTimeout(300);
    await shot('related');
    console.log(width, dark, troubles);
  }
}, 120000);
