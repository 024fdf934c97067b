/** What a trace line says about how the message came in. */
export interface Trace {
  /** The client's EHLO name, or null over HTTP. */
  helo: string | null;
  /** The client's IP address. */
  remoteAddress: string;
  /** This gate's host name. */
  by: string;
  /** RFC 3848 transmission type, e.g. `ESMTPSA`, or `HTTPS`. */
  protocol: string;
  /** The message's id here, as told to the client. */
  id: string;
  date: Date;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * One `Received:` line with its CRLF (RFC 5321 4.4). The envelope recipient is left out: with several
 * recipients it would tell each about the others.
 */
export function receivedLine(trace: Trace): string {
  const ip = trace.remoteAddress.includes(':') ? `IPv6:${trace.remoteAddress}` : trace.remoteAddress;
  const address = `[${token(ip)}]`;
  const from = trace.helo ? `${token(trace.helo)} (${address})` : address;
  return (
    `Received: from ${from}\r\n` +
    `\tby ${token(trace.by)} with ${token(trace.protocol)} id ${token(trace.id)};\r\n` +
    `\t${dateTime(trace.date)}\r\n`
  );
}

/** The raw message under one more trace line; its own bytes are untouched. */
export function prependReceived(raw: Buffer, trace: Trace): Buffer {
  return Buffer.concat([Buffer.from(receivedLine(trace), 'ascii'), raw]);
}

/** RFC 5322 3.3 date-time in UTC. */
export function dateTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${date.getUTCFullYear()} ${time} +0000`;
}

/** The EHLO name is the client's own claim: nothing in it may end the line or open a comment. */
function token(value: string): string {
  return value.replace(/[^\x21-\x7e]|[()<>;,"\\]/g, '').slice(0, 255) || 'unknown';
}
