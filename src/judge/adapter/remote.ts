import type { Random } from '../../evaluate/random.ts';
import type { Decision } from '../../message/types.ts';
import type { Logger } from '../../observability/logger.ts';
import { type Adapter, AdapterError, type AdapterInput, type Classification } from './adapter.ts';
import { candidates, requireRoom, tooLong } from './fit.ts';
import { MIN_MASS, requireMass } from './labels.ts';
import type { HedgeRule } from './pool/hedge.ts';
import { AdapterPool } from './pool/pool.ts';
import type { HostCall, HostObserver, PoolHost } from './pool/pool-host.ts';
import type { Served } from './pool/served.ts';
import type { Profile } from './profile.ts';
import type { Prompt } from './prompt.ts';
import { endOfRationale, oneLine } from './rationale.ts';
import { RemoteHost } from './remote-host.ts';
import { LlamaServerModel } from './remote-llama-server.ts';
import type { RemoteModel } from './remote-model.ts';
import { OpenAiModel } from './remote-openai.ts';
import { promptText } from './remote-prompt.ts';
import { VllmModel } from './remote-vllm.ts';
import type { OnTrouble } from './trouble.ts';

export type RemoteDialect = 'llama-server' | 'vllm' | 'openai';

/** Where one copy of the model is. */
export interface RemoteHostOptions {
  /** As operators call it: in logs, in metrics, on the health page. */
  name: string;
  /** Base URL of the host. */
  url: string;
  apiKey?: string | null;
  /** Calls it is given at once; it batches them. */
  maxInFlight?: number;
}

export interface RemoteAdapterOptions {
  version: string;
  /** Hosts that serve the same model; at least one. */
  hosts: readonly RemoteHostOptions[];
  dialect: RemoteDialect;
  /** Name of model and adapter on the hosts; llama-server has only one and is not told. */
  model: string;
  profile: Profile;
  /** For one question to one host. Milliseconds. */
  timeoutMs?: number;
  /** Longest prompt sent, in characters. */
  maxPromptCharacters?: number;
  /** Least probability that the labels must have together. */
  minMass?: number;
  hedge?: HedgeRule;
  onTrouble?: OnTrouble;
  observer?: HostObserver;
  log?: Logger | null;
  /** How often a host that is ready is checked, milliseconds. */
  checkMs?: number;
  random?: Random;
}

/** As many as llama-server and vLLM work on together without one waiting long for the others. */
export const MAX_IN_FLIGHT = 8;

const MAX_PROMPT_CHARACTERS = 16_000;

/** The adapter on one or more other hosts. Nothing is sent before the first call or `warmup()`. */
export function createRemoteAdapter(options: RemoteAdapterOptions): Adapter {
  const { version, profile, maxPromptCharacters = MAX_PROMPT_CHARACTERS } = options;
  const { hedge, onTrouble, observer, log, checkMs, random } = options;
  return new AdapterPool({
    version,
    hosts: options.hosts.map((host) => new HostedModel(host, options)),
    refuse: (input) => requireRoom(profile, input, maxPromptCharacters),
    ...(hedge && { hedge }),
    ...(onTrouble && { onTrouble }),
    ...(observer && { observer }),
    ...(log && { log }),
    ...(checkMs !== undefined && { checkMs }),
    ...(random && { random }),
  });
}

/** The model on one host, asked with this gate's profile. */
class HostedModel implements PoolHost {
  readonly name: string;
  readonly limit: number;
  readonly #profile: Profile;
  readonly #model: RemoteModel;
  readonly #maxCharacters: number;
  readonly #minMass: number;

  constructor(
    { name, url, apiKey = null, maxInFlight = MAX_IN_FLIGHT }: RemoteHostOptions,
    options: RemoteAdapterOptions,
  ) {
    this.name = name;
    this.limit = maxInFlight;
    this.#profile = options.profile;
    this.#maxCharacters = options.maxPromptCharacters ?? MAX_PROMPT_CHARACTERS;
    this.#minMass = options.minMass ?? MIN_MASS;
    const host = new RemoteHost({ url, apiKey, timeoutMs: options.timeoutMs ?? 30_000 });
    this.#model = remoteModel(host, options);
  }

  async open(call: HostCall): Promise<Served> {
    await this.#model.open(call);
    return this.#model.served(call);
  }

  check(call: HostCall): Promise<Served> {
    return this.#model.served(call);
  }

  classify(input: AdapterInput, call: HostCall): Promise<Classification> {
    return this.#fullest(input, async (prompt) => {
      const reading = await this.#model.read(promptText(this.#profile, prompt), call);
      return requireMass({ ...reading, trimmed: prompt.trimmed }, this.#minMass);
    });
  }

  explain(input: AdapterInput, decision: Decision, call: HostCall): Promise<string> {
    const { labels, rationale } = this.#profile;
    return this.#fullest(input, async (prompt) => {
      const asked = promptText(this.#profile, prompt) + labels[decision][0] + rationale.separator;
      const limits = { stop: rationale.stop, maxTokens: rationale.max_tokens };
      const said = await this.#model.write(asked, limits, call);
      return oneLine(endOfRationale(said, rationale.stop) ?? said);
    });
  }

  /** `ask` with the fullest prompt that the host takes. */
  async #fullest<T>(input: AdapterInput, ask: (prompt: Prompt) => Promise<T>): Promise<T> {
    for (const prompt of candidates(this.#profile, input, this.#maxCharacters)) {
      try {
        return await ask(prompt);
      } catch (error) {
        if (!(error instanceof AdapterError && error.trouble === 'too_long')) throw error;
      }
    }
    throw tooLong('for the remote model');
  }
}

function remoteModel(
  host: RemoteHost,
  { dialect, model, profile }: Pick<RemoteAdapterOptions, 'dialect' | 'model' | 'profile'>,
): RemoteModel {
  switch (dialect) {
    case 'llama-server':
      return new LlamaServerModel(host, profile);
    case 'vllm':
      return new VllmModel(host, model, profile);
    case 'openai':
      return new OpenAiModel(host, model, profile);
  }
}
