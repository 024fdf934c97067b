import type { Verdict } from '../judge/verdict.ts';
import type { ParsedMessage } from '../message/types.ts';
import { type StageTools, exemplarOf, rounded } from './stage-tools.ts';
import { spanTime } from './tracing.ts';

/** How long the parts of judging one delivery by the rules took; `began` as `spanTime` counts. */
export interface RulesTook {
  began: number;
  lookupMs: number;
  rulesMs: number;
}

/** One delivery that is judged, as it is told of. */
export interface ToldJudgement {
  delivery: string;
  verdict: Verdict;
  /** What followed, and why. */
  outcome: string;
  reason: string | null;
  /** null where the rules came to no end. */
  took: RulesTook | null;
}

/** Told by `processMessage` while it judges one message. */
export class JudgeStage {
  readonly #tools: StageTools;
  readonly #message: { id: string; received_at: number; in_adapter_line: number };
  readonly #engine: string;
  readonly #span: string;
  readonly #began = spanTime();

  constructor(
    tools: StageTools,
    message: { id: string; received_at: number; in_adapter_line: number },
    engine: string,
  ) {
    this.#tools = tools;
    this.#message = message;
    this.#engine = engine;
    this.#span = tools.tracing.newSpan();
  }

  /** @param work makes the draft of the bytes */
  async parse(work: () => Promise<ParsedMessage>): Promise<ParsedMessage> {
    const { metrics, tracing } = this.#tools;
    const start = spanTime();
    const parsed = await work();
    const end = spanTime();
    metrics.parseSeconds.observe((end - start) / 1000);
    const message = this.#message.id;
    tracing.record({ message, name: 'parse', parent: this.#span, start, end });
    // From the adapter's line a message comes here again.
    if (this.#message.in_adapter_line === 0) this.#tellParsed(parsed, rounded(end - start));
    return parsed;
  }

  #tellParsed({ trouble, draft }: ParsedMessage, ms: number): void {
    const { log, metrics } = this.#tools;
    const reasons = [...new Set(trouble.map(({ kind }) => kind))];
    for (const reason of reasons) metrics.parseTroubles.inc({ reason });
    log.info(
      {
        message: this.#message.id,
        characters: draft.body.length,
        attachments: draft.attachments.length,
        ...(reasons.length > 0 && { trouble: reasons }),
        ms,
      },
      'parsed',
    );
  }

  /** The message goes to the adapter's line instead of an end. @param failed the adapter was asked and failed */
  waits(failed: boolean): void {
    const { log } = this.#tools;
    log.info({ message: this.#message.id, failed }, 'waits for the adapter');
    this.#record(spanTime(), 'waits', failed ? 'adapter_failed' : null);
  }

  /** @param save stores the verdicts and what follows from them; done when that is on disk */
  async settle<T>(save: () => Promise<T>): Promise<T> {
    const { tracing } = this.#tools;
    const start = spanTime();
    this.#record(start, 'judged');
    const saved = await save();
    tracing.record({ message: this.#message.id, name: 'settle', start, end: spanTime() });
    return saved;
  }

  #record(end: number, outcome: string, error: string | null = null): void {
    this.#tools.tracing.record({
      message: this.#message.id,
      name: 'judge',
      id: this.#span,
      start: this.#began,
      end,
      attributes: { engine: this.#engine, outcome },
      error,
    });
  }

  /** The verdict on one of its deliveries is on disk. */
  judged({ delivery, verdict, outcome, reason, took }: ToldJudgement): void {
    const { log, metrics, tracing } = this.#tools;
    const engine = this.#engine;
    const message = this.#message.id;
    const decision = verdict.decision ?? verdict.hold_reason ?? '';
    metrics.judged.inc({ engine, decision, state: outcome });
    metrics.judgeSeconds.observe({
      value: verdict.latency_ms / 1000,
      exemplarLabels: exemplarOf(message, tracing),
    });
    if (verdict.hold_reason === 'unknown_recipient') metrics.unknownRecipients.inc({ engine });
    if (verdict.notices.some(({ kind }) => kind === 'adapter_unavailable')) metrics.adapterMissed.inc();
    for (const { rule, enforced } of verdict.findings) {
      metrics.findings.inc({ engine, rule, effect: enforced ? 'enforced' : 'observed' });
    }
    const reading = verdict.adapter && (verdict.adapter.decision ?? 'unsure');
    if (verdict.adapter && reading !== null) {
      metrics.adapterReadings.inc({ decision: reading, mode: verdict.adapter.mode });
    }
    log.info(
      {
        message,
        delivery,
        engine,
        decision: verdict.decision,
        ...(verdict.hold_reason !== null && { hold_reason: verdict.hold_reason }),
        rules: verdict.findings.map(({ rule }) => rule),
        ...(reading !== null && { adapter: reading }),
        outcome,
        ...(reason !== null && { reason }),
        ms: rounded(verdict.latency_ms),
      },
      'judged',
    );
    this.#traceParts(delivery, verdict, took);
  }

  #traceParts(delivery: string, { findings, hold_reason, adapter }: Verdict, took: RulesTook | null): void {
    const { metrics, tracing } = this.#tools;
    if (took === null) return;
    metrics.lookupSeconds.observe(took.lookupMs / 1000);
    metrics.rulesSeconds.observe(took.rulesMs / 1000);
    const base = { message: this.#message.id, parent: this.#span };
    const looked = took.began + took.lookupMs;
    const known = hold_reason !== 'unknown_recipient';
    tracing.record({
      ...base,
      name: 'lookup',
      start: took.began,
      end: looked,
      attributes: { delivery, known },
    });
    const ruled = looked + took.rulesMs;
    const rules = findings.flatMap(({ rule }) => (rule === 'adapter' ? [] : rule));
    tracing.record({ ...base, name: 'rules', start: looked, end: ruled, attributes: { delivery, rules } });
    if (!adapter) return;
    tracing.record({
      ...base,
      name: 'adapter',
      start: ruled,
      end: ruled + adapter.latency_ms,
      attributes: { delivery, version: adapter.version, decision: adapter.decision ?? 'unsure' },
    });
  }
}
