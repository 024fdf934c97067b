import type { Role } from '../http/endpoint.ts';
import type { Delivery } from '../queue/settle.ts';
import type { ActName, DeliveryView, QueueItem } from './web-types.ts';

/** What decides which acts an account may do with a delivery. */
export interface AllowedInput {
  delivery: Delivery;
  item: QueueItem;
  role: Role;
  /** The asking account's id. */
  me: string;
  now: number;
  /** Why rules 1 and 2 or a take-over forbid a release; null = they do not. */
  forbidden: string | null;
  /** Whom an escalation would go to. */
  owner: string | null;
}

const IN_STATE: Partial<Record<Delivery['state'], ActName[]>> = {
  held: ['release', 'edit', 'reject', 'escalate', 'snooze', 'claim'],
  escalated: ['release', 'close', 'take_over', 'claim'],
  escalating: ['claim'],
  uncertain: ['confirm', 'resend', 'claim'],
  scheduled: ['cancel', 'claim'],
};

/** The acts that make sense now; one that is not possible says why. */
export function allowedActs(input: AllowedInput): DeliveryView['allowed'] {
  const { delivery, role, now } = input;
  const acts: ActName[] = [...(IN_STATE[delivery.state] ?? []), 'comment'];
  if (delivery.undo_until !== null && delivery.undo_until > now) acts.unshift('undo');
  const allowed: DeliveryView['allowed'] = {};
  for (const act of acts) {
    const why = role === 'auditor' ? 'An auditor reads; reviewers and admins act.' : whyNot(act, input);
    allowed[act] = why === null ? { ok: true } : { ok: false, why_not: why };
  }
  return allowed;
}

function whyNot(act: ActName, input: AllowedInput): string | null {
  const { delivery, item, me, owner, forbidden } = input;
  switch (act) {
    case 'release':
      if (forbidden !== null) return forbidden;
      return item.approvals?.given.some(({ id }) => id === me)
        ? 'You have approved its release; another person has to release it.'
        : null;
    case 'escalate':
      return owner === null
        ? 'The CRM names no account owner, and there is no escalation.fallback in the configuration.'
        : null;
    case 'take_over':
      return delivery.prospect_id === null ? 'It is not to a prospect of the CRM mirror.' : null;
    case 'claim':
      return item.assigned !== null && item.assigned.id !== me
        ? `${item.assigned.name} looks after it.`
        : null;
    case 'reject':
    case 'edit':
    case 'snooze':
    case 'comment':
    case 'undo':
    case 'close':
    case 'confirm':
    case 'resend':
    case 'cancel':
      return null;
  }
}
