import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { type FakeGate, startFakeGate } from './fake-api.ts';
import { MAILS, manyMails } from './fake-fixtures.ts';

async function openQueue(gate: FakeGate, search = ''): Promise<{ page: Page; troubles: string[] }> {
  const context = await openBrowser();
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(8_000);
  const { troubles } = watchPage(page);
  await page.goto(`${gate.base}/app/queue${search}`);
  await page.locator('.list-head').waitFor();
  return { page, troubles };
}

const subjects = (page: Page): Promise<string[]> => page.locator('.row-link').allInnerTexts();
const focused = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => document.activeElement?.closest('[data-id]')?.getAttribute('data-id'));

describe('the held queue', () => {
  it('keeps its filters and search in the address, and shows them again from there', async () => {
    const gate = await startFakeGate();
    const { page, troubles } = await openQueue(gate);
    expect(await subjects(page)).toHaveLength(5);

    await page.getByRole('button', { name: /^Reason/ }).click();
    await page.getByRole('checkbox', { name: /C-level/ }).check();
    await expect.poll(() => new URL(page.url()).search).toBe('?reason=c_level');
    await expect.poll(() => subjects(page)).toEqual(['Platform capacity for HugeCorp']);
    await page
      .getByRole('checkbox', { name: /Caveat missing/ })
      .waitFor({ state: 'hidden' })
      .catch(() => {});
    await page.keyboard.press('Escape');

    await page.keyboard.press('/');
    await page.keyboard.type('nobody says this');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('nobody says this');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('nobody says this');
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await expect.poll(() => subjects(page)).toHaveLength(5);
    expect(new URL(page.url()).search).toBe('');
    await page.goBack();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('says that there is more where counting stopped, in the list and in the message', async () => {
    const gate = await startFakeGate({ mails: manyMails(1_050), counted: 1_000 });
    const { page, troubles } = await openQueue(gate);
    expect(await page.locator('.list-head').innerText()).toContain('1,000+ held, 50 shown');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.head-position').innerText()).toBe('1 of 1,000+');
    expect(troubles).toEqual([]);
  });

  it('is worked by the keyboard alone: move, select, open, come back to the same row', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    const ids = await page
      .locator('[data-id]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id')));
    await page.keyboard.press('j');
    expect(await focused(page)).toBe(ids[0]);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('k');
    expect(await focused(page)).toBe(ids[0]);
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.waitForURL(`**/deliveries/${ids[1]}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('u');
    await page.waitForURL('**/queue');
    await page.getByText('1 selected').waitFor();
    await expect.poll(() => focused(page)).toBe(ids[1]);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/deliveries/${ids[1]}`);
  });

  it('counts what comes in without moving a row, and loads it when asked', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    const before = await subjects(page);
    const row = page.locator('[data-id=d03]');
    await row.hover();
    const where = await row.boundingBox();
    for (const [i, mail] of manyMails(3).entries()) gate.hold({ ...mail, heldHoursAgo: i === 0 ? 30 : 0 });
    await page.getByRole('button', { name: '3 new' }).waitFor();
    expect(await subjects(page)).toEqual(before);
    expect(await row.boundingBox()).toEqual(where);
    await page.getByRole('button', { name: '3 new' }).click();
    await expect.poll(() => subjects(page)).toHaveLength(before.length + 3);
    expect(await page.getByRole('button', { name: /new$/ }).count()).toBe(0);
  });

  it('counts new ones also while pages are still to be loaded, and loads those as they are', async () => {
    const gate = await startFakeGate({ mails: manyMails(70) });
    const { page } = await openQueue(gate);
    expect(await subjects(page)).toHaveLength(50);
    gate.change('n001', 'held');
    gate.hold({ ...MAILS[0], heldHoursAgo: 0 });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(async () => (await subjects(page)).length).toBeGreaterThanOrEqual(70);
  });

  it('marks in place what somebody else has settled', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    const before = await subjects(page);
    gate.change('d03', 'relaying');
    await page.locator('[data-id=d03]').getByText('Released by Ben Miller').waitFor();
    gate.change('d02', 'rejected');
    await page.locator('[data-id=d02]').getByText('Rejected by Ben Miller').waitFor();
    expect(await subjects(page)).toEqual(before);
  });

  it('releases in bulk only what was opened, and names the rest', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    await page.locator('[data-id=d03] .row-link').click();
    await page.getByRole('heading', { name: 'Live in two weeks' }).waitFor();
    await expect.poll(() => gate.item('d03').opened).toBe(true);
    await page.keyboard.press('u');
    await page.locator('[data-id=d03] input').check();
    await page.locator('[data-id=d04] input').click({ modifiers: ['Shift'] });
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('1');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Engineering capacity').waitFor();
    await dialog.getByRole('button', { name: 'Open them one after another' }).waitFor();
    await dialog.getByRole('button', { name: 'Release the 1 that were' }).click();
    await page.getByRole('dialog', { name: 'Release: Jo Park' }).waitFor();
    await page.keyboard.press('w');
    await page.locator('[data-id=d03]').getByText('Released by you').waitFor();
    const asked = gate.asked.find(({ path }) => path === '/queue/bulk');
    expect(asked?.body).toEqual({ ids: ['d03'], act: 'release', label: 'wrong' });
    await page.keyboard.press('z');
    await expect.poll(() => gate.item('d03').state).toBe('held');
    await page.locator('[data-id=d03] .row-mark').waitFor({ state: 'detached' });
  });

  it('says whom a forward goes to, and what to set where there is nobody', async () => {
    const mails = MAILS.map((mail) =>
      mail.id === 'd02' ? { ...mail, view: { account_owner: null } } : mail,
    );
    const gate = await startFakeGate({ mails });
    const { page } = await openQueue(gate);
    const dialog = page.getByRole('dialog');
    await page.locator('[data-id=d03] .row-link').focus();
    await page.keyboard.press('3');
    await dialog.getByText('Goes to owner@sender.example').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('[data-id=d02] .row-link').focus();
    await page.keyboard.press('3');
    await dialog.getByText('set account_owner in the CRM, or escalation.fallback').waitFor();
    expect(await dialog.getByRole('button', { name: /^Right/ }).isDisabled()).toBe(true);
    await page.keyboard.press('r');
    await page.keyboard.press('Enter');
    expect(await dialog.count()).toBe(1);
    expect(gate.asked.filter(({ path }) => path.endsWith('/escalate'))).toEqual([]);
  });

  it('goes on to the next row that stands after an act, so that the next key acts there', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    const ids = await page
      .locator('[data-id]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id')));
    gate.change(ids[1]!, 'rejected');
    await page.locator(`[data-id=${ids[1]}] .row-mark`).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('3');
    await page.getByText('Goes to').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toBe(ids[2]);
    await page.keyboard.press('2');
    await page.getByRole('dialog', { name: /^Reject/ }).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('r');
    await page.locator(`[data-id=${ids[2]}]`).getByText('Rejected by you').waitFor();
    await expect.poll(() => focused(page)).toBe(ids[3]);

    // Its row goes with the next load of the list.
    gate.change(ids[3]!, 'rejected');
    await page.locator(`[data-id=${ids[3]}] .row-mark`).waitFor();
    await page.keyboard.press('.');
    await expect.poll(() => page.locator('[data-id]').count()).toBe(1);
    await expect.poll(() => focused(page)).toBe(ids[4]);
  });

  it('opens the message at its comment, so that what is typed next is text', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    await page.locator('[data-id=d03] .row-link').focus();
    await page.keyboard.press('c');
    await page.waitForURL('**/deliveries/d03#comment');
    const box = page.getByRole('textbox', { name: 'Comment for colleagues' });
    await expect.poll(() => box.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('ju1');
    expect(await box.inputValue()).toBe('ju1');
  });

  it('says once, and not for long, that the same person has done it already', async () => {
    const at = Date.now();
    const timeline = [{ at, actor: 'rita@presend.example', action: 'reject', detail: {} }];
    const mails = MAILS.map((mail) => (mail.id === 'd03' ? { ...mail, view: { timeline } } : mail));
    const gate = await startFakeGate({ mails });
    const { page } = await openQueue(gate);
    await page.locator('[data-id=d03] .row-link').focus();
    await page.keyboard.press('2');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('r');
    await page.locator('[data-id=d03]').getByText('Rejected by you').waitFor();
    for (let i = 0; i < 2; i++) {
      gate.failNext('/claim', 409, 'conflict', 'You rejected it just now.');
      await page.locator('[data-id=d03] .row-link').focus();
      await page.keyboard.press('a');
      await page.locator('.toast[data-tone=info]').getByText('Jo Park was already rejected').waitFor();
    }
    expect(await page.locator('.toast').count()).toBe(1);
    await page.locator('.toast').waitFor({ state: 'detached' });
    expect(await page.locator('[data-id=d03] .row-mark').innerText()).toBe('Rejected by you');
  });

  it('settles a cause once for its group after a sample was read', async () => {
    const mails = manyMails(12).map((mail) => ({ ...mail, more: { cause: 'stale' } }));
    const gate = await startFakeGate({ mails });
    const { page } = await openQueue(gate);
    const cause = page.getByRole('region', { name: 'Held for one cause' });
    await cause.getByText('the CRM sync is stale').waitFor();
    expect(await cause.getByRole('button', { name: 'Release all' }).isDisabled()).toBe(true);
    await cause.getByRole('button', { name: 'Read a sample (0 of 2)' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => gate.item('n001').opened).toBe(true);
    await page.keyboard.press('j');
    await expect.poll(() => gate.item('n002').opened).toBe(true);
    await page.keyboard.press('u');
    await cause.getByRole('button', { name: 'Release all' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('r');
    await cause.getByRole('progressbar').waitFor();
    await expect.poll(() => gate.item('n012').state, { timeout: 15_000 }).toBe('relaying');
    await expect.poll(() => page.getByText('Released by you').count()).toBeGreaterThan(5);
  });

  it('saves, renames, shares and deletes a view', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate, '?engine=outbound-east');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('East only');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const views = page.getByRole('navigation', { name: 'Saved views' });
    await views.getByRole('link', { name: 'East only 1' }).waitFor();
    await page.getByRole('button', { name: 'Change the view East only' }).click();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('The east');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await views.getByRole('link', { name: 'The east 1' }).waitFor();
    await page.getByRole('button', { name: 'Change the view The east' }).click();
    await page.getByRole('button', { name: 'Share with everybody' }).click();
    await page.getByText('Everybody sees “The east” now').waitFor();
    await page.getByRole('button', { name: 'Change the view The east' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await views.getByRole('link', { name: /The east/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save view' }).waitFor();
  });

  it('shows a lost connection, recovers, and then says what happened meanwhile', async () => {
    const gate = await startFakeGate();
    const { page } = await openQueue(gate);
    await gate.goAway();
    await page.getByText('The connection to the gate is lost').waitFor();
    gate.change('d03', 'rejected');
    gate.hold(manyMails(1)[0]);
    await gate.comeBack();
    await page
      .getByText('The connection to the gate is lost')
      .waitFor({ state: 'detached', timeout: 15_000 });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.locator('[data-id=d03] .row-mark').waitFor();
  });

  it('has no shortcuts where the account turned them off, and none while typing', async () => {
    const off = await startFakeGate({ shortcuts: false });
    const { page } = await openQueue(off);
    await page.keyboard.press('j');
    expect(await focused(page)).toBeFalsy();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Where to').waitFor();

    const on = await startFakeGate();
    const { page: typing } = await openQueue(on);
    await typing.getByRole('searchbox').focus();
    await typing.keyboard.type('jx?');
    expect(await typing.getByRole('searchbox').inputValue()).toBe('jx?');
    expect(await typing.getByRole('dialog').count()).toBe(0);
  });

  it('finds pages, acts and mail from the palette', async () => {
    const gate = await startFakeGate();
    const { page, troubles } = await openQueue(gate);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Where to').fill('northwind');
    await page.getByText('Held mail with “northwind”').click();
    await expect.poll(() => subjects(page)).toEqual(['Congratulations on your Series B']);
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
  });

  it('says what happens next where nothing is held', async () => {
    const gate = await startFakeGate({ mails: [] });
    const { page } = await openQueue(gate);
    await page.getByRole('heading', { name: 'Nothing is held' }).waitFor();
    gate.hold(MAILS[0]);
    await page.getByRole('button', { name: '1 new' }).click();
    await expect.poll(() => subjects(page)).toEqual(['Congratulations on your Series B']);
  });
});
