import { z } from 'zod';
import { AdapterError } from './adapter.ts';
import { type SpelledLabel, labelTrouble } from './labels.ts';
import { type Profile, spellings } from './profile.ts';
import { type Served, UNTOLD, fileOf } from './pool/served.ts';
import type { Bounds, RemoteHost } from './remote-host.ts';
import { type NextToken, type RemoteModel, type RemoteReading, readByTokens } from './remote-model.ts';

const tokenized = z.object({ tokens: z.array(z.int()) });
const completion = z.object({
  tokens_evaluated: z.int(),
  completion_probabilities: z
    .array(z.object({ top_probs: z.array(z.object({ id: z.int(), prob: z.number() })).min(1) }))
    .default([]),
});
const written = z.object({ content: z.string() });
const props = z.object({ model_path: z.string() });
const listed = z.object({
  data: z.array(z.object({ meta: z.object({ n_params: z.number(), size: z.number() }).nullish() })),
});
const loras = z.array(z.object({ path: z.string(), scale: z.number() }));

/**
 * Added to the logits of the labels, so that they are among the tokens told and none is lost to rounding; taken out
 * again below. Small enough that what the other tokens had can still be told from nothing.
 */
const BIAS = 8;
/** Tokens told: the labels and the likeliest others. */
const TOLD = 64;
/** Nothing is told when the token that was drawn is half a character; the next draw is another. */
const DRAWS = 3;

/** llama.cpp's own server (tools/server/README.md, POST /completion); its adapter is given when it is started. */
export class LlamaServerModel implements RemoteModel {
  readonly #host: RemoteHost;
  readonly #profile: Profile;
  #labels: SpelledLabel[] = [];

  constructor(host: RemoteHost, profile: Profile) {
    this.#host = host;
    this.#profile = profile;
  }

  async open(bounds: Bounds): Promise<void> {
    await this.#host.check('/health', bounds);
    this.#labels = await Promise.all(
      spellings(this.#profile).map(async ({ text, decision }) => {
        const body = { content: text, add_special: false, parse_special: true };
        const question = { path: '/tokenize', body, mail: false, bounds };
        return { decision, tokens: (await this.#host.ask(question, tokenized)).tokens };
      }),
    );
    const trouble = labelTrouble(this.#labels);
    if (trouble)
      throw new AdapterError('unavailable', `the prompt profile does not suit this model: ${trouble}`);
  }

  async served(bounds: Bounds): Promise<Served> {
    await this.#host.check('/health', bounds);
    const [properties, models, adapters] = await Promise.all([
      this.#host.tells('/props', props, bounds),
      this.#host.tells('/v1/models', listed, bounds),
      this.#host.tells('/lora-adapters', loras, bounds),
    ]);
    const meta = models?.data[0]?.meta;
    return {
      base: properties ? fileOf(properties.model_path) : UNTOLD.base,
      adapter: adapters && adapterOf(adapters),
      bytes: meta?.size ?? UNTOLD.bytes,
      parameters: meta?.n_params ?? UNTOLD.parameters,
    };
  }

  read(prompt: string, bounds: Bounds): Promise<RemoteReading> {
    return readByTokens(this.#labels, (path, wanted) => this.#next([prompt, ...path], wanted, bounds));
  }

  async write(
    prompt: string,
    { stop, maxTokens }: { stop: readonly string[]; maxTokens: number },
    bounds: Bounds,
  ): Promise<string> {
    const body = { prompt, n_predict: maxTokens, temperature: 0, stop, cache_prompt: true, stream: false };
    const question = { path: '/completion', body, mail: true, bounds };
    return (await this.#host.ask(question, written)).content;
  }

  async #next(prompt: (string | number)[], wanted: readonly number[], bounds: Bounds): Promise<NextToken> {
    const body = {
      prompt: prompt.length === 1 ? prompt[0] : prompt,
      n_predict: 1,
      n_probs: TOLD,
      post_sampling_probs: true,
      logit_bias: wanted.map((token) => [token, BIAS]),
      // Nothing but the bias may change the probabilities, and nothing may cut their tail.
      samplers: ['temperature'],
      temperature: 1,
      cache_prompt: true,
      stream: false,
    };
    for (let draw = 1; draw <= DRAWS; draw++) {
      const answer = await this.#host.ask({ path: '/completion', body, mail: true, bounds }, completion);
      const [first] = answer.completion_probabilities;
      if (!first) continue;
      const told = new Map(first.top_probs.map(({ id, prob }) => [id, prob]));
      return { ...unbiased(told, wanted), promptTokens: answer.tokens_evaluated };
    }
    throw new AdapterError('malformed', 'the remote model told no probabilities');
  }
}

/** Those that count: one at scale 0 is loaded and does nothing. */
function adapterOf(adapters: z.infer<typeof loras>): string {
  const applied = adapters.filter(({ scale }) => scale !== 0);
  const names = applied.map(({ path, scale }) => `${fileOf(path)}${scale === 1 ? '' : ` at scale ${scale}`}`);
  return names.join(' and ') || 'none';
}

/**
 * Probabilities before the bias. With s = what the wanted tokens had together, the host normalised by
 * s·e^BIAS + (1 - s); s follows from what they have together now.
 */
function unbiased(
  told: ReadonlyMap<number, number>,
  wanted: readonly number[],
): Pick<NextToken, 'logProbabilities' | 'ceiling'> {
  const together = wanted.reduce((sum, token) => sum + (told.get(token) ?? 0), 0);
  const others = Math.max(0, 1 - together);
  const before = together / (together + others * Math.exp(BIAS));
  const shift = Math.log(before / together);
  const least = Math.min(...told.values());
  return {
    logProbabilities: new Map(
      wanted.flatMap((token) => {
        const now = told.get(token);
        return now === undefined ? [] : [[token, Math.log(now) + shift] as const];
      }),
    ),
    ceiling: together > 0 ? Math.log(least) + shift : Math.log(least) - BIAS,
  };
}
