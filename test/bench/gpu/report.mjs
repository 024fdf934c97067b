// Puts the results together: OUT/report.json and a table.   node report.mjs --out OUT --app APP --work WORK
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, app: { type: 'string' }, work: { type: 'string' } },
});
const read = (name) => {
  const file = join(options.out, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
};
/** null where the program is missing or there is no GPU. */
const say = (program, ...args) => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
};

const [first, second, recipe, rates] = ['verdict-1', 'verdict-2', 'recipe', 'rates'].map((name) =>
  read(`${name}.json`),
);
let bench = null;
try {
  bench = read('llama-bench.json');
} catch {
  // Cut off or empty: the run says that it failed.
}
const llama = (file) =>
  JSON.parse(readFileSync(resolve(options.app, 'node_modules/node-llama-cpp', file), 'utf8'));
const versions = {
  gpu: say('nvidia-smi', '--query-gpu=name', '--format=csv,noheader'),
  driver: say('nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader'),
  nvcc: say('nvcc', '--version')?.match(/release [\d.]+/)?.[0] ?? null,
  llamaCpp: llama('llama/binariesGithubRelease.json').release,
  nodeLlamaCpp: llama('package.json').version,
  node: process.version,
  torch: recipe?.torch ?? null,
  transformers: recipe?.transformers ?? null,
  peft: recipe?.peft ?? null,
};
const ofBench = (test) =>
  bench?.find(({ n_prompt, n_gen }) => (test === 'prefill' ? n_prompt > 0 && n_gen === 0 : n_prompt === 0))
    ?.avg_ts ?? null;
const over = (a, b) => (a == null || b == null ? null : a / b);
const worse = (name) => {
  const both = [first?.[name]?.p50, second?.[name]?.p50].filter((ms) => ms != null);
  return both.length === 0 ? null : Math.max(...both);
};
const speedups = Object.fromEntries(
  ['verdict', 'verdict_spelled', 'verdict_no_prefix'].map((name) => [
    name,
    {
      p50: worse(name),
      timesFasterThanUnmerged: over(recipe?.unmerged?.answer_ms.p50, worse(name)),
      timesFasterThanMerged: over(recipe?.merged?.answer_ms.p50, worse(name)),
    },
  ]),
);
const against = {
  prefill: {
    llamaBench: ofBench('prefill'),
    plain: rates?.plain.prefillTokensPerSecond ?? null,
    lora: rates?.lora.prefillTokensPerSecond ?? null,
  },
  decode: {
    llamaBench: ofBench('decode'),
    plain: rates?.plain.decodeTokensPerSecond ?? null,
    lora: rates?.lora.decodeTokensPerSecond ?? null,
  },
};
const report = {
  at: new Date().toISOString(),
  versions,
  speedups,
  tokensPerSecond: against,
  first,
  second,
  recipe,
  rates,
  llamaBench: bench,
};
writeFileSync(join(options.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);

const number = (value, digits = 1) => (value == null ? '–' : value.toFixed(digits));
const row = (...cells) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(12))).join(''));
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version ?? '–'}`)
    .join(', '),
);
row('verdict, ms', 'p50', 'p95', 'p50 again', '× unmerged', '× merged');
for (const [name, { timesFasterThanUnmerged, timesFasterThanMerged }] of Object.entries(speedups)) {
  row(
    name,
    number(first?.[name]?.p50),
    number(first?.[name]?.p95),
    number(second?.[name]?.p50),
    number(timesFasterThanUnmerged),
    number(timesFasterThanMerged),
  );
}
row(
  'rationale after it, ms',
  number(first?.verdict?.rationale?.p50),
  '',
  number(second?.verdict?.rationale?.p50),
);
row("the card's recipe, ms", 'prefill', 'whole');
for (const name of ['unmerged', 'merged']) {
  row(name, number(recipe?.[name]?.prefill_ms.p50), number(recipe?.[name]?.answer_ms.p50, 0));
}
row('tokens/s', 'llama-bench', 'binding', 'with LoRA', 'of bench');
for (const [name, { llamaBench, plain, lora }] of Object.entries(against)) {
  row(name, number(llamaBench, 0), number(plain, 0), number(lora, 0), number(over(plain, llamaBench), 2));
}
