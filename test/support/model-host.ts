import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LlamaLogLevel, type LlamaModel, type Token, getLlama } from 'node-llama-cpp';
import type { RemoteDialect } from '../../src/judge/adapter/remote.ts';

/**
 * A model behind HTTP in the words of llama-server, vLLM or OpenAI, as their documentation and (llama-server) source
 * give them. The model is a real one, evaluated from its first token for every request, so that what an adapter reads
 * through a host can be compared with what it reads itself.
 */
export interface ModelHost {
  url: string;
  requests: { path: string; authorization: string | null; body: Record<string, unknown> }[];
  /** What to do instead of answering; null or undefined = answer. */
  instead: ((path: string, response: ServerResponse) => 'handled' | null) | null;
  close(): Promise<void>;
}

export interface HostedModel {
  path: string;
  contextSize: number;
  apiKey?: string;
  /** The name that vLLM and OpenAI hosts are asked for. */
  name?: string;
}

type Json = Record<string, unknown>;
interface Answer {
  status?: number;
  body: Json;
}

export async function startModelHost(dialect: RemoteDialect, hosted: HostedModel): Promise<ModelHost> {
  const model = await openModel(hosted);
  const routes = { 'llama-server': llamaServer, vllm, openai }[dialect](model, hosted);
  const host: ModelHost = { url: '', requests: [], instead: null, close };
  const server = createServer((request, response) => void serve(request, response));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Json);
    host.requests.push({ path, authorization: request.headers.authorization ?? null, body });
    if (host.instead?.(path, response) === 'handled') return;
    const open = path === '/health';
    const allowed = !hosted.apiKey || open || request.headers.authorization === `Bearer ${hosted.apiKey}`;
    const answer = allowed
      ? await routes(path, body)
      : refusal(401, 'Invalid API Key', 'authentication_error');
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  async function close(): Promise<void> {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await model.close();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return host;
}

/** Natural logarithms of all tokens' probabilities. */
type Next = Map<number, number>;

export interface OpenedModel {
  tokens(text: string, special: boolean): number[];
  text(tokens: readonly number[]): string;
  isEnd(token: number): boolean;
  /** Evaluates everything anew. */
  next(tokens: readonly number[], bias?: ReadonlyMap<number, number>): Promise<Next>;
  close(): Promise<void>;
}

export async function openModel({ path, contextSize }: HostedModel): Promise<OpenedModel> {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: 1,
    logLevel: LlamaLogLevel.disabled,
  });
  const model: LlamaModel = await llama.loadModel({ modelPath: path, useMmap: false });
  const context = await model.createContext({ contextSize });
  const sequence = context.getSequence();
  let turn: Promise<unknown> = Promise.resolve();

  async function evaluate(tokens: readonly number[]): Promise<Next> {
    await sequence.clearHistory();
    const last = tokens.at(-1) as Token;
    const outputs = await sequence.controlledEvaluate([
      ...(tokens.slice(0, -1) as Token[]),
      [last, { generateNext: { logits: true } }],
    ]);
    return new Map(outputs.at(-1)?.next.logits);
  }

  return {
    tokens: (text, special) => model.tokenize(text, special),
    text: (tokens) => model.detokenize([...tokens] as Token[], true),
    isEnd: (token) => model.isEogToken(token as Token),
    next: async (tokens, bias = new Map()) => {
      const logits = turn.then(() => evaluate(tokens));
      turn = logits;
      const biased = [...(await logits)].map(([token, logit]): [number, number] => [
        token,
        logit + (bias.get(token) ?? 0),
      ]);
      const highest = Math.max(...biased.map(([, logit]) => logit));
      const total = highest + Math.log(biased.reduce((sum, [, logit]) => sum + Math.exp(logit - highest), 0));
      const sorted = biased.toSorted((a, b) => b[1] - a[1]);
      return new Map(sorted.map(([token, logit]) => [token, logit - total]));
    },
    close: () => llama.dispose(),
  };
}

/** Greedy text up to a stop, an end token or the limit. */
async function write(model: OpenedModel, prompt: number[], limit: number, stop: string[]): Promise<string> {
  const said: number[] = [];
  while (said.length < limit) {
    const [token] = (await model.next([...prompt, ...said])).keys();
    if (token === undefined || model.isEnd(token)) break;
    said.push(token);
    const text = model.text(said);
    const at = Math.min(...stop.map((word) => text.indexOf(word)).filter((index) => index >= 0));
    if (at !== Infinity) return text.slice(0, at);
  }
  return model.text(said);
}

const refusal = (code: number, message: string, type: string): Answer => ({
  status: code,
  body: { error: { code, message, type } },
});

