import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { randomFrom } from '../../../src/evaluate/random.ts';
import type { Adapter, AdapterError } from '../../../src/judge/adapter/adapter.ts';
import type { HedgeRule } from '../../../src/judge/adapter/pool/hedge.ts';
import { type RemoteAdapterOptions, createRemoteAdapter } from '../../../src/judge/adapter/remote.ts';
import type { TroubleKind } from '../../../src/judge/adapter/trouble.ts';
import { type LlamaHost, startLlamaHost } from '../../support/llama-host.ts';
import { mail, tinyProfile } from '../../support/tiny-judge.ts';

const started: LlamaHost[] = [];
const opened: Adapter[] = [];
const heard: TroubleKind[] = [];
const hostCalls: string[] = [];
const hedges: string[] = [];

afterEach(async () => {
  for (const host of started) host.frozen = false;
  await Promise.all(opened.splice(0).map((adapter) => adapter.release()));
  await Promise.all(started.splice(0).map((host) => host.kill().catch(() => {})));
  for (const list of [heard, hostCalls, hedges]) list.length = 0;
});

async function hosts(...options: Partial<LlamaHost>[]): Promise<LlamaHost[]> {
  const fresh = await Promise.all(options.map((one) => startLlamaHost(one)));
  started.push(...fresh);
  return fresh;
}

const NEVER: HedgeRule = { after: 'p95', most: 0 };

function pool(all: readonly LlamaHost[], options: Partial<RemoteAdapterOptions> = {}, limit = 8): Adapter {
  const adapter = createRemoteAdapter({
    version: 'tiny@1',
    hosts: all.map(({ url }, i) => ({ name: `gpu-${i + 1}`, url, maxInFlight: limit })),
    dialect: 'llama-server',
    model: 'judge',
    profile: tinyProfile(),
    hedge: NEVER,
    onTrouble: (kind) => heard.push(kind),
    observer: {
      onHostCall: (host, result) => hostCalls.push(`${host} ${result}`),
      onHedge: (host, won) => hedges.push(`${host} ${won ? 'won' : 'lost'}`),
    },
    // Only where a test is about checks.
    checkMs: 600_000,
    random: randomFrom(1),
    ...options,
  });
  opened.push(adapter);
  return adapter;
}

const MAIL = mail('Hello Ann.');
const many = (count: number, adapter: Adapter) =>
  Promise.allSettled(Array.from({ length: count }, () => adapter.classify(MAIL)));
const failures = (settled: PromiseSettledResult<unknown>[]): AdapterError[] =>
  settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as AdapterError] : []));
/** Calls about mail that were put to a host; probes are not among them. */
const toHost = (name: string): number => hostCalls.filter((one) => one.startsWith(`${name} `)).length;

function unavailable(response: ServerResponse): 'handled' {
  response.writeHead(503).end('{"error":{"message":"Loading model","type":"unavailable_error"}}');
  return 'handled';
}

const states = (adapter: Adapter) => adapter.hosts!().map(({ state }) => state);
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

describe('calls', () => {
  test('go to the host that has the least to do', async () => {
    const [slow, fast] = await hosts({ takes: () => 400 }, { takes: () => 5 });
    const adapter = pool([slow, fast]);
    await adapter.warmup();
    const before = [slow.asked, fast.asked];
    const work = async () => {
      for (let i = 0; i < 15; i += 1) await adapter.classify(MAIL);
    };
    await Promise.all([work(), work(), work(), work()]);
    const [bySlow, byFast] = [slow.asked - before[0], fast.asked - before[1]];
    expect(bySlow + byFast).toBe(60);
    expect(byFast).toBeGreaterThan(bySlow);
    expect(bySlow).toBeGreaterThan(0);
  });

  test('beyond what the hosts take are refused at once, and nothing is counted against a host', async () => {
    const both = await hosts({ takes: () => 100 }, { takes: () => 100 });
    const adapter = pool(both, {}, 3);
    await adapter.warmup();
    const settled = await many(20, adapter);
    const refused = failures(settled);
    expect(refused.length).toBe(14);
    expect(refused[0]).toMatchObject({
      trouble: 'busy',
      message: 'every host works on as many calls as it takes (gpu-1 3/3, gpu-2 3/3)',
    });
    expect(heard).toEqual(refused.map(() => 'queue_full'));
    expect(both.map(({ mostOpen }) => mostOpen)).toEqual([3, 3]);
    expect(states(adapter)).toEqual(['ready', 'ready']);
    expect(adapter.capacity!()).toBe(6);
  });

  test('take the place of an explanation', async () => {
    const [host] = await hosts({ takes: () => 50 });
    const adapter = pool([host], {}, 1);
    await adapter.warmup();
    host.takes = () => 60_000;
    const explanation = adapter.explain(MAIL, 'BLOCK');
    await until(() => expect(host.open).toBe(1));
    host.takes = () => 5;
    const [explained, read] = await Promise.allSettled([explanation, adapter.classify(MAIL)]);
    expect(explained).toMatchObject({ status: 'rejected', reason: { trouble: 'busy' } });
    expect(read.status).toBe('fulfilled');
    expect(host.aborted).toBe(1);
  });
});

