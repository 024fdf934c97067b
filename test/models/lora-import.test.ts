import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Llama, getLlama } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapterIsSilent, adapterProblems, requireAdapterFits } from '../../src/models/check-adapter.ts';
import { readGguf } from '../../src/models/gguf-read.ts';
import { importLora } from '../../src/models/lora-import.ts';
import { fromHalf, readSafetensors, toHalf } from '../../src/models/safetensors.ts';
import {
  type PeftTensor,
  type StoredAs,
  TINY,
  merged,
  peftTensors,
  safetensors,
  writePeft,
  writeTinyModel,
} from './tiny-qwen2.ts';

const folder = mkdtempSync(join(tmpdir(), 'presend-lora-'));
const at = (name: string): string => join(folder, name);
let llama: Llama;
let base: string;
let plain: Map<number, number>;

beforeAll(async () => {
  llama = await getLlama({ gpu: false, logLevel: 'error' as never });
  base = await writeTinyModel(at('base.gguf'));
  plain = await probabilities(base);
});
afterAll(() => llama.dispose());

/** Probability of every token after a prompt, by token. */
async function probabilities(modelPath: string, lora?: string): Promise<Map<number, number>> {
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({
    contextSize: 128,
    // Threads that wait for each other are slow where other tests run beside them.
    threads: 1,
    ...(lora ? { lora } : {}),
  });
  const sequence = context.getSequence();
  const tokens = model.tokenize('Subject: the same prompt for all of them');
  const answers = await sequence.controlledEvaluate([
    ...tokens.slice(0, -1),
    [tokens.at(-1)!, { generateNext: { probabilities: true } }],
  ]);
  const found = answers.at(-1)!.next.probabilities!;
  await model.dispose();
  return found;
}

/** The updates with the precision that the file keeps of them. */
const asStored = (tensors: PeftTensor[], as: StoredAs): PeftTensor[] =>
  tensors.map((tensor) => ({ ...tensor, values: tensor.values.map((value) => kept(value, as)) }));

const bits = new Uint32Array(1);
const kept = (value: number, as: StoredAs): number => {
  if (as === 'F32') return value;
  if (as === 'F16') return fromHalf(toHalf(value));
  new Float32Array(bits.buffer)[0] = value;
  bits[0] &= 0xffff0000;
  return new Float32Array(bits.buffer)[0];
};

/** The largest difference in log-probability among tokens that matter. */
function distance(one: Map<number, number>, other: Map<number, number>): number {
  expect(one.size).toBe(other.size);
  let worst = 0;
  for (const [token, p] of one) worst = Math.max(worst, Math.abs(Math.log(p) - Math.log(other.get(token)!)));
  return worst;
}

describe('an imported adapter on its base', () => {
  test.each([
    ['F32', false],
    ['F16', false],
    ['BF16', false],
    ['F32', true],
  ] as const)('gives the probabilities of merged weights, from %s, rsLoRA %s', async (as, rslora) => {
    const tensors = peftTensors();
    const peft = writePeft(at(`peft-${as}-${rslora}`), { tensors, as, config: { use_rslora: rslora } });
    const out = at(`${as}-${rslora}.gguf`);
    const report = await importLora(peft, out, base);
    expect(report).toMatchObject({ rank: 4, layers: 2, notes: [], baseName: 'someone/tiny-qwen2' });
    expect(report.modules.toSorted()).toEqual([
      'attn_k',
      'attn_output',
      'attn_q',
      'attn_v',
      'ffn_down',
      'ffn_gate',
      'ffn_up',
    ]);
    const scale = rslora ? 8 / Math.sqrt(TINY.rank) : 8 / TINY.rank;
    const exact = await writeTinyModel(at('merged.gguf'), merged(asStored(tensors, as), scale));

    const adapted = await probabilities(base, out);
    const expected = await probabilities(exact);
    expect(distance(plain, expected)).toBeGreaterThan(0.5);
    // llama.cpp multiplies by the updates in sixteen bits.
    expect(distance(adapted, expected)).toBeLessThan(0.03);
  });

  test('is the same when PEFT names the adapter in its tensors', async () => {
    const tensors = peftTensors().map((t) => ({ ...t, name: t.name.replace('.weight', '.default.weight') }));
    await importLora(writePeft(at('named'), { tensors }), at('named.gguf'), base);
    await importLora(writePeft(at('unnamed')), at('unnamed.gguf'), null);
    expect(readFileSync(at('named.gguf')).equals(readFileSync(at('unnamed.gguf')))).toBe(true);
  });

  test('from a folder of links, as the Hugging Face cache keeps it, is read', async () => {
    const peft = writePeft(at('linked'));
    rmSync(join(peft, 'adapter_model.safetensors'));
    writeFileSync(at('blob'), safetensors(peftTensors()));
    symlinkSync(at('blob'), join(peft, 'adapter_model.safetensors'));
    await expect(importLora(peft, at('linked.gguf'), base)).resolves.toMatchObject({ rank: 4 });
  });
});

