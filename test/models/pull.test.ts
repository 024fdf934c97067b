import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { download } from '../../src/models/download.ts';
import { type Hub, describeHubFile, hubFrom } from '../../src/models/hub.ts';
import { LockFile } from '../../src/models/lock-file.ts';
import { pullModel } from '../../src/models/pull.ts';
import { type LocalModel, loadRegistry, requireModel } from '../../src/models/registry.ts';
import { COMMIT, HubStandIn } from './hub-stand-in.ts';
import { matrix, writePeft, writeTinyModel } from './tiny-qwen2.ts';

const BASE_REPO = 'Qwen/Qwen2.5-1.5B-Instruct-GGUF';
const BASE_FILE = 'qwen2.5-1.5b-instruct-q4_k_m.gguf';
const LORA_REPO = 'bethelhem21/tenacious-judge-lora';

const scratch = mkdtempSync(join(tmpdir(), 'presend-pull-'));
const sum = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
let base: Buffer;
let config: Buffer;
let weights: Buffer;
let standIn: HubStandIn;
let hub: Hub;
let folder: string;
const pauses: number[] = [];
const pause = async (ms: number): Promise<void> => void pauses.push(ms);

beforeAll(async () => {
  base = readFileSync(await writeTinyModel(join(scratch, 'base.gguf')));
  const peft = writePeft(join(scratch, 'peft'));
  config = readFileSync(join(peft, 'adapter_config.json'));
  weights = readFileSync(join(peft, 'adapter_model.safetensors'));
});

beforeEach(async () => {
  standIn = await HubStandIn.start();
  standIn.put(BASE_REPO, BASE_FILE, base);
  standIn.put(LORA_REPO, 'adapter_config.json', config);
  standIn.put(LORA_REPO, 'adapter_model.safetensors', weights);
  hub = hubFrom(standIn.endpoint, {});
  folder = mkdtempSync(join(scratch, 'models-'));
  pauses.length = 0;
});
afterEach(() => standIn.stop());

