import { Secret, TOTP } from 'otpauth';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser, watchPage } from '../support/browser.ts';
import { PASSWORD, type TestGate, startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

async function typeCredentials(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Ann, an admin, signed in on a page of the app. */
async function annAt(path: string): Promise<{ gate: TestGate; page: Page }> {
  const gate = await startGate();
  const ann = await signIn(gate, { email: 'ann@gate.test', role: 'admin', name: 'Ann Smith' });
  const context = await openBrowser();
  await signInBrowser(context, gate, ann);
  const page = await context.newPage();
  await page.goto(`${gate.httpBase}${path}`);
  return { gate, page };
}

/** The dialog of an invitation, begun. */
async function invitingBo(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const invite = page.getByRole('dialog', { name: 'Invite somebody' });
  await invite.getByLabel('Name').fill('Bo Berg');
  return invite;
}

/** The key as the page shows it, for who types it into the app. */
async function shownSecret(page: Page): Promise<string> {
  return ((await page.locator('.access-secret').textContent()) ?? '').replaceAll(' ', '');
}

test('A person sets up one-time codes, is asked for one, and gets in with a recovery code', {
  timeout: 120_000,
}, async () => {
  const gate = await startGate();
  await signIn(gate, { email: 'ann@gate.test', role: 'reviewer', name: 'Ann Smith' });
  const context = await openBrowser();
  const page = await context.newPage();
  const { troubles } = watchPage(page);
  await page.goto(`${gate.httpBase}/app/account`);
  await typeCredentials(page, 'ann@gate.test', 'not the password');
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  expect(await page.getByLabel('E-mail address').inputValue()).toBe('ann@gate.test');
  await typeCredentials(page, 'ann@gate.test', PASSWORD);

  // Where the person wanted to go in the first place.
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await page.getByRole('button', { name: 'Set up one-time codes' }).click();
  await page.getByLabel('Your password, to be sure it is you').fill(PASSWORD);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  const totp = new TOTP({ secret: Secret.fromBase32(await shownSecret(page)) });
  await page.getByLabel('One-time code').fill('12');
  await page.getByRole('button', { name: 'Switch on one-time codes' }).click();
  await page.getByText(/The code is wrong; check that the clock/u).waitFor();
  await page.getByLabel('One-time code').fill(totp.generate({ timestamp: gate.now() }));
  await page.getByRole('button', { name: 'Switch on one-time codes' }).click();
  const codes = await page
    .getByRole('list', { name: 'Recovery codes' })
    .getByRole('listitem')
    .allTextContents();
  expect(codes).toHaveLength(10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 of 10 recovery codes are left.').waitFor();

  await page.getByRole('button', { name: 'Ann Smith' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await typeCredentials(page, 'ann@gate.test', PASSWORD);
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await page.getByLabel('Recovery code').fill(codes[4]);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Ann Smith' }).waitFor();
  expect(troubles.filter((trouble) => !/status of 40[01]/u.test(trouble))).toEqual([]);
});

test('When a session ends, what was typed is still there after signing in again', {
  timeout: 120_000,
}, async () => {
  const { gate, page } = await annAt('/app/account');
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Ann Smith-Jones');
  await gate.app.database.transact((trx) => trx.deleteFrom('sessions').execute());
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Your session has ended').waitFor();
  expect(await page.getByLabel('E-mail address').inputValue()).toBe('ann@gate.test');
  await typeCredentials(page, 'ann@gate.test', PASSWORD);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  expect(await name.inputValue()).toBe('Ann Smith-Jones');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Ann Smith-Jones' }).waitFor();
});

test('A session that is too old for an act asks for a new sign-in, and what was typed is sent then', {
  timeout: 120_000,
}, async () => {
  const { gate, page } = await annAt('/app/users');
  const invite = await invitingBo(page);
  await invite.getByLabel('E-mail address').fill('bo@gate.test');
  gate.advance(61 * 60_000);
  await invite.getByRole('button', { name: 'Make the link' }).click();
  await page.getByText('Sign in again; what you typed is kept.').waitFor();
  await typeCredentials(page, 'ann@gate.test', PASSWORD);
  await invite.waitFor();
  expect(await invite.getByLabel('Name').inputValue()).toBe('Bo Berg');
  await invite.getByRole('button', { name: 'Make the link' }).click();
  await page.getByLabel('One-time link').waitFor();
});

test('A session that ends under an open dialog leaves the sign-in free, and the dialog comes back as it was', {
  timeout: 120_000,
}, async () => {
  const { gate, page } = await annAt('/app/users');
  const invite = await invitingBo(page);
  await gate.app.database.transact((trx) => trx.deleteFrom('sessions').execute());
  await invite.getByRole('button', { name: 'Make the link' }).click();
  await page.getByText('Your session has ended').waitFor();
  await typeCredentials(page, 'ann@gate.test', PASSWORD);
  await invite.waitFor();
  expect(await invite.getByLabel('Name').inputValue()).toBe('Bo Berg');
});

test('An admin invites somebody, who chooses a password and gets in with that role and no more', {
  timeout: 120_000,
}, async () => {
  const gate = await startGate();
  const admin = await signIn(gate, { role: 'admin' });
  const context = await openBrowser({ width: 390, height: 800 });
  await signInBrowser(context, gate, admin);
  const page = await context.newPage();
  await page.goto(`${gate.httpBase}/app/users`);
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByLabel('Name').fill('Bo Berg');
  await page.getByLabel('E-mail address').fill('admin@gate.test');
  await page.getByRole('button', { name: 'Make the link' }).click();
  await page.getByText('The e-mail address has an account already.').waitFor();
  expect(await page.getByLabel('Name').inputValue()).toBe('Bo Berg');
  await page.getByLabel('E-mail address').fill('bo@gate.test');
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByLabel('One-time link').inputValue();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('cell', { name: /Bo Berg bo@gate/u }).waitFor();

  const theirs = await openBrowser();
  const other = await theirs.newPage();
  await other.goto(link);
  await other.getByRole('heading', { name: 'Welcome to presend' }).waitFor();
  await other.getByLabel('Password', { exact: true }).fill('tractor violin pepper cloud');
  await other.getByRole('button', { name: 'Create the account' }).click();
  await other.getByRole('button', { name: 'Bo Berg' }).waitFor();
  expect(await other.getByRole('link', { name: 'Held queue' }).count()).toBe(1);
  expect(await other.getByRole('link', { name: 'Users' }).count()).toBe(0);

  // The admin's list knows the last active admin, and says so instead of acting.
  await page.getByRole('button', { name: 'Change Admin Person' }).click();
  await page.getByLabel('Role').selectOption('reviewer');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('button', { name: 'Change the role' }).click();
  await page.getByText(/The last active admin, admin@gate\.test, cannot be demoted/u).waitFor();
});