describe('an adapter that would judge nothing, or not as trained, is refused in one sentence:', () => {
  const without = (part: RegExp) => peftTensors().filter(({ name }) => !part.test(name));
  const zeroed = (part: RegExp): PeftTensor[] =>
    peftTensors().map((t) => (part.test(t.name) ? { ...t, values: new Float32Array(t.values.length) } : t));
  const extra = (name: string): PeftTensor[] => [
    ...peftTensors(),
    { name, shape: [4, 64], values: new Float32Array(256) },
  ];

  test.each<[string, { config?: object; tensors?: PeftTensor[] }, RegExp]>([
    ['B is zero throughout', { tensors: zeroed(/lora_B/) }, /all its updates are zero/],
    ['A is zero throughout', { tensors: zeroed(/lora_A/) }, /all its updates are zero/],
    ['another rank than it says', { config: { r: 8 } }, /does not fit rank 8/],
    ['no alpha', { config: { lora_alpha: 0 } }, /lora_alpha/],
    [
      'a layer without q_proj',
      { tensors: without(/layers\.1\.self_attn\.q_proj/) },
      /lacks lora_A of attn_q in layer 1/,
    ],
    [
      'an A without its B',
      { tensors: without(/layers\.0\.mlp\.up_proj\.lora_B/) },
      /has no counterpart|lacks lora_B of ffn_up in layer 0/,
    ],
    ['fewer modules than it names', { tensors: without(/gate_proj/) }, /lacks lora_A of ffn_gate/],
    [
      'more modules than it names',
      { config: { target_modules: ['q_proj'] } },
      /which its configuration does not name/,
    ],
    ['fewer layers than the base', { tensors: without(/layers\.1\./) }, /lacks lora_A of .* in layer 1/],
    [
      'more layers than the base',
      { tensors: peftTensors().map((t) => ({ ...t, name: t.name.replace('layers.1.', 'layers.2.') })) },
      /layer 2, and the base has 2/,
    ],
    [
      'an embedding',
      { tensors: extra('base_model.model.model.embed_tokens.lora_embedding_A') },
      /embed_tokens.*cannot be imported/,
    ],
    [
      'an output layer',
      { tensors: extra('base_model.model.lm_head.lora_A.weight') },
      /lm_head.*cannot be imported/,
    ],
    [
      'a DoRA magnitude',
      { tensors: extra('base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector.weight') },
      /cannot be imported/,
    ],
    ['a name that is a path', { tensors: extra('../../../etc/passwd') }, /cannot be imported/],
    [
      'a target that GGUF has no place for',
      { config: { target_modules: ['q_proj', 'lm_head'] } },
      /trained on "lm_head"/,
    ],
    ['DoRA', { config: { use_dora: true } }, /DoRA/],
    ['saved modules', { config: { modules_to_save: ['lm_head'] } }, /modules_to_save/],
    ['a rank pattern', { config: { rank_pattern: { q_proj: 8 } } }, /rank_pattern/],
    ['an alpha pattern', { config: { alpha_pattern: { q_proj: 8 } } }, /alpha_pattern/],
    ['trained biases', { config: { bias: 'all' } }, /bias: all/],
    ['weights the other way round', { config: { fan_in_fan_out: true } }, /fan_in_fan_out/],
    ['a way of training that came later', { config: { use_something_new: true } }, /needs use_something_new/],
    ['a changed base', { config: { init_lora_weights: 'pissa_niter_16' } }, /changed the base weights/],
    ['another kind of adapter', { config: { peft_type: 'IA3' } }, /IA3, not LORA/],
    [
      'numbers beyond a half',
      { tensors: peftTensors().map((t, i) => (i === 3 ? { ...t, values: t.values.map(() => 70_000) } : t)) },
      /beyond 65504/,
    ],
    [
      'no numbers',
      {
        tensors: peftTensors().map((t, i) =>
          i === 3 ? { ...t, values: t.values.map(() => Number.NaN) } : t,
        ),
      },
      /infinite, none/,
    ],
  ])('%s', async (_, options, sentence) => {
    const error = await importLora(writePeft(at('bad'), options), at('bad.gguf'), base).catch(
      (e: Error) => e,
    );
    expect((error as Error).name).toBe('UserError');
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).not.toContain('\n');
    expect(existsSync(at('bad.gguf'))).toBe(false);
  });

  test('a base of other widths or another architecture', async () => {
    const wide = peftTensors().map((t) =>
      t.shape[1] === TINY.width
        ? { ...t, shape: [t.shape[0], 128], values: new Float32Array(t.shape[0] * 128).fill(1) }
        : t,
    );
    const peft = writePeft(at('wide'), { tensors: wide });
    await expect(importLora(peft, at('wide.gguf'), base)).rejects.toThrow(
      /64×32 in the base and 128×32 in the adapter/,
    );
    const llamaBase = await writeTinyModel(at('llama.gguf'), undefined, {
      metadata: { 'general.architecture': { type: 'string', value: 'llama' } },
    });
    await expect(importLora(writePeft(at('fine')), at('fine.gguf'), llamaBase)).rejects.toThrow(
      /adapters for llama models cannot be imported/,
    );
    await importLora(at('fine'), at('fine.gguf'), base);
    await expect(importLora(at('fine'), at('x.gguf'), at('fine.gguf'))).rejects.toThrow(
      /an adapter, not a base/,
    );
  });

  test('a file that is cut off, no safetensors at all, or a pickle', async () => {
    const peft = writePeft(at('cut'));
    const weights = join(peft, 'adapter_model.safetensors');
    const whole = readFileSync(weights);
    for (const length of [whole.length - 1, whole.length - 5_000, 500, 9, 4, 0]) {
      writeFileSync(weights, whole);
      truncateSync(weights, length);
      await expect(importLora(peft, at('cut.gguf'), null)).rejects.toThrow(/cut off/);
    }
    writeFileSync(weights, Buffer.concat([whole, Buffer.alloc(8)]));
    await expect(importLora(peft, at('cut.gguf'), null)).rejects.toThrow(/8 bytes belong to no tensor/);
    writeFileSync(weights, 'version https://git-lfs.github.com/spec/v1');
    await expect(importLora(peft, at('cut.gguf'), null)).rejects.toThrow(/not a safetensors file/);
    rmSync(weights);
    writeFileSync(join(peft, 'adapter_model.bin'), 'x');
    await expect(importLora(peft, at('cut.gguf'), null)).rejects.toThrow(/pickle/);
    await expect(importLora(folder, at('cut.gguf'), null)).rejects.toThrow(
      /adapter_config\.json: no such file/,
    );
  });
});

