import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterInput } from '../../src/judge/adapter/adapter.ts';
import type { LlamaAdapter, LlamaAdapterOptions } from '../../src/judge/adapter/llama.ts';
import { percentile } from '../../src/evaluate/statistics.ts';
import { mail } from '../support/tiny-judge.ts';
import { RawPrefill } from './raw-prefill.ts';

/** What runs is the build, as in service: the judge process of the sources loads a compiler first. */
const { createLlamaAdapter } = (await import(
  join(import.meta.dirname, '../../dist/judge/adapter/llama.js')
)) as typeof import('../../src/judge/adapter/llama.ts');

const WARM_UP = 5;
const WORDS =
  'we can add two engineers to your data platform team within three weeks and the first of them may start on Monday if that suits you'.split(
    ' ',
  );

/** A mail of `words` words that no other mail of the run begins like. */
function draft(words: number, number: number): AdapterInput {
  const text = Array.from({ length: words }, (_, i) => WORDS[(i * 7 + number * 3) % WORDS.length]);
  return mail(`Note ${number}. ${text.join(' ')}.`);
}

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const summary = (times: number[]) => ({
  p50: round(percentile(times, 50)),
  p95: round(percentile(times, 95)),
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The adapter and raw llama.cpp on the same files, measured in turns, so that a busy machine burdens both alike. */
export class JudgeBench {
  readonly facts: { prompt_tokens: number; new_tokens: number };
  readonly #options: LlamaAdapterOptions;
  readonly #adapter: LlamaAdapter;
  readonly #raw: RawPrefill;
  readonly #words: number;
  readonly #progress: (line: string) => void;
  #number = 0;

  private constructor(
    options: LlamaAdapterOptions,
    adapter: LlamaAdapter,
    raw: RawPrefill,
    size: { words: number; tokens: number },
    progress: (line: string) => void,
  ) {
    this.#options = options;
    this.#adapter = adapter;
    this.#raw = raw;
    this.#words = size.words;
    this.#progress = progress;
    this.facts = { prompt_tokens: size.tokens, new_tokens: size.tokens - raw.prefixTokens };
  }

  static async open(
    options: LlamaAdapterOptions,
    tokens: number,
    progress: (line: string) => void,
  ): Promise<JudgeBench> {
    const adapter = createLlamaAdapter(options);
    await adapter.warmup();
    const size = await wordsFor(adapter, tokens);
    const raw = await RawPrefill.open(options);
    return new JudgeBench(options, adapter, raw, size, progress);
  }

  /** From no process at all to a verdict, milliseconds. */
  async coldStart(): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const adapter = createLlamaAdapter(this.#options);
      times.push(await timed(() => adapter.classify(this.#next())));
      await adapter.release();
    }
    this.#progress(`cold start: ${times.map((time) => round(time)).join(', ')} ms`);
    return round(percentile(times, 50));
  }

  async verdicts(rounds: number) {
    const verdict: number[] = [];
    const raw: number[] = [];
    for (let i = -WARM_UP; i < rounds; i++) {
      const input = this.#next();
      const [a, b] = [
        await timed(() => this.#adapter.classify(input)),
        await timed(() => this.#raw.evaluate(this.facts.new_tokens)),
      ];
      if (i < 0) continue;
      verdict.push(a);
      raw.push(b);
    }
    const pairs = verdict.map((time, i) => time / raw[i]);
    this.#progress(
      `verdict ${JSON.stringify(summary(verdict))} ms, raw prefill ${JSON.stringify(summary(raw))} ms`,
    );
    return {
      verdict_ms: summary(verdict),
      raw_prefill_ms: summary(raw),
      verdict_to_raw: round(percentile(pairs, 50), 3),
    };
  }

  /** Throughput of eight mails at once by that of eight one after the other, in turns. */
  async eightAtOnce(rounds: number): Promise<{ eight_at_once_to_serial: number }> {
    const ratios: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const [some, others] = [this.#eight(), this.#eight()];
      const serial = await timed(async () => {
        for (const input of some) await this.#adapter.classify(input);
      });
      const together = await timed(() => Promise.all(others.map((input) => this.#adapter.classify(input))));
      ratios.push(serial / together);
    }
    return { eight_at_once_to_serial: round(percentile(ratios, 50), 3) };
  }

  /** Resident memory of the judge process and of the one that asks it, each 500 judgements. */
  async memory(judgements: number) {
    const course: { judgements: number; judge_mib: number; gate_mib: number }[] = [];
    for (let done = 0; done < judgements; done++) {
      await this.#adapter.classify(this.#next());
      if ((done + 1) % 500 !== 0) continue;
      const entry = {
        judgements: done + 1,
        judge_mib: residentMib(this.#adapter.pid),
        gate_mib: residentMib(process.pid),
      };
      course.push(entry);
      this.#progress(
        `${entry.judgements} judgements: judge ${entry.judge_mib} MiB, gate ${entry.gate_mib} MiB`,
      );
    }
    return course;
  }

  async close(): Promise<void> {
    await this.#adapter.release();
    await this.#raw.close();
  }

  #next(): AdapterInput {
    return draft(this.#words, this.#number++);
  }

  #eight(): AdapterInput[] {
    return Array.from({ length: 8 }, () => this.#next());
  }
}

/** As many words as make a prompt of about `tokens` tokens with this tokenizer. */
async function wordsFor(adapter: LlamaAdapter, tokens: number): Promise<{ words: number; tokens: number }> {
  const length = async (words: number): Promise<number> =>
    (await adapter.classify(draft(words, 0))).promptTokens;
  const [few, more] = [await length(1), await length(21)];
  const words = Math.max(1, Math.round(1 + (tokens - few) / ((more - few) / 20)));
  return { words, tokens: await length(words) };
}

function residentMib(pid: number | null): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
}
