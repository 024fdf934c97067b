import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cpuTimeOf } from '../../src/off-loop/cpu-time.ts';
import { JobLimitError } from '../../src/off-loop/job-limit-error.ts';
import { type PoolOptions, WorkerPool } from '../../src/off-loop/pool.ts';
import { startPoisonWorker } from '../support/poison-worker.ts';

function poolOf(options: Partial<PoolOptions> = {}) {
  let started = 0;
  const pool = new WorkerPool({
    size: 1,
    cpuMs: 60_000,
    wallMs: 60_000,
    heapMb: 32,
    grownMb: 1_000,
    idleMs: 60_000,
    start: (heapMb) => {
      started += 1;
      return startPoisonWorker(heapMb);
    },
    ...options,
  });
  onTestFinished(() => pool.close());
  return {
    pool,
    started: () => started,
    run: async (word: string): Promise<unknown> => pool.run('parse', Buffer.from(word)),
  };
}

const tellsCpu = cpuTimeOf('self/task/' + process.pid) !== null;

describe('a pool of workers', () => {
  it('gives back what the worker answers, whatever comes between', async () => {
    const { run, started } = poolOf();
    expect(await Promise.all(['a', 'b', 'c'].map(run))).toEqual(['a', 'b', 'c']);
    expect(started()).toBe(1);
  });

  it('starts no worker before there is work, and no more than there is work for', async () => {
    const { run, started } = poolOf({ size: 4 });
    expect(started()).toBe(0);
    await run('a');
    await run('b');
    expect(started()).toBe(1);
  });

  it('is free for more until all of its workers have been at one job for long', async () => {
    const { pool, run } = poolOf();
    expect(pool.isFree(0)).toBe(true);
    await run('a');
    expect(pool.isFree(0)).toBe(true);
    const job = run('b');
    expect(pool.isFree(60_000)).toBe(true);
    expect(pool.isFree(0)).toBe(false);
    await job;
  });

  it.skipIf(!tellsCpu)(
    'ends a job that uses too much processor time, and does the jobs behind it',
    async () => {
      const { run, started } = poolOf({ cpuMs: 300 });
      const looping = run('loop');
      const behind = run('behind');
      await expect(looping).rejects.toThrow(
        new JobLimitError('took more than 0.3 seconds of processor time'),
      );
      expect(await behind).toBe('behind');
      expect(started()).toBe(2);
    },
  );

  it('ends a job that takes too long by the clock, even inside an expression that backtracks', async () => {
    const { run } = poolOf({ wallMs: 1000 });
    const [backtracking, behind] = [run('backtrack'), run('behind')];
    await expect(backtracking).rejects.toThrow(new JobLimitError('took more than 1 seconds'));
    expect(await behind).toBe('behind');
  });

  it('counts a job’s time from its own start, not from when it joined the line', async () => {
    const { run } = poolOf({ wallMs: 1000 });
    const results = await Promise.allSettled(['wait', 'wait', 'last'].map(run));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('ends a job that needs too much memory, and the process lives on', async () => {
    const { run } = poolOf();
    const [filling, behind] = [run('fill'), run('behind')];
    await expect(filling).rejects.toThrow(new JobLimitError('needed more than 32 MiB of memory'));
    expect(await behind).toBe('behind');
  });

  it.each(['exit', 'throw'])('a job that ends its worker (%s) fails alone', async (word) => {
    const { run } = poolOf();
    const [deadly, behind] = [run(word), run('behind')];
    await expect(deadly).rejects.toThrow(JobLimitError);
    await expect(deadly).rejects.toThrow(/^ended the worker/);
    expect(await behind).toBe('behind');
  });

  it('a job that fails leaves its worker in its place', async () => {
    const { run, started } = poolOf();
    await expect(run('fail')).rejects.toThrow('it failed');
    expect(await run('next')).toBe('next');
    expect(started()).toBe(1);
  });

  it('two workers: one job that never ends does not stop the others', async () => {
    const { run } = poolOf({ size: 2 });
    const never = run('wait');
    expect(await Promise.all(['a', 'b', 'c'].map(run))).toEqual(['a', 'b', 'c']);
    expect(await Promise.race([never, run('d')])).toBe('d');
    never.catch(() => {});
  });

  it('ends an idle worker, and starts another when there is work again', async () => {
    const { run, started } = poolOf({ idleMs: 20 });
    await run('a');
    await expect.poll(async () => (await run('b'), await delay(60), started())).toBeGreaterThan(1);
  });

  it('ends a worker that has grown, after its answer, and takes another for the next job', async () => {
    const { run, started } = poolOf({ grownMb: 0 });
    expect(await run('a')).toBe('a');
    expect(await run('b')).toBe('b');
    expect(started()).toBe(2);
  });

  it('ends workers that have nothing to do when it is asked to, and none at work', async () => {
    const { pool, run, started } = poolOf({ size: 2 });
    const never = run('wait');
    never.catch(() => {});
    await run('a');
    pool.endIdle();
    expect(await run('b')).toBe('b');
    expect(started()).toBe(3);
    expect(await Promise.race([never, run('c')])).toBe('c');
  });

  it('fails what waits for a worker that cannot be started, and tries again for the next', async () => {
    let broken = true;
    const { run } = poolOf({
      start: (heapMb) =>
        broken
          ? new Worker(new URL('data:text/javascript,throw new Error("no such module")'))
          : startPoisonWorker(heapMb),
    });
    await expect(run('a')).rejects.toThrow('no such module');
    await expect(run('b')).rejects.not.toBeInstanceOf(JobLimitError);
    broken = false;
    expect(await run('c')).toBe('c');
  });

  it('fails what waits or is at work when it is closed', async () => {
    const { pool, run } = poolOf();
    const jobs = [run('wait'), run('behind')];
    const settled = Promise.allSettled(jobs);
    await pool.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('gives buffers away instead of copying them', async () => {
    const { pool } = poolOf();
    const bytes = new Uint8Array(Buffer.from('given'));
    await pool.run('parse', bytes, [bytes.buffer]);
    expect(bytes.byteLength).toBe(0);
  });
});

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
