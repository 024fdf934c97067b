import { type Job, perform } from './monitors-jobs.ts';

/** A process that performs its share of the jobs and tells each result. */
process.once('message', (share: Job[]) => void performAll(share));

async function performAll(share: readonly Job[]): Promise<void> {
  for (const job of share) {
    const told = { job, result: perform(job) };
    await new Promise<void>((resolve) => process.send!(told, undefined, undefined, () => resolve()));
  }
  process.disconnect();
}
