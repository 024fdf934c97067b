import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { openBrowser, watchPage } from '../support/browser.ts';

/** `presend start` as a process of its own in an empty folder. @returns the setup link it printed */
async function startFresh(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-fresh-'));
  const config = join(folder, 'presend.yaml');
  writeFileSync(
    config,
    `rubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\nsmtp: { port: 0 }\nhttp: { port: 0 }\nadapter: { mode: 'off' }\n`,
  );
  const gate = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(PROJECT_ROOT, 'src/main.ts'),
      '--config',
      config,
      '--data',
      join(folder, 'data'),
      'start',
    ],
    { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(async () => {
    const ended = once(gate, 'exit');
    gate.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: gate.stdout })) {
    const link = /http:\/\/\S+\/app\/setup\/\S+/u.exec(line)?.[0];
    if (link) return link;
  }
  throw new Error('presend start printed no setup link');
}

test('From the printed link to the first mail that arrives in the outbox', { timeout: 120_000 }, async () => {
  const link = await startFresh();
  const context = await openBrowser();
  const page = context.pages()[0] ?? (await context.newPage());
  const { troubles } = watchPage(page);
  await page.goto(link);

  await page.getByLabel('Your name').fill('Ann Smith');
  await page.getByLabel('E-mail address').fill('ann@acme');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create the admin' }).click();
  await page.getByText('The e-mail address must be an e-mail address like ann@example.com.').waitFor();
  expect(await page.getByLabel('Your name').inputValue()).toBe('Ann Smith');
  await page.getByLabel('E-mail address').fill('ann@acme.example');
  await page.getByRole('button', { name: 'Create the admin' }).click();
  await page.getByText('The password needs at least 12 characters; this has 5.').waitFor();
  const password = page.getByLabel('Password', { exact: true });
  expect(await password.evaluate((input) => input === document.activeElement)).toBe(true);
  await password.fill('tractor violin pepper cloud');
  await page.getByRole('button', { name: 'Show the password' }).click();
  expect(await password.getAttribute('type')).toBe('text');
  await page.getByRole('button', { name: 'Create the admin' }).click();

  await page.getByRole('heading', { name: 'Welcome to presend' }).waitFor();
  await page.getByRole('button', { name: 'Send the test mail' }).click();
  await page.getByText('relayed – passed and handed over', { exact: false }).waitFor({ timeout: 30_000 });
  await page.getByText('The mail as it was captured in the outbox').click();
  expect(await page.getByLabel('The captured mail').textContent()).toContain(
    'Subject: A test mail through the gate',
  );
  await page.getByRole('button', { name: 'Put this away' }).click();
  await page.waitForURL('**/app/queue');

  // The link is void now.
  const other = await context.newPage();
  await page.close();
  await context.clearCookies();
  await other.goto(link);
  await other.getByRole('heading', { name: 'This link does not work' }).waitFor();
  // What was refused on purpose shows up in the console as such.
  expect(troubles.filter((trouble) => !/status of 40[014]/u.test(trouble))).toEqual([]);
});
