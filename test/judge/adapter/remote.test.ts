import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Adapter } from '../../../src/judge/adapter/adapter.ts';
import { type RemoteAdapterOptions, createRemoteAdapter } from '../../../src/judge/adapter/remote.ts';
import type { TroubleKind } from '../../../src/judge/adapter/trouble.ts';
import { type ModelHost, startModelHost } from '../../support/model-host.ts';
import { TinyJudge, mail, tinyProfile } from '../../support/tiny-judge.ts';

const tiny = new TinyJudge();
const heard: TroubleKind[] = [];
const opened: Adapter[] = [];
let host: ModelHost;

type Options = Partial<RemoteAdapterOptions> & { url?: string; apiKey?: string };

beforeAll(async () => {
  host = await startModelHost('vllm', {
    path: tiny.modelPath,
    contextSize: 1024,
    apiKey: 'secret',
    name: 'judge',
  });
});
afterEach(async () => {
  host.instead = null;
  host.requests.length = 0;
  heard.length = 0;
  await Promise.all(opened.splice(0).map((adapter) => adapter.release()));
});
afterAll(async () => {
  await host.close();
  tiny.remove();
});

function open({ url = host.url, apiKey = 'secret', ...options }: Options = {}): Adapter {
  const adapter = createRemoteAdapter({
    version: 'tiny@1',
    hosts: [{ name: 'tiny', url, apiKey }],
    dialect: 'vllm',
    model: 'judge',
    profile: tinyProfile(),
    onTrouble: (kind) => heard.push(kind),
    ...options,
  });
  opened.push(adapter);
  return adapter;
}

/** Does `act` to the first `times` requests for a path. */
function first(times: number, path: string, act: (response: ServerResponse) => void): void {
  let left = times;
  host.instead = (asked, response) => {
    if (asked !== path || left-- <= 0) return null;
    act(response);
    return 'handled';
  };
}

const asked = (path: string): number => host.requests.filter((request) => request.path === path).length;
const ROUTE = '/v1/completions';

