import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { newSetupLink } from '../../src/access/links.ts';
import { PROJECT_ROOT, configSchema } from '../../src/config/config.ts';
import { answerItem } from '../../src/kill-switch/spot-check/answer.ts';
import { SpotChecks } from '../../src/kill-switch/spot-check/spot-checks.ts';
import { PAGES } from '../../src/web/app/pages.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import type { TestGate } from '../support/gate.ts';
import { populatedGate } from '../support/populate.ts';
import { signIn, signInBrowser } from '../support/sign-in.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.0 to 2.2, A and AA, and what axe calls best practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** With SCREENS=1 each page is also kept as a picture for docs/screens. */
const SCREENS = process.env['SCREENS'] === '1' ? join(PROJECT_ROOT, 'docs/screens') : null;

/** Only these pages, by name, comma-separated: for work on one of them. */
const ONLY = process.env['PAGES']?.split(',') ?? null;

interface Visit {
  name: string;
  path: string;
}

async function visits(gate: TestGate): Promise<Visit[]> {
  const held = (await gate.deliveries()).find(
    ({ state, hold_reason }) => state === 'held' && hold_reason !== null,
  );
  const told = await spotCheckWithAnswer(gate);
  const sections: Record<string, string[]> = {
    '/crm/:table?': ['companies', 'prospects', 'suppressions', 'commitments', 'peers'],
    '/settings/:section?': ['engines', 'upstreams', 'rubric', 'adapter'],
  };
  return PAGES.flatMap(({ path }): Visit[] => {
    const base = path.replace(/\/:.*$/u, '');
    if (path === '/deliveries/:id') return [{ name: 'message', path: `${base}/${held!.id}` }];
    if (path === '/spot-check') {
      return [
        { name: 'spot-check', path },
        { name: 'spot-check-told', path: `${path}?item=${told}` },
      ];
    }
    if (path === '/trace') return [{ name: 'trace', path: '/trace?q=engineering' }];
    const inside = sections[path];
    if (inside) return inside.map((one) => ({ name: `${base.slice(1)}-${one}`, path: `${base}/${one}` }));
    return [{ name: base.slice(1), path: base }];
  });
}

/** Draws a spot check and answers one item of it as the admin. @returns that item */
async function spotCheckWithAnswer(gate: TestGate): Promise<number> {
  const { database } = gate.app;
  const { spot_check: config } = configSchema.parse({}).kill_switch;
  await new SpotChecks({ database, config, now: () => gate.now(), random: () => 0.5 }).draw('timer');
  const { id: item } = await database.db
    .selectFrom('spot_check_items')
    .select('id')
    .where('decision', '=', 'BLOCK')
    .limit(1)
    .executeTakeFirstOrThrow();
  await answerItem(database, {
    item,
    person: { key: 'admin@gate.test', name: 'Admin Person', actor: 'admin@gate.test' },
    answer: { decision: 'PASS', rule: null, note: 'They asked to be written to again.' },
    again: false,
    now: gate.now(),
  });
  return item;
}

/** Waits until nothing is loading any more. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.waitForFunction(
    () => document.querySelector('[aria-label="Loading"], [aria-busy="true"]') === null,
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** What is wrong with the page as it stands, in words. */
async function faults(page: Page, path: string): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(
    (tags) =>
      (
        globalThis as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } }
      ).axe.run(document, { runOnly: { type: 'tag', values: tags } }),
    TAGS,
  );
  const axe = results.violations.map(
    (one) =>
      `${one.id}: ${one.help} – ${one.nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 160))
        .join(' | ')}`,
  );
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  const shift = await page.evaluate(() => (globalThis as unknown as { shift?: number }).shift ?? 0);
  return [
    ...axe,
    ...(wider > 0 ? [`scrolls sideways by ${wider} px`] : []),
    // "Good" in Core Web Vitals.
    ...(shift > 0.1 ? [`its layout shifts by ${shift.toFixed(3)}`] : []),
  ].map((fault) => `${path}: ${fault}`);
}

/** Sums layout shifts that no input of the last half second explains (Layout Instability API). */
function countShifts(): void {
  const counter = globalThis as unknown as { shift: number };
  counter.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[]) {
      if (!entry.hadRecentInput) counter.shift += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

describe.each([
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 390 },
  { scheme: 'dark', width: 390 },
])('every page in $scheme at $width px', ({ scheme, width }) => {
  it('has no fault that axe knows, does not scroll sideways, does not shift, and breaks no policy', async () => {
    const gate = await populatedGate();
    const context = await openBrowser({ width, height: width === 390 ? 844 : 800, dark: scheme === 'dark' });
    await context.addInitScript(countShifts);
    const page = await context.newPage();
    const { troubles } = watchPage(page);
    const found: string[] = [];
    const visit = async ({ name, path }: Visit): Promise<void> => {
      await page.goto(`${gate.httpBase}/app${path}`);
      await page.locator('h1').first().waitFor();
      await settled(page);
      found.push(...(await faults(page, path)), ...troubles.splice(0).map((one) => `${path}: ${one}`));
      if (SCREENS) {
        mkdirSync(SCREENS, { recursive: true });
        await page.screenshot({ path: join(SCREENS, `${name}-${scheme}-${width}.png`) });
      }
    };
    const { link } = await newSetupLink(gate.app.database, { base: '', actor: 'test', now: gate.now() });
    await visit({ name: 'setup', path: link.slice('/app'.length) });
    const admin = await signIn(gate, { role: 'admin' });
    await visit({ name: 'sign-in', path: '/' });
    await signInBrowser(context, gate, admin);
    for (const one of await visits(gate)) {
      if (ONLY === null || ONLY.some((name) => one.name.startsWith(name))) await visit(one);
    }
    expect(found).toEqual([]);
  }, 240_000);
});
