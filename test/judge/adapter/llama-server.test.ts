import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Adapter } from '../../../src/judge/adapter/adapter.ts';
import { createLlamaAdapter } from '../../../src/judge/adapter/llama.ts';
import { createRemoteAdapter } from '../../../src/judge/adapter/remote.ts';
import { KNOWN_MAIL } from '../../../src/judge/known-mail.ts';
import { DECISIONS } from '../../../src/message/types.ts';
import { type LocalModel, loadRegistry, modelFolders, requireModel } from '../../../src/models/registry.ts';
import { mail } from '../../support/tiny-judge.ts';

/** A llama-server of llama.cpp, which no package of npm or Debian brings. */
const program = process.env['LLAMA_SERVER'];

const model = requireModel(
  loadRegistry(modelFolders({ data_dir: join(import.meta.dirname, 'none') })),
  'presend-judge-1',
) as LocalModel;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function serve(port: number, lora = true) {
  const child = spawn(
    program!,
    [
      '--model',
      model.base.path,
      ...(lora ? ['--lora', model.lora!.path] : []),
      ...`--host 127.0.0.1 --port ${port} --ctx-size 8192 --parallel 4 --threads 1`.split(' '),
    ],
    { stdio: 'ignore' },
  );
  return {
    url: `http://127.0.0.1:${port}`,
    kill: async (signal: NodeJS.Signals = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      if (signal !== 'SIGSTOP') await once(child, 'close');
    },
    resume: () => child.kill('SIGCONT'),
  };
}

describe.skipIf(!program)('real llama-servers ($LLAMA_SERVER names the program)', () => {
  const servers: ReturnType<typeof serve>[] = [];
  const opened: Adapter[] = [];

  const pool = (hosts: readonly { url: string }[], checkMs = 300): Adapter => {
    const adapter = createRemoteAdapter({
      version: 'judge@1',
      hosts: hosts.map(({ url }, i) => ({ name: `host-${i + 1}`, url, maxInFlight: 4 })),
      dialect: 'llama-server',
      model: 'judge',
      profile: model.profile,
      checkMs,
    });
    opened.push(adapter);
    return adapter;
  };
  const start = async (lora = true) => {
    const server = serve(await freePort(), lora);
    servers.push(server);
    await vi.waitFor(async () => expect((await fetch(`${server.url}/health`)).ok).toBe(true), {
      timeout: 60_000,
      interval: 100,
    });
    return server;
  };
  const states = (adapter: Adapter) => adapter.hosts!().map(({ state }) => state);

  beforeAll(async () => {
    await start();
    await start();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(opened.map((adapter) => adapter.release()));
    for (const server of servers) server.resume();
    await Promise.all(servers.map((server) => server.kill()));
  });

  test('agree with each other and read a mail as the model in process does', async () => {
    const adapter = pool(servers);
    await adapter.warmup();
    expect(states(adapter)).toEqual(['ready', 'ready']);
    const own = createLlamaAdapter({
      version: 'judge@1',
      modelPath: model.base.path,
      loraPath: model.lora!.path,
      loraScale: 1,
      profile: model.profile,
      threads: 1,
    });
    for (const input of [KNOWN_MAIL, mail('We will have six engineers with you next week.')]) {
      const [there, here] = await Promise.all([adapter.classify(input), own.classify(input)]);
      expect(there.exact).toBe(true);
      for (const decision of DECISIONS) {
        const [a, b] = [Math.exp(there.logLikelihood[decision]), Math.exp(here.logLikelihood[decision])];
        expect(Math.abs(a - b)).toBeLessThan(0.02);
      }
    }
    await own.release();
  }, 60_000);

  test('one without the adapter is not asked beside one with it', async () => {
    const bare = await start(false);
    const adapter = pool([servers[0], bare]);
    await adapter.warmup();
    expect(adapter.hosts!()).toMatchObject([
      { state: 'ready' },
      { state: 'differs', reason: expect.stringMatching(/the adapter none, host-1 lora\.gguf/) },
    ]);
    await bare.kill();
  }, 60_000);

  test('one that is stopped, and one that is killed, cost no call', async () => {
    const adapter = pool(servers.slice(0, 2));
    await adapter.warmup();
    const some = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          adapter.classify(mail(`Hello ${i}, shall we talk on Monday?`)),
        ),
      );
    await some(8);
    await servers[0].kill('SIGSTOP');
    await some(4);
    await vi.waitFor(() => expect(states(adapter)[0]).not.toBe('ready'), { timeout: 30_000 });
    servers[0].resume();
    await vi.waitFor(() => expect(states(adapter)).toEqual(['ready', 'ready']), { timeout: 60_000 });
    const calls = some(4);
    await servers[1].kill();
    await calls;
    await vi.waitFor(() => expect(states(adapter)[1]).not.toBe('ready'), { timeout: 30_000 });
  }, 120_000);
});
