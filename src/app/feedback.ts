import { dirname } from 'node:path';
import type { Router } from 'express';
import type { Config } from '../config/config.ts';
import type { ProviderSecrets } from '../config/providers.ts';
import { readSecret } from '../config/secret.ts';
import { recordProviderEvent } from '../events/event-store.ts';
import { fetchText } from '../feedback/bounded-fetch.ts';
import { createFetchReceived } from '../feedback/fetch-received.ts';
import { isReplyAddress, takeForwarded } from '../feedback/forwarding.ts';
import { ReplyMailbox, loadMailbox } from '../feedback/imap.ts';
import { feedbackRoutes } from '../feedback/routes.ts';
import { createEventSources } from '../feedback/sources.ts';
import { type TakeReplyDeps, takeInbound } from '../feedback/take-reply.ts';
import { unsubscribeRoutes } from '../feedback/unsubscribe.ts';
import { WriteBacks } from '../feedback/write-back.ts';
import type { QueueWriteBacks } from '../feedback/write-back-queue.ts';
import { queueWriteBacks } from '../feedback/write-back-store.ts';
import { writeBackTargetNames, writeBackTargets } from '../feedback/write-back-targets.ts';
import type { SmtpIntakeOptions } from '../intake/smtp.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import { givenId } from '../message/given-id.ts';
import type { ProviderName } from '../message/provider.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Database } from '../store/database.ts';
import { repeat } from './lifecycle.ts';

interface FeedbackOptions {
  config: Config;
  secrets: ReadonlyMap<ProviderName, ProviderSecrets>;
  database: Database;
  now: () => number;
  log: Logger;
  metrics: Metrics;
  linkKey: Buffer;
  pollMs: number;
}

/** What comes back: events of providers, replies by three ways, opt-outs, and their way to the lists of others. */
export interface Feedback {
  /** To be mounted before whatever reads bodies: signatures are over the bytes as they came. */
  routers: [path: string, router: Router][];
  /** The forwarding address of the SMTP intake. */
  forwarded: SmtpIntakeOptions['replies'];
  start(): void;
  stop(): Promise<void>;
}

/** @throws UserError for a key or file that cannot be read */
export function openFeedback(options: FeedbackOptions): Feedback {
  const { config, secrets, database, now, log, metrics, linkKey, pollMs } = options;
  const base = dirname(config.source ?? config.data_dir);
  const targets = writeBackTargetNames(config);
  const queue: QueueWriteBacks = (trx, optOut) => queueWriteBacks(trx, optOut, targets);
  const replies: TakeReplyDeps = {
    database,
    config,
    now,
    log,
    fingerprint: fingerprints,
    queueWriteBacks: queue,
    onTaken: ({ result }) => metrics.replies.inc({ result }),
  };
  const mailboxes = config.replies.imap.map((one) => new ReplyMailbox(loadMailbox(one, base), replies));
  const writeBacks = new WriteBacks({
    database,
    now,
    log,
    onResult: (target, result) => metrics.writeBacks.inc({ target, result }),
    targets: writeBackTargets({
      config,
      secrets,
      fetch,
      now,
      hubspotToken: config.hubspot && readSecret(config.hubspot, 'token', { section: 'hubspot', base }),
    }),
  });
  let stopping = false;
  let writing: ReturnType<typeof repeat> | null = null;
  return {
    routers: [
      ['/events', eventRoutes(options, { replies, targets })],
      ...(config.unsubscribe.enabled
        ? [
            [
              '/unsubscribe',
              unsubscribeRoutes({ key: linkKey, database, now, log, queueWriteBacks: queue }),
            ] as [string, Router],
          ]
        : []),
    ],
    forwarded:
      config.replies.address === null
        ? null
        : {
            isReplyAddress: (recipient) => isReplyAddress(config, recipient),
            take: async (raw, from) => {
              await takeForwarded(replies, raw, from);
            },
          },
    start: () => {
      for (const mailbox of mailboxes) mailbox.start();
      writing = repeat(
        pollMs * 2,
        async () => {
          while (!stopping && database.peers.leads() && (await writeBacks.round()) > 0);
        },
        (err) => log.error({ err }, 'writing opt-outs back failed; trying again'),
      );
    },
    stop: async () => {
      stopping = true;
      await Promise.all([...mailboxes.map((mailbox) => mailbox.stop()), writing?.stop()]);
    },
  };
}

function eventRoutes(
  { config, secrets, database, now, log, metrics }: FeedbackOptions,
  { replies, targets }: { replies: TakeReplyDeps; targets: string[] },
): Router {
  return feedbackRoutes({
    database,
    now,
    log,
    metrics,
    sources: createEventSources({ providers: config.providers, secrets, database, fetchText, now }),
    writeBackTargets: targets,
    givenId,
    passOn: async (trx, event) => {
      await recordProviderEvent(trx, { ...event, now: now() });
    },
    takeInbound: async (mail) => {
      await takeInbound(replies, mail);
    },
    fetchMail: createFetchReceived({
      baseUrl: config.providers.resend?.base_url ?? 'https://api.resend.com',
      apiKey: secrets.get('resend')?.apiKey ?? null,
      fetchText,
      now,
    }),
  });
}
