import { afterAll, describe, expect, it, vi } from 'vitest';
import { readCaseFiles } from '../../src/evaluate/case-files.ts';
import type { Case } from '../../src/evaluate/cases.ts';
import { randomFrom, shuffled } from '../../src/evaluate/random.ts';
import type { judgeByRules, JudgeInput } from '../../src/judge/judge.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import type { Verdict } from '../../src/judge/verdict.ts';

type Remember = typeof import('../../src/judge/language/remember.ts');

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);
const files = ['natural-1', 'natural-2'].map(
  (name) => new URL(`../fixtures/cases/${name}.jsonl`, import.meta.url).pathname,
);
const SEED = 20261127;
const cases = shuffled(
  readCaseFiles(files, '2026-05-01').flatMap((file) => file.cases),
  randomFrom(SEED),
).slice(0, 50);

const inputOf = ({ draft, prospect, asOf, trouble }: Case): JudgeInput => ({
  draft: { ...draft, body: draft.body.replace(/(.{1,72}) /g, '$1\n') },
  prospect,
  trouble,
  rubric,
  channel: 'email',
  today: asOf,
});

/** The judge with other ways to remember. */
async function judgeWith(remember: Partial<Remember>): Promise<typeof judgeByRules> {
  vi.resetModules();
  vi.doMock('../../src/judge/language/remember.ts', async (original) => ({
    ...(await original<Remember>()),
    ...remember,
  }));
  return (await import('../../src/judge/judge.ts')).judgeByRules;
}

const forgetful: Partial<Remember> = {
  remember: (compute) => compute,
  rememberSentences: (compute) => compute,
  rememberTexts: (compute) => compute,
  rememberRecords: (compute) => compute,
};

/** All that can be frozen; expressions hold a place, which `search` and `matchAll` put back. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || value instanceof RegExp)
    return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}

const verdictsOf = (judge: typeof judgeByRules, list: readonly Case[]): Verdict[] =>
  list.map((one) => judge(inputOf(one)));

describe(`what is computed once for several readings and mails (seed ${SEED})`, async () => {
  const judge = await judgeWith({});
  const plain = verdictsOf(await judgeWith(forgetful), cases);

  afterAll(() => {
    vi.doUnmock('../../src/judge/language/remember.ts');
    vi.resetModules();
  });

  it('gives the verdicts that a judge without memory gives, in any order and again', () => {
    expect(verdictsOf(judge, cases)).toEqual(plain);
    expect(verdictsOf(judge, cases.toReversed()).toReversed()).toEqual(plain);
    expect(new Set(plain.map(({ decision }) => decision)).size, 'kinds of verdicts').toBeGreaterThan(2);
  });

  it('is changed by nobody whom it is given to', async () => {
    const { rememberRecords, rememberSentences, rememberTexts } = await vi.importActual<Remember>(
      '../../src/judge/language/remember.ts',
    );
    const strict = await judgeWith({
      rememberSentences: (compute) => rememberSentences((text) => frozen(compute(text))),
      rememberTexts: (compute) => rememberTexts((text) => frozen(compute(text))),
      rememberRecords: (compute) => rememberRecords((record, asked) => frozen(compute(record, asked))),
    });
    expect(verdictsOf(strict, cases)).toEqual(plain);
    expect(verdictsOf(strict, cases)).toEqual(plain);
  });
});
