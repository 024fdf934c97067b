import { z } from 'zod';
import { DECISIONS, type Decision } from '../../message/types.ts';
import { type Profile, spellings } from './profile.ts';
import { writeCompletion } from './remote-completion.ts';
import { type Served, UNTOLD } from './pool/served.ts';
import { type Bounds, HostError, type RemoteHost } from './remote-host.ts';
import type { RemoteModel, RemoteReading } from './remote-model.ts';

/** The completions API's own form, and the chat API's, which some hosts use for both. */
const logprobs = z.union([
  z.object({ top_logprobs: z.array(z.record(z.string(), z.number())).min(1) }),
  z.object({
    content: z
      .array(z.object({ top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number() })) }))
      .min(1),
  }),
]);
const completion = z.object({
  choices: z.array(z.object({ logprobs })).min(1),
  usage: z.object({ prompt_tokens: z.int() }).optional(),
});

/** How many tokens to ask for: what most hosts allow, then what OpenAI allows. */
const TOLD = [20, 5] as const;

/**
 * Any host with OpenAI's completions route. It tells only its likeliest tokens, as text: a label is counted by the
 * tokens that begin it and no other label, and one that is not told gets the most it can have. Hosts write special
 * tokens as nothing, so a model whose labels are special tokens cannot be read this way: its answers are malformed.
 */
export class OpenAiModel implements RemoteModel {
  readonly #host: RemoteHost;
  readonly #model: string;
  readonly #profile: Profile;
  #told: number = TOLD[0];

  constructor(host: RemoteHost, model: string, profile: Profile) {
    this.#host = host;
    this.#model = model;
    this.#profile = profile;
  }

  open(bounds: Bounds): Promise<void> {
    return this.#host.check('/v1/models', bounds);
  }

  /** Nothing: a host of this kind tells names only, which its operator chose. */
  async served(bounds: Bounds): Promise<Served> {
    await this.#host.check('/v1/models', bounds);
    return UNTOLD;
  }

  async read(prompt: string, bounds: Bounds): Promise<RemoteReading> {
    const { choices, usage } = await this.#ask(prompt, bounds);
    const told = choices[0] ? likeliest(choices[0].logprobs) : [];
    return { ...this.#labels(told), exact: false, promptTokens: usage?.prompt_tokens ?? 0 };
  }

  write(...asked: Parameters<RemoteModel['write']>): Promise<string> {
    return writeCompletion(this.#host, this.#model, ...asked);
  }

  async #ask(prompt: string, bounds: Bounds): Promise<z.infer<typeof completion>> {
    const told = this.#told;
    const body = { model: this.#model, prompt, max_tokens: 1, temperature: 0, logprobs: told };
    try {
      return await this.#host.ask({ path: '/v1/completions', body, mail: true, bounds }, completion);
    } catch (error) {
      if (!(error instanceof HostError) || error.status !== 400 || error.trouble === 'too_long') throw error;
      if (told === TOLD[1]) throw error;
      this.#told = TOLD[1];
      return this.#ask(prompt, bounds);
    }
  }

  #labels(told: [string, number][]): Pick<RemoteReading, 'logLikelihood' | 'mass'> {
    const all = spellings(this.#profile);
    const found = new Map<Decision, number>();
    for (const [text, logprob] of told) {
      const begun = new Set(
        all.filter((label) => label.text.startsWith(text)).map(({ decision }) => decision),
      );
      const [decision] = begun;
      if (text === '' || begun.size !== 1 || !decision) continue;
      found.set(decision, (found.get(decision) ?? 0) + Math.exp(logprob));
    }
    const ceiling = ceilingOfOthers(told);
    const logLikelihood = Object.fromEntries(
      DECISIONS.map((decision) => [decision, Math.log(found.get(decision) ?? Math.exp(ceiling))]),
    ) as Record<Decision, number>;
    const mass = [...found.values()].reduce((sum, p) => sum + p, 0);
    return { logLikelihood, mass: Math.min(1, mass) };
  }
}

/** Texts without the space that many vocabularies put before a word. */
function likeliest(told: z.infer<typeof logprobs>): [string, number][] {
  const pairs: [string, number][] =
    'content' in told
      ? (told.content[0]?.top_logprobs ?? []).map(({ token, logprob }) => [token, logprob])
      : Object.entries(told.top_logprobs[0] ?? {});
  return pairs.map(([text, logprob]) => [text.trimStart(), logprob]);
}

/** A token that was not told is no likelier than the least likely told, and all of them share what is left. */
function ceilingOfOthers(told: [string, number][]): number {
  const left = 1 - told.reduce((sum, [, logprob]) => sum + Math.exp(logprob), 0);
  const least = Math.min(0, ...told.map(([, logprob]) => logprob));
  return left > 0 ? Math.min(least, Math.log(left)) : least;
}