test('the API key is sent with every request, the mail is told to nobody else', async () => {
  const adapter = open();
  await adapter.classify(mail('Hello Ann.'));
  expect(host.requests.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
  first(9, ROUTE, (response) => {
    response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' });
    response.end();
  });
  await expect(adapter.classify(mail('Hello Ann.'))).rejects.toMatchObject({ trouble: 'unavailable' });
});

test('one evaluation reads a mail when every label is one token', async () => {
  const adapter = open();
  await adapter.warmup();
  host.requests.length = 0;
  await adapter.classify(mail('Hello Ann.'));
  expect(host.requests.map(({ path }) => path)).toEqual([ROUTE]);
  expect(host.requests[0].body).toMatchObject({
    model: 'judge',
    max_tokens: 1,
    return_tokens_as_token_ids: true,
  });
});

test('a host that knows no logprob_token_ids is read as far as it tells', async () => {
  first(1, ROUTE, (response) => {
    const top = { 'token_id:264': -0.1, 'token_id:9': -3 };
    const logprobs = {
      text_offset: [0],
      token_logprobs: [-0.1],
      tokens: ['token_id:264'],
      top_logprobs: [top],
    };
    response.end(
      JSON.stringify({ choices: [{ text: 'SUPPRESS', logprobs }], usage: { prompt_tokens: 200 } }),
    );
  });
  const { exact, logLikelihood } = await open().classify(mail('Hello Ann.'));
  expect(exact).toBe(false);
  expect(logLikelihood).toEqual({ SUPPRESS: -0.1, ESCALATE: -3, BLOCK: -3, PENALISE: -3, PASS: -3 });
});

describe('trouble', () => {
  test('of one moment is overcome by asking once more', async () => {
    const adapter = open();
    await adapter.warmup();
    first(1, ROUTE, (response) => response.writeHead(503).end());
    await adapter.classify(mail('Hello Ann.'));
    first(1, ROUTE, (response) => response.destroy());
    await adapter.classify(mail('Hello Ann.'));
    expect(asked(ROUTE)).toBe(4);
    expect(heard).toEqual([]);
  });

  test('that lasts makes it unavailable at once for a while, and it comes back by itself', async () => {
    const adapter = open();
    await adapter.warmup();
    first(2, ROUTE, (response) => response.writeHead(500).end());
    await expect(adapter.classify(mail('Hello Ann.'))).rejects.toThrow(/answered 500/);
    const before = asked(ROUTE);
    await expect(adapter.classify(mail('Hello Ann.'))).rejects.toMatchObject({ trouble: 'unavailable' });
    expect(asked(ROUTE)).toBe(before);
    expect(heard).toEqual(['crash']);
    await vi.waitFor(() => expect(adapter.health()).toEqual({ state: 'ready' }), { timeout: 5_000 });
    await adapter.classify(mail('Hello Ann.'));
  });

  test('with a host that is not there says so', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const adapter = open({ url: `http://127.0.0.1:${port}` });
    await expect(adapter.warmup()).rejects.toThrow(/cannot be reached \(.*ECONNREFUSED/);
    expect(adapter.health()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('cannot be reached'),
    });
    expect(heard).toEqual(['crash']);
  });

  test('with a host that never answers ends after the timeout', async () => {
    const adapter = open({ timeoutMs: 300 });
    await adapter.warmup();
    first(1, ROUTE, () => {});
    await expect(adapter.classify(mail('Hello Ann.'))).rejects.toThrow('did not answer within 0.3 s');
    expect(heard).toEqual(['hang']);
  });

  test('of a deadline is no trouble of the host', async () => {
    const adapter = open();
    await adapter.warmup();
    first(1, ROUTE, () => {});
    const call = adapter.classify(mail('Hello Ann.'), { deadline: Date.now() + 100 });
    await expect(call).rejects.toThrow('before the deadline');
    expect(adapter.health()).toEqual({ state: 'ready' });
    expect(heard).toEqual([]);
  });

  test('with the key, the model or the route names what to mend', async () => {
    await expect(open({ apiKey: 'wrong' }).warmup()).rejects.toThrow(/answered 401.*give the right API key/);
    await expect(open({ model: 'other' }).warmup()).rejects.toThrow(
      /answered 404.*`other` does not exist.*check url, dialect and model name/,
    );
    await expect(open({ dialect: 'llama-server', url: `${host.url}/v1` }).warmup()).rejects.toThrow(
      /answered 40/,
    );
    expect(heard).toEqual(['load', 'load', 'load']);
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['other JSON', '{"choices":[]}'],
    [
      'probabilities that are none',
      '{"choices":[{"logprobs":{"top_logprobs":[{"token_id:1":"x"}]}}],"usage":{"prompt_tokens":1}}',
    ],
  ])('with an answer that is %s makes it malformed', async (_, text) => {
    const adapter = open();
    await adapter.warmup();
    first(1, ROUTE, (response) => response.end(text));
    await expect(adapter.classify(mail('Hello Ann.'))).rejects.toMatchObject({ trouble: 'malformed' });
    expect(heard).toEqual(['malformed']);
    expect(adapter.health()).toEqual({ state: 'ready' });
  });

  test('with an answer without end is cut off', async () => {
    const adapter = open();
    await adapter.warmup();
    first(1, ROUTE, (response) => {
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(65_536, 32)));
        if (response.writable) response.once('drain', more);
      };
      more();
    });
    await expect(adapter.classify(mail('Hello Ann.'))).rejects.toThrow('without end');
  });
});

test('a record that the host finds too long is sent again with less of it', async () => {
  const news = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`item ${i}`, 'opened an office']));
  const adapter = open();
  await adapter.warmup();
  host.requests.length = 0;
  const { trimmed } = await adapter.classify(mail('Hello Ann.', { available_signals: news }));
  expect(trimmed).toContain('signals');
  expect(asked(ROUTE)).toBeGreaterThan(1);
});
