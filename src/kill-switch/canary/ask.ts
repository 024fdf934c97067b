import { setImmediate } from 'node:timers/promises';
import type { Answer, AskAdapter } from '../../evaluate/ask-adapter.ts';
import { adapterJudge, fullJudge, rulesJudge } from '../../evaluate/judges.ts';
import { UNCALIBRATED } from '../../judge/adapter/reading.ts';
import type { JudgeModel } from '../../judge/adapter-judge.ts';
import type { Rubric } from '../../judge/rubric.ts';
import type { CanaryCase } from './cases.ts';
import { certainlyBroken } from './fall.ts';
import type { CanaryResult } from './result.ts';

export interface AskOptions {
  ask: AskAdapter;
  model: Pick<JudgeModel, 'adapter' | 'calibration'>;
  rubric: Rubric;
  /** Share of failed answers that counts as broken; the run ends early once that is certain. */
  brokenLimit: number;
  /** Questions at once. */
  concurrency: number;
  signal: AbortSignal;
  onProgress?: (done: number) => void;
}

/**
 * Puts the cases to the rules, to the adapter and to both together; each is asked about once.
 *
 * Both together decide as the gate would with an adapter that is tested on every regulated vertical: what is tried here is
 * what it reads, and a vertical that it may not judge is a setting.
 *
 * @returns in the order of the cases; fewer when the signal was aborted, or when so many answers failed that the adapter is
 * broken whatever comes of the rest
 */
export async function askCases(cases: readonly CanaryCase[], options: AskOptions): Promise<CanaryResult[]> {
  const { rubric, ask, model, concurrency, signal, onProgress, brokenLimit } = options;
  const calibration = model.calibration ?? UNCALIBRATED;
  const judges = {
    rules: rulesJudge(rubric),
    adapter: adapterJudge(ask, calibration),
    full: fullJudge(rubric, ask, {
      version: model.adapter.version,
      mode: 'active',
      calibration,
      validatedVerticals: 'all',
      verticals: rubric.regulated,
      whenUnavailable: 'rules',
    }),
  };
  const results: (CanaryResult | undefined)[] = Array.from({ length: cases.length });
  let [next, done, failed] = [0, 0, 0];
  const work = async (): Promise<void> => {
    while (next < cases.length && !signal.aborted && !certainlyBroken(failed, cases.length, brokenLimit)) {
      const index = next++;
      const one = cases[index]!;
      const answer = await ask(one.case);
      if (signal.aborted) return;
      const [rules, adapter, full] = [
        judges.rules(one.case),
        await judges.adapter(one.case),
        await judges.full(one.case),
      ];
      if (hasFailed(answer)) failed += 1;
      results[index] = {
        id: one.case.id,
        probe: one.case.probe,
        pair: one.case.pair,
        gold: one.case.gold,
        hard: one.hard,
        own: one.own,
        rules: rules.decision ?? 'HOLD',
        adapter: adapter.decision ?? 'HOLD',
        full: full.decision ?? 'HOLD',
        trouble: answer.trouble?.kind ?? null,
        ms: Math.round(answer.took_ms * 10) / 10,
      };
      onProgress?.(++done);
      // The rules are synchronous, and an answer that is there at once would keep the loop from everything else.
      await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results.filter((one) => one !== undefined);
}

/** A draft that is too long for the model is no fault of it. */
const hasFailed = ({ trouble }: Answer): boolean => trouble !== null && trouble.kind !== 'too_long';