/** tools/server/README.md of llama.cpp. */
function llamaServer(model: OpenedModel, { contextSize }: HostedModel) {
  return async (path: string, body: Json): Promise<Answer> => {
    if (path === '/health') return { body: { status: 'ok' } };
    if (path === '/tokenize') {
      return { body: { tokens: model.tokens(body['content'] as string, body['parse_special'] !== false) } };
    }
    if (path !== '/completion') return refusal(404, 'File Not Found', 'not_found_error');
    const prompt = [body['prompt'] as string | (string | number)[]]
      .flat()
      .flatMap((part) => (typeof part === 'number' ? [part] : model.tokens(part, true)));
    if (prompt.length >= contextSize) {
      const message = `request (${prompt.length} tokens) exceeds the available context size (${contextSize} tokens), try increasing it`;
      return refusal(400, message, 'exceed_context_size_error');
    }
    const shared = {
      index: 0,
      tokens: [],
      id_slot: 0,
      stop: true,
      tokens_evaluated: prompt.length,
      truncated: false,
      stop_type: 'limit',
      stopping_word: '',
    };
    const told = Number(body['n_probs'] ?? 0);
    if (told === 0) {
      const content = await write(model, prompt, Number(body['n_predict']), (body['stop'] as string[]) ?? []);
      return { body: { ...shared, content } };
    }
    const bias = new Map(body['logit_bias'] as [number, number][]);
    const after = body['post_sampling_probs'] === true;
    const next = [...(await model.next(prompt, after ? bias : undefined))].slice(0, told);
    const piece = ([id, value]: [number, number]): Json => ({
      id,
      token: model.text([id]),
      bytes: [...Buffer.from(model.text([id]))],
      ...(after ? { prob: Math.fround(Math.exp(value)) } : { logprob: value }),
    });
    const [first] = next;
    const top = next.map(piece).filter((one) => one['prob'] !== 0);
    const probabilities = first ? [{ ...piece(first), [after ? 'top_probs' : 'top_logprobs']: top }] : [];
    return {
      body: {
        ...shared,
        content: first ? model.text([first[0]]) : '',
        completion_probabilities: probabilities,
      },
    };
  };
}

const usage = (tokens: number): Json => ({
  prompt_tokens: tokens,
  completion_tokens: 1,
  total_tokens: tokens + 1,
});

const completion = (name: string, choice: Json, tokens: number): Answer => ({
  body: {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1_772_000_000,
    model: name,
    choices: [{ index: 0, finish_reason: 'length', ...choice }],
    usage: usage(tokens),
  },
});

/** docs/serving/openai_compatible_server of vLLM. */
function vllm(model: OpenedModel, { contextSize, name = 'judge' }: HostedModel) {
  return async (path: string, body: Json): Promise<Answer> => {
    if (path === '/health') return { body: {} };
    if (body['model'] !== name) {
      return refusal(404, `The model \`${String(body['model'])}\` does not exist.`, 'NotFoundError');
    }
    const given = body['prompt'] as string | number[];
    const prompt = typeof given === 'string' ? model.tokens(given, true) : given;
    if (path === '/tokenize') {
      return { body: { count: prompt.length, max_model_len: contextSize, tokens: prompt, token_strs: null } };
    }
    if (path !== '/v1/completions') return { status: 404, body: { detail: 'Not Found' } };
    if (prompt.length >= contextSize) {
      const message = `This model's maximum context length is ${contextSize} tokens. However, your request has ${prompt.length} input tokens. Please reduce the length of the input messages.`;
      return refusal(400, message, 'BadRequestError');
    }
    const told = body['logprobs'] as number | undefined;
    if (told === undefined) {
      const stop = (body['stop'] as string[]) ?? [];
      const text = await write(model, prompt, Number(body['max_tokens']), stop);
      return completion(name, { text, logprobs: null }, prompt.length);
    }
    const next = [...(await model.next(prompt))];
    const wanted = new Set((body['logprob_token_ids'] as number[]) ?? []);
    const key = (id: number): string =>
      body['return_tokens_as_token_ids'] ? `token_id:${id}` : model.text([id]);
    const top = next.filter(([id], rank) => rank < told || wanted.has(id));
    const [first] = next;
    const logprobs = {
      text_offset: [0],
      token_logprobs: [first?.[1]],
      tokens: [first && key(first[0])],
      top_logprobs: [Object.fromEntries(top.map(([id, value]) => [key(id), value]))],
    };
    return completion(name, { text: first ? model.text([first[0]]) : '', logprobs }, prompt.length);
  };
}

/** The completions route of OpenAI's API reference: at most five likeliest tokens, as text. */
function openai(model: OpenedModel, { contextSize, name = 'judge' }: HostedModel) {
  return async (path: string, body: Json): Promise<Answer> => {
    if (path === '/v1/models') return { body: { object: 'list', data: [{ id: name, object: 'model' }] } };
    if (path !== '/v1/completions') return refusal(404, 'Unknown request URL', 'invalid_request_error');
    const prompt = model.tokens(body['prompt'] as string, true);
    if (prompt.length >= contextSize) {
      const message = `This model's maximum context length is ${contextSize} tokens, however you requested ${prompt.length + 1} tokens.`;
      return refusal(400, message, 'invalid_request_error');
    }
    const told = body['logprobs'] as number | undefined;
    if (told === undefined) {
      const stop = (body['stop'] as string[]) ?? [];
      const text = await write(model, prompt, Number(body['max_tokens']), stop);
      return completion(name, { text, logprobs: null }, prompt.length);
    }
    if (told > 5)
      return refusal(400, "Invalid value for 'logprobs': must be at most 5.", 'invalid_request_error');
    const next = [...(await model.next(prompt))].slice(0, told);
    const tokens = next.map(([id, value]) => [model.text([id]), value] as const);
    const logprobs = {
      text_offset: [0],
      token_logprobs: [tokens[0]?.[1]],
      tokens: [tokens[0]?.[0]],
      top_logprobs: [Object.fromEntries(tokens)],
    };
    return completion(name, { text: tokens[0]?.[0], logprobs }, prompt.length);
  };
}
