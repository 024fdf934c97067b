import { expect, test } from 'vitest';
import { Turns } from '../../../src/judge/adapter/turns.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one piece of work runs at a time, in order', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await settle();
    log.push(`${name} ends`);
  };
  await Promise.all([turns.urgent(work('a')), turns.urgent(work('b'))]);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('spare work lets what is urgent in between its steps', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const spare = (async () => {
    for (const step of [1, 2, 3]) {
      await turns.spare(async () => {
        log.push(`step ${step}`);
        if (step === 1) urgent = turns.urgent(async () => void log.push('urgent'));
      });
    }
  })();
  let urgent: Promise<void> | undefined;
  await spare;
  await urgent;
  expect(log).toEqual(['step 1', 'urgent', 'step 2', 'step 3']);
});

test('work that fails does not hold up the next', async () => {
  const turns = new Turns();
  await expect(turns.urgent(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turns.spare(async () => 'went on')).toBe('went on');
});
