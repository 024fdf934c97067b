import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bodyDone, readBody } from '../../src/intake/http-body.ts';
import {
  attachedTo,
  editMail,
  openMail,
  parseMail,
  textOfHtml,
  textsOfMail,
} from '../../src/off-loop/mail.ts';
import type { Workers } from '../../src/off-loop/pool.ts';
import { judges } from '../../src/off-loop/shared-pool.ts';
import { LARGE_INPUT, Turns, VERY_LARGE_INPUT, inTurn, turns } from '../../src/off-loop/turns.ts';

/** Jobs that end when they are told to, and in which order they began. */
function jobs(memory: { isFull: boolean }, longestMs = 60_000) {
  const began: string[] = [];
  const line = new Turns({ isFull: () => memory.isFull, longestMs });
  const start = (name: string) => {
    let end = (): void => {};
    const done = line.run(() => {
      began.push(name);
      return new Promise<void>((resolve) => (end = resolve));
    });
    return { done, end: () => end() };
  };
  return { began, line, start };
}

/** All that can go on without anybody else has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => vi.restoreAllMocks());

describe('what a worker does with a large mail', () => {
  const raw = Buffer.alloc(LARGE_INPUT, 'x');
  it.each<[string, (workers: () => Workers) => Promise<unknown>]>([
    ['parsing', (workers) => parseMail(raw, workers)],
    ['showing', (workers) => openMail(raw, workers)],
    ['taking its texts', (workers) => textsOfMail(raw, workers)],
    ['editing', (workers) => editMail(raw, { text: 'New' }, workers)],
    ['taking attached mails out of it', (workers) => attachedTo(raw, workers)],
    ['rendering its HTML', (workers) => textOfHtml(raw.toString(), workers)],
  ])('%s is a large job', async (_, job) => {
    vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(400e6);
    let end = (): void => {};
    const other = turns.run(() => new Promise<void>((resolve) => (end = resolve)));
    let begun = false;
    const workers = {
      run: () => {
        begun = true;
        return Promise.reject(new Error('not done here'));
      },
    };
    const done = job(() => workers).catch((error: unknown) => String(error));
    await settled();
    expect(begun).toBe(false);
    end();
    await other;
    expect(await done).toContain('not done here');
    expect(begun).toBe(true);
  });
});

describe('before a very large job', () => {
  it.each([
    ['idle workers are ended while memory is short', VERY_LARGE_INPUT, 400e6, 1],
    ['they are kept while there is memory', VERY_LARGE_INPUT, 200e6, 0],
    ['they are kept for a smaller one', VERY_LARGE_INPUT - 1, 400e6, 0],
  ])('%s', async (_, size, rss, times) => {
    vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(rss);
    const ended = vi.spyOn(judges(), 'endIdle');
    await inTurn(size, async () => expect(ended).toHaveBeenCalledTimes(times));
  });

  it('is it a request, room is made once, while it is taken in', async () => {
    vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(400e6);
    const ended = vi.spyOn(judges(), 'endIdle');
    const body = async (bytes: number): Promise<void> => {
      const pieces = Array.from({ length: bytes / LARGE_INPUT }, () => Buffer.alloc(LARGE_INPUT));
      const request = Object.assign(Readable.from(pieces), { headers: {} }) as unknown as IncomingMessage;
      bodyDone(await readBody(request, { maxBytes: bytes, seconds: 5 }));
    };
    await body(VERY_LARGE_INPUT - LARGE_INPUT);
    expect(ended).not.toHaveBeenCalled();
    await body(2 * VERY_LARGE_INPUT);
    expect(ended).toHaveBeenCalledTimes(1);
  });
});

describe('large jobs', () => {
  it('go at once while there is memory', () => {
    const { began, start } = jobs({ isFull: false });
    start('first');
    start('second');
    expect(began).toEqual(['first', 'second']);
  });

  it('go one after another while there is none', async () => {
    const { began, start } = jobs({ isFull: true });
    const first = start('first');
    const second = start('second');
    start('third');
    await settled();
    expect(began).toEqual(['first']);
    first.end();
    await settled();
    expect(began).toEqual(['first', 'second']);
    second.end();
    await settled();
    expect(began).toEqual(['first', 'second', 'third']);
  });

  it('that waited all go when there is memory again', async () => {
    const memory = { isFull: true };
    const { began, start } = jobs(memory);
    const first = start('first');
    start('second');
    start('third');
    memory.isFull = false;
    first.end();
    await settled();
    expect(began).toEqual(['first', 'second', 'third']);
  });

  it('that fail let the next one go', async () => {
    const { began, line, start } = jobs({ isFull: true });
    const failed = line.run(async () => {
      await settled();
      throw new Error('too complex');
    });
    start('second');
    await expect(failed).rejects.toThrow('too complex');
    await settled();
    expect(began).toEqual(['second']);
  });

  it('wait for one that does not end only so long', async () => {
    const { began, start } = jobs({ isFull: true }, 5);
    start('first');
    start('second');
    await expect.poll(() => began).toEqual(['first', 'second']);
  });

  it('are waited for by nothing that is small', async () => {
    let end = (): void => {};
    const large = turns.run(() => new Promise<void>((resolve) => (end = resolve)));
    expect(await inTurn(LARGE_INPUT - 1, async () => 'done')).toBe('done');
    end();
    await large;
  });
});
