import { diskTrouble } from '../store/disk-trouble.ts';
import { NO_ROOM, TROUBLE, type SmtpReply } from './smtp-reply.ts';

/** In the words of the HTTP intake (`RefusalKind`) where it has one. */
export type RefusalReason =
  | 'no_key'
  | 'wrong_key'
  | 'too_many'
  | 'sender'
  | 'recipient'
  | 'malformed'
  | 'too_large'
  | 'suppressed'
  | 'trouble';

/** A refusal with its SMTP reply code; smtp-server sends `message` after it. `reason` is for the figures. */
export class SmtpRefusal extends Error {
  readonly responseCode: number;
  readonly reason: RefusalReason;
  constructor({ code, text }: SmtpReply, reason: RefusalReason) {
    super(text);
    this.responseCode = code;
    this.reason = reason;
  }
}

export const refuse = (code: number, text: string, reason: RefusalReason): SmtpRefusal =>
  new SmtpRefusal({ code, text }, reason);

/** @param secure AUTH is offered at once; otherwise only after STARTTLS */
export const unauthenticated = (secure: boolean): SmtpRefusal =>
  refuse(
    530,
    `5.7.0 Authentication required: ${secure ? '' : 'STARTTLS, then '}AUTH with the name and password of an engine`,
    'no_key',
  );

/** What is not a refusal is gate trouble, and that is always temporary. */
export function toRefusal(error: unknown): SmtpRefusal {
  if (error instanceof SmtpRefusal) return error;
  return new SmtpRefusal(diskTrouble(error)?.kind === 'full' ? NO_ROOM : TROUBLE, 'trouble');
}
