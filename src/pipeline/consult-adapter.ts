import type { Config } from '../config/config.ts';
import type { EngineMode } from '../intake/engine-store.ts';
import type { AdapterInput } from '../judge/adapter/adapter.ts';
import { UNCALIBRATED } from '../judge/adapter/reading.ts';
import type { AdapterJudge } from '../judge/adapter-judge.ts';
import { type CombineOptions, type Opinion, combine, needsAdapter } from '../judge/combine.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { MessageRow } from '../queue/store.ts';

/** The gate's adapter with what its opinion is weighed by. */
export interface AdapterBench {
  judge: AdapterJudge;
  config: Config['adapter'];
  rubric: () => Rubric;
  /** Looks whether the kill switch was touched; `judge.mode()` says what it allows then. */
  lookAtSwitch: () => Promise<void>;
}

/** A rules' verdict and what the adapter would read; `input` is null where there is nothing to read. */
export interface ByRules {
  verdict: Verdict | null;
  input: AdapterInput | null;
}

/** `waits`: the message belongs in the adapter's line; `failed`: it was asked about this very mail and failed. */
export type Consulted<T> = { waits: false; judged: T[] } | { waits: true; failed: boolean };

/** For how long mail waits for an adapter that cannot be asked, milliseconds from its acceptance. */
export function waitMs({ wait_minutes }: Config['adapter']): number {
  return wait_minutes * 60_000;
}

/** However little mail waits for an adapter that is not there, one that is there gets its turn. */
const LEAST_TURN_MS = 60_000;

/**
 * Asks the adapter about those deliveries of a message that the rules would let go.
 *
 * A message that needs it first joins the adapter's line, so that mail which the rules decide alone never waits behind it.
 * From the line it is asked about; while it cannot be, the message stays there until its time is over. What an observed
 * engine sends is relayed whatever the verdict: it waits in the line, but not for an adapter that cannot be asked. What waited
 * its time behind other mail is judged without it, unless it has room at that moment.
 */
export async function consultAdapter<T extends ByRules>(
  bench: AdapterBench,
  { message, mode, judged, now }: { message: MessageRow; mode: EngineMode; judged: T[]; now: number },
): Promise<Consulted<T>> {
  const { judge, config, rubric } = bench;
  if (judge.mode() !== 'active' || !judged.some(asks)) return { waits: false, judged };

  const patient = mode === 'enforce' && now - message.received_at < waitMs(config);
  const available = judge.available();
  if (message.in_adapter_line === 0 && (available || patient)) return { waits: true, failed: false };
  if (!available && patient) return { waits: true, failed: false };

  const failedBefore = message.adapter_failures > 0;
  const overdue = now - message.received_at >= Math.max(waitMs(config), LEAST_TURN_MS);
  // It may have waited long for its turn.
  const wanted = async (): Promise<boolean> => {
    await bench.lookAtSwitch();
    return judge.mode() === 'active';
  };
  const opinions = await Promise.all(
    judged.map(async (one) =>
      asks(one)
        ? judge.ask(one.input!, { failedBefore, lastChance: !patient, overdue, wanted, message: message.id })
        : null,
    ),
  );
  // The kill switch may have been tripped while it read, by another process too.
  await bench.lookAtSwitch();
  const allowed = judge.mode();
  if (allowed === 'off') return { waits: false, judged };
  const missing = opinions.filter((opinion) => opinion?.kind === 'unavailable');
  if (patient && missing.length > 0)
    return { waits: true, failed: missing.some(({ failed }) => failed === true) };

  const options = weighing(judge, allowed, rubric(), config.when_unavailable);
  return {
    waits: false,
    judged: judged.map((one, i) => {
      const opinion = opinions[i];
      return one.verdict && opinion ? { ...one, verdict: weighed(one.verdict, opinion, options) } : one;
    }),
  };
}

/**
 * Asks now or not at all: for held mail, where waiting would help nobody. What would pass stays in doubt then; it is held
 * anyway, and a reviewer is not told that it passes. A text that the adapter failed on before is not put to it again.
 */
export async function consultNow(
  bench: AdapterBench | null,
  by: ByRules,
  { failedBefore = false } = {},
): Promise<Verdict | null> {
  if (!bench || !asks(by) || bench.judge.mode() !== 'active') return by.verdict;
  const opinion: Opinion = failedBefore
    ? { kind: 'unreadable', detail: 'The adapter failed on this mail; it is not asked about it again.' }
    : await bench.judge.ask(by.input!);
  await bench.lookAtSwitch();
  const allowed = bench.judge.mode();
  if (allowed === 'off') return by.verdict;
  return weighed(by.verdict!, opinion, weighing(bench.judge, allowed, bench.rubric(), 'hold'));
}

/** The adapter's opinion for the record, on mail that is disposed of already. Null when it could not be asked. */
export async function consultInShadow(bench: AdapterBench, by: ByRules): Promise<Verdict | null> {
  const opinion = await bench.judge.ask(by.input!);
  if (opinion.kind === 'unavailable') return null;
  return weighed(by.verdict!, opinion, weighing(bench.judge, 'shadow', bench.rubric(), 'rules'));
}

/** Whether the adapter has anything to say about it (judge/combine.ts). */
export function asks({ verdict, input }: ByRules): boolean {
  return verdict !== null && input !== null && needsAdapter(verdict);
}

function weighing(
  { model }: AdapterJudge,
  mode: CombineOptions['mode'],
  rubric: Rubric,
  whenUnavailable: CombineOptions['whenUnavailable'],
): CombineOptions {
  return {
    version: model.adapter.version,
    mode,
    calibration: model.calibration ?? UNCALIBRATED,
    validatedVerticals: model.validatedVerticals,
    verticals: rubric.regulated,
    whenUnavailable,
  };
}

/** Time spent judging is that of the rules and of the model, without the time in line. */
function weighed(rules: Verdict, opinion: Opinion, options: CombineOptions): Verdict {
  const verdict = combine(rules, opinion, options);
  return { ...verdict, latency_ms: rules.latency_ms + (verdict.adapter?.latency_ms ?? 0) };
}
