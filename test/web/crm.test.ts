import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import type { GridPage } from '../../src/crm/web-types.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { axeFaults } from '../support/axe.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';
import { type SignedIn, signIn, signInBrowser } from '../support/sign-in.ts';

vi.setConfig({ testTimeout: 120_000 });

/** With SCREENS=1 dialogs are also kept as pictures for docs/screens. */
const SCREENS = process.env['SCREENS'] === '1' ? join(PROJECT_ROOT, 'docs/screens') : null;

interface Desk {
  gate: TestGate;
  ann: SignedIn;
  page: Page;
  troubles: string[];
}

async function desk(options: { width?: number; dark?: boolean } = {}): Promise<Desk> {
  const gate = await startGate({ config: { decisions: { ESCALATE: 'hold' } } });
  const ann = await signIn(gate);
  const context = await openBrowser(options);
  await signInBrowser(context, gate, ann);
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  return { gate, ann, page, troubles };
}

/** Jane's mail is held because a CTO of a company of 3000 is for a person. */
async function heldDesk(options: { width?: number; dark?: boolean } = {}): Promise<Desk> {
  const all = await desk(options);
  await addProspect(all.gate, 'jane@acme.example', {
    prospect: { recipient_role: 'cto', name: 'Jane Roe' },
    company: { name: 'Acme', domain: 'acme.example', headcount: 3000, city: 'Oslo' },
  });
  await all.gate.send({ to: 'jane@acme.example' });
  await all.gate.until((list) => list[0]?.state === 'held', 'held');
  return all;
}

/** Of the one row that the search leaves: pinned columns and columns out of sight have elements of their own. */
const cellOf = (page: Page, field: string) => page.locator(`.ag-row [col-id="${field}"]`);

/** Puts the keyboard on a cell, as a click does. */
async function focusCell(page: Page, field: string): Promise<void> {
  await cellOf(page, field).click();
}

const toast = (page: Page, text: string | RegExp) => page.locator('.toast').filter({ hasText: text });

async function openCompanies({ gate, page }: Desk): Promise<void> {
  await page.goto(`${gate.httpBase}/app/crm/companies?q=acme`);
  await cellOf(page, 'name').waitFor();
}

it('an edit says whom it would affect, has them judged again, and is taken back from the history', async () => {
  const all = await heldDesk();
  const { gate, page, troubles } = all;
  await openCompanies(all);
  await focusCell(page, 'headcount');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1500');
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog');
  await question.getByText('1 held message would change verdict.').waitFor();
  await question.getByRole('button', { name: 'Show' }).click();
  await question.getByText('ESCALATE · c level').waitFor();
  await question.getByText('PASS').waitFor();
  expect((await gate.deliveries())[0].decision).toBe('ESCALATE');
  await question.getByRole('button', { name: 'Change Headcount of Acme' }).click();
  await toast(page, '1 held message judged again: 1 verdict changed.').waitFor();
  await cellOf(page, 'headcount').filter({ hasText: '1,500' }).waitFor();
  expect((await gate.deliveries())[0]).toMatchObject({ state: 'held', decision: 'PASS' });

  await page.getByRole('button', { name: 'Open Acme' }).click();
  const drawer = page.getByRole('dialog', { name: 'Acme' });
  await drawer.getByRole('tab', { name: 'Held (1)' }).click();
  await drawer.getByRole('link', { name: 'jane@acme.example' }).waitFor();
  await drawer.getByRole('tab', { name: 'History' }).click();
  await drawer.getByText('Headcount: 3000').waitFor();
  await drawer.getByRole('button', { name: /^Revert change/u }).click();
  await page
    .getByRole('dialog', { name: /^Revert change \d+\?$/u })
    .getByRole('button', { name: /^Revert/u })
    .click();
  await drawer.getByText('taken back since').waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  // The focus is back where the record was opened from.
  await page.waitForFunction(() => document.activeElement?.closest('.ag-cell') !== null);
  await cellOf(page, 'headcount').filter({ hasText: '3,000' }).waitFor();
  expect((await gate.deliveries())[0]).toMatchObject({ state: 'held', decision: 'ESCALATE' });
  expect(troubles).toEqual([]);
});

