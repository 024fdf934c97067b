import { describe, expect, test, vi } from 'vitest';
import { AdapterError } from '../../src/judge/adapter/adapter.ts';
import { AdapterJudge, type AdapterMode } from '../../src/judge/adapter-judge.ts';
import { adapterMode } from '../../src/judge/adapter-mode.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { FakeAdapter, type Script, modelOf } from '../support/fake-adapter.ts';
import { prospectWith } from './rule-input.ts';

const PATIENCE = { timeout: 10_000 };
const INPUT = {
  ...KNOWN_MAIL,
  prospect: prospectWith(),
  draft: { ...KNOWN_MAIL.draft, body: 'the mail itself' },
};

/** A loaded adapter behind the judge, with a clock and a log of the test's own. */
async function loaded(script: Script, concurrency = 1, barred: () => string | null = () => null) {
  const adapter = new FakeAdapter(script);
  const clock = { at: 0 };
  const said: string[] = [];
  const results: string[] = [];
  const answers: string[] = [];
  let ready = 0;
  const judge = new AdapterJudge({
    model: modelOf(adapter, { concurrency }),
    mode: () => 'active',
    now: () => clock.at,
    log: { info: (text) => said.push(text), error: (text) => said.push(`error: ${text}`) },
    onCall: (result) => results.push(result),
    onAnswer: (result) => answers.push(result),
    barred,
    onReady: () => (ready += 1),
  });
  await judge.load();
  return { adapter, judge, clock, said, results, answers, ready: () => ready };
}

