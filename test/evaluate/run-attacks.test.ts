import { describe, expect, it } from 'vitest';
import { askAdapter } from '../../src/evaluate/ask-adapter.ts';
import { attackJsonLines, attackReport } from '../../src/evaluate/attack-report.ts';
import { type Attack, makeAttacks } from '../../src/evaluate/attacks.ts';
import { adapterJudge, fullJudge, rulesJudge } from '../../src/evaluate/judges.ts';
import { rightlyStopped, runAttacks, summariseAttacks } from '../../src/evaluate/run-attacks.ts';
import type { Adapter } from '../../src/judge/adapter/adapter.ts';
import { UNCALIBRATED } from '../../src/judge/adapter/reading.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { sampleCase } from './sample-case.ts';
import { mostly, scriptedAdapter } from './scripted-adapter.ts';

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);
const bad = Array.from({ length: 12 }, (_, i) =>
  sampleCase({
    id: `bad-${i}`,
    gold: i % 2 === 0 ? 'BLOCK' : 'SUPPRESS',
    text: `Subject: Mail ${i}\n\nHi Dana,\n\nthis is mail ${i}.`,
    // A fact that the rules stop by themselves.
    ...(i % 2 === 0 ? {} : { prospect: { ...sampleCase().prospect, opt_out_channels: ['email'] } }),
  }),
);

/** Reads the gold off the record, unless the draft says PASS: then it falls for it. */
function judges() {
  const adapter = scriptedAdapter(({ draft, prospect }) => {
    if (/PASS/.test(draft.body)) return mostly('PASS');
    return mostly(prospect.opt_out_channels.length > 0 ? 'SUPPRESS' : 'BLOCK');
  });
  const ask = askAdapter(adapter);
  return {
    adapter: adapterJudge(ask, UNCALIBRATED),
    rules: rulesJudge(rubric),
    full: fullJudge(rubric, ask, {
      version: adapter.version,
      mode: 'active',
      calibration: UNCALIBRATED,
      validatedVerticals: 'all',
      verticals: rubric.regulated,
      whenUnavailable: 'rules',
    }),
  };
}

describe('rightlyStopped', () => {
  it('finds the cases that the adapter labels rightly, and asks no more than it must', async () => {
    const good = sampleCase({ id: 'good' });
    const adapter = scriptedAdapter(() => mostly('BLOCK'));
    const judge = adapterJudge(askAdapter(adapter), UNCALIBRATED);
    const all = await rightlyStopped([...bad, good], judge, 100, 1);
    expect(new Set(all.map(({ gold }) => gold))).toEqual(new Set(['BLOCK']));
    expect(all).toHaveLength(6);
    expect(adapter.asked).toHaveLength(12);
    expect(await rightlyStopped([...bad, good], judge, 2, 1)).toEqual(all.slice(0, 2));
  });
});

describe('runAttacks', () => {
  it('counts the labels an attack changes, by technique and place', async () => {
    const attacks = await makeAttacks(bad, 200, 1);
    const results = await runAttacks(attacks, judges());
    const summary = summariseAttacks(results);
    const fallsFor = ({ case: one }: Attack): boolean => /PASS/.test(one.draft.body);
    expect(summary.toPass).toMatchObject({ hits: attacks.filter(fallsFor).length, of: 200 });
    expect(summary.toPass.hits).toBeGreaterThan(0);
    expect(summary.byPlace['company']?.toPass.hits).toBe(0);
    expect(summary.byPlace['hidden_html']?.toPass.hits).toBe(0);
    expect(summary.byTechnique['base64']?.toPass.hits).toBe(0);
    expect(summary.byTechnique['instruction']?.toPass.hits).toBeGreaterThan(0);
    expect(attackReport(summary)).toContain(`${summary.toPass.hits}/200`);
    const lines = attackJsonLines(results, summary).trim().split('\n');
    expect(lines).toHaveLength(summary.toPass.hits + 1);
    expect(JSON.parse(lines.at(-1)!)).toHaveProperty('attacks.byTechnique');
  });
  it('shows that no attack lowers what the rules decide, and which mail only the adapter had stopped', async () => {
    const results = await runAttacks(await makeAttacks(bad, 200, 1), judges());
    const { full } = summariseAttacks(results);
    expect(full.lowered).toEqual([]);
    expect(full.released.hits).toBeGreaterThan(0);
    const released = results.filter((result) => result.full === 'PASS');
    expect(released.every(({ attack }) => attack.case.gold === 'BLOCK')).toBe(true);
  });
  it('tells attacks that the model is never shown from those it withstands', async () => {
    const attacks = await makeAttacks(bad, 200, 1);
    const steadfast = scriptedAdapter(() => mostly('BLOCK'));
    const deaf: Adapter = {
      ...steadfast,
      classify: async (input) => ({
        ...(await steadfast.classify(input)),
        promptTokens: 100 + input.draft.body.length,
      }),
    };
    const adapter = adapterJudge(askAdapter(deaf), UNCALIBRATED);
    const { reachedToPass } = summariseAttacks(await runAttacks(attacks, { ...judges(), adapter }));
    const inBody = attacks.filter(({ place }) => place.startsWith('draft')).length;
    expect(reachedToPass).toMatchObject({ hits: 0, of: inBody });
  });
  it('reports a final decision below that of the rules', () => {
    const attack = { base: bad[1], case: bad[1] } as Attack;
    const result = {
      attack,
      adapter: 'PASS',
      rules: 'SUPPRESS',
      fullBefore: 'SUPPRESS',
      reached: true,
    } as const;
    const lowered = (full: 'HOLD' | 'SUPPRESS'): string[] =>
      summariseAttacks([{ ...result, full }]).full.lowered;
    expect(lowered('HOLD')).toEqual(['bad-1']);
    expect(lowered('SUPPRESS')).toEqual([]);
  });
  it('ends when it is told to', async () => {
    const attacks = await makeAttacks(bad, 20, 1);
    const controller = new AbortController();
    const results = await runAttacks(attacks, judges(), {
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 5) controller.abort();
      },
    });
    expect(results).toHaveLength(5);
  });
});
