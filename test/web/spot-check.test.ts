import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { judgeEachKind, spotGate } from '../kill-switch/spot-check-setup.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

/** Presses a key until its button shows it: a page that has just been drawn may not hear the first. */
async function press(page: Page, key: string, button: string): Promise<void> {
  const pressed = page.getByRole('button', { name: new RegExp(`^${button}`), pressed: true });
  await expect
    .poll(async () => {
      await page.keyboard.press(key);
      return pressed.count();
    })
    .toBe(1);
}

it('a whole spot check is answered with the keyboard alone, blind, and the verdict is told after each answer', async () => {
  const gate = await spotGate();
  await judgeEachKind(gate);
  const admin = await signIn(gate);
  const context = await openBrowser();
  await signInBrowser(context, gate, admin);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/spot-check`);
  await page.getByRole('heading', { name: 'No spot check was drawn yet' }).waitFor();
  await page.getByRole('button', { name: 'Draw one now' }).press('Enter');
  await page.getByText('0 of 7 answered').waitFor();
  await page.getByRole('link', { name: 'Spot check 7 waiting for an answer' }).waitFor();
  // Nothing on the page says what the judge decided.
  expect(await page.getByRole('region', { name: 'Decision to judge' }).innerText()).not.toMatch(
    /verdict|rationale|low confidence funding|Judge:|held|relayed/i,
  );
  await page.locator('body').click({ position: { x: 5, y: 400 } });

  const heading = page.getByRole('region', { name: 'Decision to judge' }).getByRole('heading', { level: 2 });
  const seen: string[] = [];
  for (let answered = 0; answered < 7; answered += 1) {
    await page.getByText(`${answered} of 7 answered`).waitFor();
    // The count may be told by the stream before the next one is there.
    await expect.poll(async () => seen.includes(await heading.innerText())).toBe(false);
    const subject = await heading.innerText();
    seen.push(subject);
    if (subject.includes('rumour')) {
      // Enter alone says what is missing; a stop needs its rule.
      await page.keyboard.press('Enter');
      await page.getByText('Choose what the decision should have been.').waitFor();
      await press(page, '3', 'Block');
      await page.keyboard.press('Enter');
      await page.getByText('Say which rule, or none of these.').waitFor();
      await press(page, 'e', 'Unsure funding');
    } else if (subject.includes('blocked')) await press(page, '0', 'Not sure');
    else await press(page, '5', 'Pass');
    await page.keyboard.press('Enter');
    const outcome = page.getByRole('status').filter({ hasText: 'you said' });
    if (subject.includes('rumour'))
      await outcome
        .getByText('you said Block (Unsure funding), the judge Block (Unsure funding). The judge was right.')
        .waitFor();
    if (subject.includes('out.example'))
      await outcome
        .getByText('you said Pass, the judge Suppress (Opted out). The judge was wrong.')
        .waitFor();
  }
  await page.getByRole('heading', { name: 'Everything is answered' }).waitFor();
  expect(new Set(seen).size).toBe(7);
  await page.getByRole('cell', { name: /4 of 6: 67 %/ }).waitFor();
  await page.getByRole('link', { name: 'Spot check', exact: true }).waitFor();

  // What was learnt can be looked at again, and the answer changed.
  await page.getByRole('button', { name: 'Items of check 1' }).click();
  await page
    .getByRole('row', { name: /To vp@out\.example Suppress \(Opted out\) You: Pass The judge was wrong/ })
    .waitFor();
  await page.getByRole('button', { name: 'Look at it again' }).click();
  await page.getByText('The whole verdict').waitFor();
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.keyboard.press('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/you said Not sure/).waitFor();

  // A colleague sees all but what they have not answered.
  const reviewer = await signIn(gate, { role: 'reviewer' });
  await signInBrowser(context, gate, reviewer);
  await page.goto(`${gate.httpBase}/app/spot-check`);
  // What nobody was sure of waits for the colleague too, who is not sure either.
  const settled = seen.at(-1)?.includes('blocked') ? 6 : 5;
  for (let answered = settled; answered < 7; answered += 1) {
    await page.getByText(`${answered} of 7 answered`).waitFor();
    await press(page, '0', 'Not sure');
    await page.keyboard.press('Enter');
  }
  await page.getByRole('button', { name: `Give a second opinion on ${settled} items` }).click();
  await page.getByRole('button', { name: 'Pass', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Items of check 1' }).click();
  await page.getByText(`${settled} items that you have not answered are not shown`).waitFor();

  const auditor = await signIn(gate, { role: 'auditor' });
  await signInBrowser(context, gate, auditor);
  await page.goto(`${gate.httpBase}/app/spot-check`);
  await page.getByRole('heading', { name: 'Probes' }).waitFor();
  expect(await page.getByRole('region', { name: 'Decision to judge' }).count()).toBe(0);
  expect(troubles).toEqual([]);
}, 180_000);
