import { uuidOf } from '../../message/id.ts';
import type { DeliveryState } from '../../message/disposition.ts';
import type { Outcome } from '../../queue/outcomes.ts';
import type { MessageView } from '../message-view.ts';
import { presendView, requestJson } from './presend-view.ts';

/** In MailerSend's words: `queued` is the nearest to waiting for a person, `rejected` to a stop. */
const STATUS: Record<DeliveryState, string> = {
  received: 'queued',
  relaying: 'queued',
  relayed: 'sent',
  deferred: 'deferred',
  failed: 'hard_bounced',
  uncertain: 'deferred',
  held: 'queued',
  rejected: 'rejected',
  escalating: 'queued',
  escalated: 'queued',
  closed: 'rejected',
  scheduled: 'queued',
  cancelled: 'rejected',
  suppressed: 'rejected',
  expired: 'rejected',
};

const iso = (at: number): string => new Date(at).toISOString();

/** `GET /v1/messages/:id` (MailerSend, "Get info on a message"): one email per recipient. */
export function mailerSendView(view: MessageView): object {
  const mail = requestJson(view, 'mailersend');
  const common = {
    from: fromOf(mail) ?? view.from,
    subject: mail['subject'] ?? view.subject,
    text: mail['text'] ?? null,
    html: mail['html'] ?? null,
    tags: mail['tags'] ?? null,
    created_at: iso(view.receivedAt),
    updated_at: iso(view.receivedAt),
  };
  return {
    data: {
      id: uuidOf(view.id),
      created_at: iso(view.receivedAt),
      updated_at: iso(view.receivedAt),
      emails: (view.outcomes ?? []).map((outcome) => ({
        id: outcome.deliveryId,
        ...common,
        status: statusOf(outcome, view),
        recipient: { email: outcome.recipient },
      })),
      presend: presendView(view),
    },
  };
}

/** `GET /v1/bulk-email/:id` (MailerSend, "Get bulk email status"). */
export function mailerSendBulkView(id: string, views: readonly MessageView[]): object {
  const outcomes = views.flatMap((view) => view.outcomes ?? []);
  const suppressed = outcomes.filter(({ state }) => state === 'suppressed');
  const judged = views.every((view) => view.outcomes !== null);
  const at = iso(Math.min(...views.map(({ receivedAt }) => receivedAt)));
  return {
    data: {
      id,
      state: judged ? 'completed' : 'queued',
      total_recipients_count: outcomes.length,
      suppressed_recipients_count: suppressed.length,
      suppressed_recipients:
        suppressed.length === 0
          ? null
          : Object.fromEntries(suppressed.map(({ recipient, reason }) => [recipient, [reason ?? 'policy']])),
      validation_errors_count: 0,
      validation_errors: null,
      messages_id: views.map((view) => uuidOf(view.id)),
      created_at: at,
      updated_at: at,
      presend: views.map(presendView),
    },
  };
}

const statusOf = ({ state }: Outcome, { delivered }: MessageView): string =>
  state === 'relayed' && delivered ? 'delivered' : STATUS[state];

function fromOf(mail: Record<string, unknown>): string | null {
  const from = mail['from'];
  return typeof from === 'object' && from !== null && 'email' in from ? String(from.email) : null;
}
