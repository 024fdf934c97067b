import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { oneSidedBounds } from '../../src/evaluate/statistics.ts';
import { RULES } from '../../src/judge/verdict.ts';
import { gathered } from '../../src/kill-switch/gathered.ts';
import { type ProbeItem, probeReadings } from '../../src/kill-switch/monitors/probes.ts';
import { PROBE_OF } from '../../src/kill-switch/probes.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';

const config = configSchema.parse({}).kill_switch.probes;
const WEEK = 7 * 86_400_000;
const NOW = 40 * WEEK;
const SINCE = 33 * WEEK;
const scope = { config, version: 'v1', since: SINCE, now: NOW };

const answers = fc.array(
  fc.record({
    decision: fc.constantFrom(...DECISIONS, 'not_sure' as const),
    rule: fc.constantFrom<(string | null)[]>(...RULES, 'none', null),
    at: fc.integer({ min: 20, max: 40 }).map((week) => week * WEEK),
  }),
  { maxLength: 3 },
);
const items = fc.array(
  fc.record({
    decision: fc.constantFrom<(Decision | 'HOLD')[]>(...DECISIONS, 'HOLD'),
    rule: fc.constantFrom<(string | null)[]>(...RULES, 'adapter', 'low_confidence', null),
    adapter_version: fc.constantFrom('v1', 'v1', 'v0', null),
    judged_at: fc.integer({ min: 28, max: 40 }).map((week) => week * WEEK),
    answers,
  }),
  { maxLength: 80 },
);

/** Goes through all items for one probe, by the definition as it stands in the README, and counts. */
function bruteForce(all: readonly ProbeItem[], probe: string, part: 'adapter' | 'rules') {
  let right = 0;
  let of = 0;
  for (const item of all) {
    if (part === 'rules' ? item.adapter_version !== null : item.adapter_version !== 'v1') continue;
    if (part === 'adapter' && item.judged_at < SINCE) continue;
    const sure = item.answers.filter(({ decision }) => decision !== 'not_sure');
    if (sure.length === 0) continue;
    if (new Set(sure.map(({ decision, rule }) => `${decision} ${rule}`)).size > 1) continue;
    if (sure.every(({ at }) => at <= NOW - config.weeks * WEEK)) continue;
    const [{ decision, rule }] = sure;
    const about = new Set<string>();
    for (const name of RULES) if (name === item.rule || name === rule) about.add(PROBE_OF[name]);
    if (!about.has(probe)) continue;
    of += 1;
    const stopped = decision !== 'PASS';
    if (item.decision === 'HOLD' ? stopped : item.decision === decision) right += 1;
  }
  return { right, of };
}

test('the tally counts as going through all items for each probe would', () => {
  fc.assert(
    fc.property(items, (all) => {
      const readings = new Map(probeReadings(all, scope).map((one) => [one.monitor, one]));
      expect(readings.size).toBe(20);
      for (const probe of Object.values(PROBE_OF)) {
        for (const [name, part] of [
          [`probe_${probe}`, 'adapter'],
          [`rules_${probe}`, 'rules'],
        ] as const) {
          const { right, of } = bruteForce(all, probe, part);
          const found = readings.get(name)!;
          expect(found.counted).toBe(of);
          expect(found.value).toBe(of === 0 ? null : right / of);
          const below = of >= 10 && oneSidedBounds(right, of).high < 0.5;
          const past = part === 'adapter' ? 'over' : 'warn';
          expect(found.state).toBe(of < 10 ? 'not_enough' : below ? past : 'ok');
        }
      }
    }),
    { numRuns: 300 },
  );
});

/** So many items of a probe, of which so many are right. */
function labelled(of: number, right: number, over: Partial<ProbeItem> = {}): ProbeItem[] {
  return Array.from({ length: of }, (_, i) => ({
    decision: i < right ? 'BLOCK' : 'PASS',
    rule: i < right ? 'adapter' : null,
    adapter_version: 'v1',
    judged_at: NOW - WEEK,
    answers: [{ decision: 'BLOCK', rule: 'thread_leak', at: NOW - 1 }],
    ...over,
  }));
}

const read = (all: readonly ProbeItem[], monitor = 'probe_E01') =>
  probeReadings(all, scope).find((one) => one.monitor === monitor)!;

describe('a probe', () => {
  test('says that there are not enough labels below ten, however wrong the judge was', () => {
    const reading = read(labelled(9, 0));
    expect(reading).toMatchObject({ state: 'not_enough', value: 0, counted: 9, needed: 10 });
    expect(reading.says).toContain('not enough labels: 9 of 10');
    expect(read([]).says).toContain('not enough labels: 0 of 10');
  });

  test('trips when the upper 95 % bound is under a half, and not when only the share is', () => {
    // Exact bounds: 1 of 10 is at most 39.4 %, 2 of 10 at most 50.7 %.
    expect(read(labelled(10, 1)).state).toBe('over');
    expect(read(labelled(10, 2))).toMatchObject({ state: 'ok', value: 0.2 });
    expect(read(labelled(10, 1)).interval).toMatchObject({ high: expect.closeTo(0.445, 3) });
  });

  test('counts nothing of another adapter, of before a reset, or answered long ago', () => {
    for (const over of [
      { adapter_version: 'v0' },
      { judged_at: SINCE - 1 },
      { answers: [{ decision: 'BLOCK' as const, rule: 'thread_leak', at: NOW - 12 * WEEK }] },
    ])
      expect(read(labelled(12, 0, over)).counted).toBe(0);
  });

  test('only warns of what the rules decided alone', () => {
    const all = labelled(12, 0, { adapter_version: null, judged_at: 0 });
    expect(read(all).counted).toBe(0);
    expect(read(all, 'rules_E01')).toMatchObject({ state: 'warn', counted: 12 });
  });

  test('takes doubt for right about mail that had to be stopped', () => {
    const all = labelled(10, 0, { decision: 'HOLD', rule: 'low_confidence' });
    expect(read(all)).toMatchObject({ state: 'ok', value: 1 });
  });

  test('is no matter of good mail that the adapter alone stopped, whatever the decision', () => {
    for (const decision of ['ESCALATE', 'BLOCK'] as const) {
      const answers = [{ decision: 'PASS' as const, rule: null, at: NOW - 1 }];
      const stopped = labelled(10, 0, { decision, rule: 'adapter', answers });
      expect(probeReadings(stopped, scope).every(({ counted }) => counted === 0)).toBe(true);
    }
  });

  test('counts nothing that people disagree on', () => {
    const all = labelled(10, 0, {
      answers: [
        { decision: 'BLOCK', rule: 'thread_leak', at: NOW - 2 },
        { decision: 'PASS', rule: null, at: NOW - 1 },
      ],
    });
    expect(read(all).counted).toBe(0);
  });
});

test('for people ten probes that say nothing yet are one entry, and ten as soon as one says something', () => {
  const shown = (all: readonly ProbeItem[]) =>
    gathered(probeReadings(all, scope).map((one) => ({ ...one, trips: true, changed_at: null })));
  expect(shown(labelled(4, 0)).map(({ monitor, counted }) => [monitor, counted])).toEqual([
    ['probe', 4],
    ['rules', 0],
  ]);
  expect(shown(labelled(12, 12)).map(({ monitor }) => monitor)).toEqual([
    ...Object.values(PROBE_OF).map((probe) => `probe_${probe}`),
    'rules',
  ]);
});
