import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LlamaAdapterOptions } from '../../src/judge/adapter/llama.ts';
import { cpuQuota } from '../../src/judge/adapter/cpu-quota.ts';
import { type LocalModel, loadRegistry, modelFolders, requireModel } from '../../src/models/registry.ts';
import { tinyProfile } from '../support/tiny-judge.ts';
import { type ModelShape, writeTinyLora, writeTinyModel } from '../support/tiny-model.ts';
import { JudgeBench } from './judge-measures.ts';

const HELP = `npm run bench:judge -- [options]

What a verdict of the in-process adapter takes, beside raw llama.cpp in the same run. Ratios hold on a busy machine,
milliseconds do not.

  --name NAME        a model of the registry (default: the active one, else --random judge)
  --model F --lora F --profile NAME   files of their own, and a profile of the registry
  --random SHAPE     random weights: judge (about 23 M parameters) or 1.5b
  --tokens N         length of the prompt (700)
  --rounds N         verdicts measured (100)
  --judgements N     judgements for the memory's course (5000)
  --gpu cuda|vulkan|auto    and no GPU without it
  --context N        (2048)
  --json             only one JSON document`;

const { values: given } = parseArgs({
  options: {
    name: { type: 'string' },
    model: { type: 'string' },
    lora: { type: 'string' },
    profile: { type: 'string' },
    random: { type: 'string' },
    tokens: { type: 'string', default: '700' },
    rounds: { type: 'string', default: '100' },
    judgements: { type: 'string', default: '5000' },
    gpu: { type: 'string' },
    context: { type: 'string', default: '2048' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const SHAPES: Record<string, Partial<ModelShape>> = {
  judge: { layers: 6, width: 512, heads: 8, kvHeads: 2, feedForward: 1408, vocabulary: 8192, type: 'q8_0' },
  '1.5b': {
    layers: 28,
    width: 1536,
    heads: 12,
    kvHeads: 2,
    feedForward: 8960,
    vocabulary: 151_936,
    type: 'f16',
  },
};

type Files = Pick<LlamaAdapterOptions, 'modelPath' | 'loraPath' | 'loraScale' | 'profile'> & { what: string };

function chosenModel(folder: string): Files {
  const registry = loadRegistry(modelFolders({ data_dir: 'data' }));
  if (given.model) {
    const name = given.profile ?? 'presend-lines';
    const profile = registry.profiles.get(name);
    if (!profile) throw new Error(`there is no profile "${name}"`);
    return { what: given.model, modelPath: given.model, loraPath: given.lora ?? null, loraScale: 1, profile };
  }
  const named = given.name ? requireModel(registry, given.name) : registry.active;
  if (named?.kind === 'local' && !given.random) return registered(named);
  const shape = given.random ?? 'judge';
  const options = SHAPES[shape];
  if (!options) throw new Error(`--random is one of ${Object.keys(SHAPES).join(', ')}`);
  const files = { modelPath: join(folder, 'base.gguf'), loraPath: join(folder, 'lora.gguf') };
  writeTinyModel(files.modelPath, options);
  writeTinyLora(files.loraPath, options);
  return { what: `random weights, shape "${shape}"`, ...files, loraScale: 1, profile: tinyProfile() };
}

const registered = ({ name, base, lora, loraScale, profile }: LocalModel): Files => ({
  what: name,
  modelPath: base.path,
  loraPath: lora?.path ?? null,
  loraScale,
  profile,
});

if (given.help) {
  process.stdout.write(`${HELP}\n`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'presend-bench-judge-'));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string): Promise<void> {
  const { what, ...files } = chosenModel(folder);
  const threads = cpuQuota();
  const gpu = (given.gpu ?? false) as NonNullable<LlamaAdapterOptions['gpu']>;
  const options: LlamaAdapterOptions = {
    version: 'bench',
    ...files,
    contextSize: Number(given.context),
    threads,
    gpu,
    timeoutMs: 120_000,
    // Random weights of a large shape need not favour the labels.
    minMass: 0,
  };
  const progress = (line: string): void => {
    if (!given.json) process.stderr.write(`${line}\n`);
  };
  const bench = await JudgeBench.open(options, Number(given.tokens), progress);
  const figures = { model: what, threads, gpu, ...(await measuredBy(bench)) };
  await bench.close();
  process.stdout.write(given.json ? `${JSON.stringify(figures, null, 2)}\n` : table(figures));
}

async function measuredBy(bench: JudgeBench) {
  return {
    ...bench.facts,
    cold_start_to_first_verdict_ms: await bench.coldStart(),
    ...(await bench.verdicts(Number(given.rounds))),
    ...(await bench.eightAtOnce(Math.ceil(Number(given.rounds) / 10))),
    memory: await bench.memory(Number(given.judgements)),
  };
}

/** Figure, value and what it should be. */
function table(
  figures: { model: string; threads: number; gpu: unknown } & Awaited<ReturnType<typeof measuredBy>>,
): string {
  const { memory } = figures;
  const rows: [string, unknown, string?][] = [
    ['model', figures.model],
    ['threads', figures.threads],
    ['gpu', figures.gpu],
    ['prompt, tokens', figures.prompt_tokens],
    ['new for each mail, tokens', figures.new_tokens],
    ['cold start to first verdict, ms', figures.cold_start_to_first_verdict_ms, '<= 2000'],
    ['verdict p50, ms', figures.verdict_ms.p50, '<= 120'],
    ['verdict p95, ms', figures.verdict_ms.p95],
    ['raw prefill p50, ms', figures.raw_prefill_ms.p50],
    ['verdict / raw prefill, median of pairs', figures.verdict_to_raw, '<= 1.25'],
    ['8 at once / serial throughput', figures.eight_at_once_to_serial, '>= 0.95'],
    ...[memory[0], memory.at(-1)].flatMap((at): [string, unknown][] =>
      at
        ? [
            [`judge process after ${at.judgements}, MiB`, at.judge_mib],
            [`gate process after ${at.judgements}, MiB`, at.gate_mib],
          ]
        : [],
    ),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(
      ([name, value, target]) => `${name.padEnd(width)}  ${String(value)}${target ? `  (${target})` : ''}\n`,
    )
    .join('');
}
