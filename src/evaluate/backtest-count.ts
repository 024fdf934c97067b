import { RULES } from '../judge/verdict.ts';
import { type Outcome, decides } from './backtest.ts';
import type {
  Action,
  AdapterTally,
  BacktestChange,
  BacktestSummary,
  LabelledCount,
  Read,
  RuleChanges,
  RuleTally,
  Transition,
} from './backtest-types.ts';
import type { CandidateModel } from './candidate-model.ts';
import { percentile } from './statistics.ts';

/** Sums up what became of deliveries in a backtest. */
export class BacktestCount {
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
  readonly #ruleChanges = new Map<string, RuleChanges>();
  readonly #readings: ReadingCount | null;

  /** @param model the adapter that is asked again */
  constructor(model: Pick<CandidateModel, 'name' | 'version' | 'mode'> | null) {
    this.#readings = model && new ReadingCount(model);
  }

  add(outcome: Outcome): void {
    this.#deliveries += 1;
    if (outcome.kind === 'not_comparable') {
      this.#notComparable[outcome.why] = (this.#notComparable[outcome.why] ?? 0) + 1;
      if (outcome.why === 'adapter_unavailable') this.#readings?.addUnavailable();
      return;
    }
    this.#comparable += 1;
    this.#readings?.add(outcome);
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

  #change(change: BacktestChange): void {
    const { before, after, label, adapter_unasked } = change;
    if (before.action === after.action) {
      this.#sameAction += 1;
      return;
    }
    const transition = this.#transition(before.action, after.action);
    transition.count += 1;
    if (label) transition.labels[label] += 1;
    if (adapter_unasked) transition.adapter_unasked += 1;
    this.#ruleChange(change);
  }

  #ruleChange({ before, after, label }: BacktestChange): void {
    const kind = after.action === 'relay' ? 'released' : before.action === 'relay' ? 'stopped' : 'otherwise';
    const rule = (kind === 'stopped' ? after.reason : before.reason) ?? 'none';
    const changes = this.#ruleChanges.get(rule) ?? {
      rule,
      released: noneYet(),
      stopped: noneYet(),
      otherwise: noneYet(),
    };
    this.#ruleChanges.set(rule, changes);
    changes[kind].count += 1;
    if (label) changes[kind][label] += 1;
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
    const total = ({ released, stopped, otherwise }: RuleChanges): number =>
      released.count + stopped.count + otherwise.count;
    return {
      deliveries: this.#deliveries,
      comparable: this.#comparable,
      not_comparable: this.#notComparable,
      transitions: [...this.#transitions.values()].toSorted((a, b) => b.count - a.count),
      same_action: this.#sameAction,
      rules: [...this.#rules.values()].filter((tally) => tally.fired_before + tally.fired_after > 0),
      rule_changes: [...this.#ruleChanges.values()].toSorted((a, b) => total(b) - total(a)),
      adapter: this.#readings?.result() ?? null,
    };
  }
}

const noneYet = (): LabelledCount => ({ count: 0, right: 0, wrong: 0, not_sure: 0 });

/** What another adapter said beside what the one of then had said. */
class ReadingCount {
  readonly #model: Pick<AdapterTally, 'name' | 'version' | 'mode'>;
  readonly #trouble: AdapterTally['trouble'] = {};
  readonly #readings = new Map<string, AdapterTally['readings'][number]>();
  readonly #times: number[] = [];
  #asked = 0;

  constructor({ name, version, mode }: Pick<CandidateModel, 'name' | 'version' | 'mode'>) {
    this.#model = { name, version, mode };
  }

  addUnavailable(): void {
    this.#asked += 1;
    this.#trouble.unavailable = (this.#trouble.unavailable ?? 0) + 1;
  }

  add({ asked, before }: Extract<Outcome, { kind: 'judged' }>): void {
    if (asked === null) return;
    this.#asked += 1;
    const { trouble, read, took_ms } = asked;
    if (trouble !== null && trouble !== 'closed') this.#trouble[trouble] = (this.#trouble[trouble] ?? 0) + 1;
    if (trouble === null) this.#times.push(took_ms);
    const from: Read = before.adapter === null ? 'none' : (before.adapter.decision ?? 'unsure');
    const key = `${from} ${read}`;
    const pair = this.#readings.get(key) ?? { from, to: read, count: 0 };
    pair.count += 1;
    this.#readings.set(key, pair);
  }

  result(): AdapterTally {
    const readings = [...this.#readings.values()].toSorted((a, b) => b.count - a.count);
    const both = readings.filter(({ from, to }) => from !== 'none' && to !== 'none');
    const sum = (list: readonly { count: number }[]): number => list.reduce((n, { count }) => n + count, 0);
    return {
      ...this.#model,
      asked: this.#asked,
      trouble: this.#trouble,
      compared: sum(both),
      changed: sum(both.filter(({ from, to }) => from !== to)),
      readings,
      latency:
        this.#times.length === 0
          ? null
          : { p50_ms: percentile(this.#times, 50), p95_ms: percentile(this.#times, 95) },
    };
  }
}
