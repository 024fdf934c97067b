import {
  type ControlledEvaluateInputItem,
  type Llama,
  type LlamaContext,
  type LlamaContextSequence,
  LlamaLogLevel,
  type LlamaModel,
  type Token,
  getLlama,
} from 'node-llama-cpp';
import type { Decision } from '../../message/types.ts';
import { AdapterError, type AdapterInput, type Classification } from './adapter.ts';
import { MAX_CHARACTERS_PER_TOKEN, candidates, tooLong } from './fit.ts';
import {
  type Branch,
  type Readings,
  type SpelledLabel,
  branches,
  chains,
  labelTrouble,
  likelihoods,
  pathKey,
} from './labels.ts';
import { type LlamaModelOptions, type LoadedFacts, SEQUENCES } from './llama-protocol.ts';
import { PromptTokenizer } from './llama-tokens.ts';
import { spellings } from './profile.ts';
import { endOfRationale, oneLine } from './rationale.ts';
import { Turns } from './turns.ts';

/** How many tokens of a prompt that is not urgent are evaluated before what is urgent gets its turn. */
const STEP = 64;
/** Kept free in the context: the binding shifts it, and drops the rubric, when the last cell is needed. */
const SPARE_CELLS = 1;

/**
 * The model in this process: rubric prefix evaluated once and kept, then for each mail only what follows it. Lives in
 * the judge process (llama-worker.ts), never in the gate's own.
 */
export class LoadedModel {
  readonly facts: LoadedFacts;
  readonly #options: LlamaModelOptions;
  readonly #llama: Llama;
  readonly #tokenizer: PromptTokenizer;
  readonly #model: LlamaModel;
  readonly #labels: SpelledLabel[];
  readonly #branches: Branch[];
  readonly #prefix: Token[];
  readonly #forMail: LlamaContextSequence;
  readonly #forReasons: LlamaContextSequence;
  readonly #turns = new Turns();

  /**
   * Loads model and adapter and evaluates the prefix; `progress` is called while it goes on.
   *
   * @throws AdapterError unavailable: one sentence saying what is wrong
   */
  static async load(options: LlamaModelOptions, progress: () => void): Promise<LoadedModel> {
    const { gpu, modelPath, loraPath, loraScale, threads } = options;
    let complaint = '';
    try {
      const llama = await getLlama({
        gpu,
        // What is installed or nothing: never compile or download on a mail server.
        build: 'never',
        skipDownload: true,
        progressLogs: false,
        maxThreads: threads,
        logLevel: LlamaLogLevel.error,
        logger: (_, message) => {
          complaint = message.trim() || complaint;
        },
      });
      const model = await llama.loadModel({
        modelPath,
        // Pages of a mapped file count as cache and are dropped under pressure: the next mail would wait for the disk.
        useMmap: false,
        ...(gpu === false ? { gpuLayers: 0 } : {}),
        onLoadProgress: progress,
      });
      const context = await model.createContext({
        contextSize: Math.min(options.contextSize, model.trainContextSize),
        sequences: SEQUENCES,
        flashAttention: 'auto',
        threads,
        failedCreationRemedy: false,
        ...(loraPath === null ? {} : { lora: { adapters: [{ filePath: loraPath, scale: loraScale }] } }),
      });
      const judge = new LoadedModel(options, llama, model, context);
      await judge.#readPrefix(progress);
      return judge;
    } catch (error) {
      if (error instanceof AdapterError) throw error;
      throw new AdapterError('unavailable', loadTrouble(error as Error, complaint, options), {
        cause: error,
      });
    }
  }

