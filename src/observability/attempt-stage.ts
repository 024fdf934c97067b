import type { AttemptResult } from '../delivery/courier.ts';
import { type StageTools, exemplarOf, rounded } from './stage-tools.ts';
import { spanTime } from './tracing.ts';

/** Told by `deliverMessage` about one courier attempt. */
export class AttemptStage {
  readonly #tools: StageTools;
  readonly #deliveries: readonly { id: string; message_id: string; kind: string }[];
  readonly #span: string;
  readonly #began = spanTime();

  constructor(tools: StageTools, deliveries: readonly { id: string; message_id: string; kind: string }[]) {
    this.#tools = tools;
    this.#deliveries = deliveries;
    this.#span = tools.tracing.newSpan();
  }

  /** The upstream's answer is here, or none comes any more. */
  attempted({ upstream, outcome, response }: AttemptResult): void {
    const { log, metrics, tracing } = this.#tools;
    const end = spanTime();
    const [first] = this.#deliveries;
    const message = first!.message_id;
    metrics.attempts.inc({ upstream, outcome });
    metrics.courierSeconds.observe({
      labels: { upstream },
      value: (end - this.#began) / 1000,
      exemplarLabels: exemplarOf(message, tracing),
    });
    for (const { id: delivery, kind } of this.#deliveries) {
      const line = {
        message,
        delivery,
        ...(kind !== 'mail' && { kind }),
        upstream,
        outcome,
        response,
        ms: rounded(end - this.#began),
      };
      if (outcome === 'delivered') log.info(line, 'courier attempt');
      else log.warn(line, 'courier attempt');
    }
    tracing.record({
      message,
      name: 'attempt',
      id: this.#span,
      start: this.#began,
      end,
      attributes: {
        upstream,
        outcome,
        kind: first!.kind,
        deliveries: this.#deliveries.map(({ id }) => id),
      },
      error: outcome === 'delivered' ? null : outcome,
    });
  }

  /** @param save stores what the answer means; done when that is on disk */
  async settle(save: () => Promise<void>): Promise<void> {
    const start = spanTime();
    await save();
    const message = this.#deliveries[0]!.message_id;
    this.#tools.tracing.record({ message, name: 'settle', parent: this.#span, start, end: spanTime() });
  }
}
