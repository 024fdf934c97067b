import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listOutbox, Outbox } from '../../src/delivery/outbox.ts';
import { job, MAIL } from './setup.ts';

function folder(): string {
  return join(mkdtempSync(join(tmpdir(), 'presend-outbox-')), 'outbox');
}

describe('the outbox', () => {
  it('keeps the bytes and who they were for', async () => {
    const dir = folder();
    const result = await new Outbox(dir, () => Date.UTC(2026, 2, 1, 8)).attempt(job({ deliveryId: 'D1' }));
    expect(result).toEqual({ outcome: 'delivered', upstream: 'outbox', response: 'kept as D1.eml' });
    expect(readFileSync(join(dir, 'D1.eml'))).toEqual(MAIL);
    expect(await listOutbox(dir)).toEqual([
      {
        deliveryId: 'D1',
        from: 'a@engine.example',
        to: 'b@prospect.example',
        time: '2026-03-01T08:00:00.000Z',
        size: MAIL.length,
      },
    ]);
  });

  it('asks before the mail is there, and keeps nothing after a no or an error', async () => {
    const dir = folder();
    const outbox = new Outbox(dir, () => 0);
    const refused = await outbox.attempt(
      job({}, async () => {
        expect(await listOutbox(dir)).toEqual([]);
        return false;
      }),
    );
    expect(refused.outcome).toBe('aborted');
    const failed = await outbox.attempt(
      job({}, async () => {
        throw new Error('disk full');
      }),
    );
    expect(failed).toMatchObject({
      outcome: 'aborted',
      response: 'the attempt could not be recorded: disk full',
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('keeps one mail however often a delivery is attempted', async () => {
    const dir = folder();
    let time = 0;
    const outbox = new Outbox(dir, () => (time += 1000));
    for (const deliveryId of ['D2', 'D1', 'D2']) await outbox.attempt(job({ deliveryId }));
    expect((await listOutbox(dir)).map((entry) => entry.deliveryId)).toEqual(['D1', 'D2']);
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is temporary when the folder cannot be written, and asks nobody', async () => {
    const dir = folder();
    writeFileSync(dir, 'a file where the folder should be');
    const attempt = job();
    expect((await new Outbox(dir, () => 0).attempt(attempt)).outcome).toBe('temporary');
    expect(attempt.asked).toBe(0);
  });

  it('writes nowhere else', async () => {
    const dir = folder();
    const attempt = job({ deliveryId: '../../escape' });
    expect((await new Outbox(dir, () => 0).attempt(attempt)).outcome).toBe('permanent');
    expect(attempt.asked).toBe(0);
  });

  it('is empty before the first mail', async () => {
    expect(await listOutbox(folder())).toEqual([]);
  });
});
