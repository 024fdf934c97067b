import { expect, it } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';
import { builtApp } from '../support/web-app.ts';

const HTML =
  '<p>Hi Maria, see below.</p><img src="https://cdn.example/offer.png" width="600" height="800">' +
  '<img src="https://track.example/open.gif" width="1" height="1">';

const RAW = [
  'From: Ann <ann@sender.example>',
  'To: maria@unknown.example',
  'Subject: An offer',
  'List-Unsubscribe: <https://sender.example/u>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=outer',
  '',
  '--outer',
  'Content-Type: text/html; charset=utf-8',
  '',
  HTML,
  '--outer',
  'Content-Type: text/plain; name=terms.txt',
  'Content-Disposition: attachment; filename=terms.txt',
  '',
  ...Array.from({ length: 3_000 }, (_, line) => `Term ${line}: each of our people starts on Monday.`),
  '--outer',
  'Content-Type: application/pdf; name=plan.pdf',
  'Content-Disposition: attachment; filename=plan.pdf',
  '',
  '%PDF-1.4',
  '--outer--',
  '',
].join('\r\n');

it('tells the reviewer of tracking, of pictures that carry the text, and of what was not read of attachments', async () => {
  builtApp();
  const gate = await startGate();
  await gate.send({ to: 'maria@unknown.example', raw: RAW });
  const [{ id, hold_reason }] = await gate.until(([one]) => one?.state === 'held', 'held');
  expect(hold_reason).toBe('too_complex');
  const context = await openBrowser();
  await signInBrowser(context, gate, await signIn(gate, { role: 'admin' }));
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/deliveries/${id}`);
  const notices = page.locator('.notices li');
  await notices.first().waitFor();
  const told = await notices.allInnerTexts();
  for (const words of [
    'A picture that nobody sees tells track.example when the mail is opened.',
    'The text has 4 words beside 1 picture from cdn.example, the largest 600 × 800 pixels: what pictures say was not read.',
    /terms\.txt \(text\/plain, [\d,]+ bytes\): only the first 100,000 characters of its text were read\./,
    'plan.pdf (application/pdf, 8 bytes): it was not read.',
  ]) {
    expect(told).toContainEqual(typeof words === 'string' ? words : expect.stringMatching(words));
  }
  await page.getByText('more text in the attachment terms.txt than is read').first().waitFor();
  expect(troubles).toEqual([]);
});