describe('a host that', () => {
  test('is killed loses no call: each is put to the other, and it is asked again when it is back', async () => {
    const [first, second] = await hosts({}, {});
    const adapter = pool([first, second]);
    await adapter.warmup();
    first.takes = () => 60_000;
    const calls = many(8, adapter);
    await until(() => expect(first.open).toBeGreaterThan(2));
    await first.kill();
    expect(failures(await calls)).toEqual([]);
    expect(failures(await many(6, adapter))).toEqual([]);
    await until(() => expect(states(adapter)[0]).not.toBe('ready'));
    expect(adapter.health()).toEqual({ state: 'ready' });
    expect(adapter.capacity!()).toBe(8);
    expect(adapter.hosts!()[0].reason).toMatch(/cannot be reached/);
    first.takes = () => 5;
    await first.start();
    await until(() => expect(states(adapter)).toEqual(['ready', 'ready']));
    const before = first.asked;
    await many(6, adapter);
    expect(first.asked).toBeGreaterThan(before);
    expect(adapter.capacity!()).toBe(16);
  });

  test('answers 500 is left alone; its calls are answered by the other', async () => {
    const [broken, sound] = await hosts({}, {});
    const adapter = pool([broken, sound]);
    await adapter.warmup();
    broken.instead = (response) => {
      response.writeHead(500).end('{"error":{"message":"out of memory"}}');
      return 'handled';
    };
    expect(failures(await many(6, adapter))).toEqual([]);
    await until(() => expect(states(adapter)[0]).not.toBe('ready'));
    const put = toHost('gpu-1');
    // Its circuit is open, or half open with a probe under way that cannot succeed.
    expect(failures(await many(6, adapter))).toEqual([]);
    expect(toHost('gpu-1')).toBe(put);
    expect(hostCalls.filter((one) => one === 'gpu-1 crash').length).toBeGreaterThanOrEqual(2);
    expect(heard.filter((kind) => kind === 'queue_full' || kind === 'malformed')).toEqual([]);
  });

  test('stops answering gives up its calls as soon as a check finds out, long before they time out', async () => {
    const [stopped, sound] = await hosts({ takes: () => 30 }, { takes: () => 30 });
    const adapter = pool([stopped, sound], { checkMs: 100 });
    await adapter.warmup();
    stopped.frozen = true;
    const began = performance.now();
    expect(failures(await many(8, adapter))).toEqual([]);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(adapter.hosts!()[0]).toMatchObject({ state: expect.stringMatching(/open|probing/) });
    expect(hostCalls.filter((one) => one === 'gpu-1 abandoned').length).toBeGreaterThan(0);
    stopped.frozen = false;
    await until(() => expect(states(adapter)).toEqual(['ready', 'ready']));
  });

  test('says that it is full is given a rest and no blame', async () => {
    const [full, free] = await hosts({}, {});
    const adapter = pool([full, free]);
    await adapter.warmup();
    full.instead = (response) => {
      response.writeHead(429).end('{}');
      return 'handled';
    };
    expect(failures(await many(8, adapter))).toEqual([]);
    expect(states(adapter)).toEqual(['ready', 'ready']);
    free.instead = full.instead;
    await until(async () => {
      const [refused] = failures(await many(1, adapter));
      expect(refused).toMatchObject({ trouble: 'busy' });
    });
    expect(states(adapter)).toEqual(['ready', 'ready']);
  });

  test('answers wrongly what another reads counts as failing; a mail that none can read counts against none', async () => {
    const [broken, sound] = await hosts({}, {});
    const adapter = pool([broken, sound]);
    await adapter.warmup();
    const nothing = () => ({ SUPPRESS: 0.001, ESCALATE: 0.001, BLOCK: 0.001, PENALISE: 0.001, PASS: 0.001 });
    broken.says = sound.says = nothing;
    for (let i = 0; i < 5; i += 1) {
      await expect(adapter.classify(MAIL)).rejects.toMatchObject({ trouble: 'malformed' });
    }
    expect(states(adapter)).toEqual(['ready', 'ready']);
    expect(heard).toEqual(Array.from({ length: 5 }, () => 'malformed'));
    sound.says = () => ({ PASS: 0.95 });
    for (let i = 0; i < 8; i += 1) await adapter.classify(MAIL);
    expect(states(adapter)[0]).not.toBe('ready');
    expect(adapter.hosts!()[0].reason).toMatch(/spent 0\.50 % on the five labels/);
  });

  test('is the only one is tried twice and no more', async () => {
    const [only] = await hosts({});
    const adapter = pool([only]);
    await adapter.warmup();
    only.instead = (response) => {
      response.destroy();
      return 'handled';
    };
    await expect(adapter.classify(MAIL)).rejects.toMatchObject({ trouble: 'unavailable' });
    expect(only.asked).toBe(2);
    expect(heard).toEqual(['crash']);
  });
});

