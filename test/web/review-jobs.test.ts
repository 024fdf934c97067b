import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { addSuppression } from '../../src/crm/suppression-store.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { builtApp } from '../support/web-app.ts';

const TEXT =
  'Hi Maria,\n\ncongratulations on the $40M Series B that you closed last month. Would a short call on Thursday be useful?\n\nBest,\nAnn';
const HTML = `<html><body><p>Hi Maria,</p><p>congratulations on the <b>$40M</b>
  <i>Series&nbsp;B</i> that you closed last month. Would a short call on Thursday be useful?</p><p>Best,<br>Ann</p>
  <script>parent.hit = 1</script><img src="http://127.0.0.1:9/open.gif" onerror="parent.hit = 1"></body></html>`;

const RAW = [
  'From: Ann <ann@sender.example>',
  'To: Maria Lopez <maria@northwind.example>',
  'Subject: Your Series B',
  'Message-ID: <funding-1@sender.example>',
  'Date: Fri, 27 Nov 2026 08:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  TEXT,
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  HTML,
  '--b--',
  '',
]
  .join('\n')
  .replaceAll(/\r?\n/gu, '\r\n');

/** A gate that holds one mail for what it says of the prospect's funding. */
async function heldFunding(): Promise<{ gate: TestGate; id: string; upstream: SmtpUpstream }> {
  builtApp();
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    config: { upstreams: [upstreamConfig(upstream)], delivery: { undo_seconds: 10 } },
  });
  await addProspect(gate, 'maria@northwind.example', {
    prospect: { name: 'Maria Lopez' },
    company: { name: 'Northwind Labs', funding_confidence: 'low' },
  });
  await gate.send({ to: 'maria@northwind.example', raw: RAW });
  const [held] = await gate.until(([one]) => one?.state === 'held', 'the mail is held');
  return { gate, id: held.id, upstream };
}

async function reviewer(gate: TestGate, name: string): Promise<{ page: Page; troubles: string[] }> {
  const context = await openBrowser();
  const user = await signIn(gate, {
    role: 'reviewer',
    name,
    email: `${name.split(' ')[0].toLowerCase()}@gate.test`,
  });
  await signInBrowser(context, gate, user);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(15_000);
  const { troubles } = watchPage(page);
  return { page, troubles };
}

const stateOf = async (gate: TestGate, id: string) =>
  (await gate.deliveries()).find((one) => one.id === id)?.state;

/** Everything that a real mail server behind the gate was handed. */
const arrived = (upstream: SmtpUpstream): string =>
  upstream.received.map(({ raw }) => raw.toString()).join('\n');

