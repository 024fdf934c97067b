import { simpleParser } from 'mailparser';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import type { configSchema } from '../../src/config/config.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

export const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type Notify = NonNullable<z.input<typeof configSchema>['notify']>;

/** A gate with a real SMTP upstream that tells the people of `notify`. No digest unless asked for. */
export async function startNotifying(
  notify: Notify,
  options: {
    config?: z.input<typeof configSchema>;
    dataDir?: string;
    upstream?: SmtpUpstream;
    keepEngines?: boolean;
  } = {},
) {
  const upstream = options.upstream ?? (await SmtpUpstream.start());
  if (!options.upstream) onTestFinished(() => upstream.close());
  const gate = await startGate({
    config: {
      upstreams: [upstreamConfig(upstream)],
      escalation: { from: 'presend@gate.example' },
      ...options.config,
      notify: { digest: null, ...notify },
    },
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(options.keepEngines === undefined ? {} : { keepEngines: options.keepEngines }),
  });
  return { gate, upstream };
}

/** Moves the gate's clock on to ten in the morning (UTC), for what must not lie on two days. */
export function waitForTen(gate: TestGate): void {
  gate.advance((10 * HOUR - (Date.now() % DAY) + DAY) % DAY);
}

/** A mail held for a funding rumour. */
export async function hold(gate: TestGate, address: string, subject = 'Capacity'): Promise<Delivery> {
  await addProspect(gate, address, { company: { funding_confidence: 'low' } });
  await gate.send({ to: address, subject, text: RUMOUR });
  const found = (await gate.deliveries()).find((one) => one.recipient === address);
  if (found?.state !== 'held') throw new Error(`${address} is ${found?.state ?? 'nowhere'}`);
  return found;
}

/** Waits for a condition; fails with what it was about. */
export async function eventually(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until the notifier has made a whole round that began after this call. */
export async function aRound(gate: TestGate): Promise<void> {
  await gate.app.notifier.round();
}

/** Lets the notifier learn of all that happened, and then the time pass that it waits for company. */
export async function gather(gate: TestGate): Promise<void> {
  await aRound(gate);
  gate.advance(31_000);
}

export interface ReadMail {
  to: string;
  subject: string;
  text: string;
  html: string;
  header: (name: string) => string | undefined;
}

/** The notifications an upstream has received, in their order. */
export async function notifications(upstream: SmtpUpstream): Promise<ReadMail[]> {
  const own = upstream.received.filter(({ from }) => from === 'presend@gate.example');
  return Promise.all(
    own.map(async ({ raw, to }) => {
      const mail = await simpleParser(raw);
      return {
        to: to[0],
        subject: mail.subject ?? '',
        text: mail.text ?? '',
        html: mail.html || '',
        header: (name: string) => {
          const line = mail.headerLines.find(({ key }) => key === name.toLowerCase())?.line;
          return line?.slice(line.indexOf(':') + 1).trim();
        },
      };
    }),
  );
}

/** Waits for so many notifications in all. */
export async function untilTold(upstream: SmtpUpstream, count: number): Promise<ReadMail[]> {
  await eventually(async () => (await notifications(upstream)).length >= count, `${count} notifications`);
  return notifications(upstream);
}

/** The link that stands behind a label in a mail's text, as a path at the gate. */
export function linkOf(mail: ReadMail, label: string): string {
  const found = new RegExp(`${label}: (http\\S+)`).exec(mail.text)?.[1];
  if (!found) throw new Error(`there is no link "${label}" in:\n${mail.text}`);
  return found;
}
