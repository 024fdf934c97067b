import type { Draft, Span } from '../../message/types.ts';
import type { JudgedCase } from '../evaluation.ts';
import { likeliest } from '../likeliest.ts';
import { percent } from '../report.ts';
import { probeTitle } from '../probe-names.ts';
import { type Markup, markup } from './markup.ts';

/** More than anybody reads, and than a browser opens at ease; `--json` has them all. */
const MOST = 500;
/** Of a draft, characters. */
const EXCERPT = 280;
const LONGEST_WORD = 30;

/** Cases with what was decided on them and why. */
export function caseList(cases: readonly JudgedCase[], files: number): Markup {
  const items = cases.slice(0, MOST).map((one) => item(one, files > 1));
  const rest = cases.length - items.length;
  return markup`<ul class="cases">${items}</ul>${rest > 0 ? markup`<p>And ${rest} more, which <code>presend eval --json</code> lists.</p>` : null}`;
}

function item({ file, case: one, result }: JudgedCase, named: boolean): Markup {
  const facts = [
    named && file !== one.probe ? file : null,
    one.probe === null ? null : probeTitle(one.probe),
    one.rule === null || one.rule === 'none' ? null : `written for ${one.rule}`,
    one.hard ? 'hard' : null,
    one.long ? 'long' : null,
  ].filter((fact) => fact !== null);
  const { subject } = one.draft;
  return markup`<li><p><bdi class="id">${one.id}</bdi> <strong>${result.gold} came out as ${result.decision}</strong></p>
${facts.length > 0 ? markup`<p class="facts">${facts.join(' · ')}</p>` : null}
<blockquote>${subject === null ? null : markup`<p class="subject"><bdi>${subject}</bdi></p>`}<p>${excerpt(one.draft, result.evidence)}</p></blockquote>
<p>${because(result)}</p>
${one.why === null ? null : markup`<p class="facts">Why ${result.gold} is right, says its author: <bdi>${one.why}</bdi></p>`}</li>\n`;
}

/** Rule, sentence, doubt and stated probabilities, as far as the judge gave them. */
function because({ decision, rules, hold_reason, rationale, probabilities }: JudgedCase['result']): Markup {
  const by =
    decision === 'HOLD'
      ? `Held: ${hold_reason?.replaceAll('_', ' ')}.`
      : rules.length > 0
        ? `By ${rules.join(', ')}.`
        : '';
  const label = probabilities && likeliest(probabilities);
  const stated =
    probabilities && label
      ? ` P(${label}) ${percent(probabilities[label])}${label === 'PASS' ? '' : `, P(PASS) ${percent(probabilities.PASS)}`}.`
      : '';
  return markup`${by} ${rationale === null ? null : markup`<bdi>${rationale}</bdi>`}${stated}`;
}

/** The part of the body around the evidence, which is marked; without evidence in the body, its beginning. */
function excerpt({ body }: Draft, evidence: Span | null): Markup {
  const found = evidence?.part === 'body' ? evidence : null;
  const start = found?.start ?? 0;
  const end = Math.min(found?.end ?? 0, start + EXCERPT);
  const from = start < EXCERPT / 3 ? 0 : Math.min(wordEnd(body, start - EXCERPT / 3), start);
  const to = wordEnd(body, Math.max(from + EXCERPT, end));
  const piece = (first: number, last: number): string => body.slice(first, last).replaceAll(/\s+/g, ' ');
  return markup`<bdi>${from > 0 ? '… ' : null}${
    found === null
      ? piece(from, to)
      : markup`${piece(from, start)}<mark>${piece(start, end)}</mark>${piece(end, to)}`
  }${to < body.length ? ' …' : null}</bdi>`;
}

/** Where the word at `position` ends, if that is near. */
function wordEnd(text: string, position: number): number {
  const from = Math.round(position);
  const space = text.slice(from, from + LONGEST_WORD).search(/\s/);
  return Math.min(text.length, space < 0 ? from : from + space);
}
