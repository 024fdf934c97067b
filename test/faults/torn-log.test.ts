import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { startGate } from '../support/gate.ts';
import { EARLIER, FRAME, HEAD, TornLog, holding } from './torn-log.ts';

/** Bytes of the last transaction that are tried here: each head, the frame that commits, and some of every page. */
function* sampled({ before, after }: TornLog): Generator<number> {
  for (let frame = before; frame < after; frame += FRAME) {
    for (let at = 0; at < FRAME; at += at < HEAD ? 1 : frame + FRAME === after ? 8 : 128) yield frame + at;
  }
}

test('a log cut within its last transaction holds all earlier ones, and that one not at all', async () => {
  const torn = await TornLog.make();
  expect((torn.after - torn.before) % FRAME).toBe(0);
  expect(torn.after - torn.before).toBeGreaterThan(5 * FRAME);
  expect(torn.look(true)).toEqual(holding(EARLIER + 1));
  const cuts = [...sampled(torn)].toReversed();
  expect(cuts.length).toBeGreaterThan(500);
  for (const [i, length] of [torn.after - 1, ...cuts].entries()) {
    torn.cut(length);
    const found = torn.look(i % 100 === 0);
    if (!isDeepStrictEqual(found, holding(EARLIER))) expect({ length, ...found }).toEqual(holding(EARLIER));
  }
  torn.close();
}, 180_000);

test('a flipped bit within the last transaction drops that one and nothing else', async () => {
  const torn = await TornLog.make();
  for (const [i, at] of [...sampled(torn)].entries()) {
    torn.flip(at);
    const found = torn.look(i % 100 === 0);
    torn.flip(at);
    if (!isDeepStrictEqual(found, holding(EARLIER))) expect({ at, ...found }).toEqual(holding(EARLIER));
  }
  expect(torn.look(true)).toEqual(holding(EARLIER + 1));
  torn.close();
}, 180_000);

test.each([
  ['in the head of its first frame', ({ before }: TornLog) => before + 10, EARLIER],
  ['one byte before its end', ({ after }: TornLog) => after - 1, EARLIER],
  ['at its end', ({ after }: TornLog) => after, EARLIER + 1],
])('a gate starts on a log whose last transaction is cut %s, and goes on with what is there', async (_where, length, messages) => {
  const torn = await TornLog.make();
  torn.cut(length(torn));
  torn.close();
  const gate = await startGate({ dataDir: torn.folder, keepEngines: true });
  expect(await gate.app.database.db.selectFrom('messages').select('id').execute()).toHaveLength(messages);
  // Judged like any other: nobody knows these recipients, so they are held.
  const deliveries = await gate.until((found) => found.every(({ state }) => state === 'held'), 'all held');
  expect(deliveries.filter(({ kind }) => kind === 'mail')).toHaveLength(2 * messages);
});
