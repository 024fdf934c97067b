import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { HandOver } from '../../src/delivery/hand-over.ts';
import type { Stage } from '../support/smtp-upstream.ts';
import { job, MAIL, relayTo, startUpstream } from './setup.ts';

/** More than the socket buffers of both sides of a loopback connection hold. */
const LARGE = Buffer.from(`Subject: large\r\n\r\n${`${'0123456789abcdef'.repeat(32)}\r\n`.repeat(40_000)}`);

describe('the durable hand-over', () => {
  it('asks once, when all but the last byte is at the upstream, and delivers after a yes', async () => {
    const upstream = await startUpstream();
    const attempt = job({}, async () => {
      // The server's parser keeps four bytes back.
      await vi.waitFor(() => expect(upstream.arriving).toBe(MAIL.length - 1 - 4));
      expect(upstream.received).toHaveLength(0);
      return true;
    });
    const result = await relayTo(upstream.port).attempt(attempt);
    expect(result).toMatchObject({ outcome: 'delivered', upstream: 'main', status: '2.0.0' });
    expect(result.response).toBe('250 2.0.0 queued as 1');
    expect(attempt.asked).toBe(1);
    expect(upstream.received.map((mail) => mail.raw)).toEqual([MAIL]);
  });

  it('asks only after a large message has left the process, however slow the upstream reads', async () => {
    const upstream = await startUpstream();
    upstream.script.body = { delayMs: 200, times: 1 };
    let arrivedWhenAsked = 0;
    const attempt = job({ raw: LARGE }, async () => {
      arrivedWhenAsked = upstream.arriving;
      return true;
    });
    expect(await relayTo(upstream.port).attempt(attempt)).toMatchObject({ outcome: 'delivered' });
    // What is missing is in the kernel's buffers, and those are smaller than the message.
    expect(arrivedWhenAsked).toBeGreaterThan(1_000_000);
    expect(upstream.last.raw.equals(LARGE)).toBe(true);
  });

  it.each<Stage>([
    'connect',
    'mail',
    'rcpt',
    'data',
    'body',
  ])('is never asked when the upstream cuts at %s, and the failure is temporary', async (stage) => {
    const upstream = await startUpstream();
    upstream.script[stage] = { cut: true };
    const attempt = job({ raw: LARGE });
    const result = await relayTo(upstream.port).attempt(attempt);
    expect(result.outcome).toBe('temporary');
    expect(attempt.asked).toBe(0);
    await upstream.close();
    expect(upstream.received).toHaveLength(0);
  });

  it('is lost when the upstream cuts after the whole message without an answer', async () => {
    const upstream = await startUpstream();
    upstream.script.end = { cut: true };
    const attempt = job();
    const result = await relayTo(upstream.port).attempt(attempt);
    expect(result.outcome).toBe('lost');
    expect(attempt.asked).toBe(1);
  });

  it('is lost when no answer comes in time', async () => {
    const upstream = await startUpstream();
    upstream.script.end = { stall: true };
    const result = await relayTo(upstream.port, { answer_seconds: 0.2 }).attempt(job());
    expect(result.outcome).toBe('lost');
  });

  it('is lost when the answer only drips', async () => {
    const upstream = await startUpstream();
    upstream.script.end = { dripMs: 20 };
    const result = await relayTo(upstream.port, { answer_seconds: 0.3, idle_seconds: 0.2 }).attempt(job());
    expect(result.outcome).toBe('lost');
  });

  it('waits for the answer longer than for other replies', async () => {
    const upstream = await startUpstream();
    upstream.script.end = { delayMs: 400 };
    const result = await relayTo(upstream.port, { idle_seconds: 0.15 }).attempt(job());
    expect(result.outcome).toBe('delivered');
  });

  it.each([
    ['a no', async () => false],
    [
      'an error',
      async () => {
        throw new Error('disk full');
      },
    ],
  ])('leaves nothing accepted after %s', async (_name, allow) => {
    const upstream = await startUpstream();
    const attempt = job({}, allow);
    const result = await relayTo(upstream.port).attempt(attempt);
    expect(result.outcome).toBe('aborted');
    expect(attempt.asked).toBe(1);
    await upstream.close();
    expect(upstream.received).toHaveLength(0);
  });

  it.each([0, 1, 2])('holds for a message of %i bytes', async (length) => {
    const upstream = await startUpstream();
    const refused = job({ raw: Buffer.from('xy'.slice(0, length)) }, async () => false);
    const relay = relayTo(upstream.port);
    expect((await relay.attempt(refused)).outcome).toBe('aborted');
    const sent = job({ raw: Buffer.from('xy'.slice(0, length)) });
    expect((await relay.attempt(sent)).outcome).toBe('delivered');
    expect(upstream.received.map((mail) => mail.raw.toString())).toEqual([`${'xy'.slice(0, length)}\r\n`]);
  });

  it('gives a clear answer where the upstream refuses the whole message', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port);
    upstream.script.end = { reply: '554 5.7.1 looks like spam' };
    expect(await relay.attempt(job())).toMatchObject({
      outcome: 'permanent',
      response: '554 5.7.1 looks like spam',
      status: '5.7.1',
    });
    upstream.script.end = { reply: '451 4.3.0 try later' };
    expect(await relay.attempt(job())).toMatchObject({ outcome: 'temporary', status: '4.3.0' });
    upstream.script.end = { reply: '421 4.3.2 going down' };
    expect(await relay.attempt(job())).toMatchObject({ outcome: 'temporary', status: '4.3.2' });
    expect(upstream.received).toHaveLength(0);
  });

  it('never ends a message that was refused while it was still being written', async () => {
    const upstream = await startUpstream();
    upstream.script.body = { reply: '552 5.3.4 too much' };
    // Held at the last byte, so that the early refusal is there before the end is.
    const attempt = job({}, async () => {
      await vi.waitFor(() => expect(upstream.open).toBe(0));
      return true;
    });
    const result = relayTo(upstream.port).attempt(attempt);
    expect(await result).toMatchObject({ outcome: 'permanent', status: '5.3.4' });
    await upstream.close();
    expect(upstream.received).toHaveLength(0);
  });

  it('does not take a 250 for an answer before the message ended', async () => {
    const upstream = await startUpstream();
    upstream.script.body = { reply: '250 2.0.0 fine' };
    const attempt = job({}, async () => {
      await vi.waitFor(() => expect(upstream.open).toBe(0));
      return true;
    });
    expect((await relayTo(upstream.port).attempt(attempt)).outcome).toBe('temporary');
    expect(upstream.received).toHaveLength(0);
  });

  it('is reported only after the answer to the question, when the connection breaks meanwhile', async () => {
    const upstream = await startUpstream();
    let answered = false;
    const attempt = job({}, async () => {
      await upstream.cutAll();
      await new Promise((resolve) => setTimeout(resolve, 50));
      answered = true;
      return true;
    });
    const result = await relayTo(upstream.port).attempt(attempt);
    expect(answered).toBe(true);
    // The last byte never left, so this is certain.
    expect(result.outcome).toBe('temporary');
  });
});

