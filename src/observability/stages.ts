import { AttemptStage } from './attempt-stage.ts';
import { JudgeStage } from './judge-stage.ts';
import { type StageTools, exemplarOf, rounded } from './stage-tools.ts';
import { type SpanLink, spanTime } from './tracing.ts';

/** One message that an intake has put on disk. */
export interface AcceptedMessage {
  id: string;
  /** A retry: the id is the first one's. */
  duplicate: boolean;
  /** Bytes. */
  size: number;
  recipients: number;
}

/**
 * What is told of a mail's way, stage by stage: a line in the log under its id, figures for Prometheus and spans of one trace. The
 * stages themselves say in one line each what they did. Changes of a disposition are told by `SettlementTail`, whoever made them.
 */
export class Stages {
  readonly #tools: StageTools;

  constructor(tools: StageTools) {
    this.#tools = tools;
  }

  /**
   * Messages are durable on disk.
   *
   * @param from.intake `smtp` or the front's name
   * @param from.began when the last byte was in (`spanTime`)
   */
  accepted(
    messages: readonly AcceptedMessage[],
    from: { engine: string; intake: string; began: number; link?: SpanLink | null },
  ): void {
    const { log, metrics, tracing } = this.#tools;
    const { engine, intake, began: start, link = null } = from;
    const end = spanTime();
    const ms = rounded(end - start);
    for (const { id: message, duplicate, size, recipients } of messages) {
      if (duplicate) {
        metrics.retries.inc({ engine, intake });
        log.info({ message, engine, intake }, 'accepted before');
        continue;
      }
      metrics.accepted.inc({ engine, intake });
      metrics.acceptSeconds.observe({
        labels: { intake },
        value: (end - start) / 1000,
        exemplarLabels: exemplarOf(message, tracing),
      });
      log.info({ message, engine, intake, size, recipients, ms }, 'accepted');
      const attributes = { engine, intake, size, recipients };
      tracing.record({ message, name: 'accept', start, end, attributes, link });
    }
  }

  /** Nothing was stored. @param reason a word of a short list */
  refused(intake: string, reason: string): void {
    const { log, metrics } = this.#tools;
    metrics.refused.inc({ intake, reason });
    log.debug({ intake, reason }, 'refused');
  }

  /** A message is being judged from now on. */
  judging(message: { id: string; received_at: number; in_adapter_line: number }, engine: string): JudgeStage {
    return new JudgeStage(this.#tools, message, engine);
  }

  /** An attempt for a delivery, and others that leave with it, is made from now on. */
  attempting(deliveries: readonly { id: string; message_id: string; kind: string }[]): AttemptStage {
    return new AttemptStage(this.#tools, deliveries);
  }
}
