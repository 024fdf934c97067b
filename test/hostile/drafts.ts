import { readdirSync } from 'node:fs';
import { readCaseFiles } from '../../src/evaluate/case-files.ts';
import type { Case } from '../../src/evaluate/cases.ts';
import { rulesJudge } from '../../src/evaluate/judges.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import type { RuleName, Verdict } from '../../src/judge/verdict.ts';

/** The rules that read the text; the others read the record, which no disguise of the text changes. */
export const TEXT_RULES = [
  'thread_leak',
  'low_confidence_funding',
  'prior_commitment',
  'soft_rejection',
  'regulated_caveat',
  'funding_tier',
  'generic_peers',
] as const satisfies readonly RuleName[];

export const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);
export const judge: (one: Case) => Verdict = rulesJudge(rubric);

/** A piece of the body; `telling` ones are why the mail is stopped. All pieces joined are the body. */
export interface Piece {
  text: string;
  telling: boolean;
}

/** A plain mail that one of the text rules stops, and where it does. */
export interface StoppedDraft {
  id: string;
  rule: (typeof TEXT_RULES)[number];
  base: Case;
  /** The exact words that the rule points to, and the sentences around them. */
  words: Piece[];
  sentences: Piece[];
}

const NEUTRAL_SUBJECT = 'A short question';

/** The project's own labelled cases that a text rule stops by what stands in the body, in a fixed order. */
export function stoppedDrafts(): StoppedDraft[] {
  const probes = new URL('../../models/probes/', import.meta.url).pathname;
  const fixtures = new URL('../fixtures/cases/', import.meta.url).pathname;
  const files = [
    ...readdirSync(probes)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .map((name) => `${probes}${name}`),
    `${fixtures}natural-1.jsonl`,
  ];
  const cases = readCaseFiles(files, '2026-05-01').flatMap((file) => file.cases);
  return cases.flatMap((one) => stoppedDraft(one) ?? []);
}

function stoppedDraft(written: Case): StoppedDraft | null {
  if (written.gold === 'PASS') return null;
  const rule = TEXT_RULES.find((name) => name === written.rule);
  if (rule === undefined) return null;
  const base = { ...written, draft: { ...written.draft, subject: NEUTRAL_SUBJECT } };
  const finding = judge(base).findings[0];
  const spans = (finding?.spans ?? []).filter(({ part }) => part === 'body');
  if (finding?.rule !== rule || spans.length === 0) return null;
  const { body } = base.draft;
  const ranges = spans.map(({ start, end }) => [start, end] as const);
  return {
    id: written.id,
    rule,
    base,
    words: cut(body, ranges),
    sentences: cut(
      body,
      ranges.map(([start, end]) => aroundSentence(body, start, end)),
    ),
  };
}

function aroundSentence(body: string, start: number, end: number): [number, number] {
  const before = Math.max(
    ...['. ', '! ', '? ', '\n'].map((stop) => body.lastIndexOf(stop, start - 1) + stop.length),
    0,
  );
  const after = /[.!?](?=\s|$)|\n|$/.exec(body.slice(end));
  return [Math.min(before, start), end + (after ? after.index + after[0].trimEnd().length : 0)];
}

function cut(body: string, ranges: readonly (readonly [number, number])[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (start > at) pieces.push({ text: body.slice(at, start), telling: false });
    if (end > Math.max(at, start)) pieces.push({ text: body.slice(Math.max(at, start), end), telling: true });
    at = Math.max(at, end);
  }
  if (at < body.length) pieces.push({ text: body.slice(at), telling: false });
  return pieces;
}