describe('a reviewer, a browser and a real gate', () => {
  it('finds held mail, sees why, edits it, releases it, takes it back, releases it again, and it arrives', async () => {
    const { gate, id, upstream } = await heldFunding();
    const { page, troubles } = await reviewer(gate, 'Rita Reviewer');
    await page.goto(`${gate.httpBase}/app/`);
    const row = page.locator(`[data-id="${id}"]`);
    await row.getByText('Unsure funding').waitFor();
    await row.getByText('Northwind Labs').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.getByRole('heading', { name: 'Your Series B' }).waitFor();
    const marks = page.frameLocator('iframe.mail-frame').locator('presend-mark');
    await marks.first().waitFor();
    expect((await marks.allInnerTexts()).join(' ')).toContain('$40M');
    expect(await page.evaluate(() => (globalThis as { hit?: number }).hit)).toBeUndefined();
    await page
      .getByRole('row', { name: /funding_\s*confidence/ })
      .getByText('low')
      .waitFor();

    await page.keyboard.press('e');
    const text = page.getByLabel('Text', { exact: true });
    await text.fill(
      (await text.inputValue()).replace(/the \$40M\s+Series\s+B that you closed last month/u, 'your growth'),
    );
    await expect.poll(() => page.locator('.diff ins').count()).toBeGreaterThan(0);
    await page.keyboard.press('Control+Enter');
    // The subject says it as well.
    await page.getByText('The judge would still stop it: Block.').waitFor();
    await page.getByLabel('Subject').fill('Your growth');
    await page.getByText('Changed since it was judged').waitFor();
    await page.getByRole('button', { name: 'Judge the new text' }).click();
    await page.getByText('The new text passes.').waitFor();
    expect(await stateOf(gate, id)).toBe('held');
    await page.keyboard.press('r');
    await page.getByText('Released: Maria Lopez').waitFor();
    await expect.poll(() => stateOf(gate, id)).toBe('relaying');

    await page.keyboard.press('z');
    await page.getByText('Taken back: Maria Lopez is held again').waitFor();
    expect(await stateOf(gate, id)).toBe('held');
    expect(arrived(upstream)).toBe('');

    await page.goto(`${gate.httpBase}/app/deliveries/${id}`);
    await page.getByText('your growth').first().waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('1');
    await page.getByText('Released: Maria Lopez').waitFor();
    await expect.poll(() => stateOf(gate, id)).toBe('relaying');
    gate.advance(11_000);
    await gate.until(([one]) => one?.state === 'relayed', 'it is relayed');
    expect(arrived(upstream)).toContain('your growth');
    expect(arrived(upstream)).toContain('Subject: Your growth');
    expect(arrived(upstream)).not.toContain('$40M');
    const labels = await gate.app.database.db.selectFrom('labels').select(['right', 'act']).execute();
    expect(labels.filter(({ act }) => act === 'release')).toEqual([
      // What was taken back is no answer any more.
      { right: 'right', act: 'release' },
    ]);
    // The sandbox tells what it stopped while the mail was cleaned in it.
    expect(troubles.filter((one) => !/Blocked script execution in '.*\/app\/mail-frame'/u.test(one))).toEqual(
      [],
    );
  }, 90_000);

  it('cannot release to somebody who opted out while the mail was held, and is told so', async () => {
    const { gate, id, upstream } = await heldFunding();
    const { page } = await reviewer(gate, 'Rita Reviewer');
    await page.goto(`${gate.httpBase}/app/deliveries/${id}`);
    await page.getByRole('heading', { name: 'Your Series B' }).waitFor();
    await page.getByRole('button', { name: /^Release/ }).waitFor();
    await gate.app.database.transact((trx) =>
      addSuppression(
        trx,
        {
          value: 'maria@northwind.example',
          kind: 'address',
          channel: 'email',
          reason: 'asked by phone',
          source: 'test',
        },
        { actor: 'test', at: Date.now() },
      ),
    );
    await page.keyboard.press('w');
    await page.keyboard.press('1');
    const toast = page.locator('.toast[data-tone=failure]');
    await toast.waitFor();
    expect(await toast.innerText()).toMatch(/opted out|opt-out|suppressed|judged it again/iu);
    await gate.until(([one]) => one?.state === 'suppressed', 'it is suppressed');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.locator('.head-state').getByText('Suppressed').waitFor();
    gate.advance(11_000);
    // Its engine is told; the prospect gets nothing.
    await gate.until(
      (all) => all.every((one) => one.kind === 'mail' || one.state === 'relayed'),
      'the report left',
    );
    expect(upstream.received.flatMap(({ to }) => to)).toEqual(['ann@sender.example']);
  }, 60_000);

  it('sees the other reviewer at the same message, and who was faster', async () => {
    const { gate, id } = await heldFunding();
    const { page: rita } = await reviewer(gate, 'Rita Reviewer');
    const { page: ben } = await reviewer(gate, 'Ben Miller');
    await rita.goto(`${gate.httpBase}/app/queue`);
    await rita.locator(`[data-id="${id}"]`).waitFor();
    await rita.locator(`[data-id="${id}"] .row-link`).click();
    await rita.getByRole('heading', { name: 'Your Series B' }).waitFor();
    await ben.goto(`${gate.httpBase}/app/queue`);
    await ben.locator(`[data-id="${id}"]`).waitFor();
    await ben.locator(`[data-id="${id}"] .row-link`).click();
    await rita.getByText('Ben Miller is looking at this').waitFor();
    await ben.getByText('Rita Reviewer is looking at this').waitFor();

    await rita.keyboard.press('u');
    await rita.locator(`[data-id="${id}"]`).waitFor();
    await ben.keyboard.press('2');
    await ben.keyboard.press('1');
    await ben.keyboard.press('r');
    await rita.locator(`[data-id="${id}"]`).getByText('Rejected by Ben').waitFor();
    expect(await stateOf(gate, id)).toBe('rejected');
  }, 60_000);

  it('tells the slower of two reviewers what the other did', async () => {
    const { gate, id } = await heldFunding();
    const { page: rita } = await reviewer(gate, 'Rita Reviewer');
    await rita.goto(`${gate.httpBase}/app/deliveries/${id}`);
    await rita.getByRole('heading', { name: 'Your Series B' }).waitFor();
    // Rita's page does not hear of it: her act arrives with what she saw.
    await rita.route('**/api/deliveries/*/release', async (route) => {
      const ben = await signIn(gate, { role: 'reviewer', name: 'Ben Miller', email: 'ben@gate.test' });
      await ben.send('POST', `/deliveries/${id}/reject`, { reason: 'Wrong facts' });
      await route.continue();
    });
    await rita.keyboard.press('r');
    await rita.keyboard.press('1');
    const toast = rita.locator('.toast[data-tone=failure]');
    await toast.getByText('Maria Lopez has changed meanwhile').waitFor();
    expect(await toast.innerText()).toMatch(/Ben|rejected/u);
    await rita.getByRole('button', { name: 'Look at it' }).click();
    await rita.locator('.head-state').getByText('Rejected').waitFor();
  }, 60_000);
});