describe('a download', () => {
  const content = Buffer.from(matrix(300_000, 7, 1).buffer);
  const target = (): string => join(folder, 'deep/file.gguf');
  const fetchIt = async (options: object = {}): Promise<string> => {
    standIn.put('some/repo', 'file.gguf', content);
    const file = await describeHubFile(hub, { repo: 'some/repo', file: 'file.gguf', revision: 'main' });
    return download(hub, file, target(), { pause, ...options });
  };
  const ranges = (): (string | null)[] =>
    standIn.seen.filter(({ host, method }) => host === 'store' && method === 'GET').map(({ range }) => range);

  test('is kept under its name when whole, from the commit that was described, with progress', async () => {
    const told: number[] = [];
    expect(await fetchIt({ progress: (done: number) => told.push(done) })).toBe(sum(content));
    expect(content.equals(readFileSync(target()))).toBe(true);
    expect(readdirSync(dirname(target()))).toEqual(['file.gguf']);
    expect(told.at(-1)).toBe(content.length);
    expect(standIn.seen.find(({ method }) => method === 'GET')?.path).toBe(
      `/some/repo/resolve/${COMMIT}/file.gguf`,
    );
  });

  test('that is cut goes on where it was cut, each time', async () => {
    standIn.faults = [{ cutAfter: 400_000 }, { cutAfter: 300_000 }];
    expect(await fetchIt()).toBe(sum(content));
    expect(content.equals(readFileSync(target()))).toBe(true);
    const [first, second, third] = ranges();
    expect(first).toBeNull();
    expect(second).toMatch(/^bytes=[1-9]\d*-$/);
    expect(Number(third?.match(/\d+/)?.[0])).toBeGreaterThan(Number(second?.match(/\d+/)?.[0]));
  });

  test('that stays broken is kept as a part, and a later call goes on from it', async () => {
    standIn.faults = [{ cutAfter: 400_000 }, ...Array.from({ length: 5 }, () => ({ cutAfter: 0 }))];
    await expect(fetchIt()).rejects.toThrow(/file\.gguf cannot be fetched .* run the command again to go on/);
    expect(existsSync(target())).toBe(false);
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000]);
    standIn.seen.length = 0;
    expect(await fetchIt()).toBe(sum(content));
    expect(ranges()).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  test('of a file that changed meanwhile begins anew', async () => {
    standIn.faults = [{ cutAfter: 400_000 }, ...Array.from({ length: 5 }, () => ({ cutAfter: 0 }))];
    await expect(fetchIt()).rejects.toThrow();
    standIn.put('some/repo', 'file.gguf', 'another');
    const file = await describeHubFile(hub, { repo: 'some/repo', file: 'file.gguf', revision: 'main' });
    await download(hub, file, target(), { pause });
    expect(readFileSync(target(), 'utf8')).toBe('another');
  });

  test('from a store without ranges starts over and is right', async () => {
    standIn.faults = [{ cutAfter: 400_000 }, 'no_ranges'];
    expect(await fetchIt()).toBe(sum(content));
    expect(content.equals(readFileSync(target()))).toBe(true);
  });

  test('that is damaged is refused and nothing of it kept', async () => {
    standIn.faults = ['corrupt'];
    await expect(fetchIt()).rejects.toThrow(/damaged.*nothing was kept/);
    expect(readdirSync(dirname(target()))).toEqual([]);
    standIn.faults = [{ cutAfter: 400_000 }, 'corrupt'];
    await expect(fetchIt()).rejects.toThrow(/damaged/);
    expect(readdirSync(dirname(target()))).toEqual([]);
    expect(await fetchIt()).toBe(sum(content));
  });

  test.each(['too_long', 'wrong_range', 'compressed'] as const)('answered %s is refused', async (fault) => {
    standIn.faults = [{ cutAfter: 400_000 }, fault];
    await expect(fetchIt()).rejects.toThrow(/more came|another part|compressed/);
    expect(existsSync(target())).toBe(false);
  });

  test('that falls silent is taken up again', async () => {
    hub = { ...hub, patience: 300 };
    standIn.faults = ['stall'];
    expect(await fetchIt()).toBe(sum(content));
  });

  test('waits as long as the hub asks, and follows a fresh address when one has lapsed', async () => {
    standIn.put('some/repo', 'file.gguf', content);
    const file = await describeHubFile(hub, { repo: 'some/repo', file: 'file.gguf', revision: 'main' });
    standIn.troubles = [{ status: 429, retryAfter: '7' }, { status: 503 }];
    expect(await download(hub, file, target(), { pause })).toBe(sum(content));
    expect(pauses).toEqual([7000, 4000]);
  });

  test('whose sum is not the expected one is not even begun', async () => {
    await expect(fetchIt({ sha256: 'b'.repeat(64) })).rejects.toThrow(
      /another file than the registry expects/,
    );
    expect(ranges()).toEqual([]);
  });
});