describe('the body stream', () => {
  function follow(flushed: () => Promise<void>) {
    const steps: string[] = [];
    const body = new HandOver(
      Buffer.from('abc'),
      () => {
        steps.push('flush');
        return flushed();
      },
      async () => {
        steps.push('ask');
        return true;
      },
    );
    const sink = new PassThrough();
    sink.on('data', (chunk) => steps.push(String(chunk)));
    body.pipe(sink);
    return { steps, body, sink };
  }

  it('gives all but the last byte, waits until that has left, asks, and gives the rest', async () => {
    let left: () => void = () => {};
    const { steps, body, sink } = follow(() => new Promise((resolve) => (left = resolve)));
    await vi.waitFor(() => expect(steps).toEqual(['ab', 'flush']));
    expect(body.handedOver).toBe(false);
    const ended = new Promise((resolve) => sink.once('end', resolve));
    left();
    await ended;
    expect(steps).toEqual(['ab', 'flush', 'ask', 'c']);
    expect(body.handedOver).toBe(true);
  });

  it('asks nobody when it was cut before', async () => {
    let left: () => void = () => {};
    const { steps, body } = follow(() => new Promise((resolve) => (left = resolve)));
    await vi.waitFor(() => expect(steps).toEqual(['ab', 'flush']));
    body.destroy();
    left();
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toEqual(['ab', 'flush']);
    expect(body.handedOver).toBe(false);
  });
});
