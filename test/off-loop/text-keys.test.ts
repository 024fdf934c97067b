import { afterAll, describe, expect, it } from 'vitest';
import { textKeys } from '../../src/insight/draft-text.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { newText } from '../../src/message/new-text.ts';
import { segmentsOf } from '../../src/message/segments.ts';
import { JobLimitError } from '../../src/off-loop/job-limit-error.ts';
import { SHORT_TEXT_CHARS, WORKER_LIMITS } from '../../src/off-loop/limits.ts';
import { WorkerPool } from '../../src/off-loop/pool.ts';
import { textKeysOf } from '../../src/off-loop/text-keys.ts';

const pool = new WorkerPool({ size: 1, ...WORKER_LIMITS, cpuMs: 60_000, wallMs: 60_000 });
afterAll(() => pool.close());

const body = 'We help teams such as yours at blue river to ship what they planned for the year. '.repeat(80);
const draft = { ...KNOWN_MAIL.draft, body, segments: segmentsOf(body, []) };
const records = [{ ...KNOWN_MAIL.prospect, company: 'Blue River' }];

describe('the keys of a long text', () => {
  it('are what the event loop would make of it', async () => {
    expect(newText(draft).length).toBeGreaterThan(SHORT_TEXT_CHARS);
    const keys = await textKeysOf(draft, records, () => pool);
    expect(keys).toEqual(textKeys(newText(draft), records));
    expect(keys.template_key).not.toBeNull();
    expect(keys.template_key).not.toBe((await textKeysOf(draft, [], () => pool)).template_key);
  });

  it('are none beyond a worker’s limits', async () => {
    const workers = { run: () => Promise.reject(new JobLimitError('took more than 5 seconds')) };
    expect(await textKeysOf(draft, records, () => workers)).toEqual({ text_key: null, template_key: null });
  });
});