describe('the hub', () => {
  const describeIt = (file = 'adapter_config.json', repo = LORA_REPO, revision = 'main') =>
    describeHubFile(hub, { repo, file, revision });

  test('tells the SHA-256 of large files and the git SHA-1 of small ones', async () => {
    expect(await describeIt('adapter_model.safetensors')).toMatchObject({
      commit: COMMIT,
      bytes: weights.length,
      sha256: sum(weights),
    });
    expect(await describeIt()).toMatchObject({
      bytes: config.length,
      sha256: null,
      gitSha1: expect.any(String),
    });
  });

  test('gets the token, and the store behind it never does', async () => {
    standIn.privateTo.set(LORA_REPO, 'hf_secret');
    await expect(describeIt()).rejects.toThrow(/private: set HF_TOKEN/);
    hub = hubFrom(undefined, { HF_ENDPOINT: standIn.endpoint, HF_TOKEN: 'hf_wrong' });
    await expect(describeIt()).rejects.toThrow(/the token in HF_TOKEN may not read it/);
    hub = hubFrom(undefined, { HF_ENDPOINT: `${standIn.endpoint}/`, HF_TOKEN: 'hf_secret' });
    await download(hub, await describeIt('adapter_model.safetensors'), join(folder, 'w'), { pause });
    const store = standIn.seen.filter(({ host }) => host === 'store');
    expect(store.length).toBeGreaterThan(0);
    expect(store.every(({ authorization }) => authorization === null)).toBe(true);
  });

  test('says in one sentence what it does not have', async () => {
    await expect(describeIt('nothing.json')).rejects.toThrow(
      /nothing\.json: the repository has no such file/,
    );
    await expect(describeIt('x', LORA_REPO, 'v9')).rejects.toThrow(/no such revision/);
    await expect(describeIt('x', 'no/body')).rejects.toThrow(/no such repository/);
    await standIn.stop();
    await expect(describeIt()).rejects.toThrow(/cannot be reached \(connect ECONNREFUSED/);
    expect(() => hubFrom('ftp://x', {})).toThrow(/is not an address/);
  });
});

describe('pulling the published adapter', () => {
  const registry = () => loadRegistry({ shipped: join(import.meta.dirname, '../../models'), user: folder });
  const model = (): LocalModel => requireModel(registry(), 'tenacious-judge') as LocalModel;
  const pull = (from: Parameters<typeof pullModel>[2]['from'] = { hub }) =>
    pullModel(registry(), model(), { from, pause });

  test('fetches base and PEFT files, imports them, and records what was got', async () => {
    standIn.faults = [{ cutAfter: 50_000 }];
    const pulled = await pull();
    expect(pulled.map(({ how, checked }) => `${how} ${checked}`)).toEqual([
      'fetched hub',
      'fetched hub',
      'fetched hub',
      'imported null',
    ]);
    expect(existsSync(model().base.path)).toBe(true);
    const lock = new LockFile(folder);
    expect(await lock.current(model().base.path)).toMatchObject({
      sha256: sum(base),
      from: `${standIn.endpoint}/${BASE_REPO}/resolve/${COMMIT}/${BASE_FILE}`,
    });
    expect(lock.get(model().lora!.path)?.sha256).toBe(sum(readFileSync(model().lora!.path)));
    expect(Object.keys(JSON.parse(readFileSync(join(folder, 'models.lock.json'), 'utf8')).files)).toContain(
      BASE_FILE,
    );

    standIn.seen.length = 0;
    expect((await pull()).map(({ how }) => how)).toEqual(['kept', 'kept', 'kept', 'kept']);
    expect(standIn.seen).toEqual([]);
  });

  test('fetches again what was damaged on the disk since', async () => {
    await pull();
    writeFileSync(model().base.path, 'damaged');
    expect((await pull()).map(({ how }) => how)).toEqual(['fetched', 'kept', 'kept', 'imported']);
    expect(base.equals(readFileSync(model().base.path))).toBe(true);
  });

  test('works without a network from a folder, laid out as either tool leaves it', async () => {
    const stick = mkdtempSync(join(scratch, 'stick-'));
    mkdirSync(join(stick, 'tenacious-judge-lora'));
    writeFileSync(join(stick, BASE_FILE), base);
    writeFileSync(join(stick, 'tenacious-judge-lora/adapter_config.json'), config);
    await expect(pull({ folder: stick })).rejects.toThrow(
      /there is no adapter_model\.safetensors \(of bethelhem21/,
    );
    writeFileSync(join(stick, 'tenacious-judge-lora/adapter_model.safetensors'), weights);
    const pulled = await pull({ folder: stick });
    expect(pulled.map(({ how }) => how)).toEqual(['kept', 'kept', 'copied', 'imported']);
    expect(standIn.seen).toEqual([]);
  });

  test('keeps no adapter that does not fit the base', async () => {
    const other = writePeft(join(scratch, 'other'), { config: { r: 8 } });
    standIn.put(LORA_REPO, 'adapter_config.json', readFileSync(join(other, 'adapter_config.json')));
    await expect(pull()).rejects.toThrow(/does not fit rank 8/);
    expect(existsSync(model().lora!.path)).toBe(false);
  });
});
