import type { Outcome } from '../queue/outcomes.ts';

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

/** The answer before there is a verdict. */
export function queuedReply(id: string): SmtpReply {
  return { code: 250, text: `2.0.0 Queued as ${id}` };
}

/**
 * What the client hears once the message is judged (DESIGN, "What the client hears").
 *
 * @param suppressed `reject` answers 550 when every recipient is suppressed; `accept` 250, for engines that
 *   cannot bear a refusal
 */
export function verdictReply(id: string, outcomes: Outcome[], suppressed: 'reject' | 'accept'): SmtpReply {
  const all = (...states: Outcome['state'][]): boolean => outcomes.every((o) => states.includes(o.state));
  if (all('suppressed')) {
    const rules = [...new Set(outcomes.map((o) => o.reason ?? 'policy'))].join(', ');
    return suppressed === 'reject'
      ? { code: 550, text: `5.7.1 Suppressed: ${rules} (${id})` }
      : { code: 250, text: `2.0.0 Suppressed: ${rules} (${id})` };
  }
  // Of several outcomes the one that needs most attention is told; each has its own by event.
  if (outcomes.some((o) => o.state === 'held')) return { code: 250, text: `2.0.0 Held for review as ${id}` };
  if (outcomes.some((o) => o.state === 'escalating' || o.state === 'escalated')) {
    return { code: 250, text: `2.0.0 Forwarded to a person as ${id}` };
  }
  if (outcomes.some((o) => o.state === 'uncertain' || o.state === 'deferred')) {
    return { code: 250, text: `2.0.0 Still being delivered as ${id}` };
  }
  if (all('relayed')) return { code: 250, text: `2.0.0 Relayed before as ${id}` };
  if (outcomes.some((o) => o.state === 'scheduled')) return { code: 250, text: `2.0.0 Scheduled as ${id}` };
  return { code: 250, text: `2.0.0 Relaying as ${id}` };
}
