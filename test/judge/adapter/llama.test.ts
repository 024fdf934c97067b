import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { AdapterError } from '../../../src/judge/adapter/adapter.ts';
import {
  type LlamaAdapter,
  type LlamaAdapterOptions,
  createLlamaAdapter,
} from '../../../src/judge/adapter/llama.ts';
import type { TroubleKind } from '../../../src/judge/adapter/trouble.ts';
import { TinyJudge, WORDS, mail, tinyProfile } from '../../support/tiny-judge.ts';
import { writeTinyLora, writeTinyModel } from '../../support/tiny-model.ts';

const tiny = new TinyJudge();
const opened: LlamaAdapter[] = [];
const heard: { kind: TroubleKind; message: string }[] = [];

function open(options: Partial<LlamaAdapterOptions> = {}): LlamaAdapter {
  heard.length = 0;
  const onTrouble = (kind: TroubleKind, message: string): void => void heard.push({ kind, message });
  const adapter = createLlamaAdapter(tiny.options({ onTrouble, ...options }));
  opened.push(adapter);
  return adapter;
}

const kinds = (): TroubleKind[] => heard.map(({ kind }) => kind);

function end(adapter: LlamaAdapter, signal: NodeJS.Signals): void {
  if (adapter.pid === null) throw new Error('there is no judge process');
  process.kill(adapter.pid, signal);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((adapter) => adapter.release()));
});
afterAll(() => tiny.remove());

describe('a judge process that goes away', () => {
  test('takes the call it was at along, and the next one is answered by a fresh process', async () => {
    const adapter = open();
    await adapter.warmup();
    const before = await adapter.classify(mail('Hello Ann.'));
    const inFlight = adapter.classify(mail('word '.repeat(120)));
    end(adapter, 'SIGKILL');
    await expect(inFlight).rejects.toMatchObject({ trouble: 'unavailable' });
    expect(adapter.health()).toMatchObject({ state: 'failed' });
    const after = await adapter.classify(mail('Hello Ann.'));
    expect(after.logLikelihood.BLOCK).toBeCloseTo(before.logLikelihood.BLOCK, 3);
    expect(adapter.health()).toEqual({ state: 'ready' });
    expect(kinds()).toEqual(['crash']);
    expect(heard[0].message).toMatch(/SIGKILL, most likely for lack of memory/);
  });

  test('is started again without a call', async () => {
    const adapter = open();
    await adapter.warmup();
    const first = adapter.pid;
    end(adapter, 'SIGKILL');
    await vi.waitFor(() => expect(adapter.health()).toEqual({ state: 'ready' }), { timeout: 20_000 });
    await vi.waitFor(() => expect(adapter.pid).not.toBe(first));
  });

  test('that dies again and again is started after pauses that grow', async () => {
    const adapter = open();
    const pauses: number[] = [];
    for (let i = 0; i < 3; i++) {
      await adapter.warmup();
      const began = Date.now();
      end(adapter, 'SIGKILL');
      await vi.waitFor(() => expect(adapter.health().state).toBe('failed'));
      const health = adapter.health();
      if (health.state === 'failed') pauses.push((health.retryAt ?? 0) - began);
    }
    expect(pauses[1]).toBeGreaterThan(pauses[0] + 250);
    expect(pauses[2]).toBeGreaterThan(pauses[1] + 500);
  });

  test('and waits in its queue are answered later', async () => {
    const adapter = open();
    await adapter.warmup();
    const calls = Array.from({ length: 6 }, (_, i) => adapter.classify(mail(`Note ${i}.`)));
    end(adapter, 'SIGKILL');
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(4);
  });

  test('that gives no sign of life is ended and replaced', async () => {
    const adapter = open({ timeoutMs: 8_000 });
    await adapter.warmup();
    const stopped = adapter.pid;
    end(adapter, 'SIGSTOP');
    const call = adapter.classify(mail('Hello Ann.'));
    await expect(call).rejects.toThrow('gave no sign of life for 8 s');
    expect(kinds()).toEqual(['hang']);
    await vi.waitFor(() => expect(() => process.kill(stopped ?? 0, 0)).toThrow());
    await adapter.classify(mail('Hello Ann.'));
  });
});

test('an explanation lets a classification in between its words', async () => {
  const profile = tinyProfile();
  profile.rationale.max_tokens = 400;
  const adapter = open({ profile });
  await adapter.warmup();
  const done: string[] = [];
  const explanation = adapter.explain(mail('Hello Ann.'), 'BLOCK').then(() => done.push('explanation'));
  for (let i = 0; i < 5; i++) {
    await adapter.classify(mail(`Note ${i}.`));
    done.push('classification');
  }
  await explanation;
  expect(done).toEqual([...Array<string>(5).fill('classification'), 'explanation']);
});

test('labels of several tokens and several spellings are read in one process as in another', async () => {
  const words = open({ profile: tinyProfile(WORDS), minMass: 0 });
  const alone = open({ profile: tinyProfile({ ...WORDS, BLOCK: ['halt'] }), minMass: 0 });
  const both = await words.classify(mail('Hello Ann.'));
  const one = await alone.classify(mail('Hello Ann.'));
  expect(both.logLikelihood.BLOCK).toBeGreaterThanOrEqual(one.logLikelihood.BLOCK - 1e-6);
  expect(both.logLikelihood.PASS).toBeCloseTo(one.logLikelihood.PASS, 5);
});

