import { expect, test } from 'vitest';
import { together } from '../../src/store/together.ts';

const settled = (after: Promise<unknown>, end: () => unknown): Promise<unknown> => after.then(end);

test('results come in the order given, whichever was first', async () => {
  const late = Promise.resolve().then(() => Promise.resolve('late'));
  expect(await together([late, Promise.resolve('soon'), 'known'])).toEqual(['late', 'soon', 'known']);
});

test('the error that came first is thrown, and only when all are through', async () => {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let through = false;
  const result = together([
    settled(gate, () => {
      through = true;
      throw new Error('because of the other');
    }),
    Promise.reject(new Error('the reason')),
  ]);
  let thrown = false;
  result.catch(() => (thrown = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(thrown).toBe(false);
  open();
  await expect(result).rejects.toThrow('the reason');
  expect(through).toBe(true);
});
