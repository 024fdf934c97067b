import { expect, test } from 'vitest';
import { createAnswer } from '../../src/intake/answer.ts';
import { OutcomeBoard } from '../../src/queue/outcomes.ts';
import type { Database } from '../../src/store/database.ts';

test('that a client was answered early is known although the disk does not note it, until the verdict is told', async () => {
  const board = new OutcomeBoard();
  const full = {
    transact: () =>
      Promise.reject(Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })),
  } as unknown as Database;
  const answer = createAnswer({ database: full, board, waitMs: 1, announce: () => {} });
  const accepted = { id: 'm1', duplicate: false, deliveries: [] };
  await expect(answer(accepted as never, 'sync')).rejects.toThrow('full');
  expect(board.answeredEarly('m1')).toBe(true);
  expect(board.answeredEarly('m2')).toBe(false);
  board.publish('m1', []);
  expect(board.answeredEarly('m1')).toBe(false);
});
