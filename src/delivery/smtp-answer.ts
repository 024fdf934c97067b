import type { AttemptResult } from './courier.ts';

/** What nodemailer's errors carry. */
export interface SmtpError extends Error {
  code?: string | undefined;
  /** The upstream's reply; lines are separated by `\n`. */
  response?: string | undefined;
  responseCode?: number | undefined;
  command?: string | undefined;
}

/** The part of a result that the upstream decides. */
export type Answer = Pick<AttemptResult, 'outcome' | 'response' | 'status'>;

const MAX_RESPONSE = 500;

/**
 * Replies that speak of our session and not of the mail: 503 bad sequence, 530/534/535/538 authentication or
 * TLS wanted (RFC 4954 6). The mail waits until the configuration is mended.
 */
const SESSION_TROUBLE = new Set([503, 530, 534, 535, 538]);

/** A reply as one line: repeated codes, line breaks and control characters removed, cut to 500 characters. */
export function oneLine(reply: string): string {
  const [first = '', ...rest] = reply.split(/\r?\n/);
  const code = /^(\d{3})[ -]/.exec(first)?.[1];
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3}) /.exec(first)?.[1];
  const tail = rest.map((line) => {
    let text = code && line.startsWith(code) ? line.slice(4) : line;
    if (enhanced && text.startsWith(`${enhanced} `)) text = text.slice(enhanced.length + 1);
    return text;
  });
  const line = [code ? `${code} ${first.slice(4)}` : first, ...tail].join(' ');
  return line
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_RESPONSE);
}

/**
 * The enhanced status code of a reply (RFC 2034, RFC 3463). One whose class contradicts the reply code is left out:
 * the three-digit code decides (RFC 2034 4), and a "5xx 4.x.x" stored as such would mislead.
 */
export function enhancedStatus(reply: string): string | undefined {
  const match = /^([245])\d\d[ -](([245])\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(reply);
  return match && match[1] === match[3] ? match[2] : undefined;
}

/** The upstream answered 2xx to the whole message. */
export function accepted(reply: string): Answer {
  return { outcome: 'delivered', response: oneLine(reply), status: enhancedStatus(reply) };
}

/**
 * What an error means when the end of the message had not left: nothing was accepted. Permanent only where the
 * upstream refused this mail; network, TLS, login and protocol trouble is ours or the upstream's and passes.
 */
export function failedBeforeHandOver(error: SmtpError): Answer {
  const aboutTheMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (error.response && error.responseCode && aboutTheMail)
    return refused(error.response, error.responseCode);
  const told = oneLine(error.message);
  // Refused by nodemailer without asking: an address or DSN parameter that no SMTP command can carry.
  if (aboutTheMail && error.command === 'API')
    return { outcome: 'permanent', response: told, status: '5.5.4' };
  if (error.code === 'EAUTH') {
    return {
      outcome: 'temporary',
      response: oneLine(`the gate's own login was refused, which is not the mail's fault: ${error.message}`),
      status: undefined,
    };
  }
  return { outcome: 'temporary', response: told, status: undefined };
}

/** What an error means once the end of the message had left. Only a complete 4xx or 5xx reply to it is an answer. */
export function failedAfterHandOver(error: SmtpError): Answer {
  const code = error.responseCode ?? 0;
  // Any other code of nodemailer's is a broken connection, even when it quotes a reply that was cut short.
  if (error.code === 'EMESSAGE' && error.response && code >= 400 && code <= 599)
    return refused(error.response, code);
  return {
    outcome: 'lost',
    response: oneLine(`no answer after the whole message: ${error.message}`),
    status: undefined,
  };
}

function refused(reply: string, code: number): Answer {
  const permanent = code >= 500 && !SESSION_TROUBLE.has(code);
  const status = enhancedStatus(reply);
  return {
    outcome: permanent ? 'permanent' : 'temporary',
    response: oneLine(reply),
    status: !permanent && status?.startsWith('5') ? undefined : status,
  };
}
