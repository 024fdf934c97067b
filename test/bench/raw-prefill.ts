import { type Llama, type LlamaContextSequence, LlamaLogLevel, type Token, getLlama } from 'node-llama-cpp';
import type { LlamaAdapterOptions } from '../../src/judge/adapter/llama.ts';

/** llama.cpp alone, with the same model, adapter, threads and context: prefix kept, then so many tokens. */
export class RawPrefill {
  readonly prefixTokens: number;
  readonly #llama: Llama;
  readonly #sequence: LlamaContextSequence;
  readonly #tokens: Token[];

  private constructor(llama: Llama, sequence: LlamaContextSequence, tokens: Token[]) {
    this.#llama = llama;
    this.#sequence = sequence;
    this.#tokens = tokens;
    this.prefixTokens = sequence.nextTokenIndex;
  }

  static async open({
    modelPath,
    loraPath,
    loraScale,
    profile,
    contextSize = 2048,
    threads,
    gpu = false,
  }: LlamaAdapterOptions): Promise<RawPrefill> {
    const maxThreads = threads ?? 1;
    const llama = await getLlama({ gpu, build: 'never', maxThreads, logLevel: LlamaLogLevel.error });
    const model = await llama.loadModel({
      modelPath,
      useMmap: false,
      ...(gpu === false ? { gpuLayers: 0 } : {}),
    });
    const context = await model.createContext({
      contextSize,
      threads: maxThreads,
      ...(loraPath ? { lora: { adapters: [{ filePath: loraPath, scale: loraScale }] } } : {}),
    });
    const sequence = context.getSequence();
    const [prefix = ''] = profile.template.split('{context}', 1);
    await sequence.evaluateWithoutGeneratingNewTokens(model.tokenize(prefix, true));
    const tokens = model.tokenize(
      'we can add two engineers to your data platform team within three weeks. '.repeat(200),
    );
    return new RawPrefill(llama, sequence, tokens);
  }

  async evaluate(count: number): Promise<void> {
    await this.#sequence.evaluateWithoutGeneratingNewTokens(this.#tokens.slice(0, count));
    const range = { start: this.prefixTokens, end: this.#sequence.nextTokenIndex };
    await this.#sequence.eraseContextTokenRanges([range]);
  }

  close(): Promise<void> {
    return this.#llama.dispose();
  }
}
