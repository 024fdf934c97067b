import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { createApp } from '../../src/http/server.ts';
import { webAppRoutes } from '../../src/http/web-app.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { openBrowser } from '../support/browser.ts';

/** Text tokens the app writes with, each on every ground it may stand on. */
const TEXT = ['text', 'dimmed', 'anchor', 'error', 'placeholder', 'bright'].map(
  (name) => `--mantine-color-${name}`,
);
const GROUNDS = ['--mantine-color-body', '--mantine-color-default', '--mantine-color-default-hover'];

/** What a light badge, alert or navigation entry of that colour is made of. */
const COLOURS = ['ink', 'red', 'orange', 'yellow', 'green', 'blue', 'gray', 'grape', 'teal'];

/** Lines that tell a control from its ground need 3:1 (WCAG 2.2, 1.4.11). */
const LINES = ['--mantine-color-default-border', '--mantine-primary-color-filled'];

async function page(dark: boolean): Promise<Page> {
  const app = createApp({
    routers: [['/', webAppRoutes(join(PROJECT_ROOT, 'dist/web'))]],
    log: createLogger('silent'),
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const context = await openBrowser({ dark });
  const opened = await context.newPage();
  await opened.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/app/`);
  await opened.waitForSelector(`html[data-mantine-color-scheme=${dark ? 'dark' : 'light'}]`);
  await opened.getByLabel('Loading').waitFor();
  return opened;
}

type Pair = [foreground: string, ground: string];

/** Contrast of each pair as the browser resolves it (WCAG 2.2, relative luminance). A see-through ground lies on the page's. */
function contrasts(opened: Page, pairs: Pair[]): Promise<number[]> {
  return opened.evaluate((wanted) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const body = getComputedStyle(document.documentElement).getPropertyValue('--mantine-color-body');
    const resolve = (token: string): string => {
      const probe = document.createElement('div');
      probe.style.setProperty('color', `var(${token}, #f0f)`);
      document.body.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    };
    const luminance = (...layers: string[]): number => {
      for (const layer of [body, ...layers]) {
        canvas.fillStyle = layer;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return wanted.map(([foreground, ground]) => {
      const a = luminance(resolve(ground));
      const b = luminance(resolve(ground), resolve(foreground));
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
  }, pairs);
}

function below(least: number, pairs: Pair[], found: number[]): string[] {
  return pairs.flatMap(([a, b], i) => (found[i] < least ? [`${a} on ${b}: ${found[i].toFixed(2)}`] : []));
}

describe.each([
  ['light', false],
  ['dark', true],
])('in %s', (_name, dark) => {
  it('has 4.5:1 for every text token on every ground, and 3:1 for lines of controls', async () => {
    const opened = await page(dark);
    const texts = TEXT.flatMap((text) => GROUNDS.map((ground): Pair => [text, ground]));
    const badges = COLOURS.flatMap((colour): Pair[] => [
      [`--mantine-color-${colour}-light-color`, `--mantine-color-${colour}-light`],
      [`--mantine-color-${colour}-light-color`, `--mantine-color-${colour}-light-hover`],
      [`--mantine-color-${colour}-text`, '--mantine-color-body'],
    ]);
    badges.push(['--mantine-primary-color-contrast', '--mantine-primary-color-filled']);
    badges.push(['--mantine-primary-color-contrast', '--mantine-primary-color-filled-hover']);
    const lines = LINES.map((line): Pair => [line, '--mantine-color-body']);
    const found = await contrasts(opened, [...texts, ...badges]);
    expect(below(4.5, [...texts, ...badges], found)).toEqual([]);
    expect(below(3, lines, await contrasts(opened, lines))).toEqual([]);
  });
});
