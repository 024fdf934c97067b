import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Couriers } from '../../src/delivery/couriers.ts';
import { listOutbox } from '../../src/delivery/outbox.ts';
import type { SmtpUpstream, Stage } from '../support/smtp-upstream.ts';
import { job, startUpstream, upstreamAt } from './setup.ts';

const outboxDir = mkdtempSync(join(tmpdir(), 'presend-couriers-'));

function couriersTo(...upstreams: [string, SmtpUpstream][]): Couriers {
  const couriers = new Couriers(
    upstreams.map(([name, { port }]) => upstreamAt(port, { name, idle_seconds: 2 })),
    { outboxDir, now: () => Date.UTC(2026, 0, 2) },
  );
  onTestFinished(() => couriers.close());
  return couriers;
}

describe('the next upstream', () => {
  it.each<[Stage, object]>([
    ['connect', { cut: true }],
    ['connect', { reply: '554 5.7.1 not from you' }],
    ['mail', { reply: '451 4.7.0 later' }],
    ['rcpt', { reply: '450 4.2.1 greylisted' }],
    ['rcpt', { cut: true }],
    ['data', { reply: '451 4.3.0 later' }],
  ])('gets the mail after trouble at %s: %j', async (stage, act) => {
    const first = await startUpstream();
    const second = await startUpstream();
    first.script[stage] = act;
    const attempt = job();
    const result = await couriersTo(['first', first], ['second', second]).for([]).attempt(attempt);
    expect(result).toMatchObject({ outcome: 'delivered', upstream: 'second' });
    expect(attempt.asked).toBe(1);
    expect(first.received).toHaveLength(0);
    expect(second.received).toHaveLength(1);
  });

  it.each<[Stage, object, string]>([
    ['rcpt', { reply: '550 5.1.1 no such user' }, 'permanent'],
    ['end', { reply: '451 4.3.0 later' }, 'temporary'],
    ['end', { reply: '554 5.7.1 spam' }, 'permanent'],
    ['end', { cut: true }, 'lost'],
  ])('is not tried after %s: %j, which is %s', async (stage, act, outcome) => {
    const first = await startUpstream();
    const second = await startUpstream();
    first.script[stage] = act;
    const result = await couriersTo(['first', first], ['second', second]).for([]).attempt(job());
    expect(result).toMatchObject({ outcome, upstream: 'first' });
    expect(second.connections).toBe(0);
  });

  it('is not tried after a no to the hand-over', async () => {
    const first = await startUpstream();
    const second = await startUpstream();
    const attempt = job({}, async () => false);
    const result = await couriersTo(['first', first], ['second', second]).for([]).attempt(attempt);
    expect(result).toMatchObject({ outcome: 'aborted', upstream: 'first' });
    expect(second.connections).toBe(0);
  });

  it('gets a mail that the first one lacks an extension for', async () => {
    const first = await startUpstream({ hide: ['SMTPUTF8'] });
    const second = await startUpstream();
    const mail = job({ to: 'jörg@prospect.example' });
    const couriers = couriersTo(['first', first], ['second', second]);
    expect(await couriers.for([]).attempt(mail)).toMatchObject({ outcome: 'delivered', upstream: 'second' });
    expect(await couriers.for(['first']).attempt(mail)).toMatchObject({
      outcome: 'permanent',
      upstream: 'first',
    });
    second.script.connect = { cut: true };
    await second.cutAll();
    // The second may be back later, so it is not final.
    expect(await couriers.for([]).attempt(mail)).toMatchObject({ outcome: 'temporary' });
  });
});

describe('the couriers', () => {
  it("go by the engine's own order", async () => {
    const first = await startUpstream();
    const second = await startUpstream();
    const couriers = couriersTo(['first', first], ['second', second]);
    expect(await couriers.for(['second', 'first']).attempt(job())).toMatchObject({ upstream: 'second' });
    expect(first.connections).toBe(0);
  });

  it('share connections among deliveries', async () => {
    const first = await startUpstream();
    const couriers = couriersTo(['first', first]);
    await couriers.for([]).attempt(job());
    await couriers.for(['first']).attempt(job());
    expect(first.connections).toBe(1);
  });

  it('keep the mail waiting when an upstream is not configured', async () => {
    const first = await startUpstream();
    const result = await couriersTo(['first', first]).for(['gone']).attempt(job());
    expect(result).toMatchObject({
      outcome: 'temporary',
      upstream: 'gone',
      response: 'upstream gone is not configured',
    });
    expect(first.connections).toBe(0);
  });

  it('capture everything when no upstream is configured', async () => {
    const result = await couriersTo().for([]).attempt(job());
    expect(result).toMatchObject({ outcome: 'delivered', upstream: 'outbox' });
    expect(await listOutbox(outboxDir)).toHaveLength(1);
  });
});
