import { afterAll, describe, expect, it } from 'vitest';
import { cluesOf } from '../../src/judge/clues.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { segmentsOf } from '../../src/message/segments.ts';
import { findClues } from '../../src/off-loop/clues.ts';
import { JobLimitError } from '../../src/off-loop/job-limit-error.ts';
import { SHORT_TEXT_CHARS, WORKER_LIMITS } from '../../src/off-loop/limits.ts';
import { WorkerPool } from '../../src/off-loop/pool.ts';

const pool = new WorkerPool({ size: 1, ...WORKER_LIMITS, cpuMs: 60_000, wallMs: 60_000 });
afterAll(() => pool.close());

const body = 'As I wrote to Jane Roe at Acme Instruments, we help teams such as yours. '.repeat(80);
const draft = { ...KNOWN_MAIL.draft, body, segments: segmentsOf(body, []) };

describe('what the CRM mirror is asked about a long draft', () => {
  it('is what the event loop would ask', async () => {
    expect(body.length).toBeGreaterThan(SHORT_TEXT_CHARS);
    const found = await findClues(draft, () => pool);
    expect(found).toEqual({ ...cluesOf(draft), trouble: [] });
    expect(found.names).toContain('Acme Instruments');
    expect(found.fingerprints.length).toBeGreaterThan(0);
  });

  it('is nothing beyond a worker’s limits, and the mail is held for it', async () => {
    const workers = { run: () => Promise.reject(new JobLimitError('took more than 5 seconds')) };
    expect(await findClues(draft, () => workers)).toEqual({
      names: [],
      fingerprints: [],
      trouble: [{ kind: 'too_complex', detail: 'judging it took more than 5 seconds' }],
    });
  });
});
