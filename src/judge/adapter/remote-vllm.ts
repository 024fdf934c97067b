import { z } from 'zod';
import { AdapterError } from './adapter.ts';
import { type SpelledLabel, labelTrouble } from './labels.ts';
import { type Profile, spellings } from './profile.ts';
import { writeCompletion } from './remote-completion.ts';
import { type Served, UNTOLD, fileOf } from './pool/served.ts';
import { type Bounds, HostError, type RemoteHost } from './remote-host.ts';
import { type NextToken, type RemoteModel, type RemoteReading, readByTokens } from './remote-model.ts';

const listed = z.object({
  data: z.array(z.object({ id: z.string(), root: z.string().nullish(), parent: z.string().nullish() })),
});
const tokenized = z.object({ tokens: z.array(z.int()) });
const completion = z.object({
  choices: z
    .array(
      z.object({ logprobs: z.object({ top_logprobs: z.array(z.record(z.string(), z.number())).min(1) }) }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.int() }),
});

/** Also told beside the labels: all that a host which does not know `logprob_token_ids` tells. Its default maximum. */
const LIKELIEST = 20;

/** vLLM's OpenAI-compatible server with --enable-lora: the adapter is chosen by the model's name. */
export class VllmModel implements RemoteModel {
  readonly #host: RemoteHost;
  readonly #model: string;
  readonly #profile: Profile;
  #labels: SpelledLabel[] = [];

  constructor(host: RemoteHost, model: string, profile: Profile) {
    this.#host = host;
    this.#model = model;
    this.#profile = profile;
  }

  async open(bounds: Bounds): Promise<void> {
    await this.#host.check('/health', bounds);
    this.#labels = await Promise.all(
      spellings(this.#profile).map(async ({ text, decision }) => ({
        decision,
        tokens: await this.#tokens(text, { ofMail: false, bounds }),
      })),
    );
    const trouble = labelTrouble(this.#labels);
    if (trouble)
      throw new AdapterError('unavailable', `the prompt profile does not suit this model: ${trouble}`);
  }

  /** An adapter of `--lora-modules` is listed with its path as root and its base model as parent. */
  async served(bounds: Bounds): Promise<Served> {
    await this.#host.check('/health', bounds);
    const models = await this.#host.tells('/v1/models', listed, bounds);
    if (models === null) return UNTOLD;
    const model = models.data.find(({ id }) => id === this.#model);
    if (!model) {
      const names = models.data.map(({ id }) => id).join(', ') || 'none';
      throw new HostError('unavailable', 'load', `it serves no model "${this.#model}"; it serves ${names}`);
    }
    const { root, parent } = model;
    if (!parent) return { ...UNTOLD, base: root ? fileOf(root) : null, adapter: 'none' };
    return { ...UNTOLD, base: fileOf(parent), adapter: root ? fileOf(root) : null };
  }

  async read(prompt: string, bounds: Bounds): Promise<RemoteReading> {
    // Only labels of several tokens need the prompt as tokens, to go on from the middle of a label.
    const several = this.#labels.some(({ tokens }) => tokens.length > 1);
    const tokens = several ? await this.#tokens(prompt, { ofMail: true, bounds }) : [];
    return readByTokens(this.#labels, (path, wanted) =>
      this.#next(path.length === 0 ? prompt : [...tokens, ...path], wanted, bounds),
    );
  }

  write(...asked: Parameters<RemoteModel['write']>): Promise<string> {
    return writeCompletion(this.#host, this.#model, ...asked);
  }

  async #tokens(prompt: string, { ofMail, bounds }: { ofMail: boolean; bounds: Bounds }): Promise<number[]> {
    const body = { model: this.#model, prompt, add_special_tokens: ofMail };
    return (await this.#host.ask({ path: '/tokenize', body, mail: ofMail, bounds }, tokenized)).tokens;
  }

  async #next(prompt: string | number[], wanted: readonly number[], bounds: Bounds): Promise<NextToken> {
    const body = {
      model: this.#model,
      prompt,
      max_tokens: 1,
      temperature: 0,
      logprobs: LIKELIEST,
      logprob_token_ids: wanted,
      // Keys become "token_id:123", which no two tokens share.
      return_tokens_as_token_ids: true,
    };
    const answer = await this.#host.ask({ path: '/v1/completions', body, mail: true, bounds }, completion);
    const told = answer.choices[0]?.logprobs.top_logprobs[0] ?? {};
    const logProbabilities = new Map(
      Object.entries(told).map(([key, value]) => [Number(key.replace(/^token_id:/, '')), value]),
    );
    return {
      logProbabilities,
      ceiling: Math.min(...logProbabilities.values()),
      promptTokens: answer.usage.prompt_tokens,
    };
  }
}
