import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import type { Logger } from '../observability/logger.ts';
import type { Delivery } from '../queue/settle.ts';
import { forgetUses } from '../review/link-use-store.ts';
import type { Database } from '../store/database.ts';
import { channelState } from './channel-store.ts';
import { type Channel, channelsOf } from './channels.ts';
import { linkMaker } from './links.ts';
import { composeNotification } from './mail.ts';
import {
  collectDueSoon,
  collectFloods,
  collectFromAudit,
  forgetOccurrences,
  hasNewEntries,
} from './occurrence-store.ts';
import { listPeople, listPreferences } from './person-store.ts';
import {
  claimSlack,
  forgetNotifications,
  readNotification,
  releaseSlackLeases,
  settleSlack,
} from './queue-store.ts';
import { mayBeDue, tellChannel } from './round.ts';
import { slackStep } from './slack-answer.ts';
import { slackMessage } from './slack-message.ts';
import { SLACK_LEASE_MS, type SlackTarget } from './slack.ts';

const DUE_SOON_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** Longer than any link or flood is looked back for. */
const KEEP_MS = 100 * DAY_MS;

export interface NotifierOptions {
  database: Database;
  config: Config;
  /** null = none is configured. */
  slack: SlackTarget | null;
  linkKey: Buffer;
  publicUrl: () => string;
  now: () => number;
  random: () => number;
  log: Logger;
}

/**
 * Tells people away from their desk what needs them. Nothing here is in the way of mail: a message that cannot be sent waits,
 * and `presend notify status` says why.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  #dueSoonAt = Number.NEGATIVE_INFINITY;
  /** The round under way and those asked for after it, one after another. */
  #rounds: Promise<unknown> = Promise.resolve();

  constructor(options: NotifierOptions) {
    this.#options = options;
    refuseLoops(options.config);
  }

  /** Before the gate takes mail: from then on every channel misses nothing. */
  async open(): Promise<void> {
    const { database, now } = this.#options;
    const channels = await this.#channels();
    await database.transact(async (trx) => {
      await releaseSlackLeases(trx);
      for (const channel of channels) await channelState(trx, channel, now());
    });
  }

  /**
   * One round; the app repeats it. It begins when the one under way has ended: beside it, it would find its occurrences
   * taken but not yet stored, and tell nobody.
   *
   * @returns how many messages were queued or posted
   */
  round(): Promise<number> {
    const round = this.#rounds.then(async () => {
      await this.#collect();
      return (await this.#tell()) + (await this.#post());
    });
    this.#rounds = round.catch(() => undefined);
    return round;
  }

  async #channels(): Promise<Channel[]> {
    const { database, config } = this.#options;
    return channelsOf(config.notify, await listPeople(database.db), await listPreferences(database.db));
  }

  async #collect(): Promise<void> {
    const { database, config, now } = this.#options;
    const { flood, due_soon_hours } = config.notify;
    for (let more = await hasNewEntries(database.db); more; ) {
      more = await database.transact(async (trx) => {
        const found = await collectFromAudit(trx);
        // With what they are made of: a process killed between the two would never tell of the flood.
        if (found.held) await collectFloods(trx, { now: now(), flood });
        return found.more;
      });
    }
    if (now() < this.#dueSoonAt + DUE_SOON_EVERY_MS) return;
    this.#dueSoonAt = now();
    await database.transact((trx) =>
      collectDueSoon(trx, { now: now(), until: now() + due_soon_hours * 3_600_000 }),
    );
  }

  async #tell(): Promise<number> {
    const { database, config, now } = this.#options;
    let queued = 0;
    for (const channel of await this.#channels()) {
      const input = { channel, config: config.notify, from: config.escalation.from, now: now() };
      if (!(await mayBeDue(database.db, input))) continue;
      queued += await database.transact((trx) => tellChannel(trx, input));
    }
    return queued;
  }

  async #post(): Promise<number> {
    const { database, slack, now, random, log } = this.#options;
    if (slack === null) return 0;
    const claimed = await database.transact((trx) =>
      claimSlack(trx, { now: now(), leaseMs: SLACK_LEASE_MS }),
    );
    if (!claimed) return 0;
    const found = await readNotification(database.db, claimed.id);
    if (!found) return 0;
    const result = await slack.post(
      slackMessage(found.content, linkMaker({ ...this.#links(), person: null, expires: 0 })),
    );
    const step = slackStep(result, {
      attempts: claimed.attempts,
      unanswered: claimed.unanswered,
      createdAt: claimed.created_at,
      now: now(),
      random: random(),
    });
    await database.transact((trx) => settleSlack(trx, claimed, step, now()));
    if (step.state !== 'sent')
      log.warn({ notification: claimed.id, error: step.error }, 'Slack was not told');
    return step.state === 'sent' ? 1 : 0;
  }

  #links() {
    const { linkKey, publicUrl } = this.#options;
    return { key: linkKey, publicUrl: publicUrl() };
  }

  /** The bytes of a delivery of kind `notification`; null when what it told is forgotten. */
  async compose(delivery: Delivery): Promise<{ from: string; raw: Buffer } | null> {
    const { database, config } = this.#options;
    const found = await readNotification(database.db, delivery.id);
    if (!found) return null;
    const { content, createdAt } = found;
    const from = config.escalation.from;
    const raw = composeNotification({
      id: delivery.id,
      content,
      from,
      to: delivery.recipient,
      hostname: config.hostname,
      at: createdAt,
      links: linkMaker({
        ...this.#links(),
        person: delivery.recipient,
        expires: createdAt + config.notify.link_hours * 3_600_000,
      }),
    });
    return { from, raw };
  }

  /** Forgets what is old. */
  async forget(): Promise<void> {
    const { database, now, config } = this.#options;
    await database.transact(async (trx) => {
      await forgetOccurrences(trx, now() - KEEP_MS);
      await forgetUses(trx, now() - KEEP_MS);
      await forgetNotifications(trx, now() - config.webhooks.keep_days * DAY_MS);
    });
  }
}

/**
 * A notification that presend reads as a prospect's reply, or sends to itself, could cause the next one.
 *
 * @throws UserError
 */
function refuseLoops(config: Config): void {
  const own = [config.replies.address, config.escalation.from].flatMap((one) => one?.toLowerCase() ?? []);
  const wrong = config.notify.email.find((one) => own.includes(one.toLowerCase()));
  if (wrong === undefined) return;
  throw new UserError(`notify.email: ${wrong} is the gate's own address; name the people who are to be told`);
}