describe('a GGUF adapter from elsewhere', () => {
  test('is refused before it is loaded when its base is another or it changes nothing', async () => {
    await importLora(writePeft(at('ok')), at('ok.gguf'), base);
    await expect(requireAdapterFits(base, at('ok.gguf'))).resolves.toBeUndefined();
    const adapter = await readGguf(at('ok.gguf'));
    expect(adapterProblems(adapter, await readGguf(base))).toEqual([]);
    const small = await writeTinyModel(at('small.gguf'), undefined, { without: ['blk.1.ffn_up.weight'] });
    await expect(requireAdapterFits(small, at('ok.gguf'))).rejects.toThrow(/no "blk\.1\.ffn_up\.weight"/);
    await expect(requireAdapterFits(base, base)).rejects.toThrow(/not a LoRA adapter/);

    const bytes = readFileSync(at('ok.gguf'));
    for (const { name, offset, bytes: length } of adapter.tensors) {
      // Negative zeros are zeros too.
      if (name.endsWith('lora_b'))
        for (let i = 0; i < length; i += 2) bytes.writeUInt16LE(0x8000, offset + i);
    }
    writeFileSync(at('silent.gguf'), bytes);
    expect(await adapterIsSilent(at('ok.gguf'), adapter)).toBe(false);
    await expect(requireAdapterFits(base, at('silent.gguf'))).rejects.toThrow(/all its updates are zero/);
  });
});

describe('sixteen bits', () => {
  test('every half survives the way to a number and back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(toHalf(value) & 0x7fff).toBeGreaterThan(0x7c00);
      else if (toHalf(value) !== bits) throw new Error(`${bits} came back as ${toHalf(value)}`);
    }
  });

  test('a number between two halves goes to the nearer, and from the middle to the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
      const middle = (low + high) / 2;
      if (toHalf(middle) !== (bits % 2 === 0 ? bits : bits + 1)) throw new Error(`the middle above ${bits}`);
      if (toHalf(low + (high - low) * 0.4) !== bits) throw new Error(`just above ${bits}`);
      if (toHalf(low + (high - low) * 0.6) !== bits + 1) throw new Error(`just below ${bits + 1}`);
    }
    expect(toHalf(65_519)).toBe(0x7bff);
    expect(toHalf(65_520)).toBe(0x7c00);
    expect(toHalf(-1e-9)).toBe(0x8000);
  });
});

describe('a safetensors file', () => {
  test('of any damage to its header gives a sentence or tensors that lie in the file, never anything else', async () => {
    const whole = safetensors(peftTensors().slice(0, 4));
    const headerEnd = 8 + Number(whole.readBigUInt64LE());
    const path = at('fuzz.safetensors');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [position, value] of changes) bytes[position] = value;
          writeFileSync(path, bytes);
          try {
            for (const { start, end } of await readSafetensors(path)) {
              expect(start <= end && end <= bytes.length).toBe(true);
            }
          } catch (error) {
            expect((error as Error).name).toBe('UserError');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
