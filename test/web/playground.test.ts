import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCases } from '../../src/evaluate/cases.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

it('a draft is judged with its evidence, altered, and saved as a case that presend eval reads', async () => {
  const gate = await startGate();
  await addProspect(gate, 'lena@quillpost.example', {
    prospect: { name: 'Lena Vogt' },
    company: { name: 'Quillpost', funding_confidence: 'low' },
  });
  const context = await openBrowser();
  await signInBrowser(context, gate, await signIn(gate, { role: 'reviewer' }));
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/playground`);

  await page.getByRole('button', { name: /^BLOCK/ }).click();
  await page.getByRole('button', { name: 'Judge' }).click();
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await verdict.getByText('BLOCK', { exact: true }).waitFor();
  expect(await verdict.locator('mark').allTextContents()).toEqual(
    expect.arrayContaining([expect.stringMatching(/Series B/)]),
  );

  // Not JSON: told at the field, and nothing that was typed is lost.
  const record = page.getByLabel('Record as JSON');
  const good = await record.inputValue();
  await record.fill(good.replace('{', '{,'));
  await page.getByRole('button', { name: 'Judge' }).click();
  await page.getByText('This is not JSON yet').waitFor();
  expect(await record.inputValue()).toContain('Halden Rail');

  await page.getByLabel('Pick a prospect').fill('quillpost');
  await page.getByRole('button', { name: /Lena Vogt/ }).click();
  await page.getByRole('button', { name: 'Judge' }).click();
  await verdict.getByText('BLOCK', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Alter the record' }).click();
  await page.getByLabel('Record as JSON').waitFor();
  const lena = await page.getByLabel('Record as JSON').inputValue();
  await page
    .getByLabel('Record as JSON')
    .fill(lena.replace('"funding_confidence": "low"', '"funding_confidence": "high"'));
  await page.getByRole('button', { name: 'Judge' }).click();
  await verdict.getByText('PASS', { exact: true }).waitFor();

  const save = page.getByRole('region', { name: 'Save as a probe case' });
  await save.getByRole('button', { name: 'Save the case' }).click();
  await save.getByText('Choose the decision this draft must get.').waitFor();
  await save.getByLabel('Right decision').selectOption('PASS');
  await save.getByRole('button', { name: 'Save the case' }).click();
  const saved = page.getByRole('region', { name: 'Saved probe cases', exact: true });
  await saved.getByRole('row', { name: /Congratulations/ }).waitFor();
  const path = join(gate.dataDir, 'probe-cases.jsonl');
  expect(readCases(path, '2026-01-01')).toMatchObject([
    { gold: 'PASS', rule: 'none', prospect: { company: 'Quillpost', funding_confidence: 'high' } },
  ]);

  await saved.getByRole('button', { name: /Delete the case/ }).click();
  await saved.getByText('None yet.').waitFor();
  await page.getByRole('button', { name: 'Put it back' }).click();
  await saved.getByRole('row', { name: /Congratulations/ }).waitFor();
  expect(troubles).toEqual([]);
}, 120_000);
