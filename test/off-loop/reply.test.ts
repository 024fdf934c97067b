import { afterAll, describe, expect, it } from 'vitest';
import { readReply } from '../../src/feedback/read-reply.ts';
import { JobLimitError } from '../../src/off-loop/job-limit-error.ts';
import { SHORT_TEXT_CHARS, WORKER_LIMITS } from '../../src/off-loop/limits.ts';
import { WorkerPool } from '../../src/off-loop/pool.ts';
import { readLongReply } from '../../src/off-loop/reply.ts';

const pool = new WorkerPool({ size: 1, ...WORKER_LIMITS });
afterAll(() => pool.close());

const LONG = `Please take Acme off your list.\n\n${'We have no plans for this year. '.repeat(200)}`;

describe('a long reply', () => {
  it('is understood by a worker as it would be by the event loop', async () => {
    expect(LONG.length).toBeGreaterThan(SHORT_TEXT_CHARS);
    const read = await readLongReply(LONG, ['Acme'], () => pool);
    expect(read).toEqual(readReply(LONG, ['Acme']));
    expect(read.optOut).toMatchObject({ scope: 'company' });
  });

  it('that is beyond a limit may be an opt-out, so that a person reads it', async () => {
    const workers = { run: () => Promise.reject(new JobLimitError('took more than 5 seconds')) };
    const read = await readLongReply(LONG, [], () => workers);
    expect(read.optOut).toBeNull();
    expect(read.doubt).toMatch(/too complex to read: reading it took more than 5 seconds/);
    expect(read.text).toMatch(/^Please take Acme off your list\./);
  });

  it('is kept waiting by gate trouble, and not taken for something else', async () => {
    const workers = { run: () => Promise.reject(new Error('no worker can be started')) };
    await expect(readLongReply(LONG, [], () => workers)).rejects.toThrow('no worker can be started');
  });
});
