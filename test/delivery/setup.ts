import type { AttemptJob } from '../../src/delivery/courier.ts';
import { SmtpRelay } from '../../src/delivery/smtp-relay.ts';
import { loadUpstream, type Upstream, upstreamSchema } from '../../src/delivery/upstream.ts';
import { onTestFinished } from 'vitest';
import { SmtpUpstream, type UpstreamOptions } from '../support/smtp-upstream.ts';

export const MAIL = Buffer.from(
  'From: a@engine.example\r\nTo: b@prospect.example\r\nSubject: hi\r\n\r\nHello.\r\n',
);

/** A job that counts how often permission was asked. `allow` answers it. */
export function job(
  changes: Partial<AttemptJob> = {},
  allow: () => Promise<boolean> = async () => true,
): AttemptJob & { asked: number } {
  const made = {
    deliveryId: '01J0000000000000000000DLVR',
    from: 'a@engine.example',
    to: 'b@prospect.example',
    params: { body8bit: false, smtpUtf8: false },
    raw: MAIL,
    asked: 0,
    beforeLastByte: () => {
      made.asked += 1;
      return allow();
    },
    ...changes,
  };
  return made;
}

/** An upstream that is stopped when the test ends. */
export async function startUpstream(options: UpstreamOptions = {}): Promise<SmtpUpstream> {
  const upstream = await SmtpUpstream.start(options);
  onTestFinished(() => upstream.close());
  return upstream;
}

export function upstreamAt(port: number, changes: Record<string, unknown> = {}): Upstream {
  const config = upstreamSchema.parse({ name: 'main', host: '127.0.0.1', port, tls: 'none', ...changes });
  return loadUpstream(config, { base: '/', hostname: 'gate.example', env: {} });
}

/** A relay to that port which is closed when the test ends. */
export function relayTo(port: number, changes: Record<string, unknown> = {}): SmtpRelay {
  const relay = new SmtpRelay(upstreamAt(port, changes));
  onTestFinished(() => relay.close());
  return relay;
}
