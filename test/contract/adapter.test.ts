import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Adapter } from '../../src/judge/adapter/adapter.ts';
import { createLlamaAdapter } from '../../src/judge/adapter/llama.ts';
import type { Profile } from '../../src/judge/adapter/profile.ts';
import { type RemoteDialect, createRemoteAdapter } from '../../src/judge/adapter/remote.ts';
import { DECISIONS } from '../../src/message/types.ts';
import { type ModelHost, startModelHost } from '../support/model-host.ts';
import { TinyJudge, WORDS, mail, tinyProfile } from '../support/tiny-judge.ts';
import { type AdapterUnderTest, adapterContract } from './adapter.case.ts';

const CONTEXT = 1024;

function llama(): AdapterUnderTest {
  const tiny = new TinyJudge();
  return {
    name: 'llama',
    exact: true,
    prepare: async () => {},
    open: (options) => createLlamaAdapter(tiny.options({ ...options, contextSize: CONTEXT })),
    cleanUp: async () => tiny.remove(),
  };
}

function remote(dialect: RemoteDialect): AdapterUnderTest {
  const tiny = new TinyJudge();
  let host: ModelHost;
  return {
    name: `remote ${dialect}`,
    exact: dialect !== 'openai',
    prepare: async () => {
      host = await startModelHost(dialect, { path: tiny.modelPath, contextSize: CONTEXT });
    },
    open: (options) =>
      createRemoteAdapter({
        version: 'tiny@1',
        hosts: [{ name: 'tiny', url: host.url }],
        dialect,
        model: 'judge',
        ...options,
      }),
    cleanUp: async () => {
      await host.close();
      tiny.remove();
    },
  };
}

adapterContract(llama());
for (const dialect of ['llama-server', 'vllm', 'openai'] as const) adapterContract(remote(dialect));

describe('in process and through a host that evaluates each prompt from its start', () => {
  const tiny = new TinyJudge();
  const hosts = new Map<RemoteDialect, ModelHost>();

  beforeAll(async () => {
    for (const dialect of ['llama-server', 'vllm', 'openai'] as const) {
      hosts.set(dialect, await startModelHost(dialect, { path: tiny.modelPath, contextSize: CONTEXT }));
    }
  });
  afterAll(async () => {
    for (const host of hosts.values()) await host.close();
    tiny.remove();
  });

  const inProcess = (profile: Profile): Adapter =>
    createLlamaAdapter(tiny.options({ profile, loraPath: null, contextSize: CONTEXT, minMass: 0 }));
  const through = (dialect: RemoteDialect, profile: Profile): Adapter =>
    createRemoteAdapter({
      version: 'tiny@1',
      hosts: [{ name: 'tiny', url: hosts.get(dialect)?.url ?? '' }],
      dialect,
      model: 'judge',
      profile,
      minMass: 0,
    });

  test.each([
    'llama-server',
    'vllm',
    'openai',
  ] as const)('a kept prefix changes nothing: %s', async (dialect) => {
    const own = inProcess(tinyProfile());
    const host = through(dialect, tinyProfile());
    for (const body of ['Hello Ann.', 'We raised a round?', 'Hello Ann.']) {
      const [a, b] = [await own.classify(mail(body)), await host.classify(mail(body))];
      for (const decision of DECISIONS) {
        expect(Math.abs(a.logLikelihood[decision] - b.logLikelihood[decision])).toBeLessThan(1e-3);
      }
      expect(Math.abs(a.mass - b.mass)).toBeLessThan(1e-3);
      expect(a.promptTokens).toBe(b.promptTokens);
    }
    await Promise.all([own.release(), host.release()]);
  });

  test.each([
    'llama-server',
    'vllm',
  ] as const)('labels of several tokens are read whole: %s', async (dialect) => {
    const own = inProcess(tinyProfile(WORDS));
    const host = through(dialect, tinyProfile(WORDS));
    const [a, b] = [await own.classify(mail('Hello Ann.')), await host.classify(mail('Hello Ann.'))];
    for (const decision of DECISIONS) {
      // Four or five letters, each one of about 270 tokens.
      expect(a.logLikelihood[decision]).toBeLessThan(-8);
      if (b.exact) expect(Math.abs(a.logLikelihood[decision] - b.logLikelihood[decision])).toBeLessThan(5e-3);
      else expect(a.logLikelihood[decision]).toBeLessThan(b.logLikelihood[decision] + 5e-3);
    }
    await Promise.all([own.release(), host.release()]);
  });
});
