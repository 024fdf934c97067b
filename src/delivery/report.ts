import { isAscii } from 'node:buffer';
import {
  knownMessageId,
  mailDate,
  message,
  messageIdFor,
  multipart,
  originalHeaderPart,
  originalPart,
  type Part,
  plainLine,
  rawHeader,
  textHeader,
  textPart,
} from '../message/mime-writer.ts';

/**
 * What is told.
 * - `failed`: the upstream refused the mail, or the gate gave up trying
 * - `stopped`: the gate stopped it after the client had been answered 250
 * - `delayed`: it still waits, for the upstream or (with `stop: 'held'`) for a reviewer
 */
export type ReportEvent =
  | { kind: 'failed'; response: string; status?: string | undefined; lastAttemptAt?: number | undefined }
  | { kind: 'stopped'; stop: 'suppressed' | 'rejected' | 'expired'; rule: string | null }
  | { kind: 'delayed'; stop: 'held'; rule: string | null; until?: number | undefined }
  | {
      kind: 'delayed';
      stop?: undefined;
      response: string;
      status?: string | undefined;
      until?: number | undefined;
    };

/** Everything a report is made of. Times are milliseconds since the epoch. */
export interface ReportInput {
  event: ReportEvent;
  deliveryId: string;
  /** Name of the gate, for Reporting-MTA and the sender `mailer-daemon@`. */
  hostname: string;
  at: number;
  /** Return path of the original; the report goes there, with `<>` as its own envelope sender. */
  returnPath: string;
  recipient: string;
  dsnNotify?: readonly string[] | undefined;
  dsnOrcpt?: string | undefined;
  dsnRet?: string | undefined;
  dsnEnvid?: string | undefined;
  /** The original says `Auto-Submitted` other than `no`. */
  autoSubmitted: boolean;
  /** Of the original, with angle brackets. */
  messageId: string | null;
  subject: string | null;
  receivedAt: number;
  raw: Buffer;
}

const STOP_WORD = {
  suppressed: 'Suppressed',
  rejected: 'Rejected',
  expired: 'Expired',
  held: 'Held for review',
};

/**
 * A delivery status notification (RFC 3464), or null when none may be sent: to the null return path (RFC 5321
 * 6.1), against NOTIFY (RFC 3461 4.1), or for an automatic mail whose sender did not ask with NOTIFY.
 *
 * The same input gives the same bytes, so a report sent again is the same mail.
 */
export function composeReport(input: ReportInput): Buffer | null {
  if (!mayReport(input)) return null;
  const { event, deliveryId, hostname, at, returnPath } = input;
  const id = knownMessageId(input.messageId);
  const headers = [
    rawHeader('From', `presend <mailer-daemon@${hostname}>`),
    rawHeader('To', `<${returnPath}>`),
    textHeader('Subject', `${subjectOf(event)}: ${input.subject ?? '(no subject)'}`),
    rawHeader('Date', mailDate(at)),
    rawHeader('Message-ID', messageIdFor(deliveryId, `report-${event.kind}`, hostname)),
    ...(id === null ? [] : [rawHeader('In-Reply-To', id), rawHeader('References', id)]),
    // RFC 3834 5
    'Auto-Submitted: auto-replied',
  ];
  // RFC 3461 6.2: RET=FULL is about failures; a delay returns the header only.
  const full = input.dsnRet?.toUpperCase() === 'FULL' && event.kind !== 'delayed';
  const parts = [
    textPart('plain', explanation(input)),
    statusPart(input),
    full ? originalPart(input.raw) : originalHeaderPart(input.raw),
  ];
  return message(headers, multipart('report; report-type=delivery-status', parts, deliveryId));
}

function mayReport({ returnPath, dsnNotify, autoSubmitted, event }: ReportInput): boolean {
  if (returnPath === '') return false;
  if (!dsnNotify || dsnNotify.length === 0) return !autoSubmitted;
  return dsnNotify.some((value) => value.toUpperCase() === (event.kind === 'delayed' ? 'DELAY' : 'FAILURE'));
}

function subjectOf(event: ReportEvent): string {
  if (event.kind === 'failed') return 'Not delivered';
  if (event.kind === 'stopped') return 'Stopped before sending';
  return event.stop ? 'Held for review' : 'Delayed';
}

function explanation({ event, recipient, subject, deliveryId, messageId }: ReportInput): string {
  return [
    sentence(event, plainLine(recipient, 500)),
    '',
    `Subject:    ${plainLine(subject ?? '(no subject)')}`,
    `Message-ID: ${plainLine(messageId ?? '(none)')}`,
    `Delivery:   ${deliveryId}`,
    '',
  ].join('\n');
}