test('the adapter file and its scale count', async () => {
  const plain = await open({ loraPath: null }).classify(mail('Hello Ann.'));
  const none = await open({ loraScale: 0 }).classify(mail('Hello Ann.'));
  const full = await open().classify(mail('Hello Ann.'));
  expect(none.logLikelihood.BLOCK).toBeCloseTo(plain.logLikelihood.BLOCK, 4);
  expect(Math.abs(full.logLikelihood.BLOCK - plain.logLikelihood.BLOCK)).toBeGreaterThan(0.01);
});

describe('a model that cannot be loaded says why in one sentence', () => {
  const file = (name: string): string => join(tiny.folder, name);
  const damaged = (name: string, damage: (bytes: Buffer) => Buffer, of = tiny.modelPath): string => {
    writeFileSync(file(name), damage(readFileSync(of)));
    return file(name);
  };
  const metadata = (bytes: Buffer, key: string, value: number): Buffer => {
    bytes.writeUInt32LE(value, bytes.indexOf(key) + key.length + 4);
    return bytes;
  };
  const shaped = (name: string, write: (path: string) => void): string => {
    write(file(name));
    return file(name);
  };

  const cases: [string, () => Partial<LlamaAdapterOptions>, RegExp][] = [
    ['no file', () => ({ modelPath: file('none.gguf') }), /none\.gguf: no such file .*models use/],
    ['an empty file', () => ({ modelPath: damaged('empty.gguf', () => Buffer.alloc(0)) }), /not a GGUF file/],
    [
      'another kind of file',
      () => ({ modelPath: damaged('x.gguf', () => Buffer.alloc(9999, 7)) }),
      /not a GGUF/,
    ],
    [
      'half a file',
      () => ({ modelPath: damaged('half.gguf', (b) => b.subarray(0, b.length / 2)) }),
      /cut off/,
    ],
    ['half a header', () => ({ modelPath: damaged('head.gguf', (b) => b.subarray(0, 3000)) }), /cut off/],
    [
      'no attention heads, which llama.cpp answers with abort()',
      () => ({ modelPath: damaged('heads.gguf', (b) => metadata(b, 'qwen2.attention.head_count', 0)) }),
      /corrupt: the sizes it gives make no model/,
    ],
    [
      'an impossible width, at which llama.cpp ends the process',
      () => ({ modelPath: damaged('width.gguf', (b) => metadata(b, 'qwen2.feed_forward_length', 0)) }),
      /ended by itself \(SIGABRT\): .*GGML_ASSERT/,
    ],
    ['an adapter as model', () => ({ modelPath: tiny.loraPath }), /is an adapter, not a model/],
    ['no adapter file', () => ({ loraPath: file('none.gguf') }), /no such file/],
    [
      'half an adapter',
      () => ({ loraPath: damaged('l.gguf', (b) => b.subarray(0, b.length / 2), tiny.loraPath) }),
      /cut off/,
    ],
    ['a model as adapter', () => ({ loraPath: tiny.modelPath }), /no LoRA adapter/],
    [
      'an adapter for more layers',
      () => ({ loraPath: shaped('deep.gguf', (path) => writeTinyLora(path, { layers: 3 })) }),
      /another base model .* \(it has no blk\.2\.attn_q\.weight\)/,
    ],
    [
      'an adapter for a wider model',
      () => ({ loraPath: shaped('wide.gguf', (path) => writeTinyLora(path, { width: 128 })) }),
      /another base model .* of another size/,
    ],
    [
      'too little memory',
      () => ({
        modelPath: shaped('long.gguf', (path) => writeTinyModel(path, { trained: 2 ** 30 })),
        contextSize: 2 ** 29,
      }),
      /needs about \d+\.\d GB of memory and \d+\.\d GB is free/,
    ],
    ['no CUDA', () => ({ gpu: 'cuda' }), /no cuda build .* set adapter\.gpu to false/],
    [
      'a rubric longer than the context',
      () => ({
        profile: { ...tinyProfile(), template: `${'Look at every line. '.repeat(60)}{context}{draft}\n` },
      }),
      /the rubric alone takes \d+ tokens.*raise context_size/,
    ],
  ];

  test.each(cases)('%s', async (_, options, sentence) => {
    const adapter = open(options());
    await expect(adapter.warmup()).rejects.toThrow(sentence);
    const health = adapter.health();
    if (health.state !== 'failed') throw new Error(`health is ${health.state}`);
    expect(health.reason).toMatch(sentence);
    expect(health.reason).not.toContain('\n');
    expect(health.retryAt).toBeGreaterThan(Date.now() - 1000);
    expect(kinds()).toEqual([expect.stringMatching(/^(load|crash)$/)]);
  });

  test('and once it is mended, warming up loads it', async () => {
    const path = file('late.gguf');
    const adapter = open({ modelPath: path });
    const failed = await adapter.classify(mail('Hello Ann.')).catch((error: AdapterError) => error.trouble);
    expect(failed).toBe('unavailable');
    copyFileSync(tiny.modelPath, path);
    await adapter.warmup();
    expect((await adapter.classify(mail('Hello Ann.'))).mass).toBeGreaterThan(0.9);
  });
});
