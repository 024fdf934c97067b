import type { Kysely } from 'kysely';
import { type Rubric, parseRubric } from '../judge/rubric.ts';
import { RULES } from '../judge/verdict.ts';
import type { Schema } from '../store/schema.ts';
import { type BacktestBy, type Outcome, backtestMessage, decides } from './backtest.ts';
import { judgedMessages, rubricTexts, storedMessages } from './backtest-store.ts';
import type { Action, BacktestChange, BacktestSummary, RuleTally, Transition } from './backtest-types.ts';
import { randomFrom, shuffled } from './random.ts';

export interface BacktestOptions extends Omit<BacktestBy, 'candidate' | 'rubricOf'> {
  /** The candidate's file. */
  text: string;
  since: number;
  until: number;
  /** Most messages that are judged again; more give a random sample. */
  limit: number;
}

export interface BacktestListener {
  /** @param total messages in all */
  onProgress?: (done: number, total: number) => void;
  onChanges?: (changes: BacktestChange[]) => void;
}

/** Messages read at a time; each holds a mail's bytes. */
const CHUNK = 50;

/** The same sample each time, so that two candidates are compared on the same mail. */
const SEED = 20_260;

/**
 * Judges the mail of a time again under a candidate rubric. Reads only, chunk by chunk, without one long transaction.
 *
 * @throws ConfigError when the candidate is no rubric
 */
export async function runBacktest(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  { text, since, until, limit, ...by }: BacktestOptions,
  { onProgress, onChanges }: BacktestListener = {},
): Promise<BacktestSummary> {
  const began = performance.now();
  const candidate = parseRubric(text, 'the candidate');
  const rubricOf = knownRubrics(await rubricTexts(db));
  const all = await judgedMessages(db, since, until);
  const ids = all.length > limit ? shuffled(all, randomFrom(SEED)).slice(0, limit).toSorted() : all;
  const count = new Count();
  for (let at = 0; at < ids.length; at += CHUNK) {
    onProgress?.(at, ids.length);
    const changes: BacktestChange[] = [];
    for (const message of await storedMessages(db, ids.slice(at, at + CHUNK))) {
      for (const outcome of await backtestMessage(message, { ...by, candidate, rubricOf })) {
        count.add(outcome);
        if (outcome.kind === 'judged' && outcome.change) changes.push(outcome.change);
      }
    }
    if (changes.length > 0) onChanges?.(changes);
  }
  onProgress?.(ids.length, ids.length);
  return {
    since,
    until,
    messages: all.length,
    messages_judged: ids.length,
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

class Count {
  #deliveries = 0;
  #comparable = 0;
  #sameAction = 0;
  readonly #notComparable: BacktestSummary['not_comparable'] = {};
  readonly #transitions = new Map<string, Transition>();
  readonly #rules = new Map<RuleTally['rule'], RuleTally>(
    [...RULES, 'adapter' as const].map((rule) => [
      rule,
      { rule, fired_before: 0, fired_after: 0, decided_before: 0, decided_after: 0 },
    ]),
  );

  add(outcome: Outcome): void {
    this.#deliveries += 1;
    if (outcome.kind === 'not_comparable') {
      this.#notComparable[outcome.why] = (this.#notComparable[outcome.why] ?? 0) + 1;
      return;
    }
    this.#comparable += 1;
    for (const [verdict, when] of [
      [outcome.before, 'before'],
      [outcome.after, 'after'],
    ] as const) {
      for (const rule of new Set(verdict.findings.filter((one) => one.enforced).map((one) => one.rule)))
        this.#rules.get(rule)![`fired_${when}`] += 1;
      const rule = decides(verdict);
      if (rule) this.#rules.get(rule)![`decided_${when}`] += 1;
    }
    if (outcome.change) this.#change(outcome.change);
  }

  #change({ before, after, label, adapter_unasked }: BacktestChange): void {
    if (before.action === after.action) {
      this.#sameAction += 1;
      return;
    }
    const transition = this.#transition(before.action, after.action);
    transition.count += 1;
    if (label) transition.labels[label] += 1;
    if (adapter_unasked) transition.adapter_unasked += 1;
  }

  #transition(from: Action, to: Action): Transition {
    const key = `${from} ${to}`;
    const known = this.#transitions.get(key);
    if (known) return known;
    const labels = { right: 0, wrong: 0, not_sure: 0 };
    const made: Transition = { from, to, count: 0, labels, adapter_unasked: 0 };
    this.#transitions.set(key, made);
    return made;
  }

  result() {
    return {
      deliveries: this.#deliveries,
      comparable: this.#comparable,
      not_comparable: this.#notComparable,
      transitions: [...this.#transitions.values()].toSorted((a, b) => b.count - a.count),
      same_action: this.#sameAction,
      rules: [...this.#rules.values()].filter((tally) => tally.fired_before + tally.fired_after > 0),
    };
  }
}
