import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { LockFile } from '../../src/models/lock-file.ts';
import { importLora } from '../../src/models/lora-import.ts';
import { loadRegistry, requireModel } from '../../src/models/registry.ts';
import { sha256File } from '../../src/models/files.ts';
import { type Check, verifyModel } from '../../src/models/verify.ts';
import { peftTensors, writePeft, writeTinyModel } from './tiny-qwen2.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

const LABELS =
  '{ SUPPRESS: [SUPPRESS], ESCALATE: [ESCALATE], BLOCK: [BLOCK], PENALISE: [PENALISE], PASS: [PASS] }';

function register({
  template = '<|im_start|>{context} {draft}<|im_end|>',
  labels = LABELS,
  base = '',
} = {}): void {
  writeFileSync(
    at('registry.yaml'),
    `profiles:
  plain: { template: "${template}", context: { style: lines }, labels: ${labels} }
models:
  tiny: { base: { file: base.gguf${base} }, lora: { file: lora.gguf }, profile: plain }
  far: { remote: { url: "http://localhost:1", dialect: vllm, model: m, api_key_env: PRESEND_TEST_NO_KEY }, profile: plain }
`,
  );
}

const verify = (name = 'tiny'): Promise<Check[]> =>
  verifyModel(requireModel(loadRegistry({ shipped: at('none'), user: folder }), name), new LockFile(folder));
const wrong = (checks: Check[]): string[] =>
  checks.filter(({ ok }) => !ok).map((c) => `${c.what}: ${c.detail}`);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presend-verify-'));
  register();
  await writeTinyModel(at('base.gguf'));
  await importLora(writePeft(at('peft')), at('lora.gguf'), at('base.gguf'));
});

describe('verifying a model', () => {
  test('finds nothing wrong with one that is right, and records its sums', async () => {
    const checks = await verify();
    expect(wrong(checks)).toEqual([]);
    expect(checks.map(({ what }) => what)).toEqual([
      'base',
      'base',
      'tokens',
      'adapter',
      'adapter',
      'labels',
      'calibration',
    ]);
    expect(checks.map(({ detail }) => detail).join('\n')).toMatch(/14 updates fit the base/);
    expect(await new LockFile(folder).current(at('base.gguf'))).toMatchObject({
      sha256: await sha256File(at('base.gguf')),
    });
  });

  test('finds a file that changed since it was got, is missing, or is not what the registry says', async () => {
    await verify();
    const bytes = readFileSync(at('base.gguf'));
    bytes[bytes.length - 100] ^= 1;
    writeFileSync(at('base.gguf'), bytes);
    expect(wrong(await verify())).toEqual([expect.stringMatching(/^base: .*SHA-256 is .*, not /)]);
    register({ base: `, bytes: 5` });
    expect(wrong(await verify())).toEqual([expect.stringMatching(/bytes, not 5/)]);
    register({ base: `, sha256: ${'f'.repeat(64)}` });
    expect(wrong(await verify())).toEqual([expect.stringMatching(/not ffff/)]);
    writeFileSync(
      at('registry.yaml'),
      readFileSync(at('registry.yaml'), 'utf8').replace('base.gguf', 'gone.gguf'),
    );
    expect(wrong(await verify())).toEqual([
      expect.stringMatching(/gone\.gguf is missing; run "presend models pull"/),
    ]);
  });

  test('finds a file that is cut off or no GGUF', async () => {
    writeFileSync(at('lora.gguf'), readFileSync(at('lora.gguf')).subarray(0, -40));
    writeFileSync(at('base.gguf'), 'hello');
    expect(wrong(await verify())).toEqual([
      expect.stringMatching(/^base: .*not a GGUF file/),
      expect.stringMatching(/^adapter: .*cut off/),
    ]);
  });

  test('finds an adapter for another base, or one that changes nothing', async () => {
    await writeTinyModel(at('base.gguf'), undefined, {
      without: ['blk.0.attn_q.weight', 'blk.1.attn_norm.weight'],
    });
    expect(wrong(await verify())).toEqual([
      'base: layer 1 is missing',
      expect.stringMatching(/^adapter: the base has no "blk\.0\.attn_q\.weight"/),
    ]);
    const tensors = peftTensors().map((t) => ({ ...t, values: t.values.map(() => 1e-9) }));
    await expect(importLora(writePeft(at('small'), { tensors }), at('x.gguf'), null)).rejects.toThrow(/zero/);
  });

  test('finds chat tokens that the base does not know, and text split in an unknown way', async () => {
    register({ template: '<|turn|>{context} {draft}' });
    expect(wrong(await verify())).toEqual(['tokens: the profile uses <|turn|>, which is no token of it']);
    await writeTinyModel(at('base.gguf'), undefined, {
      metadata: { 'tokenizer.ggml.pre': { type: 'bool', value: false } },
    });
    await new LockFile(folder).put(at('base.gguf'), await sha256File(at('base.gguf')), 'test');
    expect(wrong(await verify())[0]).toMatch(/does not say how text is split.*and 1 more/);
  });

  test('finds labels that begin each other', async () => {
    register({ labels: LABELS.replace('[PASS]', '[PASS, BLOCKED]') });
    expect(wrong(await verify())).toEqual(['labels: "BLOCK" (BLOCK) begins "BLOCKED" (PASS)']);
  });

  test('finds a calibration that is none, and a key that is not set', async () => {
    mkdirSync(at('tiny'));
    writeFileSync(at('tiny/calibration.json'), '{}');
    expect(wrong(await verify())).toEqual([expect.stringMatching(/^calibration: .* is not a calibration/)]);
    expect(wrong(await verify('far'))).toEqual(['host: PRESEND_TEST_NO_KEY is not set']);
  });
});
