import { describe, expect, test } from 'vitest';
import { CallQueue } from '../../../src/judge/adapter/call-queue.ts';

/** Work that ends when told to. */
function gate<T>(value: T): { work: () => Promise<T>; finish: () => void; begun: () => boolean } {
  let finish = (): void => {};
  let begun = false;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    finish,
    begun: () => begun,
    work: async () => {
      begun = true;
      await done;
      return value;
    },
  };
}

const noteFull: string[] = [];
const queueOf = (limit: number): CallQueue => new CallQueue(limit, (message) => noteFull.push(message));
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue of calls', () => {
  test('keeps calls until it is opened', async () => {
    const queue = queueOf(4);
    const one = gate(1);
    const answer = queue.add('classify', {}, one.work);
    expect(one.begun()).toBe(false);
    queue.open();
    one.finish();
    expect(await answer).toBe(1);
  });

  test('begins no explanation while a classification waits', async () => {
    const queue = queueOf(8);
    const explanation = gate('why');
    const verdicts = [gate(1), gate(2), gate(3)];
    const answers: Promise<unknown>[] = [queue.add('explain', {}, explanation.work)];
    for (const { work } of verdicts) answers.push(queue.add('classify', {}, work));
    queue.open();
    expect(verdicts[0].begun()).toBe(true);
    expect(explanation.begun()).toBe(false);
    verdicts[0].finish();
    await answers[1];
    await settle();
    expect(verdicts[2].begun()).toBe(true);
    expect(explanation.begun()).toBe(true);
    for (const { finish } of [explanation, ...verdicts]) finish();
    await Promise.all(answers);
  });

  test('hands over one classification to work on and one to lie ready', async () => {
    const queue = queueOf(8);
    queue.open();
    const gates = [gate(1), gate(2), gate(3)];
    const answers = gates.map(({ work }) => queue.add('classify', {}, work));
    expect(gates.map(({ begun }) => begun())).toEqual([true, true, false]);
    gates[0].finish();
    await answers[0];
    await settle();
    expect(gates[2].begun()).toBe(true);
    for (const { finish } of gates) finish();
    await Promise.all(answers);
  });

  test('refuses more than it has room for, and says so', async () => {
    const queue = queueOf(1);
    const first = queue.add('classify', {}, async () => 1);
    noteFull.length = 0;
    await expect(queue.add('classify', {}, async () => 2)).rejects.toMatchObject({ trouble: 'busy' });
    expect(noteFull).toEqual(['1 calls wait for the adapter already']);
    queue.open();
    expect(await first).toBe(1);
  });

  test('gives the place of an explanation to a classification', async () => {
    const queue = queueOf(1);
    const explanation = queue.add('explain', {}, async () => 'why');
    const verdict = queue.add('classify', {}, async () => 'PASS');
    await expect(explanation).rejects.toMatchObject({ trouble: 'busy' });
    queue.open();
    expect(await verdict).toBe('PASS');
  });

  test('refuses at the deadline what still waits, and what is worked on keeps its turn', async () => {
    const queue = queueOf(4);
    queue.open();
    const [slow, other, third] = [gate(1), gate(2), gate(3)];
    const deadline = Date.now() + 20;
    const late = queue.add('classify', { deadline }, slow.work);
    const fine = queue.add('classify', {}, other.work);
    const waiting = queue.add('classify', { deadline }, third.work);
    await expect(late).rejects.toThrow('before the deadline');
    await expect(waiting).rejects.toThrow('before the deadline');
    slow.finish();
    other.finish();
    expect(await fine).toBe(2);
    await queue.idle();
    expect(third.begun()).toBe(false);
  });
});
