import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { linkOf, startNotifying, untilTold } from '../notify/setup.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';
import { builtApp } from '../support/web-app.ts';
import { type Attacker, startAttacker } from './attacker.ts';
import { hostilePayloads } from './hostile-mail/corpus.ts';

/** The bytes of a mail whose HTML is that of a payload, with words that must stay readable. */
function mailOf(to: string, subject: string, html: string, more = ''): string {
  const body = `<p>Words of the draft that stay.</p>\n${html}`;
  return [
    `From: Ann <ann@sender.example>`,
    `To: <${to}>`,
    `Subject: ${subject}`,
    `Message-ID: <${to}>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=outer',
    '',
    '--outer',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(body)
      .toString('base64')
      .match(/.{1,76}/gu) ?? []),
    more,
    '--outer--',
    '',
  ].join('\r\n');
}

/**
 * What the browser says while the sanitiser reads a mail within the frame, to take things out: the frame's sandbox and policy do
 * not let a handler be made, a base be set, or a subtitle be loaded even there.
 */
const SAID_BY_THE_FRAME =
  /Blocked script execution in '[^']*\/app\/mail-frame' because the document's frame is sandboxed|base-uri 'none'|Loading media from .*default-src 'none'/u;

async function signedInPage(
  gate: TestGate,
): Promise<{ context: BrowserContext; page: Page; troubles: string[]; dialogs: string[] }> {
  const context = await openBrowser();
  await signInBrowser(context, gate, await signIn(gate, { role: 'admin' }));
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  const { troubles } = watchPage(page);
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return { context, page, troubles, dialogs };
}

/** Nothing of the attacker's has happened. */
async function unharmed(
  context: BrowserContext,
  page: Page,
  attacker: Attacker,
  what: string,
): Promise<void> {
  const touched = await page.evaluate(
    () => (globalThis as { presendTouched?: unknown }).presendTouched === 1,
  );
  expect(touched, what).toBe(false);
  await attacker.quiet(context);
  expect(attacker.requests, what).toEqual([]);
  expect(attacker.connections(), what).toBe(0);
}

it('shows held mail of every class of attack, as it came by SMTP, without anything running, loading, sending or leading away', async () => {
  const attacker = await startAttacker();
  builtApp();
  const gate = await startGate();
  const payloads = hostilePayloads(attacker);
  const kinds = [...new Set(payloads.map(({ kind }) => kind))];
  // Sizes are shown one by one by the tests of the layers; here they would be one mail of them all.
  const shown = kinds.filter((kind) => kind !== 'sizes');
  for (const kind of shown) {
    // What is never closed stands last, and takes nothing with it.
    const parts = payloads.filter((one) => one.kind === kind).map(({ html }) => html);
    const closed = parts.filter((html) => !/plaintext|<!--(?!.*-->)|unclosed|<textarea/su.test(html));
    const html = [...closed, ...parts.filter((part) => !closed.includes(part))].join('\n<hr>\n');
    await gate.send({ to: `${kind}@unknown.example`, raw: mailOf(`${kind}@unknown.example`, kind, html) });
  }
  const held = await gate.until(
    (all) => all.length === shown.length && all.every(({ state }) => state === 'held'),
    'all held',
  );
  const { context, page, troubles, dialogs } = await signedInPage(gate);
  for (const { id, recipient } of held) {
    await page.goto(`${gate.httpBase}/app/deliveries/${id}`);
    await page.locator(`iframe.mail-frame[data-shown="${id}"]`).waitFor();
    const frame = page.frameLocator('iframe.mail-frame');
    // A mail's styles may hide them from sight, not from the page.
    await frame.getByText('Words of the draft that stay.').first().waitFor({ state: 'attached' });
    await page.evaluate(() => {
      const inside = document.querySelector<HTMLIFrameElement>('iframe.mail-frame')?.contentDocument;
      for (const element of [...(inside?.querySelectorAll<HTMLElement>('body *') ?? [])].slice(0, 1_000)) {
        element.click();
        element.focus();
        element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
      }
    });
    expect(new URL(page.url()).pathname, recipient).toBe(`/app/deliveries/${id}`);
    for (const form of ['Text', 'Headers', 'Raw', 'Attachments']) {
      await page.getByRole('tab', { name: form }).click();
      await page.getByRole('tab', { name: form, selected: true }).waitFor();
    }
    await unharmed(context, page, attacker, recipient);
  }
  expect(troubles.filter((one) => !SAID_BY_THE_FRAME.test(one))).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(context.pages()).toHaveLength(1);
}, 120_000);

it('loads pictures from elsewhere only when asked, and then pictures only, without saying which mail or who asks', async () => {
  const asked: { url: string; headers: Record<string, unknown> }[] = [];
  const pictures = createServer((req, res) => {
    asked.push({ url: req.url ?? '', headers: req.headers });
    res.setHeader('Set-Cookie', 'tracked=1; Path=/');
    res.end();
  });
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    pictures.closeAllConnections();
    pictures.close();
  });
  // Another site than the gate's, unlike another port of its address.
  const out = `http://localhost:${(pictures.address() as AddressInfo).port}`;
  builtApp();
  const gate = await startGate();
  await gate.send({
    to: 'pictures@unknown.example',
    raw: mailOf(
      'pictures@unknown.example',
      'Pictures',
      `<img src="${out}/picture.png"><p style="background:url(${out}/background.png)">x</p>
       <table background="${out}/table.png"><tr><td>x</td></tr></table><style>b{background:url(${out}/sheet.png)}</style><b>x</b>
       <link rel=stylesheet href="${out}/sheet.css"><script src="${out}/script.js"></script><iframe src="${out}/frame"></iframe>
       <style>@import "${out}/import.css"; @font-face{font-family:x;src:url(${out}/font)} p{font-family:x}</style>
       <video src="${out}/video" poster="${out}/poster"></video><object data="${out}/object"></object>
       <form action="${out}/form"><button>x</button></form><img src=x onerror="fetch('${out}/fetch')">`,
    ),
  });
  const [delivery] = await gate.until(([one]) => one?.state === 'held', 'held');
  const { page } = await signedInPage(gate);
  await page.goto(`${gate.httpBase}/app/deliveries/${delivery.id}`);
  await page.locator(`iframe.mail-frame[data-shown="${delivery.id}"]`).waitFor();
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: 'Show pictures' }).click();
  await expect
    .poll(() => asked.map(({ url }) => url).sort())
    .toEqual(['/background.png', '/picture.png', '/sheet.png', '/table.png']);
  for (const { url, headers } of asked) {
    expect(headers['cookie'], url).toBeUndefined();
    // Chromium tells the origin with what a style loads, whatever the page's policy; never which mail it is.
    const referer = /\/(?:background|sheet)/u.test(url) ? [undefined, `${gate.httpBase}/`] : [undefined];
    expect(referer, url).toContain(headers['referer']);
    expect(headers['origin'], url).toBeUndefined();
  }
}, 60_000);

