import { describe, expect, it } from 'vitest';
import { askAdapter } from '../../src/evaluate/ask-adapter.ts';
import { evaluate, summarise } from '../../src/evaluate/evaluate.ts';
import { adapterJudge, fullJudge, rulesJudge } from '../../src/evaluate/judges.ts';
import { AdapterError, type AdapterTrouble } from '../../src/judge/adapter/adapter.ts';
import { type Calibration, UNCALIBRATED } from '../../src/judge/adapter/reading.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { sampleCase } from './sample-case.ts';
import { mostly, scriptedAdapter } from './scripted-adapter.ts';

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);
const calibration: Calibration = {
  ...UNCALIBRATED,
  thresholds: { ...UNCALIBRATED.thresholds, BLOCK: 0.8, PASS: 0.7 },
};
const combineOptions = {
  version: 'scripted@1',
  mode: 'active' as const,
  calibration,
  validatedVerticals: 'all' as const,
  verticals: rubric.regulated,
  whenUnavailable: 'rules' as const,
};

describe('adapterJudge', () => {
  it('decides by the calibrated reading and holds in doubt', async () => {
    const of = (read: ReturnType<typeof mostly>) =>
      adapterJudge(askAdapter(scriptedAdapter(() => read)), calibration)(sampleCase());
    expect(await of(mostly('PASS', 0.75))).toMatchObject({ decision: 'PASS', hold_reason: null });
    expect(await of(mostly('BLOCK', 0.9))).toMatchObject({ decision: 'BLOCK' });
    expect(await of(mostly('BLOCK', 0.6))).toMatchObject({ decision: null, hold_reason: 'low_confidence' });
  });
  it.each<[AdapterTrouble, string, number]>([
    ['too_long', 'too_long', 1],
    ['malformed', 'adapter_unavailable', 1],
    ['unavailable', 'adapter_unavailable', 2],
  ])('holds what is %s', async (trouble, holdReason, calls) => {
    const adapter = scriptedAdapter(() => {
      throw new AdapterError(trouble, 'no');
    });
    const judged = await adapterJudge(askAdapter(adapter), calibration)(sampleCase());
    expect(judged).toMatchObject({ decision: null, hold_reason: holdReason });
    expect(adapter.asked).toHaveLength(calls);
  });
  it('does not go on with an adapter that was closed', async () => {
    const adapter = scriptedAdapter(() => {
      throw new AdapterError('closed', 'it was released');
    });
    await expect(adapterJudge(askAdapter(adapter), calibration)(sampleCase())).rejects.toThrow('released');
  });
});

describe('fullJudge', () => {
  it('raises what the rules pass and never lowers what they stop', async () => {
    const optedOut = sampleCase({ prospect: { ...sampleCase().prospect, opt_out_channels: ['email'] } });
    const block = fullJudge(rubric, askAdapter(scriptedAdapter(() => mostly('BLOCK', 0.95))), combineOptions);
    const pass = fullJudge(rubric, askAdapter(scriptedAdapter(() => mostly('PASS', 0.99))), combineOptions);
    expect((await block(sampleCase())).decision).toBe('BLOCK');
    expect((await pass(sampleCase())).decision).toBe('PASS');
    expect((await pass(optedOut)).decision).toBe('SUPPRESS');
  });
  it('asks once for each case, though the adapter alone is judged too', async () => {
    const adapter = scriptedAdapter(() => mostly('PASS', 0.99));
    const ask = askAdapter(adapter);
    const one = sampleCase();
    await adapterJudge(ask, calibration)(one);
    const judged = await fullJudge(rubric, ask, combineOptions)(one);
    expect(adapter.asked).toHaveLength(1);
    expect(judged.spared_ms).toBeGreaterThan(0);
  });
});

describe('evaluate', () => {
  const cases = Array.from({ length: 40 }, (_, i) => sampleCase({ id: `${i}` }));
  it('reports how true the stated probabilities are', async () => {
    const judge = adapterJudge(askAdapter(scriptedAdapter(() => mostly('PASS', 0.9))), calibration);
    const { calibration: stated } = summarise(await evaluate(cases, judge));
    expect(stated?.cases).toBe(40);
    expect(stated?.pass.ece.value).toBeCloseTo(0.1, 10);
    expect(stated?.top.ece.value).toBeCloseTo(0.1, 10);
    // (1 - 0.9)² + 4 × 0.025².
    expect(stated?.brier).toBeCloseTo(0.01 + 4 * 0.025 ** 2, 10);
  });
  it('has nothing to say about probabilities that nobody states', async () => {
    expect(summarise(await evaluate(cases, rulesJudge(rubric))).calibration).toBeNull();
  });
  it('tells how far it is and ends early when asked', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const results = await evaluate(cases, rulesJudge(rubric), {
      signal: controller.signal,
      onProgress: (done) => {
        told.push(done);
        if (done === 3) controller.abort();
      },
    });
    expect(told).toEqual([1, 2, 3]);
    expect(results).toHaveLength(3);
  });
});
