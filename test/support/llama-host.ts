import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DECISIONS, type Decision } from '../../src/message/types.ts';

/**
 * llama-server's wire format (tools/server/README.md; compared with a real one) around a model that is only pretended, so that
 * a test says how fast and how well it answers. It works on `slots` calls at once; the others wait in its queue, as there.
 */
export interface LlamaHost {
  url: string;
  /** Its answer to a prompt: shares of the five labels; what is missing from 1 went to other tokens. */
  says: (prompt: string) => Partial<Record<Decision, number>>;
  /** How long one call takes, milliseconds. */
  takes: () => number;
  /** What it does instead of answering a question about a mail; null = it answers. */
  instead: ((response: ServerResponse) => 'handled' | null) | null;
  /** What it serves. */
  model: { path: string; parameters: number; bytes: number };
  lora: { path: string; scale: number }[];
  /** Questions about mail: come, answered, and those whose client went away first. */
  asked: number;
  answered: number;
  aborted: number;
  /** Open questions now, and the most there were. */
  open: number;
  mostOpen: number;
  /** Ends like a killed process: connections break off, the port is closed. */
  kill(): Promise<void>;
  /** Listens on the same port again. */
  start(): Promise<void>;
  /** Takes connections and answers nothing, like a stopped process. */
  frozen: boolean;
}

/** What llama-server adds to the labels' logits on our behalf. */
const BIAS = 8;

const TOKENS = new Map(DECISIONS.map((decision, i) => [decision as string, 100 + i]));

export async function startLlamaHost(
  options: Partial<LlamaHost> & { slots?: number } = {},
): Promise<LlamaHost> {
  const { slots = 8 } = options;
  let running = 0;
  const waiting: (() => void)[] = [];
  let server: Server;
  let port = 0;

  async function slot(): Promise<void> {
    if (running < slots) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function freed(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  async function completion(body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    host.asked += 1;
    host.open += 1;
    host.mostOpen = Math.max(host.mostOpen, host.open);
    let gone = false;
    response.once('close', () => {
      host.open -= 1;
      if (!response.writableFinished) {
        gone = true;
        host.aborted += 1;
      }
    });
    if (host.instead?.(response) === 'handled') return;
    await slot();
    if (!gone) await delay(host.takes(), response);
    freed();
    if (gone || response.destroyed) return;
    host.answered += 1;
    const shared = { index: 0, stop: true, tokens_evaluated: 200, truncated: false, stop_type: 'limit' };
    if (body['n_probs'] === undefined) return json(response, { ...shared, content: 'no reason' });
    const prompt = [body['prompt']].flat().join(' ');
    json(response, {
      ...shared,
      content: 'x',
      completion_probabilities: [{ top_probs: biased(host.says(prompt)) }],
    });
  }

  const routes: Record<string, () => unknown> = {
    '/health': () => ({ status: 'ok' }),
    '/props': () => ({ total_slots: slots, model_alias: host.model.path, model_path: host.model.path }),
    '/v1/models': () => ({
      object: 'list',
      data: [
        {
          id: host.model.path,
          meta: { n_params: host.model.parameters, size: host.model.bytes, n_vocab: 512 },
        },
      ],
    }),
    '/lora-adapters': () => host.lora.map((lora, id) => ({ id, ...lora })),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (host.frozen) return;
    const path = request.url ?? '';
    const route = routes[path];
    if (route) return json(response, route());
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    if (path === '/tokenize') return json(response, { tokens: [TOKENS.get(body['content'] as string) ?? 9] });
    return completion(body, response);
  }

  const host: LlamaHost = {
    url: '',
    says: () => ({ PASS: 0.95 }),
    takes: () => 5,
    instead: null,
    model: { path: '/models/base.gguf', parameters: 1_543_714_304, bytes: 1_117_320_736 },
    lora: [{ path: '/models/lora.gguf', scale: 1 }],
    asked: 0,
    answered: 0,
    aborted: 0,
    open: 0,
    mostOpen: 0,
    frozen: false,
    kill: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    start: async () => {
      server = createServer(
        (request, response) => void serve(request, response).catch(() => response.destroy()),
      );
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
      host.url = `http://127.0.0.1:${port}`;
    },
    ...options,
  };
  await host.start();
  return host;
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

/** Resolves early when the client goes away: the call is cancelled, as llama-server does. */
function delay(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function biased(shares: Partial<Record<Decision, number>>): { id: number; prob: number }[] {
  const labels = DECISIONS.map((decision) => ({ id: TOKENS.get(decision)!, p: shares[decision] ?? 1e-4 }));
  const together = labels.reduce((sum, { p }) => sum + p, 0);
  const rest = Math.max(0, 1 - together);
  const whole = together * Math.exp(BIAS) + rest;
  return [
    ...labels.map(({ id, p }) => ({ id, prob: (p * Math.exp(BIAS)) / whole })),
    { id: 7, prob: rest / whole },
  ].toSorted((a, b) => b.prob - a.prob);
}
