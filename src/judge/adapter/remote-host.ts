import type { z } from 'zod';
import { AdapterError, type AdapterTrouble } from './adapter.ts';
import type { TroubleKind } from './trouble.ts';

export interface HostOptions {
  /** Base URL; a path in it is kept ("https://host/team-a"). */
  url: string;
  /** Sent as a bearer token. */
  apiKey: string | null;
  /** For one attempt, milliseconds. */
  timeoutMs: number;
}

export interface Question {
  path: string;
  /** null = GET */
  body: Record<string, unknown> | null;
  /** The body carries mail: what the host says about it is not repeated in logs. */
  mail: boolean;
  bounds: Bounds;
}

/** When a question is over without an answer. */
export interface Bounds {
  /** Milliseconds since the epoch. */
  deadline?: number;
  /** Aborted when nobody waits for the answer any more; its reason, an AdapterError, is what the caller gets. */
  signal?: AbortSignal;
}

/** An answer with the labels and their probabilities is a few kilobytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_QUOTE = 160;

/** Why a host gave no answer, and how whoever counts troubles should count it; null = not a trouble of the host's. */
export class HostError extends AdapterError {
  readonly kind: TroubleKind | null;
  readonly status: number | null;

  constructor(
    trouble: AdapterTrouble,
    kind: TroubleKind | null,
    message: string,
    status: number | null = null,
  ) {
    super(trouble, message);
    this.name = 'HostError';
    this.kind = kind;
    this.status = status;
  }
}

/** One HTTP host that runs a model. Plain JSON over fetch; each question is put once. */
export class RemoteHost {
  readonly #options: HostOptions;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** @throws HostError unavailable, too_long or malformed */
  async ask<T>(question: Question, schema: z.ZodType<T>): Promise<T> {
    const text = await this.#attempt(question);
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw this.#malformed(question.path, 'no JSON');
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw this.#malformed(question.path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    }
    return parsed.data;
  }

  /** Whether a GET answers 2xx; what it answers is of no interest. @throws HostError */
  async check(path: string, bounds: Bounds): Promise<void> {
    await this.#attempt({ path, body: null, mail: false, bounds });
  }

  /** `ask` with a GET for what not every host has; null when there is no such route or its answer is another. @throws HostError */
  async tells<T>(path: string, schema: z.ZodType<T>, bounds: Bounds): Promise<T | null> {
    try {
      return await this.ask({ path, body: null, mail: false, bounds }, schema);
    } catch (error) {
      const absent = error instanceof HostError && [404, 405, 501].includes(error.status ?? 0);
      if (absent || (error instanceof AdapterError && error.trouble === 'malformed')) return null;
      throw error;
    }
  }

  async #attempt({ path, body, mail, bounds }: Question): Promise<string> {
    const { url, apiKey, timeoutMs } = this.#options;
    const left = bounds.deadline === undefined ? Infinity : bounds.deadline - Date.now();
    if (left <= 0) throw late();
    const timeout = AbortSignal.timeout(Math.ceil(Math.min(timeoutMs, left)));
    const signal = bounds.signal ? AbortSignal.any([timeout, bounds.signal]) : timeout;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url.replace(/\/+$/, '') + path, {
        method: body === null ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
        // The key and the mail go to the host that was configured and to no other.
        redirect: 'error',
        signal,
      });
      text = await limited(response);
    } catch (error) {
      if (error instanceof HostError) throw error;
      if (bounds.signal?.aborted) throw bounds.signal.reason;
      if (timeout.aborted) throw left <= timeoutMs ? late() : this.#silent();
      throw new HostError('unavailable', 'crash', `${url} cannot be reached (${reason(error as Error)})`);
    }
    if (response.ok) return text;
    throw this.#refusal(response.status, text, path, mail);
  }

  #refusal(status: number, text: string, path: string, mail: boolean): HostError {
    const { url } = this.#options;
    const said = complaint(text);
    if ((status === 400 || status === 413) && isTooLong(said)) {
      return new HostError(
        'too_long',
        null,
        'the draft does not fit into the context of the remote model',
        status,
      );
    }
    const quote = mail || said === '' ? '' : `: ${said.slice(0, MAX_QUOTE)}`;
    const answered = `${url}${path} answered ${status}${quote}`;
    if (status >= 500) return new HostError('unavailable', 'crash', answered, status);
    if (status === 401 || status === 403) {
      return new HostError('unavailable', 'load', `${answered}; give the right API key`, status);
    }
    if (status === 404) {
      return new HostError('unavailable', 'load', `${answered}; check url, dialect and model name`, status);
    }
    return new HostError('unavailable', status === 429 ? 'queue_full' : 'load', answered, status);
  }

  #silent(): HostError {
    const { url, timeoutMs } = this.#options;
    return new HostError('unavailable', 'hang', `${url} did not answer within ${timeoutMs / 1000} s`);
  }

  #malformed(path: string, what: string): HostError {
    return new HostError(
      'malformed',
      null,
      `${this.#options.url}${path} answered something unexpected (${what})`,
    );
  }
}

const late = (): HostError =>
  new HostError('unavailable', null, 'the adapter did not answer before the deadline');

async function limited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES)
      throw new HostError('malformed', null, 'the remote model answered without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** llama-server: {error: {message, type}}. vLLM and OpenAI: the same, older vLLM {object: "error", message}. */
function complaint(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as {
      error?: { message?: unknown; type?: unknown };
      message?: unknown;
    };
    const parts = [error?.type, error?.message, message].filter((part) => typeof part === 'string');
    return parts.join(': ').replace(/\s+/g, ' ');
  } catch {
    return '';
  }
}

/** As llama-server ("exceed_context_size_error"), vLLM ("maximum context length") and OpenAI ("context_length") say it. */
const isTooLong = (said: string): boolean =>
  /context.{0,8}(?:size|length)|context_length|maximum.{0,20}length/i.test(said);

const reason = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
