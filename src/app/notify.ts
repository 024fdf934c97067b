import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { readSecret } from '../config/secret.ts';
import { Notifier, type NotifierOptions } from '../notify/notifier.ts';
import { linkPerson } from '../notify/may-act.ts';
import { type SlackTarget, slackTarget } from '../notify/slack.ts';
import type { LinkRoutesOptions } from '../review/link-routes.ts';

/** Notifications and the links in them. @throws UserError for a Slack webhook that cannot be one */
export function openNotify(options: Omit<NotifierOptions, 'slack'>): {
  notifier: Notifier;
  links: Omit<LinkRoutesOptions, 'review'>;
} {
  const { config, database, linkKey, publicUrl, now, log } = options;
  return {
    notifier: new Notifier({ ...options, slack: configuredSlack(config) }),
    links: {
      key: linkKey,
      database,
      now,
      log,
      publicUrl,
      personAt: (address) => linkPerson(database.db, address),
    },
  };
}

/** The Slack webhook of the configuration; null = none. */
export function configuredSlack(config: Config): SlackTarget | null {
  if (config.notify.slack === null) return null;
  const base = dirname(config.source ?? config.data_dir);
  const url = readSecret(config.notify.slack, 'webhook_url', { section: 'notify.slack', base });
  return url === null ? null : slackTarget(url, { allowPrivate: config.webhooks.allow_private });
}
