// Prefill and decode through node-llama-cpp as the judge process uses it, with and without the adapter, to set beside
// llama-bench (which takes no adapter).
//   node rates.mjs --app APP --model BASE.gguf --lora LORA.gguf [--gpu cuda|off] [--tokens 750] [--new 64] --json OUT
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { importFrom, spread } from './measure.mjs';

const { values: options } = parseArgs({
  options: {
    app: { type: 'string' },
    model: { type: 'string' },
    lora: { type: 'string' },
    gpu: { type: 'string', default: 'cuda' },
    tokens: { type: 'string', default: '750' },
    new: { type: 'string', default: '64' },
    runs: { type: 'string', default: '9' },
    threads: { type: 'string', default: '4' },
    json: { type: 'string' },
  },
});
const TOKENS = Number(options.tokens);
const NEW = Number(options.new);
const RUNS = Number(options.runs);
const WARM_UP = 2;
const threads = Number(options.threads);

const { getLlama, LlamaLogLevel } = await importFrom(options.app, 'node-llama-cpp');
const llama = await getLlama({
  gpu: options.gpu === 'off' ? false : options.gpu,
  build: 'never',
  skipDownload: true,
  maxThreads: threads,
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({
  modelPath: options.model,
  useMmap: false,
  ...(options.gpu === 'off' ? { gpuLayers: 0 } : {}),
});

async function rates(lora) {
  const context = await model.createContext({
    contextSize: 2048,
    sequences: 2,
    flashAttention: 'auto',
    threads,
    ...(lora ? { lora: { adapters: [{ filePath: options.lora, scale: 1 }] } } : {}),
  });
  const sequence = context.getSequence();
  const step = async (tokens) => {
    const last = tokens[tokens.length - 1];
    const output = await sequence.controlledEvaluate([
      ...tokens.slice(0, -1),
      [last, { generateNext: { token: true } }],
    ]);
    return output[tokens.length - 1].next.token;
  };
  const prefill = [];
  const decode = [];
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const prompt = Array.from({ length: TOKENS }, (_, i) => 300 + ((i * 7919 + run * 104_729) % 150_000));
    const begun = performance.now();
    let token = await step(prompt);
    const filled = performance.now();
    for (let i = 0; i < NEW; i++) token = await step([token]);
    const ended = performance.now();
    await sequence.clearHistory();
    if (run < WARM_UP) continue;
    prefill.push(filled - begun);
    decode.push((ended - filled) / NEW);
  }
  await context.dispose();
  const [prompt, token] = [spread(prefill), spread(decode)];
  return {
    prefillMs: prompt,
    prefillTokensPerSecond: (TOKENS * 1000) / prompt.p50,
    decodeMsPerToken: token,
    decodeTokensPerSecond: 1000 / token.p50,
  };
}

const results = {
  gpu: llama.gpu,
  tokens: TOKENS,
  new: NEW,
  plain: await rates(false),
  lora: await rates(true),
};
await llama.dispose();
for (const name of ['plain', 'lora']) {
  const { prefillTokensPerSecond, decodeTokensPerSecond, prefillMs } = results[name];
  console.log(
    `${name}: prefill ${prefillMs.p50.toFixed(1)} ms = ${prefillTokensPerSecond.toFixed(0)} tokens/s, decode ${decodeTokensPerSecond.toFixed(0)} tokens/s`,
  );
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
