import type { Config } from '../config/config.ts';
import { dateTime } from '../message/received.ts';
import type { Delivery } from '../queue/settle.ts';
import type { MessageRow } from '../queue/store.ts';
import type { Engine } from '../intake/engine-store.ts';

/** Header text in one line of ASCII; whatever else is in it is shown as `?`. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

/** The mail that tells a deputy of a hold nobody has settled. Plain ASCII, so that nothing in it needs encoding. */
export function composeReminder(input: {
  about: Delivery;
  message: MessageRow;
  engine: Engine;
  config: Config;
  to: string;
  /** When the reminder fell due, milliseconds since the epoch. */
  at: number;
}): Buffer {
  const { about, message, engine, config, to, at } = input;
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const lines = [
    `From: presend <${config.escalation.from}>`,
    `To: <${to}>`,
    `Subject: A held mail waits since ${day(about.created_at)}`,
    `Date: ${dateTime(new Date(at))}`,
    `Message-ID: <${about.id}.reminder@${config.hostname}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `Nobody has settled this mail of engine ${headerText(engine.name)}:`,
    '',
    `  To:       ${headerText(about.recipient)}`,
    `  Subject:  ${headerText(message.subject ?? '(none)')}`,
    `  Held for: ${headerText(about.hold_reason ?? 'review')}`,
    `  Expires:  ${about.expires_at === null ? 'never' : `${day(about.expires_at)}, and is then not sent`}`,
    '',
    `Look at it with: presend review show ${about.id}`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'ascii');
}
