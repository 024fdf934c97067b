import { expect, it } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

it('a complaint is traced from the pasted mail to who released it and who else got the text, and the engine is stopped', async () => {
  const gate = await startGate();
  for (const [name, address] of [
    ['Lena Vogt', 'lena@quillpost.example'],
    ['Bo Lind', 'bo@harbour.example'],
  ] as const) {
    await addProspect(gate, address, { prospect: { name }, company: { funding_confidence: 'low' } });
    await gate.send({
      to: address,
      subject: `A thought for ${name}`,
      text: `Hi ${name},\n\ncongratulations on closing your $12M Series A. The conveyor team must be busy; may I send you two profiles that fit?`,
    });
  }
  const [lena] = await gate.until(
    (all) => all.length === 2 && all.every(({ state }) => state === 'held'),
    'held',
  );
  await gate.app.review.release(lena.id, { actor: 'rae@gate.test', label: 'wrong' });
  await gate.until((all) => all.some(({ state }) => state === 'relayed'), 'relayed');

  const context = await openBrowser();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: gate.httpBase });
  await signInBrowser(context, gate, await signIn(gate));
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/trace`);
  await page.getByText('Nothing is searched yet').waitFor();
  await page
    .getByLabel('What do you have?')
    .fill(
      'Take me off your list!\n\n> Hi Lena Vogt,\n>\n> congratulations on closing your $12M\n> Series A. The conveyor team must be busy; may\n> I send you two profiles that fit?\n\nlena@quillpost.example',
    );
  await page.getByRole('button', { name: 'Search' }).click();

  const delivery = page.getByRole('region', { name: 'To lena@quillpost.example' });
  await delivery.getByText('Released by rae@gate.test.').waitFor();
  await delivery.getByText('rae@gate.test said: the judge was wrong').waitFor();
  await delivery.getByText('low confidence funding → BLOCK').waitFor();
  await delivery.getByText('Record as judged').click();
  await delivery.getByRole('row', { name: 'funding confidence low' }).waitFor();

  await page.getByRole('button', { name: 'Copy as a report' }).click();
  await page.getByText('The report is in the clipboard').waitFor();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain('Released by rae@gate.test.');

  await page.getByRole('button', { name: 'Stop this engine' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Stop this engine' }).click();
  await dialog.getByRole('button', { name: 'Stop the engine' }).click();
  await page.getByText('Engine engine is stopped', { exact: true }).waitFor();
  const { mode } = await gate.app.database.db
    .selectFrom('engines')
    .select('mode')
    .where('name', '=', 'engine')
    .executeTakeFirstOrThrow();
  expect(mode).toBe('stopped');

  await page
    .getByRole('region', { name: 'Who else got the same template', exact: true })
    .getByRole('button', { name: 'bo@harbour.example' })
    .click();
  await page.getByRole('region', { name: 'To bo@harbour.example' }).waitFor();
  expect(page.url()).toContain('id=');
  expect(troubles).toEqual([]);
}, 120_000);
