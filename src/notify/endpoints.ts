import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { ApiError } from '../http/api-error.ts';
import { type Account, type Endpoint, OWN, endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';
import { defaultPreferences, emailChannelKey } from './channels.ts';
import { linkPerson } from './may-act.ts';
import { preferencesSchema } from './person.ts';
import { findPreferences, savePreferences } from './person-store.ts';
import { queueNotification } from './queue-store.ts';
import { sampleContent } from './sample.ts';
import { listNotifications } from './status-store.ts';
import { TOPICS, TOPIC_TITLES } from './topics.ts';
import type { NotificationSettings } from './web-types.ts';

export interface NotifyDeps {
  database: Database;
  config: Config;
  now: () => number;
}

const RECENT = 10;
const SAMPLE_EVERY_MS = 60_000;

/** A person's own notifications. */
export function notifyEndpoints({ database, config, now }: NotifyDeps): Endpoint[] {
  const settings = async (account: Account): Promise<NotificationSettings> => {
    const { db } = database;
    const chosen = await findPreferences(db, account.id);
    return {
      preferences: chosen ?? defaultPreferences(config.notify, account.email),
      chosen: chosen !== null,
      address: account.email,
      slack: config.notify.slack !== null,
      topics: TOPICS.map((key) => ({ key, ...TOPIC_TITLES[key] })),
      no_links: (await linkPerson(db, account.email)).refused,
      every_minutes: config.notify.every_minutes,
      recent: await listNotifications(db, { channel: emailChannelKey(account.email), limit: RECENT }),
    };
  };
  return [
    endpoint('get', '/account/notifications', {
      access: OWN,
      handle: ({ account }) => settings(account),
    }),
    endpoint('put', '/account/notifications', {
      access: OWN,
      body: preferencesSchema,
      handle: async ({ account, body }) => {
        if (body.slack.length > 0 && body.slack_member_id === null) {
          throw new ApiError('invalid', 'To be mentioned in Slack, give your member ID.', {
            fields: { slack_member_id: 'give your member ID, or choose nothing for Slack' },
          });
        }
        await database.transact((trx) =>
          savePreferences(trx, account.id, body, {
            actor: account.actor,
            now: now(),
          }),
        );
        return settings(account);
      },
    }),
    endpoint('post', '/account/notifications/sample', {
      access: OWN,
      body: z.strictObject({}),
      handle: async ({ account }) => {
        const channel = { key: emailChannelKey(account.email), address: account.email };
        const at = now();
        await database.transact(async (trx) => {
          const [last] = await listNotifications(trx, { channel: channel.key, limit: 1 });
          if (last?.kind === 'sample' && at - last.at < SAMPLE_EVERY_MS) {
            throw new ApiError('too_many', 'A sample is on its way; wait a minute for the next one.', {
              retryAfterSeconds: 60,
            });
          }
          const from = config.escalation.from;
          await queueNotification(trx, { channel, kind: 'sample', content: sampleContent(), from, now: at });
        });
        return settings(account);
      },
    }),
  ];
}
