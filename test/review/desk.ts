import { expect } from 'vitest';
import type { QueueItem, QueuePage } from '../../src/review/web-types.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

export const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

export interface Desk {
  gate: TestGate;
  upstream: SmtpUpstream;
  ann: SignedIn;
  bob: SignedIn;
}

/** A gate before a real upstream, and two reviewers. */
export async function startDesk(options: Parameters<typeof startGate>[0] = {}): Promise<Desk> {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    ...options,
    config: { upstreams: [upstreamConfig(upstream)], ...options.config },
  });
  const ann = await signIn(gate, { role: 'reviewer', email: 'ann@gate.test', name: 'Ann' });
  const bob = await signIn(gate, { role: 'reviewer', email: 'bob@gate.test', name: 'Bob' });
  return { gate, upstream, ann, bob };
}

/** A mail held for a funding rumour, sent over SMTP. */
export async function hold(
  { gate, ann }: Pick<Desk, 'gate' | 'ann'>,
  address = 'low@rumour.example',
  mail: { text?: string; subject?: string; raw?: string } = {},
): Promise<QueueItem> {
  await addProspect(gate, address, {
    prospect: { name: `Person ${address}` },
    company: { funding_confidence: 'low' },
  });
  await gate.send({ to: address, text: RUMOUR, ...mail });
  const delivery = (await gate.deliveries()).find((d) => d.recipient === address)!;
  expect(delivery).toMatchObject({ state: 'held', hold_reason: 'low_confidence_funding' });
  return itemOf(ann, delivery.id);
}

export async function itemOf(person: SignedIn, id: string): Promise<QueueItem> {
  const { status, body } = await person.get(`/deliveries/${id}`);
  expect(status).toBe(200);
  return body.item;
}

export async function queue(person: SignedIn, query = ''): Promise<QueuePage> {
  const { status, body } = await person.get<QueuePage>(`/queue${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

export function act(person: SignedIn, id: string, name: string, body: object = {}) {
  return person.send('POST', `/deliveries/${id}/${name}`, body);
}

/** Opens a delivery at its present text. */
export async function open(person: SignedIn, id: string): Promise<void> {
  const { body } = await person.get(`/deliveries/${id}`);
  const { status } = await act(person, id, 'opened', { revision: body.mail.revision });
  expect(status).toBe(200);
}