function sentence(event: ReportEvent, to: string): string {
  const quoted = (line: string): string => `\n\n    ${line}`;
  if (event.kind === 'failed') {
    return `Your mail to ${to} could not be delivered:${quoted(plainLine(event.response, 500))}`;
  }
  if (event.kind === 'stopped') {
    return `Your mail to ${to} was stopped before sending and did not leave.${quoted(stopLine(event))}`;
  }
  const until = event.until === undefined ? '' : ` It is given up on ${mailDate(event.until)}.`;
  if (event.stop)
    return `Your mail to ${to} waits for a reviewer and has not left.${until}${quoted(stopLine(event))}`;
  const why = quoted(plainLine(event.response, 500));
  return `Your mail to ${to} could not be delivered yet and is tried again.${until}${why}`;
}

/** In the words of the SMTP reply that the client would have heard. */
function stopLine(event: { stop: keyof typeof STOP_WORD; rule: string | null }): string {
  return event.rule === null
    ? STOP_WORD[event.stop]
    : `${STOP_WORD[event.stop]}: ${plainLine(event.rule, 100)}`;
}

/** The machine-readable part (RFC 3464 2). */
function statusPart(input: ReportInput): Part {
  const { event, deliveryId, hostname, dsnEnvid, dsnOrcpt, recipient, receivedAt } = input;
  const { action, status, diagnostic } = outcome(event, deliveryId);
  const perMessage = [
    field('Reporting-MTA', `dns; ${hostname}`),
    dsnEnvid === undefined ? null : field('Original-Envelope-Id', dsnEnvid),
    field('Arrival-Date', mailDate(receivedAt)),
  ];
  const perRecipient = [
    dsnOrcpt === undefined ? null : field('Original-Recipient', typedAddress(dsnOrcpt)),
    field('Final-Recipient', typedAddress(`rfc822;${recipient}`)),
    field('Action', action),
    field('Status', status),
    field('Diagnostic-Code', `smtp; ${diagnostic}`),
    event.kind === 'failed' && event.lastAttemptAt !== undefined
      ? field('Last-Attempt-Date', mailDate(event.lastAttemptAt))
      : null,
    event.kind === 'delayed' && event.until !== undefined
      ? field('Will-Retry-Until', mailDate(event.until))
      : null,
    field('X-Delivery-Id', deliveryId),
  ];
  const groups = [perMessage, perRecipient].map((fields) => fields.filter((f) => f !== null).join('\r\n'));
  return {
    headers: ['Content-Type: message/delivery-status', 'Content-Transfer-Encoding: 7bit'],
    body: [Buffer.from(`${groups.join('\r\n\r\n')}\r\n`)],
  };
}

function outcome(event: ReportEvent, id: string): { action: string; status: string; diagnostic: string } {
  if (event.kind === 'stopped') {
    return { action: 'failed', status: '5.7.1', diagnostic: `550 5.7.1 ${stopLine(event)} (${id})` };
  }
  if (event.kind === 'delayed' && event.stop) {
    return { action: 'delayed', status: '4.7.1', diagnostic: `450 4.7.1 ${stopLine(event)} (${id})` };
  }
  const failed = event.kind === 'failed';
  const { response: diagnostic, status } = event;
  return { action: failed ? 'failed' : 'delayed', status: statusOf(status, failed ? '5' : '4'), diagnostic };
}

/** The upstream's status where it fits the action. A given-up delay carries a 4.x.x one, which is "failed" no less. */
function statusOf(status: string | undefined, fallback: '4' | '5'): string {
  return status !== undefined && /^[45]\.\d{1,3}\.\d{1,3}$/.test(status) ? status : `${fallback}.0.0`;
}

/** One field, folded; the part is ASCII, so other characters become `?`. */
function field(name: string, value: string): string {
  const words = `${name}: ${plainLine(value, 900)}`.replaceAll(/[^\x20-\x7e]/gu, '?').split(' ');
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + word.length > 76 && !line.endsWith(':')) lines.push(` ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\r\n');
}

/** `type;address`; one that is not ASCII takes the type utf-8 and its escapes (RFC 6533 3). */
function typedAddress(typed: string): string {
  const at = typed.indexOf(';');
  const type = at < 0 ? 'rfc822' : typed.slice(0, at).trim();
  const address = typed.slice(at + 1).trim();
  if (isAscii(Buffer.from(address))) return `${type}; ${address}`;
  const escaped = Array.from(address).map((char) =>
    /[\x21-\x2a\x2c-\x3c\x3e-\x5b\x5d-\x7e]/.test(char)
      ? char
      : `\\x{${char.codePointAt(0)!.toString(16).toUpperCase()}}`,
  );
  return `utf-8; ${escaped.join('')}`;
}
