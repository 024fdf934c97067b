// Verdict latency of presend's own adapter, called as the gate calls it (judge process, queue, prompt, reading).
//   node verdict.mjs --app APP --model BASE.gguf --lora LORA.gguf [--gpu cuda|off] [--tokens 750] [--calls 30] --json OUT
// Cases, all with the published prompt and a prompt of --tokens tokens in all:
//   verdict            rubric kept, each label one token (one evaluation)
//   verdict_spelled    rubric kept, labels of one to three tokens (the likelihood of each whole label)
//   verdict_no_prefix  nothing kept: the whole prompt for each mail, each label one token
// and the rationale of --rationale tokens that follows a verdict without delaying it.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { importFrom, spread } from './measure.mjs';

const { values: options } = parseArgs({
  options: {
    app: { type: 'string' },
    model: { type: 'string' },
    lora: { type: 'string' },
    gpu: { type: 'string', default: 'cuda' },
    tokens: { type: 'string', default: '750' },
    calls: { type: 'string', default: '30' },
    rationale: { type: 'string', default: '64' },
    threads: { type: 'string' },
    json: { type: 'string' },
  },
});
const TOKENS = Number(options.tokens);
const CALLS = Number(options.calls);
const WARM_UP = 5;

const dist = (file) => import(pathToFileURL(resolve(options.app, 'dist', file)).href);
const { createLlamaAdapter } = await dist('judge/adapter/llama.js');
const { profileSchema } = await dist('judge/adapter/profile.js');
const { parse } = await importFrom(options.app, 'yaml');

const root = resolve(import.meta.dirname, '../../..');
const { profiles } = parse(readFileSync(resolve(root, 'models/registry.yaml'), 'utf8'));
const card = profileSchema.parse(profiles['tenacious-card']);
const ONE_TOKEN = { SUPPRESS: ['U'], ESCALATE: ['E'], BLOCK: ['B'], PENALISE: ['N'], PASS: ['S'] };
const [rubric, rest] = card.template.split('{context}');
const rationale = { separator: '\n', stop: [], max_tokens: Number(options.rationale) };
const CASES = {
  verdict: { ...card, labels: ONE_TOKEN, rationale },
  verdict_spelled: card,
  // The rubric after the record: the same tokens, and nothing in front that every mail has in common.
  verdict_no_prefix: { ...card, labels: ONE_TOKEN, template: `{context}\n${rubric}${rest}` },
};

const words = readFileSync(resolve(root, 'README.md'), 'utf8').match(/[A-Za-z]{2,}/g);

/** A record and a draft of `count` words and then `fill` times one that is one token. */
function mail(number, count, fill) {
  const start = (number * 37) % words.length;
  const text = Array.from({ length: count }, (_, i) => words[(start + i) % words.length]).join(' ');
  return {
    draft: {
      subject: `Engineering capacity ${number}`,
      body: text + ' the'.repeat(fill),
      segments: [],
      hidden: [],
      links: [],
      attachments: [],
    },
    prospect: {
      prospect_id: `p-${1000 + number}`,
      address: null,
      name: 'A Person',
      company: 'Example Company',
      headcount: 340,
      funding_stage: 'series_b',
      funding_amount_usd: 24_000_000,
      funding_confidence: 'high',
      disqualifiers: [],
      opt_out_channels: [],
      thread_id: `t-${number}`,
      recipient_role: 'vp_eng',
      title: null,
      industry: null,
      city: null,
      country: null,
      regulated: null,
      account_owner: null,
      available_signals: {
        open_roles: 14,
        hiring_velocity: 'rising',
        stack: ['python', 'go', 'postgres'],
        leadership_change: null,
      },
      commitments: [],
      thread: [],
      foreign: [],
      peers: [],
      updated_at: null,
    },
    channel: 'email',
    today: '2026-03-02',
  };
}

/** A mail whose whole prompt is `TOKENS` tokens: words until nearly, then single tokens. */
async function fitted(adapter, number) {
  let count = 0;
  let fill = 1;
  for (let tries = 0; tries < 12; tries++) {
    const { promptTokens } = await adapter.classify(mail(number, count, fill));
    const missing = TOKENS - promptTokens;
    if (missing === 0) return mail(number, count, fill);
    if (missing > 40) count += Math.floor((missing - 20) / 2);
    else fill += missing;
    if (fill < 0) [count, fill] = [count + fill, 0];
  }
  throw new Error(`no draft gives a prompt of ${TOKENS} tokens`);
}

async function measure(name, profile) {
  let facts = {};
  const adapter = createLlamaAdapter({
    version: 'random@0',
    modelPath: options.model,
    loraPath: options.lora,
    loraScale: 1,
    profile,
    gpu: options.gpu === 'off' ? false : options.gpu,
    threads: options.threads === undefined ? null : Number(options.threads),
    timeoutMs: 120_000,
    // Random weights spend next to nothing on the labels.
    minMass: 0,
    log: { info: (found) => (facts = found), warn: (trouble) => console.error(trouble) },
  });
  const asked = performance.now();
  await adapter.warmup();
  const loadMs = performance.now() - asked;
  try {
    const mails = [];
    for (let i = 0; i < Math.min(CALLS, 8); i++) mails.push(await fitted(adapter, i));
    const times = [];
    for (let i = 0; i < WARM_UP + CALLS; i++) {
      const begun = performance.now();
      const { promptTokens, logLikelihood } = await adapter.classify(mails[i % mails.length]);
      if (i >= WARM_UP) times.push(performance.now() - begun);
      if (promptTokens !== TOKENS) throw new Error(`a prompt of ${promptTokens} tokens, not ${TOKENS}`);
      if (!Object.values(logLikelihood).every(Number.isFinite))
        throw new Error('a label without probability');
    }
    const result = { ...facts, promptTokens: TOKENS, loadMs, ...spread(times) };
    if (name === 'verdict') {
      const reasons = [];
      for (let i = 0; i < 8; i++) {
        const begun = performance.now();
        await adapter.explain(mails[i % mails.length], 'BLOCK');
        if (i > 0) reasons.push(performance.now() - begun);
      }
      result.rationale = { tokens: rationale.max_tokens, ...spread(reasons) };
    }
    return result;
  } finally {
    await adapter.release();
  }
}

const results = {};
for (const [name, profile] of Object.entries(CASES)) {
  results[name] = await measure(name, profile);
  const { gpu, prefixTokens, p50, p95 } = results[name];
  console.log(
    `${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (gpu ${gpu}, ${prefixTokens} tokens kept)`,
  );
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