it('the keyboard alone edits, copies, pastes and undoes, and a refused cell keeps what was typed', async () => {
  const all = await heldDesk();
  const { page, gate, troubles } = all;
  await openCompanies(all);
  await focusCell(page, 'city');
  await page.keyboard.press('F2');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Bergen');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('[col-id]')?.getAttribute('col-id'))).toBe(
    'country',
  );
  await toast(page, 'Change City of Acme: done.').waitFor();
  await cellOf(page, 'city').filter({ hasText: 'Bergen' }).waitFor();

  await focusCell(page, 'city');
  await page.keyboard.press('Control+C');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+V');
  await cellOf(page, 'country').filter({ hasText: 'Bergen' }).waitFor();
  await toast(page, 'Change Country of Acme: done.').waitFor();

  await focusCell(page, 'country');
  await page.keyboard.press('Control+Z');
  await toast(page, 'Undone: Change Country of Acme').waitFor();
  await page.keyboard.press('Control+Z');
  await toast(page, 'Undone: Change City of Acme').waitFor();
  await cellOf(page, 'city').filter({ hasText: 'Oslo' }).waitFor();

  // From Country over City, Industry and Disqualifiers to Headcount.
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('12-50');
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert', { name: 'Not saved' });
  await alert
    .getByText('Headcount "12-50" is a range: write one number, the upper end when unsure.')
    .waitFor();
  await cellOf(page, 'headcount').filter({ hasText: '12-50' }).waitFor();
  await alert.getByRole('button', { name: 'Edit' }).click();
  expect(await page.locator('.ag-cell-inline-editing input').inputValue()).toBe('12-50');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('2900');
  await page.keyboard.press('Enter');
  await toast(page, 'Change Headcount of Acme: done.').waitFor();
  await alert.waitFor({ state: 'hidden' });
  const company = await gate.app.database.db
    .selectFrom('companies')
    .selectAll()
    .where('name', '=', 'Acme')
    .executeTakeFirstOrThrow();
  expect(company).toMatchObject({ city: 'Oslo', country: null, headcount: 2900 });
  // The refusal itself is told by the browser's console.
  expect(troubles.filter((one) => !one.includes('400 (Bad Request)'))).toEqual([]);
});

it('two admins on one cell: the later one is told who was first, and edits of others appear', async () => {
  const all = await heldDesk();
  const { page, gate } = all;
  const ben = await signIn(gate, { email: 'ben@gate.test' });
  await openCompanies(all);
  const { id } = (await ben.get<GridPage>('/crm/companies?q=acme')).body.rows[0];
  await focusCell(page, 'city');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Bergen');
  // While Ann types, Ben is first.
  await ben.send('PATCH', `/crm/companies/${id}`, { fields: { city: 'Tromsø' } });
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert', { name: 'Not saved' });
  await alert.getByText('ben@gate.test changed city from "Oslo" to "Tromsø" meanwhile.').waitFor();
  await cellOf(page, 'city').filter({ hasText: 'Bergen' }).waitFor();
  await alert.getByRole('button', { name: 'Discard' }).click();
  await cellOf(page, 'city').filter({ hasText: 'Tromsø' }).waitFor();

  await ben.send('PATCH', `/crm/companies/${id}`, { fields: { country: 'Norway' } });
  await cellOf(page, 'country').filter({ hasText: 'Norway' }).waitFor();
});

