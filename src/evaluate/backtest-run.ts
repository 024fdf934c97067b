import type { JudgeModel } from '../judge/adapter-judge.ts';
import { type Rubric, parseRubric } from '../judge/rubric.ts';
import { Slots } from '../judge/slots.ts';
import type { Queries } from '../store/prepared.ts';
import { type BacktestBy, backtestMessage } from './backtest.ts';
import { BacktestCount } from './backtest-count.ts';
import { judgedMessages, rubricTexts, storedMessages } from './backtest-store.ts';
import type { BacktestChange, BacktestSummary } from './backtest-types.ts';
import { candidateModel } from './candidate-model.ts';
import { randomFrom, shuffled } from './random.ts';

export interface BacktestOptions extends Omit<BacktestBy, 'candidate' | 'rubricOf' | 'model'> {
  /** The candidate rubric's file; null = each mail by the rubric it was judged by. */
  text: string | null;
  /** Names that file in messages. */
  where?: string;
  since: number;
  until: number;
  /** Most messages that are judged again; more give a random sample. */
  limit: number;
}

export interface BacktestListener {
  /** @param total messages in all */
  onProgress?: (done: number, total: number) => void;
  onChanges?: (changes: BacktestChange[]) => void;
  /** Ends it after the messages at hand; the summary is then `partial`. */
  signal?: AbortSignal;
}

/** Messages judged again by default: some minutes' work. Each question to an adapter takes far longer than the rules do. */
export const DEFAULT_LIMIT = 20_000;
export const DEFAULT_ADAPTER_LIMIT = 2_000;

/** Messages read at a time; each holds a mail's bytes. */
const CHUNK = 50;

/** The same sample each time, so that two candidates are compared on the same mail. */
const SEED = 20_260;

/**
 * Judges the mail of a time again under a candidate rubric, by a candidate adapter, or both. Reads only, chunk by chunk,
 * without one long transaction.
 *
 * @param model loaded; whoever opened it releases it. null = what the adapter said then stays as it was
 * @throws ConfigError when the candidate is no rubric; UserError when the adapter cannot be asked any more
 */
export async function runBacktest(
  db: Queries,
  { text, where = 'the candidate', since, until, limit, ...by }: BacktestOptions,
  { onProgress, onChanges, signal }: BacktestListener = {},
  model: JudgeModel | null = null,
): Promise<BacktestSummary> {
  const began = performance.now();
  const candidate = text === null ? null : parseRubric(text, where);
  const rubricOf = knownRubrics(await rubricTexts(db));
  const all = await judgedMessages(db, since, until);
  const ids = all.length > limit ? shuffled(all, randomFrom(SEED)).slice(0, limit).toSorted() : all;
  const asks = model && candidateModel(model);
  const count = new BacktestCount(asks);
  const slots = new Slots(model?.concurrency ?? 1);
  let done = 0;
  onProgress?.(0, ids.length);
  for (let at = 0; at < ids.length && !signal?.aborted; at += CHUNK) {
    const messages = await storedMessages(db, ids.slice(at, at + CHUNK));
    const judged = await Promise.all(
      messages.map((message) =>
        slots.run(async () => {
          if (signal?.aborted) return null;
          const outcomes = await backtestMessage(message, { ...by, candidate, rubricOf, model: asks });
          done += 1;
          onProgress?.(done, ids.length);
          return outcomes;
        }),
      ),
    );
    const outcomes = judged.flatMap((one) => one ?? []);
    for (const outcome of outcomes) count.add(outcome);
    const changes = outcomes.flatMap((one) => (one.kind === 'judged' ? (one.change ?? []) : []));
    if (changes.length > 0) onChanges?.(changes);
  }
  const partial = signal?.aborted === true && done < ids.length;
  return {
    since,
    until,
    partial,
    messages: all.length,
    messages_judged: partial ? done : ids.length,
    sampled: ids.length < all.length,
    ...count.result(),
    took_ms: performance.now() - began,
  };
}

/** Parsed when first asked for. One that does not read any more (its schema has moved on) counts as unknown. */
function knownRubrics(texts: ReadonlyMap<string, string>): (version: string) => Rubric | undefined {
  const read = new Map<string, Rubric | undefined>();
  return (version) => {
    const text = texts.get(version);
    if (!read.has(version) && text !== undefined) {
      try {
        read.set(version, parseRubric(text, version));
      } catch {
        read.set(version, undefined);
      }
    }
    return read.get(version);
  };
}