describe('when no host is left', () => {
  test('a call says of each why, and the pool is there again with the first that is back', async () => {
    const [first, second] = await hosts({}, {});
    const adapter = pool([first, second]);
    await adapter.warmup();
    await Promise.all([first.kill(), second.kill()]);
    await until(async () => {
      await expect(adapter.classify(MAIL)).rejects.toMatchObject({ trouble: 'unavailable' });
      expect(adapter.health().state).toBe('failed');
    });
    expect(adapter.health()).toMatchObject({
      reason: expect.stringMatching(
        /^no host can be asked: gpu-1: .* cannot be reached.*; gpu-2: .* cannot be reached/,
      ),
      retryAt: expect.any(Number),
    });
    await expect(adapter.warmup()).rejects.toThrow(/no host can be asked/);
    await second.start();
    await until(() => expect(adapter.health()).toEqual({ state: 'ready' }));
    await adapter.classify(MAIL);
  });

  test('at the start, it is loading until all were tried', async () => {
    const [gone] = await hosts({});
    await gone.kill();
    const adapter = pool([gone]);
    expect(adapter.health()).toEqual({ state: 'loading' });
    await expect(adapter.classify(MAIL)).rejects.toThrow(/cannot be reached/);
    expect(adapter.health()).toMatchObject({ state: 'failed' });
  });
});

describe('a host that serves something else', () => {
  test.each([
    [
      'another adapter',
      { lora: [{ path: '/elsewhere/older.gguf', scale: 1 }] },
      /the adapter older\.gguf, gpu-1 lora\.gguf/,
    ],
    ['no adapter', { lora: [] }, /the adapter none, gpu-1 lora\.gguf/],
    [
      'its adapter at another scale',
      { lora: [{ path: 'lora.gguf', scale: 0.5 }] },
      /lora\.gguf at scale 0\.5/,
    ],
    [
      'other weights under the same name',
      { model: { path: '/models/base.gguf', parameters: 1_543_714_304, bytes: 900 } },
      /of so many bytes: 900, gpu-1 1117320736/,
    ],
    ['what reads otherwise', { says: () => ({ BLOCK: 0.9 }) }, /reads a known mail otherwise than gpu-1/],
  ])('%s is not asked, and says so', async (_, other, reason) => {
    const [right, wrong] = await hosts({ lora: [{ path: 'C:\\models\\lora.gguf', scale: 1 }] }, other);
    const adapter = pool([right, wrong]);
    await adapter.warmup();
    expect(adapter.hosts!()[1]).toMatchObject({ state: 'differs', reason: expect.stringMatching(reason) });
    expect(adapter.hosts!()[1].reason).toMatch(/let all hosts serve the same/);
    expect(failures(await many(6, adapter))).toEqual([]);
    expect(toHost('gpu-2')).toBe(0);
    expect(adapter.capacity!()).toBe(8);
  });

  test('is found out while it works: an adapter that is swapped under way', async () => {
    const both = await hosts({}, {});
    const adapter = pool(both, { checkMs: 50 });
    await adapter.warmup();
    both[0].lora = [{ path: '/models/newer.gguf', scale: 1 }];
    await until(() => expect(states(adapter)[0]).not.toBe('ready'));
    expect(adapter.hosts!()[0].reason).toMatch(/it serves the adapter newer\.gguf, it did so far lora\.gguf/);
    both[0].lora = both[1].lora;
    await until(() => expect(states(adapter)).toEqual(['ready', 'ready']));
  });

  test('the first of the registry is what the others are held against, though it answers last', async () => {
    const [slow, quick] = await hosts({ takes: () => 300 }, { lora: [] });
    const adapter = pool([slow, quick]);
    await adapter.warmup();
    expect(states(adapter)).toEqual(['ready', 'differs']);
  });
});