it('10,000 rows with 3 bad ones are looked at, imported without them, and taken back', async () => {
  const all = await desk();
  const { page, gate, ann, troubles } = all;
  const rows = Array.from(
    { length: 10_000 },
    (_, i) => `person${i}@company${i % 500}.example,Person ${i},Company ${i % 500},${100 + (i % 500)}`,
  );
  rows[99] = 'no address,Nobody,Company 99,199';
  rows[4999] = 'person4999@company499.example,Person,Company 499,many';
  rows[9999] = 'person0@company0.example,Again,Company 0,100';
  const file = ['Email,Name,Company,Employees', ...rows].join('\n');
  const total = async (): Promise<number> => (await ann.get<GridPage>('/crm/prospects')).body.total;
  const before = await total();

  await page.goto(`${gate.httpBase}/app/crm/prospects`);
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const wizard = page.getByRole('dialog', { name: 'Import prospects' });
  await wizard
    .getByLabel('CSV file')
    .setInputFiles({ name: 'ten-thousand.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  const bad = wizard.getByRole('region', { name: 'Bad rows' });
  await bad.getByRole('row').nth(3).waitFor();
  expect(await bad.getByRole('row').allInnerTexts()).toEqual([
    expect.stringContaining('What is wrong'),
    '101\taddress\taddress "no address" is not a mail address: write e.g. jane@example.com',
    '5001\tcompany_headcount\theadcount "many" is not a number: write digits, e.g. 350',
    '10001\t–\tperson0@company0.example is in row 2 too: keep one of the two',
  ]);
  expect(await total()).toBe(before);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    wizard.getByRole('button', { name: 'Download all as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('ten-thousand-bad-rows.csv');

  await wizard.getByRole('button', { name: 'Import 9,997 rows, leave 3 out' }).click();
  await wizard.getByText('ten-thousand.csv is imported.').waitFor();
  const counts = await wizard.locator('.crm-counts').innerText();
  expect(counts.split(/\s*\n\s*/u)).toEqual(expect.arrayContaining(['10,497', 'new', '3', 'rows left out']));
  expect(await total()).toBe(before + 9997);
  await wizard.getByRole('button', { name: 'Take the import back' }).click();
  await wizard.getByText('The import of ten-thousand.csv was taken back.').waitFor();
  expect(await total()).toBe(before);
  await wizard.getByRole('button', { name: 'Done' }).click();
  await page
    .getByRole('status')
    .filter({ hasText: `${before} prospects` })
    .waitFor();
  expect(troubles).toEqual([]);
});

it('taking an opt-out back asks why, and filters, sorting and the open record stand in the address', async () => {
  const all = await heldDesk();
  const { page, gate, ann } = all;
  await ann.send('POST', '/crm/suppressions', {
    fields: { target: 'jane@elsewhere.example', channel: 'all', reason: 'by phone' },
  });
  await page.goto(`${gate.httpBase}/app/crm/suppressions`);
  await page.getByLabel('Search suppressions').fill('jane@else');
  await page.getByRole('status').filter({ hasText: '1 suppression' }).waitFor();
  await page.locator('.ag-row .ag-checkbox-input').first().check();
  await page.getByRole('button', { name: 'Delete 1 suppression' }).click();
  const question = page.getByRole('dialog', { name: /^Delete/u });
  const act = question.getByRole('button', { name: /^Delete/u });
  expect(await act.isDisabled()).toBe(true);
  await question.getByLabel('Why?').fill('it was another Jane');
  await act.click();
  await page.getByText('Nothing matches').waitFor();
  const entry = await gate.app.database.db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('subject_type', '=', 'suppression')
    .where('action', '=', 'deleted')
    .executeTakeFirstOrThrow();
  expect(JSON.parse(entry.detail)).toMatchObject({ reason: 'it was another Jane' });

  await page.getByRole('link', { name: 'Prospects', exact: true }).click();
  await page.getByRole('columnheader', { name: 'Name' }).click();
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('textbox', { name: 'Company', exact: true }).fill('Acme');
  await page.keyboard.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: /^\D*1 prospect(?!s)/ })
    .waitFor();
  await page.getByRole('button', { name: 'Open jane@acme.example' }).click();
  await page.getByRole('dialog', { name: 'jane@acme.example' }).waitFor();
  expect(new URL(page.url()).search).toMatch(/^\?f\.company_id=Acme&sort=name&dir=asc&record=p_/u);
  await page.reload();
  await page.getByRole('dialog', { name: 'jane@acme.example' }).waitFor();
  await page.goBack();
  await page.getByRole('dialog', { name: 'jane@acme.example' }).waitFor({ state: 'hidden' });
});

it('on a phone a record is looked up and put right in its drawer', async () => {
  const all = await heldDesk({ width: 390 });
  const { page, gate } = all;
  await page.goto(`${gate.httpBase}/app/crm/prospects`);
  await page.getByLabel('Search prospects').fill('jane roe');
  await page
    .getByRole('status')
    .filter({ hasText: /^\D*1 prospect(?!s)/ })
    .waitFor();
  await cellOf(page, 'address').click();
  const drawer = page.getByRole('dialog', { name: 'jane@acme.example' });
  await drawer.getByLabel('Address').fill('not an address');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.getByText('Address "not an address" is not a mail address').first().waitFor();
  expect(await drawer.getByLabel('Address').inputValue()).toBe('not an address');
  await drawer.getByRole('button', { name: 'Discard' }).click();
  await drawer.getByLabel('Title').fill('Chief Technology Officer');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await toast(page, 'Change Title of jane@acme.example: done.').waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBe(390);
});

it.each([
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 390 },
])('its dialogs have no fault that axe knows, in $scheme at $width px', async ({ scheme, width }) => {
  const { gate, page, ann } = await heldDesk({ width, dark: scheme === 'dark' });
  const { body } = await ann.get<GridPage>('/crm/companies?q=acme');
  const company = body.rows[0];
  await ann.send('PATCH', `/crm/companies/${company.id}`, { fields: { disqualifiers: 'odd' } });
  const found: string[] = [];
  const look = async (what: string): Promise<void> => {
    found.push(...(await axeFaults(page)).map((fault) => `${what}: ${fault}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) found.push(`${what}: scrolls sideways`);
    if (SCREENS) await page.screenshot({ path: join(SCREENS, `crm-${what}-${scheme}-${width}.png`) });
  };
  await page.goto(`${gate.httpBase}/app/crm/companies?record=${company.id}`);
  const drawer = page.getByRole('dialog', { name: 'Acme' });
  for (const [tab, sign] of [
    ['Fields', 'Save'],
    ['Related', '1 prospect'],
    ['History', 'changed it'],
    [/^Held/u, 'judged by this record'],
  ] as const) {
    await drawer.getByRole('tab', { name: tab }).click();
    await drawer.getByText(sign).first().waitFor();
    await look(`record-${typeof tab === 'string' ? tab.toLowerCase() : 'held'}`);
  }
  await drawer.getByRole('tab', { name: 'Fields' }).click();
  await drawer.getByLabel('Headcount').fill('many');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.getByRole('alert').first().waitFor();
  await look('record-refused');
  await drawer.getByLabel('Headcount').fill('90');
  await drawer
    .getByRole('textbox', { name: 'Disqualifiers' })
    .or(drawer.getByRole('combobox', { name: 'Disqualifiers' }))
    .press('Backspace');
  await drawer.getByRole('button', { name: 'Save' }).click();
  const question = page.getByRole('dialog', { name: /^Change/u });
  await question.getByLabel('Why?').waitFor();
  await look('question');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const wizard = page.getByRole('dialog', { name: 'Import companies' });
  await wizard.getByRole('button', { name: 'Choose a file' }).waitFor();
  await look('import-choose');
  const file = 'Company,Employees,Disqualifiers\nAcme,many,\nGlobex,300,\nAcme,3100,none\n';
  await wizard
    .getByLabel('CSV file')
    .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await wizard.getByRole('region', { name: 'Bad rows' }).waitFor();
  await look('import-preview');
  await wizard.getByRole('button', { name: 'Import 2 rows, leave 1 out' }).click();
  await wizard.getByText('a.csv is imported.').waitFor();
  await look('import-done');
  expect(found).toEqual([]);
});

it('an admin sees what is kept about a person, has it as a file, and erases it by typing the address', async () => {
  const all = await heldDesk();
  const { gate, page, ann } = all;
  const { body } = await ann.get<GridPage>('/crm/prospects?q=jane@acme.example');
  const { id } = body.rows[0];
  await page.goto(`${gate.httpBase}/app/crm/prospects?record=${id}`);
  await page.getByRole('button', { name: 'Export or erase this person' }).click();
  const dialog = page.getByRole('dialog', { name: 'Data about this person' });
  await dialog.getByText('the record with its history, 1 mail, of them 1 held').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: /Download all of it/ }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('"name": "Jane Roe"');
  expect(await axeFaults(page)).toEqual([]);

  const confirm = dialog.getByLabel('Type the address to confirm');
  const erase = dialog.getByRole('button', { name: 'Erase for good' });
  expect(await erase.isDisabled()).toBe(true);
  await confirm.fill('other@acme.example');
  await dialog.getByLabel('Why?').fill('request 117');
  await erase.click();
  await dialog.getByText('This is another address.').waitFor();
  await confirm.fill('Jane@Acme.example');
  await erase.click();
  await toast(page, 'Erased').waitFor();
  // What is told about the rejected mail leaves first.
  await gate.until(
    ([mail]) => mail.state === 'rejected' && mail.prospect_id === null,
    'rejected, and nobody knows whom it was to',
  );
  expect((await ann.get<GridPage>('/crm/prospects?q=jane@acme.example')).body.rows).toEqual([]);
  const entry = (await ann.get('/audit?action=erased')).body.items[0];
  expect(JSON.stringify(entry)).not.toMatch(/jane|acme/i);
  expect(all.troubles.filter((one) => !one.includes('400'))).toEqual([]);
});