describe('asking the adapter', () => {
  test('is possible once it is loaded, and its callers are told of that', async () => {
    const { judge, ready, said } = await loaded(() => ({ PASS: 0.99 }));
    expect(judge.available()).toBe(true);
    expect(ready()).toBe(1);
    expect(said).toEqual(['the judge model fake is ready']);
    expect(await judge.ask(INPUT)).toMatchObject({ kind: 'reading', classification: { mass: 0.99 } });
  });

  test('does not call one that cannot answer, and costs no time', async () => {
    const { adapter, judge } = await loaded(() => ({ PASS: 0.99 }));
    adapter.fail();
    expect(await judge.ask(INPUT)).toEqual({
      kind: 'unavailable',
      failed: false,
      detail: 'The adapter could not be asked: the model file is missing',
    });
    expect(adapter.asked).toEqual([]);
  });

  test('tries once more, then leaves it alone for a while that doubles up to half a minute', async () => {
    const { adapter, judge, clock, results } = await loaded(() => 'unavailable');
    const pauses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      expect(await judge.ask(INPUT)).toMatchObject({ kind: 'unavailable', failed: true });
      const from = clock.at;
      while (!judge.available()) clock.at += 500;
      pauses.push(clock.at - from);
    }
    expect(adapter.asked).toHaveLength(14);
    expect(results).toHaveLength(14);
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    adapter.script = () => ({ PASS: 0.99 });
    await judge.ask(INPUT);
    adapter.script = () => 'unavailable';
    await judge.ask(INPUT);
    clock.at += 1000;
    expect(judge.available()).toBe(true);
  });

  test('keeps to as many calls at once as the model is good for', async () => {
    let now = 0;
    let most = 0;
    const { judge } = await loaded(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return { PASS: 0.99 };
    }, 3);
    await Promise.all(Array.from({ length: 10 }, () => judge.ask(INPUT)));
    expect(most).toBe(3);
  });

  test('that is busy is no failure: nothing is counted, and it is left alone only for a moment', async () => {
    const { judge, clock, answers, results } = await loaded(() => 'busy');
    expect(await judge.ask(INPUT, { lastChance: true })).toEqual({
      kind: 'unavailable',
      failed: false,
      detail: 'The adapter could not be asked: the model is busy',
    });
    expect([results, answers]).toEqual([['busy'], []]);
    expect(judge.available()).toBe(false);
    clock.at += 250;
    expect(judge.available()).toBe(true);
  });

  test('about a mail that waited its time needs a place that is free', async () => {
    let answer: () => void = () => {};
    const said = new Promise<void>((resolve) => (answer = resolve));
    const { judge, adapter } = await loaded(async () => {
      await said;
      return { PASS: 0.99 };
    });
    const first = judge.ask(INPUT, { overdue: true });
    expect(await judge.ask(INPUT, { overdue: true })).toMatchObject({
      kind: 'unavailable',
      failed: false,
      detail: expect.stringContaining('all its places were taken until the time to wait was over'),
    });
    answer();
    expect(await first).toMatchObject({ kind: 'reading' });
    expect(adapter.asked).toHaveLength(1);
    expect(await judge.ask(INPUT, { overdue: true })).toMatchObject({ kind: 'reading' });
  });

  test('follows what the adapter takes now, where its hosts come and go', async () => {
    let takes = 1;
    const ends: (() => void)[] = [];
    const { judge, adapter } = await loaded(async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return { PASS: 0.99 };
    });
    adapter.capacity = () => takes;
    const asked = [1, 2, 3, 4].map(() => judge.ask(INPUT));
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    takes = 3;
    expect(judge.concurrency).toBe(3);
    ends[0]();
    await vi.waitFor(() => expect(ends).toHaveLength(4));
    takes = 1;
    for (const end of ends) end();
    expect(await Promise.all(asked)).toMatchObject([1, 2, 3, 4].map(() => ({ kind: 'reading' })));
  });

  test('does not try again what is too long', async () => {
    const { adapter, judge } = await loaded(() => 'too_long');
    expect(await judge.ask(INPUT)).toEqual({ kind: 'too_long', detail: 'the model is too_long' });
    expect(adapter.asked).toHaveLength(1);
    expect(judge.available()).toBe(true);
  });

  test('takes likelihoods that are none, and errors of another kind, for failures', async () => {
    const { adapter, judge } = await loaded(() => ({}));
    adapter.classify = async () => {
      throw new TypeError('a bug');
    };
    expect(await judge.ask(INPUT)).toMatchObject({
      kind: 'unavailable',
      detail: 'The adapter could not be asked: a bug',
    });
    const { adapter: mute, judge: other, results } = await loaded(() => ({}));
    mute.classify = async () => ({
      logLikelihood: { SUPPRESS: -Infinity, ESCALATE: -Infinity, BLOCK: -Infinity, PENALISE: NaN, PASS: NaN },
      mass: 0.9,
      exact: false,
      promptTokens: 1,
      trimmed: [],
    });
    await other.ask(INPUT);
    expect(new Set(results)).toEqual(new Set(['malformed']));
  });
});

describe('a mail that the adapter fails on', () => {
  test('is at fault when a known mail is answered: a malformed answer says so at once', async () => {
    const { judge } = await loaded(() => 'malformed');
    expect(await judge.ask(INPUT)).toMatchObject({
      kind: 'unreadable',
      detail: expect.stringContaining('answers other mail but not this one'),
    });
    expect(judge.available()).toBe(true);
  });

  test('is not, when nothing is answered', async () => {
    const { adapter, judge } = await loaded(() => 'malformed');
    adapter.classify = async () => {
      throw new AdapterError('malformed', 'nothing but noise');
    };
    expect(await judge.ask(INPUT)).toMatchObject({ kind: 'unavailable', failed: true });
    expect(judge.available()).toBe(false);
  });

  test('is found at fault at once where it will not be asked again', async () => {
    const { judge } = await loaded(() => 'unavailable');
    expect(await judge.ask(INPUT, { lastChance: true })).toMatchObject({ kind: 'unreadable' });
  });

  test('is found at fault at the second time, after the adapter has shown that it answers', async () => {
    const { judge } = await loaded(() => 'unavailable');
    expect(await judge.ask(INPUT, { failedBefore: true })).toMatchObject({ kind: 'unreadable' });
  });

  test('is not asked about again while the adapter answers nothing', async () => {
    const { adapter, judge } = await loaded(() => ({ PASS: 0.99 }));
    adapter.classify = async () => {
      throw new AdapterError('unavailable', 'gone');
    };
    expect(await judge.ask(INPUT, { failedBefore: true })).toMatchObject({
      kind: 'unavailable',
      failed: false,
    });
    expect(judge.available()).toBe(false);
  });
});

