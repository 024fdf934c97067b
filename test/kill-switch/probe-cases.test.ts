import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RULE_DECISION, type RuleName } from '../../src/judge/verdict.ts';
import { PROBE_FOLDER, casesVersion, readOwnCases, readProbes } from '../../src/kill-switch/canary/cases.ts';
import { PROBE_OF, PROBES } from '../../src/kill-switch/probes.ts';
import { DECISIONS } from '../../src/message/types.ts';
import { someProbes } from '../support/probes.ts';
import { writeFileSync } from 'node:fs';

const row = z.strictObject({
  id: z.string().min(1),
  probe: z.enum(PROBES as [string, ...string[]]),
  pair: z.string().min(1),
  rule: z.string(),
  gold: z.enum(DECISIONS),
  hard: z.boolean(),
  long: z.boolean(),
  as_of: z.iso.date(),
  why: z.string().min(10),
  subject: z.string(),
  draft: z.string().min(1),
  context: z.record(z.string(), z.unknown()),
});

const rowsOf = (probe: string) =>
  readFileSync(join(PROBE_FOLDER, `${probe}.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => row.parse(JSON.parse(line)));
const words = (text: string): number => text.split(/\s+/u).filter(Boolean).length;

describe.each(Object.entries(PROBE_OF))('the probe cases of %s', (rule, probe) => {
  const rows = rowsOf(probe);

  test('are forty or more, half of them good, with hard and long ones on both sides', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
    const good = rows.filter(({ gold }) => gold === 'PASS');
    expect(good).toHaveLength(rows.length / 2);
    for (const side of [good, rows.filter(({ gold }) => gold !== 'PASS')]) {
      expect(side.filter(({ hard }) => hard).length).toBeGreaterThanOrEqual(5);
      expect(side.filter(({ long }) => long).length).toBeGreaterThanOrEqual(10);
    }
    for (const { id, draft } of rows.filter(({ long }) => long)) expect(words(draft), id).toBeGreaterThan(90);
  });

  test('are labelled by their rule, and each mail has both sides', () => {
    for (const one of rows) {
      expect(one.probe).toBe(probe);
      const [wanted, named] =
        one.gold === 'PASS' ? ['PASS', 'none'] : [RULE_DECISION[rule as RuleName], rule];
      expect([one.gold, one.rule], one.id).toEqual([wanted, named]);
    }
    const sides = new Map<string, string[]>();
    for (const { pair, gold } of rows)
      sides.set(pair, [...(sides.get(pair) ?? []), gold === 'PASS' ? 'good' : 'bad']);
    for (const [pair, both] of sides) expect(both.toSorted(), pair).toEqual(['bad', 'good']);
  });
});

test('probe cases have ids of their own, and the canary reads all of them with their marks', () => {
  const rows = PROBES.flatMap(rowsOf);
  const read = readProbes(PROBE_FOLDER);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(read.map((one) => [one.case.id, one.hard, one.own])).toEqual(
    rows.map(({ id, hard }) => [id, hard, false]),
  );
});

test('other cases have another version, and a broken row is named', () => {
  const folder = someProbes(1);
  const before = casesVersion(folder);
  expect(before).toMatch(/^[0-9a-f]{12}$/);
  expect(casesVersion(folder)).toBe(before);
  const path = join(folder, 'A07.jsonl');
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"id":"x","gold":"MAYBE"}\n`);
  expect(casesVersion(folder)).not.toBe(before);
  expect(() => readProbes(folder)).toThrow(/A07\.jsonl:3: gold/);
  expect(readOwnCases(folder)).toEqual([]);
});
