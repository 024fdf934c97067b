import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DECISIONS } from '../../src/message/types.ts';
import { RULES, RULE_DECISION, type RuleName } from '../../src/judge/verdict.ts';

interface Generated {
  pair: string;
  focus: RuleName;
  today: string;
  record: Record<string, unknown>;
  subject: string | null;
  draft: string;
  rule: RuleName | 'none';
  gold: string;
  why: string;
  wrong: { gold: string };
}

const folder = fileURLToPath(new URL('../../models/train', import.meta.url));
// The generator is plain Python; CI has it, a user's machine need not.
const python = ['python3.13', 'python3.12', 'python3.11', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']).status === 0,
);

function generate(count: number, seed: number): Generated[] {
  const args = ['-m', 'cases.generate', '--count', String(count), '--seed', String(seed)];
  const out = execFileSync(python as string, args, { cwd: folder, maxBuffer: 1 << 28, encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Generated);
}

describe.runIf(python !== undefined)('the case generator', () => {
  const made = python === undefined ? [] : generate(3000, 5);

  it('gives the same cases for the same seed and others for another', () => {
    expect(generate(50, 5)).toEqual(made.slice(0, 50));
    expect(generate(50, 6)).not.toEqual(made.slice(0, 50));
  });

  it('covers every rule on both sides', () => {
    for (const rule of RULES) {
      const about = made.filter(({ focus }) => focus === rule);
      expect(about.filter((one) => one.rule === rule).length, rule).toBeGreaterThan(30);
      expect(about.filter((one) => one.rule === 'none').length, rule).toBeGreaterThan(30);
    }
  });

  it('labels each case with the decision of the rule it names, and the pair with another', () => {
    for (const one of made) {
      expect(one.gold).toBe(one.rule === 'none' ? 'PASS' : RULE_DECISION[one.rule]);
      expect(DECISIONS).toContain(one.wrong.gold);
      expect(one.wrong.gold).not.toBe(one.gold);
      expect(one.why.length).toBeGreaterThan(3);
    }
  });

  it('repeats hardly any mail with its record', () => {
    const distinct = new Set(
      made.map(({ record, draft, subject }) => JSON.stringify([record, draft, subject])),
    );
    expect(distinct.size / made.length).toBeGreaterThan(0.98);
  });

  it('makes counterfactuals: the same words often stand under different golds', () => {
    const groups = grouped(made);
    const mixed = [...groups.values()].filter((group) => new Set(group.map(({ gold }) => gold)).size > 1);
    expect(mixed.length / groups.size).toBeGreaterThan(0.6);
    const sameWords = mixed.filter((group) =>
      group.some((a) => group.some((b) => a.gold !== b.gold && a.draft === b.draft)),
    );
    expect(sameWords.length / mixed.length).toBeGreaterThan(0.3);
  });

  it('never lets a large headcount alone escalate, nor unsure funding alone block', () => {
    const passing = made.filter(({ gold }) => gold === 'PASS');
    expect(passing.filter(({ record }) => Number(record['headcount']) > 2000).length).toBeGreaterThan(100);
    expect(
      passing.filter(({ record }) =>
        ['low', 'insufficient_signal'].includes(String(record['funding_confidence'])),
      ).length,
    ).toBeGreaterThan(200);
  });
});

function grouped(cases: Generated[]): Map<string, Generated[]> {
  const groups = new Map<string, Generated[]>();
  for (const one of cases) groups.set(one.pair, [...(groups.get(one.pair) ?? []), one]);
  return groups;
}
