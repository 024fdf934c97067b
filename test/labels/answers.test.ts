import { describe, expect, test } from 'vitest';
import {
  type DecidedDelivery,
  type GivenLabel,
  type JudgedText,
  answersOf,
} from '../../src/labels/answers.ts';
import type { Decision } from '../../src/message/types.ts';

const verdict = (decision: Decision | null, changes: Partial<JudgedText> = {}): JudgedText => ({
  created_at: 10,
  revision: 0,
  decision,
  hold_reason: decision === null ? 'stale_record' : null,
  rationale: '',
  findings: [],
  notices: [],
  prospect: null,
  rubric_version: 'r',
  adapter_version: null,
  adapter: null,
  latency_ms: 1,
  ...changes,
});

const label = (right: GivenLabel['right'], act: string, changes: Partial<GivenLabel> = {}): GivenLabel => ({
  at: 20,
  actor: 'kim',
  right,
  act,
  ...changes,
});

function decided(
  verdicts: JudgedText[],
  labels: GivenLabel[],
  changes: Partial<DecidedDelivery> = {},
): DecidedDelivery {
  const released = labels.some(({ act }) => act === 'release') ? { at: 30, by: 'kim' } : null;
  return {
    id: 'd',
    messageId: 'm',
    went: released !== null,
    released,
    labels,
    verdicts,
    reasons: [],
    ...changes,
  };
}

const golds = (delivery: DecidedDelivery) => {
  const { answers, unclear } = answersOf(delivery);
  return unclear ?? answers.map(({ gold, wrong, verdict }) => [gold, wrong, verdict.revision]);
};

describe('what a decision teaches', () => {
  test.each<[string, DecidedDelivery, unknown]>([
    [
      'stopped, wrong, released',
      decided([verdict('BLOCK')], [label('wrong', 'release')]),
      [['PASS', 'BLOCK', 0]],
    ],
    [
      'stopped, right, rejected',
      decided([verdict('PENALISE')], [label('right', 'reject')]),
      [['PENALISE', 'PASS', 0]],
    ],
    [
      'suppressed, right, without an act',
      decided([verdict('SUPPRESS')], [label('right', 'label')]),
      [['SUPPRESS', 'PASS', 0]],
    ],
    [
      'suppressed, wrong, without an act',
      decided([verdict('SUPPRESS')], [label('wrong', 'label')]),
      'wrong_not_released',
    ],
    [
      'stopped, right, and released all the same',
      decided([verdict('BLOCK')], [label('right', 'release')]),
      'right_but_released',
    ],
    [
      'stopped, wrong, and rejected',
      decided([verdict('BLOCK')], [label('wrong', 'reject')]),
      'wrong_not_released',
    ],
    [
      'blocked, wrong, escalated',
      decided([verdict('BLOCK')], [label('wrong', 'escalate')]),
      [['ESCALATE', 'BLOCK', 0]],
    ],
    [
      'blocked, right, escalated',
      decided([verdict('BLOCK')], [label('right', 'escalate')]),
      [['BLOCK', 'PASS', 0]],
    ],
    [
      'escalated, right, closed',
      decided([verdict('ESCALATE')], [label('right', 'close')]),
      [['ESCALATE', 'PASS', 0]],
    ],
    [
      'escalated, wrong, released by the owner',
      decided([verdict('ESCALATE')], [label('wrong', 'release')]),
      [['PASS', 'ESCALATE', 0]],
    ],
    [
      'penalised and relayed by its engine’s rule, wrong',
      decided([verdict('PENALISE')], [label('wrong', 'label')], { went: true }),
      [['PASS', 'PENALISE', 0]],
    ],
    [
      'passed, reported afterwards',
      decided([verdict('PASS')], [label('wrong', 'label')], { went: true }),
      'decision_unknown',
    ],
    [
      'passed, held for its place in line, escalated',
      decided([verdict('PASS')], [label('wrong', 'escalate')]),
      [['ESCALATE', 'PASS', 0]],
    ],
    [
      'passed, right',
      decided([verdict('PASS')], [label('right', 'label')], { went: true }),
      [['PASS', null, 0]],
    ],
    ['doubted, released as wrong', decided([verdict(null)], [label('wrong', 'release')]), 'doubt'],
    ['doubted, rejected as right', decided([verdict(null)], [label('right', 'reject')]), 'doubt'],
    ['not sure', decided([verdict('BLOCK')], [label('not_sure', 'release')]), 'not_sure'],
    ['never judged', decided([], [label('right', 'label')]), 'not_judged'],
    [
      'labelled before it was judged',
      decided([verdict('BLOCK')], [label('right', 'label', { at: 5 })]),
      'not_judged',
    ],
  ])('%s', (_what, delivery, expected) => {
    expect(golds(delivery)).toEqual(expected);
  });

  test('an edited text that was released passes, and the one before stays rightly stopped', () => {
    const verdicts = [verdict('BLOCK'), verdict('PASS', { revision: 1, created_at: 15 })];
    expect(golds(decided(verdicts, [label('right', 'release')]))).toEqual([
      ['BLOCK', 'PASS', 0],
      ['PASS', 'BLOCK', 1],
    ]);
    // Without a label, too: an edit says enough.
    expect(golds(decided(verdicts, [], { released: { at: 30, by: 'kim' }, went: true }))).toEqual([
      ['BLOCK', 'PASS', 0],
      ['PASS', 'BLOCK', 1],
    ]);
    expect(golds(decided(verdicts, [label('wrong', 'release')]))).toEqual([['PASS', 'BLOCK', 1]]);
    expect(golds(decided(verdicts, [label('not_sure', 'release')]))).toBe('not_sure');
    expect(golds(decided([verdict(null), verdicts[1]], [label('right', 'release')]))).toEqual([
      ['PASS', null, 1],
    ]);
  });

  test('an edited text that is stopped still and released was stopped wrongly', () => {
    const verdicts = [verdict('BLOCK'), verdict('PENALISE', { revision: 1, created_at: 15 })];
    expect(golds(decided(verdicts, [label('wrong', 'release')]))).toEqual([['PASS', 'PENALISE', 1]]);
  });

  test('an edited text that is rejected after all is judged by its label', () => {
    const verdicts = [verdict('BLOCK'), verdict('PENALISE', { revision: 1, created_at: 15 })];
    expect(golds(decided(verdicts, [label('right', 'reject')]))).toEqual([['PENALISE', 'PASS', 1]]);
  });
});