test('a model that did not load is told of once and loaded again later', async () => {
  const { adapter, judge, said, clock } = await loaded(() => ({ PASS: 0.99 }));
  adapter.loads = false;
  adapter.fail();
  await judge.load();
  await judge.load();
  expect(said.slice(1)).toEqual(['error: the judge model fake is not available: the model file is missing']);
  judge.start();
  adapter.loads = true;
  clock.at += 61_000;
  await expect.poll(() => judge.available(), PATIENCE).toBe(true);
  await judge.stop();
  expect(adapter.released).toBe(true);
});

describe('the mode', () => {
  const modeOf = (configured: AdapterMode, over: Parameters<typeof modelOf>[1] = {}) => {
    const said: string[] = [];
    const model = modelOf(new FakeAdapter(), over);
    return { mode: adapterMode(configured, model, { warn: (text) => said.push(text) })(), said };
  };

  test('is the configured one for a calibrated model', () => {
    for (const mode of ['active', 'shadow', 'off'] as const) expect(modeOf(mode)).toEqual({ mode, said: [] });
  });

  test('is shadow for one that was never calibrated, with one sentence for the operator', () => {
    const { mode, said } = modeOf('active', { calibration: null });
    expect(mode).toBe('shadow');
    expect(said).toEqual([expect.stringContaining('not calibrated and judges in shadow only')]);
    expect(modeOf('off', { calibration: null }).mode).toBe('off');
    expect(modeOf('active', { shadowOnly: true }).mode).toBe('shadow');
  });
});

describe('probing the adapter', () => {
  const named = (body: string) => ({ ...INPUT, draft: { ...INPUT.draft, body } });

  test('goes behind mail that waits, so that mail waits for one probe at most', async () => {
    const letOn: (() => void)[] = [];
    const { adapter, judge } = await loaded(async () => {
      await new Promise<void>((resolve) => letOn.push(resolve));
      return { PASS: 0.99 };
    });
    const probes = ['probe 1', 'probe 2', 'probe 3'].map((body) => judge.probe(named(body)));
    const mails = ['mail 1', 'mail 2'].map((body) => judge.ask(named(body)));
    for (let done = 0; done < 5; done += 1) {
      await expect.poll(() => letOn.length, PATIENCE).toBe(1);
      letOn.pop()!();
    }
    await Promise.all([...probes, ...mails]);
    expect(adapter.asked).toEqual(['probe 1', 'mail 1', 'mail 2', 'probe 2', 'probe 3']);
  });

  test('counts neither as a call nor as a failure, and pauses nothing', async () => {
    const { judge, results, answers } = await loaded(() => 'malformed');
    await expect(judge.probe(INPUT)).rejects.toThrow(AdapterError);
    expect([results, answers]).toEqual([[], []]);
    expect(judge.available()).toBe(true);
  });

  test('is allowed where mail is barred, and mail is told why at once', async () => {
    let letOn!: () => void;
    let why: string | null = 'barred until the canary has passed (3 of 9)';
    const { adapter, judge, answers } = await loaded(
      async () => {
        await new Promise<void>((resolve) => (letOn = resolve));
        return { PASS: 0.99 };
      },
      1,
      () => why,
    );
    const probe = judge.probe(named('probe'));
    expect(judge.available()).toBe(false);
    // Not behind the probe that has the only turn.
    expect(await judge.ask(named('mail'))).toEqual({
      kind: 'unavailable',
      failed: false,
      detail: 'The adapter could not be asked: barred until the canary has passed (3 of 9)',
    });
    letOn();
    expect((await probe).mass).toBe(0.99);
    expect(adapter.asked).toEqual(['probe']);
    expect(answers).toEqual([]);
    why = null;
    expect(judge.available()).toBe(true);
  });
});
