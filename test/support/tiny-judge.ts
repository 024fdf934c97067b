import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draftFromText, prospectFromContext } from '../../src/evaluate/context.ts';
import type { AdapterInput } from '../../src/judge/adapter/adapter.ts';
import type { LlamaAdapterOptions } from '../../src/judge/adapter/llama.ts';
import { type Profile, profileSchema } from '../../src/judge/adapter/profile.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import { LABELS, writeTinyLora, writeTinyModel } from './tiny-model.ts';

/** The tiny model with its adapter on disk, for as long as a test file runs. */
export class TinyJudge {
  readonly folder = mkdtempSync(join(tmpdir(), 'presend-tiny-'));
  readonly modelPath = join(this.folder, 'base.gguf');
  readonly loraPath = join(this.folder, 'lora.gguf');

  constructor() {
    writeTinyModel(this.modelPath);
    writeTinyLora(this.loraPath);
  }

  options(more: Partial<LlamaAdapterOptions> = {}): LlamaAdapterOptions {
    return {
      version: 'tiny@1',
      modelPath: this.modelPath,
      loraPath: this.loraPath,
      loraScale: 1,
      profile: tinyProfile(),
      contextSize: 1024,
      threads: 1,
      ...more,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Rubric, record and draft in ChatML; the labels are the tiny model's own tokens unless others are given. */
export function tinyProfile(labels?: Record<Decision, string[]>): Profile {
  return profileSchema.parse({
    template:
      '<|im_start|>system\nSay what is wrong with the mail.<|im_end|>\n<|im_start|>user\n{context}\n\n{draft}<|im_end|>\n<|im_start|>assistant\n',
    context: { style: 'lines' },
    labels: labels ?? Object.fromEntries(LABELS.map((label) => [label, [label]])),
    rationale: { separator: ': ', max_tokens: 12 },
  });
}

export function mail(body: string, record: Record<string, unknown> = {}): AdapterInput {
  return {
    draft: draftFromText(body, 'Your hiring plans'),
    prospect: prospectFromContext({ prospect_id: 'p1', company: 'Acme', headcount: 40, ...record }),
    channel: 'email',
    today: '2026-03-01',
  };
}

/** Every decision spelled in several tokens, two of them with a common beginning. */
export const WORDS: Record<Decision, string[]> = {
  SUPPRESS: ['stop'],
  ESCALATE: ['raise'],
  BLOCK: ['block', 'halt'],
  PENALISE: ['blame'],
  PASS: ['send'],
};

export const total = (logLikelihood: Record<Decision, number>): number =>
  DECISIONS.reduce((sum, decision) => sum + Math.exp(logLikelihood[decision]), 0);
