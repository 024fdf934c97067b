import { expect, it } from 'vitest';
import { mailFixtures } from '../message/mail-fixtures.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';

const AMBIGUOUS = mailFixtures().filter(({ expected }) => (expected.trouble ?? []).length > 0);
const DOMAINS = ['outreach.example', 'other.example', 'one.example', 'two.example', 'northstar.example'];

it('a mail that can be read in two ways is refused at DATA or held under its own reason', async () => {
  const gate = await startGate({ engine: { senderDomains: DOMAINS } });
  const refused = new Map<string, string>();
  for (const { name, raw } of AMBIGUOUS) {
    // Each to a reader of its own, so that none is held only because another is.
    const to = `${name}@prospect.example`;
    await addProspect(gate, to);
    const reply = await submit(gate.port, to, raw);
    if (!reply.startsWith('250')) refused.set(name, reply);
  }
  const deliveries = await gate.until(
    (all) => all.every(({ state }) => state !== 'received'),
    'every accepted mail judged',
  );
  // What names no sender, or ends its header in the middle, never gets as far as the judge.
  for (const [name, reply] of refused) expect(reply, name).toMatch(/^55\d /);
  const accepted = AMBIGUOUS.filter(({ name }) => !refused.has(name));
  expect(accepted.length, [...refused].join('\n')).toBeGreaterThan(AMBIGUOUS.length / 2);
  const held = new Map(
    deliveries.map(({ recipient, state, hold_reason }) => [recipient, `${state} ${hold_reason}`]),
  );
  for (const { name, expected } of accepted) {
    const reasons = (expected.trouble ?? []).map((kind) => `held ${kind}`);
    expect(reasons, name).toContain(held.get(`${name}@prospect.example`));
  }
}, 90_000);

/** Byte for byte: a polite client mends line breaks. @returns the reply to the end of data */
async function submit(port: number, to: string, raw: Buffer): Promise<string> {
  const session = await SmtpSession.open(port);
  try {
    for (const line of ['EHLO client.test', 'MAIL FROM:<yabi@outreach.example>', `RCPT TO:<${to}>`, 'DATA']) {
      const reply = await session.say(line);
      expect(reply, line).toMatch(/^[23]/);
    }
    const stuffed = raw.toString('latin1').replace(/^\./gm, '..');
    session.write(Buffer.from(stuffed, 'latin1'));
    return await session.say(stuffed.endsWith('\r\n') ? '.' : '\r\n.');
  } finally {
    session.close();
  }
}