it('keeps names, subjects, words and file names that hold HTML as words, on every page and in every message about a mail', async () => {
  const attacker = await startAttacker();
  const out = `http://${attacker.host}/words`;
  const evil = (where: string): string =>
    `<img src=${out}/${where} onerror=top.presendTouched=1><script src=${out}/${where}.js></script>"'>`;
  builtApp();
  const { gate, upstream } = await startNotifying({ email: ['lead@sender.example'], about: ['held'] });
  const { database } = gate.app;
  await addProspect(gate, 'jane@corp.example', {
    prospect: { name: evil('name'), title: evil('title') },
    company: { name: evil('company'), city: evil('city'), funding_confidence: 'low' },
  });
  const text = `Congratulations on closing your $20M Series B last month! ${evil('body')}`;
  const attachment = [
    '--outer',
    'Content-Type: text/html; name="report.html"',
    `Content-Disposition: attachment; filename="${evil('file').replaceAll('"', '')}.html"`,
    '',
    `<script>top.presendTouched=1</script><img src="${out}/attached">`,
  ].join('\r\n');
  await gate.send({
    to: 'jane@corp.example',
    raw: mailOf('jane@corp.example', evil('subject'), text.replaceAll('<', '&lt;'), attachment),
  });
  const [delivery] = await gate.until(([one]) => one?.state === 'held', 'held');
  const reviewer = await signIn(gate, { role: 'reviewer', name: 'Rae' });
  await database.transact((trx) =>
    trx
      .updateTable('users')
      .set({ name: evil('user') })
      .where('id', '=', reviewer.account.id)
      .execute(),
  );
  const said = await reviewer.send('POST', `/deliveries/${delivery.id}/comments`, { text: evil('comment') });
  expect(said.status).toBe(200);

  const admin = await signIn(gate, { role: 'admin' });
  expect((await admin.send('POST', '/spot-check/draw')).status).toBe(200);

  const { context, page, troubles, dialogs } = await signedInPage(gate);
  const pages: [path: string, words: string][] = [
    ['/app/', '/subject onerror'],
    [`/app/deliveries/${delivery.id}`, '/comment onerror'],
    ['/app/trace?q=congratulations', '/subject onerror'],
    ['/app/crm/prospects', '/name onerror'],
    ['/app/crm/companies', '/company onerror'],
    ['/app/users', '/user onerror'],
    ['/app/audit', 'comment'],
    ['/app/insight', ''],
    ['/app/playground', ''],
    ['/app/spot-check', '/subject onerror'],
    ['/app/health', ''],
    ['/app/settings/engines', ''],
  ];
  for (const [path, words] of pages) {
    await page.goto(`${gate.httpBase}${path}`);
    await page.getByRole('heading').first().waitFor();
    // It is there, as words: in the text of the page or of a field.
    if (words !== '') await page.getByText(words).first().waitFor({ state: 'attached' });
    await unharmed(context, page, attacker, path);
  }
  // An answered item, with its note and the whole verdict, which quotes the mail and the record.
  await page.goto(`${gate.httpBase}/app/spot-check`);
  await page.getByRole('button', { name: /^Not sure/u }).click();
  await page.getByLabel('A note, if you like').fill(evil('note'));
  await page.getByRole('button', { name: /^Save/u }).click();
  await page.getByRole('button', { name: 'Look at it again' }).click();
  await page.getByText('The whole verdict').waitFor();
  await page.getByText('/note onerror').first().waitFor();
  await page.getByText('/body onerror').first().waitFor({ state: 'attached' });
  await unharmed(context, page, attacker, 'an answered item of a spot check');
  expect(troubles).toEqual([]);
  expect(dialogs).toEqual([]);

  // What was attached is saved, not opened; neither does it run where it is opened all the same.
  const attached = await page.request.get(`${gate.httpBase}/api/deliveries/${delivery.id}/attachments/0`);
  expect(attached.headers()).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': expect.stringMatching(/^attachment; filename="[^"\r\n/\\]*"/u),
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
  const download = page.waitForEvent('download');
  await page.goto(`${gate.httpBase}/api/deliveries/${delivery.id}/attachments/0?inline=1`).catch(() => {});
  expect((await download).suggestedFilename()).not.toMatch(/[/\\<>"]/u);
  await unharmed(context, page, attacker, 'attachment');

  // Messages about it are read in mail programs, which have no policy of the gate's.
  gate.advance(31_000);
  const [told] = await untilTold(upstream, 1);
  const link = new URL(linkOf(told, 'Release'));
  const act = await (await fetch(`${gate.httpBase}${link.pathname}`)).text();
  for (const [what, html] of Object.entries({ notification: told.html, 'page of its link': act })) {
    expect(html, what).toContain('/subject onerror');
    await page.setContent(html);
    await unharmed(context, page, attacker, what);
  }
}, 120_000);
