import { readFileSync } from 'node:fs';
import { getLlama } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { draftFromText, prospectFromContext } from '../../src/evaluate/context.ts';
import type { AdapterInput } from '../../src/judge/adapter/adapter.ts';
import type { JudgeModel } from '../../src/judge/adapter-judge.ts';
import { openConfiguredModel } from '../../src/judge/adapter/open.ts';
import { readClassification } from '../../src/judge/adapter/reading.ts';
import { DECISIONS } from '../../src/message/types.ts';
import { loadRegistry, modelFolders } from '../../src/models/registry.ts';

const config = { ...configSchema.parse({}), hostname: 'h', source: null, data_dir: 'no-such-folder' };

const base = {
  prospect_id: 'p1',
  company: 'Harbour Lane',
  headcount: 140,
  funding_stage: 'series_b',
  funding_amount_usd: 20_000_000,
  funding_confidence: 'high',
  disqualifiers: [],
  opt_out_channels: [],
  recipient_role: 'vp_eng',
  available_signals: {},
};

function input(change: Record<string, unknown>, text: string): AdapterInput {
  return {
    prospect: prospectFromContext({ ...base, ...change }),
    draft: draftFromText(text),
    channel: 'email',
    today: '2026-05-01',
  };
}

const plain = 'Hi Ruth,\n\nWe test mobile apps on real devices. Would a short call be useful?\n\nBest,\nTom';

describe('the bundled judge', () => {
  let model: JudgeModel;

  beforeAll(async () => {
    model = (await openConfiguredModel(config, { warn: () => {} }))!;
    await model.adapter.warmup();
  });
  afterAll(() => model.adapter.release());

  it('is active out of the box, calibrated for exactly these weights', () => {
    expect(model.adapter.version).toMatch(/^presend-judge-1@/);
    expect(model.calibration?.version).toBe(model.adapter.version);
  });

  it('splits text exactly as the tokenizer it was trained with', async () => {
    const entry = loadRegistry(modelFolders(config)).models.get('presend-judge-1');
    if (entry === undefined || !('base' in entry)) throw new Error('presend-judge-1 is not a local model');
    const llama = await getLlama({ gpu: false, build: 'never' });
    const loaded = await llama.loadModel({ modelPath: entry.base.path, vocabOnly: true });
    const rows = JSON.parse(
      readFileSync(new URL('../fixtures/prompts/tokens.json', import.meta.url), 'utf8'),
    ) as { text: string; plain: number[]; trusted: number[] }[];
    for (const { text, plain: untrusted, trusted } of rows) {
      expect(loaded.tokenize(text, false).map(Number)).toEqual(untrusted);
      expect(loaded.tokenize(text, true).map(Number)).toEqual(trusted);
    }
    await loaded.dispose();
    await llama.dispose();
  });

  it.each([
    ['PASS', {}, plain],
    ['SUPPRESS', { disqualifiers: ['anti_offshore'] }, plain],
    ['SUPPRESS', { opt_out_channels: ['email'] }, plain],
    ['ESCALATE', { recipient_role: 'cto', headcount: 5200 }, plain],
    [
      'BLOCK',
      { funding_confidence: 'low' },
      'Hi Ruth,\n\nCongratulations on your $20M Series B! Would a short call be useful?\n\nBest,\nTom',
    ],
  ] as const)('says %s where the record and the mail say so', async (decision, change, text) => {
    const { logLikelihood, mass, exact } = await model.adapter.classify(input(change, text));
    const likeliest = DECISIONS.reduce((a, b) => (logLikelihood[b] > logLikelihood[a] ? b : a));
    expect(likeliest).toBe(decision);
    expect(mass).toBeGreaterThan(0.9);
    expect(exact).toBe(true);
  });

  it('lets an ordinary mail pass once calibrated', async () => {
    const classification = await model.adapter.classify(input({}, plain));
    expect(readClassification(classification, model.calibration!).decision).toBe('PASS');
  });

  it('explains a decision in one line', async () => {
    const sentence = await model.adapter.explain(input({ disqualifiers: ['competitor'] }, plain), 'SUPPRESS');
    expect(sentence.length).toBeGreaterThan(10);
    expect(sentence).not.toContain('\n');
  });
});