  private constructor(options: LlamaModelOptions, llama: Llama, model: LlamaModel, context: LlamaContext) {
    const { profile } = options;
    this.#options = { ...options, contextSize: context.contextSize };
    this.#llama = llama;
    this.#model = model;
    this.#tokenizer = new PromptTokenizer(model);
    this.#labels = spellings(profile).map(({ text, decision }) => ({
      decision,
      tokens: this.#tokenizer.spelled(text),
    }));
    const trouble = labelTrouble(this.#labels);
    if (trouble)
      throw new AdapterError('unavailable', `the prompt profile does not suit this model: ${trouble}`);
    this.#branches = branches(this.#labels);
    const [prefix] = profile.template.split('{context}', 1);
    this.#prefix = this.#tokenizer.tokens([{ text: prefix ?? '', trusted: true }]);
    if (this.#prefix.length >= context.contextSize - SPARE_CELLS) {
      throw new AdapterError(
        'unavailable',
        `the rubric alone takes ${this.#prefix.length} tokens, more than the context of ${context.contextSize}; raise context_size`,
      );
    }
    const sequence = (): LlamaContextSequence =>
      context.getSequence({ contextShift: { strategy: forbidden } });
    this.#forMail = sequence();
    this.#forReasons = sequence();
    this.facts = {
      gpu: llama.gpu,
      threads: context.idealThreads,
      contextSize: context.contextSize,
      prefixTokens: this.#prefix.length,
    };
  }

  /** @throws AdapterError too_long, malformed */
  classify(input: AdapterInput): Promise<Classification> {
    return this.#turns.urgent(async () => {
      const answer = Math.max(...this.#labels.map(({ tokens }) => tokens.length));
      const { tokens, trimmed } = this.#fit(input, answer);
      const sequence = this.#forMail;
      const kept = await this.#keep(sequence, tokens);
      try {
        const readings = await this.#readLabels(sequence, tokens.slice(kept));
        return { ...likelihoods(this.#labels, readings), exact: true, promptTokens: tokens.length, trimmed };
      } finally {
        await erase(sequence, Math.min(kept, this.#prefix.length));
      }
    });
  }

  /** Goes on between classifications, a few tokens at a time. @throws AdapterError too_long, malformed */
  async explain(input: AdapterInput, decision: Decision, progress: () => void): Promise<string> {
    const { labels, rationale } = this.#options.profile;
    const answer = this.#tokenizer.spelled(labels[decision][0] + rationale.separator);
    const sequence = this.#forReasons;
    const prompt = await this.#turns.spare(
      async () => this.#fit(input, answer.length + rationale.max_tokens).tokens,
    );
    const tokens = [...prompt, ...answer];
    const kept = await this.#turns.spare(() => this.#keep(sequence, tokens));
    try {
      const last = tokens.length - 1;
      for (let at = kept; at < last; at += STEP) {
        await this.#turns.spare(() => this.#evaluate(sequence, tokens.slice(at, Math.min(last, at + STEP))));
        progress();
      }
      const said: Token[] = [];
      for (let token = tokens[last]; token !== undefined && said.length < rationale.max_tokens; ) {
        const current = token;
        const next = await this.#turns.spare(() => this.#generate(sequence, current));
        progress();
        if (next === null || this.#model.isEogToken(next)) break;
        said.push(next);
        const end = endOfRationale(this.#model.detokenize(said, true), rationale.stop);
        if (end !== null) return oneLine(end);
        token = next;
      }
      return oneLine(this.#model.detokenize(said));
    } finally {
      await this.#turns.spare(() => erase(sequence, Math.min(kept, this.#prefix.length)));
    }
  }

  /** Waits for what is in flight, then frees model, contexts and backend. */
  close(): Promise<void> {
    return this.#turns.urgent(() => this.#llama.dispose());
  }

  async #readPrefix(progress: () => void): Promise<void> {
    for (const sequence of [this.#forMail, this.#forReasons]) {
      for (let at = 0; at < this.#prefix.length; at += STEP) {
        await this.#evaluate(sequence, this.#prefix.slice(at, at + STEP));
        progress();
      }
    }
  }

  /** The fullest prompt that leaves room for `answer` tokens. */
  #fit(input: AdapterInput, answer: number): { tokens: Token[]; trimmed: string[] } {
    const room = this.#options.contextSize - SPARE_CELLS - answer;
    let size = `more than ${room} tokens`;
    for (const prompt of candidates(this.#options.profile, input, room * MAX_CHARACTERS_PER_TOKEN)) {
      const tokens = this.#tokenizer.tokens([{ text: prompt.prefix, trusted: true }, ...prompt.suffix]);
      if (tokens.length <= room) return { tokens, trimmed: prompt.trimmed };
      size = `${tokens.length} tokens of at most ${room}`;
    }
    throw tooLong(size);
  }

  /** How many of `tokens` are evaluated already: the prefix, or nearly, if a token reaches over its end. */
  async #keep(sequence: LlamaContextSequence, tokens: Token[]): Promise<number> {
    const { firstDifferentIndex } = sequence.compareContextTokens(tokens);
    const kept = Math.min(firstDifferentIndex, tokens.length - 1);
    await erase(sequence, kept);
    return kept;
  }

  /** Evaluates `rest` of the prompt and reads the labels after it; one evaluation when every label is one token. */
  async #readLabels(sequence: LlamaContextSequence, rest: Token[]): Promise<Readings> {
    const readings: Readings = new Map();
    const wanted = new Map(this.#branches.map(({ path, next }) => [pathKey(path), next]));
    const read = async (path: readonly number[], tokens: Token[]): Promise<void> => {
      // The last token of `tokens` is the end of `path`; those before it belong to shorter paths or to the prompt.
      const keys = tokens.map((_, i) => {
        const length = path.length - (tokens.length - 1 - i);
        return length < 0 ? '-' : pathKey(path.slice(0, length));
      });
      const asked = tokens.map((token, i) => ask(token, wanted.get(keys[i] ?? '')));
      const outputs = await sequence.controlledEvaluate(asked);
      for (const [i, output] of outputs.entries()) {
        if (output?.next.logits) readings.set(keys[i] ?? '', logProbabilities(output.next));
      }
    };
    await read([], rest);
    const end = sequence.nextTokenIndex;
    for (const path of chains(this.#branches)) {
      await read(path, [...path] as Token[]);
      await erase(sequence, end);
    }
    return readings;
  }

  async #evaluate(sequence: LlamaContextSequence, tokens: Token[]): Promise<void> {
    if (tokens.length > 0) await sequence.controlledEvaluate(tokens);
  }

  async #generate(sequence: LlamaContextSequence, token: Token): Promise<Token | null> {
    const [output] = await sequence.controlledEvaluate([[token, { generateNext: { token: true } }]]);
    return output?.next.token ?? null;
  }
}

/** The likeliest token is included, because its logit is needed to turn logits into probabilities. */
function ask(token: Token, next: readonly number[] | undefined): ControlledEvaluateInputItem {
  if (!next) return token;
  const filter = { tokens: next as Token[], includeSelected: true };
  return [token, { generateNext: { logits: { filter }, totalLogitWeight: true } }];
}

/** `totalLogitWeight` is the sum of exp(logit - highest) over the vocabulary. */
function logProbabilities({
  logits,
  totalLogitWeight,
}: {
  logits?: Map<Token, number>;
  totalLogitWeight?: number;
}): Map<number, number> {
  const entries = [...(logits ?? [])];
  const highest = Math.max(...entries.map(([, logit]) => logit));
  const logTotal = highest + Math.log(totalLogitWeight ?? NaN);
  return new Map(entries.map(([token, logit]) => [token, logit - logTotal]));
}

async function erase(sequence: LlamaContextSequence, from: number): Promise<void> {
  const end = sequence.nextTokenIndex;
  if (end > from) await sequence.eraseContextTokenRanges([{ start: from, end }]);
}

function forbidden(): never {
  throw new Error('the context is full; a shift would drop the rubric');
}

function loadTrouble(error: Error, complaint: string, { gpu, modelPath }: LlamaModelOptions): string {
  if (error.name === 'NoBinaryFoundError' || error.constructor.name === 'NoBinaryFoundError') {
    return gpu === false || gpu === 'auto'
      ? 'no llama.cpp build for this platform is installed; install again with optional dependencies (npm ci)'
      : `no ${gpu} build of llama.cpp is installed or no such GPU works here; see docs/MODELS.md, or set adapter.gpu to false`;
  }
  if (error.constructor.name === 'InsufficientMemoryError') {
    return `${modelPath} needs more memory than is free (${error.message}); free some, or choose a smaller model or context`;
  }
  return `llama.cpp cannot load ${modelPath} (${complaint || error.message}); check it with \`presend models verify\``;
}
