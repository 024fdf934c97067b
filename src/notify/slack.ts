import type { ResolveAll } from '../http/checked-lookup.ts';
import { postWebhook, type PostResult } from '../events/webhook-post.ts';
import { assertWebhookUrl, guardedLookup } from '../events/webhook-target.ts';
import { UserError } from '../config/user-error.ts';
import type { SlackMessage } from './slack-message.ts';

const TIMEOUT_MS = 15_000;

/** Longest that one post takes, with its transactions. */
export const SLACK_LEASE_MS = TIMEOUT_MS + 60_000;

export interface SlackTarget {
  url: URL;
  post(message: SlackMessage): Promise<PostResult>;
}

/**
 * The incoming webhook. Where it may be is what holds for engines' webhooks: https, or this machine, never a private address
 * that is not allowed.
 *
 * @throws UserError that does not tell the URL, which is a secret
 */
export function slackTarget(
  text: string,
  options: { allowPrivate: boolean; resolve?: ResolveAll | undefined },
): SlackTarget {
  const url = parse(text, options);
  return {
    url,
    post: (message) =>
      postWebhook(url, {
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'presend' },
        body: JSON.stringify(message),
        timeoutMs: TIMEOUT_MS,
        lookup: guardedLookup(url, options, options.resolve),
      }),
  };
}

function parse(text: string, options: { allowPrivate: boolean }): URL {
  try {
    return assertWebhookUrl(text, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`notify.slack: ${error.message}`);
  }
}
