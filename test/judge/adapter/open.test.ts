import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Config, configSchema } from '../../../src/config/config.ts';
import { openConfiguredModel } from '../../../src/judge/adapter/open.ts';
import { DECISIONS } from '../../../src/message/types.ts';
import { CALIBRATION } from '../../support/fake-adapter.ts';
import { writeTinyModel } from '../../support/tiny-model.ts';

const PROFILE = `{template: "{context} {draft}", context: {style: lines}, labels: {${DECISIONS.map((one) => `${one}: [${one}]`).join(', ')}}}`;
const LOCAL = '{profile: plain, base: {file: tiny.gguf}, validated: {verticals: [finance]}}';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'presend-open-'));
  mkdirSync(join(folder, 'models'));
  writeTinyModel(join(folder, 'models/tiny.gguf'));
  return () => rmSync(folder, { recursive: true });
});

function registry(lines: Record<string, string>): void {
  const body = { profiles: `{plain: ${PROFILE}}`, models: `{tiny: ${LOCAL}}`, active: 'tiny', ...lines };
  const text = Object.entries(body).map(([key, value]) => `${key}: ${value}`);
  writeFileSync(join(folder, 'models/registry.yaml'), text.join('\n'));
}

function calibrate(version: string): void {
  mkdirSync(join(folder, 'models/tiny'), { recursive: true });
  writeFileSync(join(folder, 'models/tiny/calibration.json'), JSON.stringify({ ...CALIBRATION, version }));
}

async function open(adapter: Partial<Config['adapter']> = {}) {
  const parsed = configSchema.parse({ adapter });
  const config: Config = { ...parsed, hostname: 'h', source: null, data_dir: folder };
  const warned: string[] = [];
  const model = await openConfiguredModel(config, { warn: (sentence) => warned.push(sentence) });
  if (model) onTestFinished(() => model.adapter.release());
  return { model, warned };
}

describe('the configured model', () => {
  test('is none when none is chosen, or when the adapter is off', async () => {
    registry({ active: 'null' });
    expect(await open()).toEqual({ model: null, warned: [] });
    registry({});
    expect(await open({ mode: 'off' })).toEqual({ model: null, warned: [] });
  });

  test('is the active one, or the one that the configuration names', async () => {
    registry({ models: `{tiny: ${LOCAL}, other: ${LOCAL}}` });
    expect((await open()).model).toMatchObject({
      name: 'tiny',
      calibration: null,
      shadowOnly: false,
      validatedVerticals: ['finance'],
      concurrency: 1,
    });
    expect((await open({ model: 'other' })).model?.name).toBe('other');
    await expect(open({ model: 'missing' })).rejects.toThrow(/no model "missing"; known are: .*tiny/);
  });

  test('is the registry’s shadow when nothing is active, and then only judges in shadow', async () => {
    registry({ active: 'null', shadow: 'tiny' });
    expect((await open()).model).toMatchObject({ name: 'tiny', shadowOnly: true });
  });

  test('validated for all verticals is so for each', async () => {
    registry({ models: '{tiny: {profile: plain, base: {file: tiny.gguf}, validated: {verticals: [all]}}}' });
    expect((await open()).model?.validatedVerticals).toBe('all');
  });

  test('on another host is opened with the key from the environment', async () => {
    const remote = (key: string) =>
      `{far: {profile: plain, remote: {url: "http://127.0.0.1:9", dialect: vllm, model: m, api_key_env: ${key}}}}`;
    registry({ active: 'far', models: remote('PRESEND_TEST_NO_KEY') });
    await expect(open()).rejects.toThrow(/PRESEND_TEST_NO_KEY .* is not set/);
    registry({ active: 'far', models: remote('PATH') });
    expect((await open()).model).toMatchObject({ name: 'far', concurrency: 8 });
  });
});

test('a model on several hosts takes what they take together, and is the same model when one is added', async () => {
  const pool = (hosts: string) =>
    `{pool: {profile: plain, remote: {dialect: vllm, model: m, max_in_flight: 3, hosts: [${hosts}]}}}`;
  registry({
    active: 'pool',
    models: pool('{url: "http://127.0.0.1:9"}, {url: "http://127.0.0.1:10", max_in_flight: 5}'),
  });
  const two = (await open()).model!;
  expect(two.concurrency).toBe(8);
  expect(two.adapter.hosts!().map(({ name, limit }) => [name, limit])).toEqual([
    ['127.0.0.1:9', 3],
    ['127.0.0.1:10', 5],
  ]);
  registry({ active: 'pool', models: pool('{url: "http://127.0.0.1:11"}') });
  const one = (await open()).model!;
  expect(one.adapter.version).toBe(two.adapter.version);
  registry({
    active: 'pool',
    models: pool('{url: "http://127.0.0.1:11"}').replace('model: m', 'model: other'),
  });
  expect((await open()).model!.adapter.version).not.toBe(two.adapter.version);
});

describe('its version', () => {
  test('changes with the weights, the prompt and the scale, and with nothing else', async () => {
    registry({});
    const version = async () => (await open()).model!.adapter.version;
    const first = await version();
    expect(first).toMatch(/^tiny@[0-9a-f]{12}$/);
    expect(await version()).toBe(first);
    registry({ profiles: `{plain: ${PROFILE.replace('{context} {draft}', '{context}  {draft}')}}` });
    const prompted = await version();
    registry({ models: `{tiny: ${LOCAL.replace('}}', '}, lora_scale: 0.5}')}}` });
    const scaled = await version();
    registry({});
    writeTinyModel(join(folder, 'models/tiny.gguf'), { seed: 2 });
    expect(new Set([first, prompted, scaled, await version()]).size).toBe(4);
  });

  test('decides whether a calibration is its own; another one’s is refused', async () => {
    registry({});
    const { version } = (await open()).model!.adapter;
    calibrate(version);
    expect((await open()).model?.calibration).toMatchObject({ version });
    calibrate('tiny@000000000000');
    const { model, warned } = await open();
    expect(model?.calibration).toBeNull();
    expect(warned).toEqual([
      `the calibration of tiny was made for tiny@000000000000, this is ${version}: presend models calibrate tiny --cases FILE`,
    ]);
  });
});

test('a model whose file is missing is opened all the same: mail waits for it as configured', async () => {
  registry({});
  calibrate('tiny@0123456789ab');
  rmSync(join(folder, 'models/tiny.gguf'));
  const { model } = await open();
  expect(model).toMatchObject({ calibration: { version: 'tiny@0123456789ab' } });
  await expect(model!.adapter.warmup()).rejects.toThrow(/tiny\.gguf/);
  expect(model!.adapter.health()).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('tiny.gguf'),
  });
});

test('a calibration that cannot be read names its file', async () => {
  registry({});
  calibrate('x');
  writeFileSync(join(folder, 'models/tiny/calibration.json'), '{');
  await expect(open()).rejects.toThrow(/calibration\.json: not a calibration/);
});