test('a deadline that passes ends the call; nobody else is asked after it, and no host is blamed', async () => {
  const [slow, other] = await hosts({}, {});
  const adapter = pool([slow, other]);
  await adapter.warmup();
  const before = other.asked;
  slow.takes = () => 60_000;
  const call = adapter.classify(MAIL, { deadline: Date.now() + 200 });
  await expect(call).rejects.toThrow('did not answer before the deadline');
  expect(other.asked).toBe(before);
  expect(states(adapter)).toEqual(['ready', 'ready']);
  expect(heard).toEqual([]);
  await until(() => expect(slow.aborted).toBe(1));
});

describe('a second host', () => {
  /** Teaches both hosts' p95 before one of them stalls. */
  async function taught(
    rule: HedgeRule,
    calls = 60,
  ): Promise<{ adapter: Adapter; first: LlamaHost; second: LlamaHost }> {
    const [first, second] = await hosts({ takes: () => 5 }, { takes: () => 5 });
    const adapter = pool([first, second], { hedge: rule });
    await adapter.warmup();
    for (let i = 0; i < calls; i += 1) await adapter.classify(MAIL);
    hostCalls.length = 0;
    hedges.length = 0;
    return { adapter, first, second };
  }

  test('is asked when the first takes longer than ever; its answer counts and the first hears that nobody waits', async () => {
    const { adapter, first, second } = await taught({ after: 'p95', most: 0.5 });
    first.takes = second.takes = () => 5;
    const before = first.aborted + second.aborted;
    // Whichever is asked first stalls; the other one is quick.
    let calls = 0;
    first.takes = second.takes = () => (calls++ === 0 ? 60_000 : 5);
    await adapter.classify(MAIL);
    expect(hedges).toEqual([expect.stringMatching(/won$/)]);
    await until(() => expect(first.aborted + second.aborted).toBe(before + 1));
    expect(adapter.hosts!().map(({ outstanding }) => outstanding)).toEqual([0, 0]);
    expect(hostCalls.some((one) => one.endsWith('abandoned'))).toBe(true);
    expect(states(adapter)).toEqual(['ready', 'ready']);
  });

  test('is asked for no more than its share of the calls, however slow all are', async () => {
    const { adapter, first, second } = await taught({ after: 20, most: 0.05 }, 0);
    first.takes = second.takes = () => 300;
    for (let i = 0; i < 10; i += 1) await many(8, adapter);
    expect(hedges.length).toBeLessThanOrEqual(4);
    expect(first.asked + second.asked).toBeLessThanOrEqual(2 + 80 + 4);
    expect(hedges.length).toBeGreaterThan(0);
  });

  test('that fails leaves the call with the first', async () => {
    const { adapter, first, second } = await taught({ after: 20, most: 0.5 }, 4);
    let calls = 0;
    for (const host of [first, second]) {
      host.takes = () => 1_000;
      host.instead = (response) => (calls++ === 0 ? null : unavailable(response));
    }
    await expect(adapter.classify(MAIL)).resolves.toMatchObject({ mass: expect.any(Number) });
    expect(hedges).toEqual([expect.stringMatching(/lost$/)]);
  });
});

test('what is released while it is being tried for the first time ends at once', async () => {
  const [stopped] = await hosts({ frozen: true });
  const adapter = pool([stopped, stopped]);
  const tried = Promise.allSettled([adapter.warmup(), adapter.classify(MAIL)]);
  const began = performance.now();
  await adapter.release();
  for (const one of await tried) expect(one).toMatchObject({ reason: { trouble: 'closed' } });
  // A check would end by itself after five seconds.
  expect(performance.now() - began).toBeLessThan(4_000);
});

test('what is released finishes its calls and asks no host any more', async () => {
  const both = await hosts({ takes: () => 50 }, { takes: () => 50 });
  const adapter = pool(both, { checkMs: 20 });
  await adapter.warmup();
  const calls = many(4, adapter);
  await adapter.release();
  expect(failures(await calls)).toEqual([]);
  await expect(adapter.classify(MAIL)).rejects.toMatchObject({ trouble: 'closed' });
});
