import type { Case } from '../../src/evaluate/cases.ts';
import { type Judged, resultOf, summarise } from '../../src/evaluate/evaluate.ts';
import type { Evaluation, ModelDetails } from '../../src/evaluate/evaluation.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import type { Run } from '../../src/evaluate/report.ts';
import { RULE_DECISION, type RuleName } from '../../src/judge/verdict.ts';
import { sampleCase } from './sample-case.ts';
import { mostly } from './scripted-adapter.ts';

/** What would break a page that did not escape it. */
export const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)> ]]> <!-- & {{7*7}} \u202e \u0000\ud800 |\``;

const PROBES: readonly [probe: string, rule: RuleName][] = [
  ['A07', 'disqualifier'],
  ['G03', 'c_level'],
  ['B04', 'low_confidence_funding'],
  ['E02', 'generic_peers'],
];

const MODEL: ModelDetails = {
  name: 'sample-judge',
  version: 'sample-judge@0123456789ab',
  description: HOSTILE,
  licence: 'MIT',
  base: 'base.gguf, sha256 00',
  lora: null,
  profile: 'lines',
  contextSize: 2048,
  verticals: [],
  calibration: null,
};

/**
 * Two files, the second of one hostile case, judged by three judges of which the second states probabilities. Seeded.
 *
 * @param pairs of cases for each of four probes
 */
export function sampleEvaluation(pairs = 6): Evaluation {
  const random = randomFrom(7);
  const plain = PROBES.flatMap(([probe, rule]) =>
    Array.from({ length: pairs }, (_, i) => i).flatMap((i) => [
      sampleCase({ id: `${probe}-${i}/bad`, gold: RULE_DECISION[rule], rule, probe, hard: i % 3 === 0 }),
      sampleCase({ id: `${probe}-${i}/good`, gold: 'PASS', rule: 'none', probe, hard: i % 3 === 0 }),
    ]),
  );
  const hostile = sampleCase({
    id: HOSTILE,
    gold: 'BLOCK',
    rule: HOSTILE,
    probe: HOSTILE,
    why: HOSTILE,
    text: `Subject: ${HOSTILE}\n\n${HOSTILE}`,
  });
  const files = [
    { name: 'plain', cases: plain, bad: [], sha256: 'ab'.repeat(32) },
    { name: HOSTILE, cases: [hostile], bad: [{ line: 3, why: HOSTILE }], sha256: 'cd'.repeat(32) },
  ];
  const judges = [
    { label: 'rules', kind: 'rules' as const, model: null, right: 0.8, states: false },
    { label: 'adapter:sample-judge', kind: 'adapter' as const, model: MODEL, right: 0.6, states: true },
    { label: `full:${HOSTILE}`, kind: 'full' as const, model: MODEL, right: 0.9, states: false },
  ];
  const runs = files.flatMap(({ name, cases, bad }) =>
    judges.map(({ label, right, states }): Run => {
      const results = cases.map((one) =>
        resultOf(one, judged(one, one.id === HOSTILE ? false : random() < right, states), 1 + 400 * random()),
      );
      return { file: name, judge: label, results, summary: summarise(results), bad_rows: bad.length };
    }),
  );
  return {
    presend: '1.2.3',
    at: new Date('2026-05-01T09:30:00Z'),
    rubric: '928b1571de99',
    throughSmtp: false,
    files,
    judges: judges.map(({ label, kind, model }) => ({ label, kind, model })),
    runs,
  };
}

/** A right verdict, or one that lets a bad draft pass and stops a good one. */
function judged(one: Case, right: boolean, states: boolean): Judged {
  const decision = right ? one.gold : one.gold === 'PASS' ? 'PENALISE' : 'PASS';
  const text = one.draft.body.slice(3, 7);
  return {
    decision,
    hold_reason: null,
    rationale: HOSTILE,
    findings: [{ rule: 'generic_peers', enforced: true, spans: [{ part: 'body', start: 3, end: 7, text }] }],
    ...(states ? { probabilities: mostly(decision, 0.7) } : {}),
  };
}
