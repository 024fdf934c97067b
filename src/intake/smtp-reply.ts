import type { Outcome } from '../queue/outcomes.ts';
import { toldOutcome } from './answer.ts';

/** An SMTP reply without its line ending. */
export interface SmtpReply {
  code: number;
  text: string;
}

/** Gate trouble is always temporary: the client keeps the mail and tries again. */
export const TROUBLE: SmtpReply = {
  code: 451,
  text: '4.3.0 Not accepted just now, nothing was stored: try again later',
};

/** The same when the disk is full, in the code that says so (RFC 3463 3.4). */
export const NO_ROOM: SmtpReply = {
  code: 451,
  text: '4.3.1 Not accepted just now, the gate has no room left and nothing was stored: try again later',
};

/**
 * What the client hears (DESIGN, "What the client hears").
 *
 * @param outcomes null = no verdict yet
 * @param suppressed `reject` answers 550 when every recipient is suppressed; `accept` 250, for engines that
 *   cannot bear a refusal
 */
export function smtpReply(
  id: string,
  outcomes: Outcome[] | null,
  suppressed: 'reject' | 'accept',
): SmtpReply {
  const { told, reason } = toldOutcome(outcomes);
  switch (told) {
    case 'queued':
      return { code: 250, text: `2.0.0 Queued as ${id}` };
    case 'suppressed':
      return suppressed === 'reject'
        ? { code: 550, text: `5.7.1 Suppressed: ${reason || 'policy'} (${id})` }
        : { code: 250, text: `2.0.0 Suppressed: ${reason || 'policy'} (${id})` };
    case 'held':
      return { code: 250, text: `2.0.0 Held for review as ${id}` };
    case 'escalated':
      return { code: 250, text: `2.0.0 Forwarded to a person as ${id}` };
    case 'unsettled':
      return { code: 250, text: `2.0.0 Still being delivered as ${id}` };
    case 'relayed':
      return { code: 250, text: `2.0.0 Relayed before as ${id}` };
    case 'scheduled':
      return { code: 250, text: `2.0.0 Scheduled as ${id}` };
    case 'ended':
      return { code: 250, text: `2.0.0 Ended before, not sent, as ${id}` };
    case 'relaying':
      return { code: 250, text: `2.0.0 Relaying as ${id}` };
    default:
      return told satisfies never;
  }
}
