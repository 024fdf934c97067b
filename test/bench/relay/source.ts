import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SENDER, mailText } from './mails.ts';
import { postfixEnvironment } from './postfix.ts';
import { unpacked } from './tools.ts';

/**
 * Sends by Postfix's smtp-source, which costs little itself: one command at a time, each mail to the next recipient.
 *
 * @param kept one mail after another over each connection; false = a connection for each mail
 * @returns seconds until the last 250
 * @throws with what smtp-source says, when a mail was refused
 */
export async function smtpSource(options: {
  port: number;
  folder: string;
  messages: number;
  connections: number;
  kept: boolean;
  to: string;
}): Promise<number> {
  const { port, folder, messages, connections, kept, to } = options;
  const { root } = unpacked('postfix')!;
  const file = join(folder, 'mail');
  // No Message-ID: smtp-source sends the same bytes each time, and two mails with one Message-ID are one.
  writeFileSync(file, mailText({ to, messageId: null }).replaceAll('\r\n', '\n'));
  const args = [
    ['-s', String(connections)],
    ['-m', String(messages)],
    ['-F', file],
    ['-f', SENDER],
    ['-t', to],
    ['-M', 'bench.example'],
    kept ? ['-N', '-d'] : ['-N'],
    [`127.0.0.1:${port}`],
  ].flat();
  const began = performance.now();
  await promisify(execFile)(join(root, 'usr/sbin/smtp-source'), args, { env: postfixEnvironment(root) });
  return (performance.now() - began) / 1000;
}
