import { expect, test } from 'vitest';
import {
  DAY,
  HOUR,
  MINUTE,
  aRound,
  hold,
  notifications,
  startNotifying,
  untilTold,
  waitForTen,
} from './setup.ts';

/** The UTC time of day in an hour or so; the tests' clock starts now. */
function timeIn(ms: number): string {
  return new Date(Date.now() + ms).toISOString().slice(11, 16);
}

test('a digest tells what is held and due, what was decided, and where the judge was wrong', async () => {
  const { gate, upstream } = await startNotifying({
    email: ['ann@reviewer.example'],
    about: [],
    digest: { at: '12:00' },
  });
  // What is decided two hours before a digest was not decided yesterday for the next one, when midnight lies between.
  waitForTen(gate);
  const [one, two] = [await hold(gate, 'one@rumour.example'), await hold(gate, 'two@rumour.example')];
  await hold(gate, 'three@rumour.example');
  await gate.app.review.reject(one.id, { actor: 'ben', label: 'right', reason: 'no' });
  upstream.script = { mail: { reply: '451 4.3.0 later', times: 1 } };
  await gate.app.review.release(two.id, { actor: 'ben', label: 'wrong' });
  gate.app.wake();
  await gate.until((ds) => ds.some(({ state }) => state === 'deferred'), 'deferred');
  await gate.until((ds) => ds.some(({ state }) => state === 'relayed'), 'relayed');

  gate.advance(2 * HOUR + MINUTE);
  await untilTold(upstream, 1);
  // Its answer is heard before the clock moves on, or it would be a lost one.
  await gate.until((ds) => ds.every(({ state }) => state !== 'relaying'), 'the first digest relayed');
  gate.advance(DAY);
  const mails = await untilTold(upstream, 2);
  const text = mails.at(-1)!.text;
  expect(mails.at(-1)!.subject).toMatch(/: daily digest$/);
  expect(text).toContain('1 mail held now');
  expect(text).toContain('- by age: 1 1 to 3 d');
  expect(text).toContain('1 for funding stated with low confidence, the oldest since 26 h');
  expect(text).toContain('2 decisions yesterday');
  expect(text).toContain('- 1 released');
  expect(text).toContain('- 1 rejected');
  expect(text).toContain('Was the judge right? 1 right, 1 wrong');
  expect(text).toContain('The judge was wrong 1 time, reviewers said yesterday');
  expect(text).toContain('two@rumour.example');
  expect(text).not.toContain('queued as 1');
  expect(text).toMatch(/Upstreams had trouble since yesterday\n- provider: 1 attempt put off by it/);

  await gate.until((ds) => ds.every(({ state }) => state !== 'relaying'), 'the second digest relayed');
  gate.advance(12 * DAY);
  const due = (await untilTold(upstream, 3)).at(-1)!.text;
  expect(due).toContain('1 held mail due within 24 hours, and then not sent');
  expect(due).toContain('three@rumour.example');
}, 60_000);

test('a digest with nothing to say is sent to who wants it, and to nobody else', async () => {
  const silent = await startNotifying({ email: ['ann@reviewer.example'], digest: { at: timeIn(HOUR) } });
  silent.gate.advance(25 * HOUR);
  await aRound(silent.gate);
  expect(await notifications(silent.upstream)).toHaveLength(0);

  const wanted = await startNotifying({
    email: ['ann@reviewer.example'],
    digest: { at: timeIn(HOUR), empty: true },
  });
  wanted.gate.advance(25 * HOUR);
  const [mail] = await untilTold(wanted.upstream, 1);
  expect(mail.text).toContain('Nothing is held, nothing is due and nothing was decided yesterday');
  await aRound(wanted.gate);
  expect(await notifications(wanted.upstream)).toHaveLength(1);
});