describe('several labels', () => {
  const by = (actor: string, right: GivenLabel['right'], at: number): GivenLabel =>
    label(right, 'label', { actor, at });
  const rejected = (...labels: GivenLabel[]) => golds(decided([verdict('BLOCK')], labels, { went: true }));
  const STOP = [['BLOCK', 'PASS', 0]];
  const PASS = [['PASS', 'BLOCK', 0]];

  test('of one person: the newest counts', () => {
    expect(rejected(by('ann', 'wrong', 20), by('ann', 'right', 21))).toEqual(STOP);
    expect(rejected(by('ann', 'right', 20), by('ann', 'not_sure', 21))).toBe('not_sure');
  });

  test('of two who disagree: none, until one of them gives in or a third settles it', () => {
    const [ann, bo] = [by('ann', 'right', 20), by('bo', 'wrong', 21)];
    expect(rejected(ann, bo)).toBe('reviewers_disagree');
    expect(rejected(ann, bo, by('ann', 'wrong', 22))).toEqual(PASS);
    expect(rejected(ann, bo, by('cy', 'wrong', 22))).toEqual(PASS);
    expect(rejected(ann, bo, by('cy', 'right', 22))).toEqual(STOP);
    expect(rejected(ann, bo, by('cy', 'not_sure', 22))).toBe('reviewers_disagree');
    // The third was there before they disagreed.
    expect(rejected(by('cy', 'right', 19), ann, bo)).toBe('reviewers_disagree');
  });

  test('about an earlier verdict that said something else do not count', () => {
    const verdicts = [verdict('BLOCK'), verdict('PENALISE', { created_at: 30 })];
    const labels = [by('ann', 'wrong', 20), by('bo', 'right', 40)];
    expect(golds(decided(verdicts, labels))).toEqual([['PENALISE', 'PASS', 0]]);
  });

  test('the reason of the reviewer whose label counts is the rationale', () => {
    const reasons = [
      { at: 20, actor: 'bo', reason: 'no' },
      { at: 20, actor: 'kim', reason: 'The round was never announced.' },
    ];
    const { answers } = answersOf(decided([verdict('BLOCK')], [label('right', 'reject')], { reasons }));
    expect(answers[0]).toMatchObject({ actor: 'kim', reason: 'The round was never announced.' });
  });
});
