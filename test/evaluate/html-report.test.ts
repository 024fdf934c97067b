import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Parser } from 'htmlparser2';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/evaluate/evaluation.ts';
import { htmlReport } from '../../src/evaluate/html/page.ts';
import { axeFaults } from '../support/axe.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { HOSTILE, sampleEvaluation } from './sample-evaluation.ts';

const VOID = new Set(['meta', 'br']);

interface Element {
  name: string;
  attributes: Record<string, string>;
}

/** Elements and text of a page, and what was not closed by its own tag. */
function parsed(html: string) {
  const elements: Element[] = [];
  const unclosed: string[] = [];
  let text = '';
  let closed = 0;
  const parser: Parser = new Parser(
    {
      onopentag: (name, attributes) => elements.push({ name, attributes }),
      onclosetag: (name, implied) => {
        if (!implied) closed += 1;
        else if (!VOID.has(name) && !selfClosing(name)) unclosed.push(name);
      },
      ontext: (piece) => (text += piece),
    },
    { recognizeSelfClosing: true },
  );
  const selfClosing = (name: string): boolean => {
    const tag = html.slice(parser.startIndex, parser.endIndex + 1);
    return tag.startsWith(`<${name} `) && tag.endsWith('/>');
  };
  parser.end(html);
  return { elements, unclosed, text, stray: html.split('</').length - 1 - closed };
}

const values = ({ elements }: { elements: Element[] }, name: string): string[] =>
  elements.flatMap(({ attributes }) => (attributes[name] === undefined ? [] : [attributes[name]]));

describe('the report', () => {
  let evaluation: Evaluation;
  let html: string;
  let page: ReturnType<typeof parsed>;
  beforeAll(() => {
    evaluation = sampleEvaluation();
    html = htmlReport(evaluation);
    page = parsed(html);
  });

  it('closes every element that it opens, whatever cases, files and models are called', () => {
    expect(page.unclosed).toEqual([]);
    expect(page.stray).toBe(0);
  });
  it('loads nothing and runs nothing', () => {
    const names = new Set(page.elements.map(({ name }) => name));
    for (const name of [
      'script',
      'link',
      'img',
      'iframe',
      'object',
      'embed',
      'base',
      'form',
      'image',
      'use',
    ]) {
      expect(names).not.toContain(name);
    }
    const attributes = new Set(page.elements.flatMap((element) => Object.keys(element.attributes)));
    expect([...attributes].filter((name) => /^on|src|xlink|action|data$/.test(name))).toEqual([]);
    expect(html.slice(html.indexOf('<style>'), html.indexOf('</style>'))).not.toMatch(/url\(|@import|\/\//);
  });
  it('leads to places in itself only, and names each once', () => {
    const ids = values(page, 'id');
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = [
      ...values(page, 'href').map((href) => href.replace(/^#/, '')),
      ...values(page, 'aria-labelledby').flatMap((list) => list.split(' ')),
    ];
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });
  it('shows hostile text as text, without what HTML cannot carry', () => {
    const shown = HOSTILE.replace('\u0000', '\ufffd').replace('\ud800', '\ufffd');
    // Id, subject, body, rule, probe, why, file, judge, description, rationale, bad row.
    expect(page.text.split(shown).length - 1).toBeGreaterThan(10);
    expect(html).not.toContain('\u0000');
    expect(html).not.toContain(HOSTILE);
  });
  it('draws every plot with words for it and a table after it', () => {
    const drawn = page.elements.filter(({ name }) => name === 'svg');
    // The headline, two by probe, two by difficulty, two reliability diagrams, three histograms.
    expect(drawn).toHaveLength(10);
    expect(drawn.every(({ attributes }) => attributes['role'] === 'img')).toBe(true);
    const count = (wanted: string): number => page.elements.filter(({ name }) => name === wanted).length;
    expect(count('figure')).toBe(10);
    expect(count('desc')).toBe(10);
    // One for each figure, three confusion matrices, headline, comparison, files, judges, cases.
    expect(count('table')).toBe(10 + 3 + 5);
    expect(count('caption')).toBe(count('table'));
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
  it('says what was run', () => {
    for (const said of [
      '1.2.3',
      '928b1571de99',
      'ab'.repeat(32),
      'sample-judge@0123456789ab',
      '2026-05-01 09:30 UTC',
    ]) {
      expect(page.text).toContain(said);
    }
  });
  it('lists every false positive and every miss of each judge', () => {
    const wrong = evaluation.runs
      .flatMap(({ results }) => results)
      .filter((one) => one.gold !== one.decision);
    const items = page.elements.filter(({ attributes }) => attributes['class'] === 'id');
    expect(wrong.length).toBeGreaterThan(10);
    expect(items).toHaveLength(wrong.length);
  });
  it('marks the evidence in the excerpt', () => {
    expect(html).toContain('Hi <mark>Dana</mark>,');
  });
  it('says when it was ended early, and still has what was judged', () => {
    const early = parsed(htmlReport({ ...evaluation, runs: evaluation.runs.slice(0, 1) }));
    expect(early.text).toMatch(/Ended early: \d+ judgements of \d+ missing/);
    expect(early.text).not.toContain('Judges compared');
    expect(early.unclosed).toEqual([]);
  });
});

describe('in a browser', () => {
  it.each([
    [1280, false],
    [390, true],
  ])('is readable for all at %i pixels wide, dark: %s', async (width, dark) => {
    const path = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.html');
    writeFileSync(path, htmlReport(sampleEvaluation()));
    const context = await openBrowser({ width, dark });
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const { troubles } = watchPage(page);
    await page.goto(pathToFileURL(path).href);
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    expect(await axeFaults(page)).toEqual([]);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
    expect(requests).toEqual([pathToFileURL(path).href]);
    expect(troubles).toEqual([]);
  });
});
