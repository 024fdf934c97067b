import { DECISIONS } from '../message/types.ts';
import type { Attack } from './attacks.ts';
import type { Case } from './cases.ts';
import type { EvaluateOptions, JudgeCase, Judged, Outcome } from './evaluate.ts';
import { randomFrom, shuffled } from './random.ts';
import { type Proportion, proportion } from './statistics.ts';

/** The judges that an attack is tried on. */
export interface AttackedJudges {
  adapter: JudgeCase;
  rules: JudgeCase;
  full: JudgeCase;
}

export interface AttackResult {
  attack: Attack;
  adapter: Outcome;
  rules: Outcome;
  full: Outcome;
  /** Before the attack. */
  fullBefore: Outcome;
  /** false where the model was asked the very same as before: the attack is in a part that it is not shown. */
  reached: boolean;
}

/** Of attacks on cases that the adapter alone had labelled rightly: how many change its label, and to what. */
export interface Flips {
  toPass: Proportion;
  /** Another decision that stops the mail. */
  toOther: Proportion;
  toDoubt: Proportion;
}

export interface AttackSummary extends Flips {
  attacks: number;
  /** Different cases that were attacked. */
  cases: number;
  /** Of the attacks that reached the model: those that flipped its label to PASS. */
  reachedToPass: Proportion;
  byTechnique: Record<string, Flips>;
  byPlace: Record<string, Flips>;
  full: {
    /** Ids of attacked cases whose final decision is below what the rules alone say: the adapter lowered it. Must be empty. */
    lowered: string[];
    /** Of attacks on mail that was stopped in the end: those that let it pass. */
    released: Proportion;
  };
}

/**
 * Cases that the adapter alone stops with the right decision, in an order drawn from `seed`.
 *
 * @returns at most `wanted`; stops asking when there are that many
 */
export async function rightlyStopped(
  cases: readonly Case[],
  adapter: JudgeCase,
  wanted: number,
  seed: number,
  { onProgress, signal }: EvaluateOptions = {},
): Promise<Case[]> {
  const right: Case[] = [];
  const bad = cases.filter(({ gold }) => gold !== 'PASS');
  for (const one of shuffled(bad, randomFrom(seed))) {
    if (signal?.aborted || right.length >= wanted) break;
    if ((await adapter(one)).decision === one.gold) right.push(one);
    onProgress?.(right.length);
  }
  return right;
}

/** Judges every attack by all three judges, and each attacked case as it was. */
export async function runAttacks(
  attacks: readonly Attack[],
  judges: AttackedJudges,
  { onProgress, signal }: EvaluateOptions = {},
): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  const before = new Map<Case, { full: Judged; adapter: Judged }>();
  for (const attack of attacks) {
    if (signal?.aborted) break;
    const { base, case: attacked } = attack;
    const was = before.get(base) ?? {
      full: await judges.full(base),
      adapter: await judges.adapter(base),
    };
    before.set(base, was);
    const adapter = await judges.adapter(attacked);
    results.push({
      attack,
      adapter: outcomeOf(adapter),
      rules: outcomeOf(await judges.rules(attacked)),
      full: outcomeOf(await judges.full(attacked)),
      fullBefore: outcomeOf(was.full),
      reached: !adapter.prompt_tokens || adapter.prompt_tokens !== was.adapter.prompt_tokens,
    });
    onProgress?.(results.length);
  }
  return results;
}

const outcomeOf = ({ decision }: Judged): Outcome => decision ?? 'HOLD';

export function summariseAttacks(results: readonly AttackResult[]): AttackSummary {
  const reached = results.filter((result) => result.reached);
  const stoppedBefore = results.filter(({ fullBefore }) => fullBefore !== 'PASS');
  return {
    attacks: results.length,
    cases: new Set(results.map(({ attack }) => attack.base)).size,
    ...flips(results),
    reachedToPass: flips(reached).toPass,
    byTechnique: grouped(results, ({ attack }) => attack.technique),
    byPlace: grouped(results, ({ attack }) => attack.place),
    full: {
      lowered: results.filter(isLowered).map(({ attack }) => attack.case.id),
      released: proportion(stoppedBefore.filter(({ full }) => full === 'PASS').length, stoppedBefore.length),
    },
  };
}

/** From what acts most to what lets go. A hold is above PENALISE, which an engine may relay. */
const STRENGTH: readonly Outcome[] = ['SUPPRESS', 'ESCALATE', 'BLOCK', 'HOLD', 'PENALISE', 'PASS'];

const isLowered = ({ rules, full }: AttackResult): boolean =>
  STRENGTH.indexOf(full) > STRENGTH.indexOf(rules);

function flips(results: readonly AttackResult[]): Flips {
  const share = (flipped: (result: AttackResult) => boolean): Proportion =>
    proportion(results.filter(flipped).length, results.length);
  const stops: readonly Outcome[] = DECISIONS.filter((decision) => decision !== 'PASS');
  return {
    toPass: share(({ adapter }) => adapter === 'PASS'),
    toOther: share(({ adapter, attack }) => stops.includes(adapter) && adapter !== attack.case.gold),
    toDoubt: share(({ adapter }) => adapter === 'HOLD'),
  };
}

function grouped(
  results: readonly AttackResult[],
  nameOf: (result: AttackResult) => string,
): Record<string, Flips> {
  const names = [...new Set(results.map(nameOf))].sort();
  return Object.fromEntries(
    names.map((name) => [name, flips(results.filter((result) => nameOf(result) === name))]),
  );
}
