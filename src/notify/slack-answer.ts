import { withoutSecrets } from '../config/known-secrets.ts';
import type { PostResult } from '../events/webhook-post.ts';
import { plainLine } from '../message/mime-writer.ts';
import { MAX_UNANSWERED, type SlackStep } from './queue-store.ts';

const FIRST_RETRY_MS = 30_000;
const MAX_RETRY_MS = 3_600_000;
/** What Slack refuses for longer than this is not told any more: it is old news. */
const GIVE_UP_MS = 24 * 3_600_000;

/** What incoming webhooks answer (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
const EXPLAINED: Record<string, string> = {
  invalid_payload: 'Slack could not read the message; this is presend’s fault, please report it',
  no_text: 'Slack found no text in the message; this is presend’s fault, please report it',
  invalid_blocks: 'Slack refused the layout of the message; this is presend’s fault, please report it',
  no_service: 'the webhook was removed or its app uninstalled; make a new one in Slack and set notify.slack',
  no_team: 'the workspace is gone; make a webhook in another one and set notify.slack',
  team_disabled: 'the workspace is disabled in Slack',
  invalid_token: 'the URL is not whole or not valid any more; copy it from Slack again and set notify.slack',
  no_active_hooks: 'the webhook is disabled; enable it in Slack or make a new one',
  channel_not_found: 'the channel was deleted; make a webhook for another one and set notify.slack',
  channel_is_archived: 'the channel is archived; restore it in Slack or make a webhook for another one',
  action_prohibited: 'an admin of the workspace forbids posting there; ask them to allow the app',
  posting_to_general_channel_denied: 'only some may post in that channel; make a webhook for another one',
  user_not_found: 'the person the webhook writes to is gone; make a webhook for a channel',
  rollup_error: 'Slack has trouble of its own; it is tried again',
};

/** Certainly not handed over: there was never a connection. */
const UNREACHED = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)\b/;

/**
 * What an answer means for its message: 200 is sent; a message that Slack cannot read is given up; anything else is tried
 * again, doubling from 30 seconds to an hour, after the time that a 429 asks for, for a day.
 *
 * @param options.unanswered attempts in a row without an answer, this one included
 * @param options.random in [0, 1)
 */
export function slackStep(
  result: PostResult,
  options: { attempts: number; unanswered: number; createdAt: number; now: number; random: number },
): SlackStep {
  const { status, retryAfter } = result;
  const { attempts, unanswered, createdAt, now, random } = options;
  if (status === 200) return { state: 'sent' };
  const error = withoutSecrets(explainSlack(result));
  const answered = status !== null || UNREACHED.test(result.error ?? '');
  const hopeless = status === 400 || now - createdAt > GIVE_UP_MS;
  if (hopeless || (!answered && unanswered >= MAX_UNANSWERED)) return { state: 'given_up', error };
  const backoff = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20), MAX_RETRY_MS);
  const asked = status === 429 || status === 503 ? secondsOf(retryAfter) * 1_000 : 0;
  return {
    state: 'pending',
    at: now + Math.max(Math.round(backoff * (1 + random / 4)), asked),
    error,
    answered,
  };
}

/** One line for a person: what Slack said, and what to do. */
export function explainSlack({ status, error, text }: PostResult): string {
  if (status === null) return `no answer: ${error ?? 'unknown'}`;
  if (status === 429) return 'Slack asks for fewer messages (429); it is tried again later';
  const code = plainLine(text ?? '', 100);
  const known = EXPLAINED[code];
  if (known !== undefined) return `${code}: ${known}`;
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed; check the URL`;
  return `answered ${status}${code === '' ? '' : `: ${code}`}`;
}

function secondsOf(retryAfter: string | null): number {
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter.trim()) ? Number(retryAfter) : 0;
}
