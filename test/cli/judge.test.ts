import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { register } from '../../src/cli/judge.ts';
import { configSchema } from '../../src/config/config.ts';
import { openConfiguredModel } from '../../src/judge/adapter/open.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import { DECISIONS } from '../../src/message/types.ts';
import { CALIBRATION } from '../support/fake-adapter.ts';

let folder: string;
let host: Server;
let asked: number;

/** A completions host whose model blocks every draft that promises something, and says why when it writes on. */
function startHost(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'GET') return response.end('{"data":[]}');
      asked += 1;
      const { prompt } = JSON.parse(body) as { prompt: string };
      if (/BLOCK\s*$/.test(prompt)) return response.end('{"choices":[{"text":"It promises the moon."}]}');
      const label = /promise/.test(prompt) ? 'BLOCK' : 'PASS';
      const top = Object.fromEntries(DECISIONS.map((one) => [one, Math.log(one === label ? 0.95 : 0.01)]));
      return response.end(
        JSON.stringify({
          choices: [{ text: label, logprobs: { top_logprobs: [top] } }],
          usage: { prompt_tokens: 50 },
        }),
      );
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presend-judge-'));
  asked = 0;
  host = await startHost();
  mkdirSync(join(folder, 'models'));
  writeFileSync(join(folder, 'record.json'), JSON.stringify({ company: 'Brightloom', headcount: 80 }));
  writeFileSync(join(folder, 'fine.txt'), 'Hi, would a short call next week suit you?');
  writeFileSync(join(folder, 'bold.txt'), 'Hi, I promise that you will like it.');
  await calibrated();
  return () => {
    host.close();
    rmSync(folder, { recursive: true });
  };
});

function registry(active: string | null): void {
  const labels = Object.fromEntries(DECISIONS.map((one) => [one, [one]]));
  const { port } = host.address() as AddressInfo;
  writeFileSync(
    join(folder, 'models/registry.yaml'),
    JSON.stringify({
      active,
      profiles: {
        plain: { template: 'Judge.\n{context}\n\n{draft}\n', context: { style: 'lines' }, labels },
      },
      models: {
        far: {
          profile: 'plain',
          remote: { url: `http://127.0.0.1:${port}`, dialect: 'openai', model: 'judge' },
          calibration: 'calibration.json',
        },
      },
    }),
  );
}

async function calibrated(): Promise<void> {
  registry('far');
  const config = { ...configSchema.parse({}), hostname: 'h', source: null, data_dir: folder };
  const { version } = (await openConfiguredModel(config, { warn: () => {} }))!.adapter;
  writeFileSync(join(folder, 'models/calibration.json'), JSON.stringify({ ...CALIBRATION, version }));
}

/** Runs `presend judge` in this process. */
async function judge(draft: string, ...args: string[]): Promise<string> {
  let written = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  const program = new Command('presend').option('--config <file>').option('--data <folder>').exitOverride();
  register(program);
  try {
    await program.parseAsync(
      `--data ${folder} judge --context ${folder}/record.json --draft ${folder}/${draft}`
        .split(' ')
        .concat(args),
      { from: 'user' },
    );
  } finally {
    write.mockRestore();
  }
  return written;
}
const json = async (...args: Parameters<typeof judge>) =>
  JSON.parse(await judge(...args, '--json')) as Verdict;

describe('presend judge', () => {
  test('judges as the gate would: with the model that is active', async () => {
    expect(await json('bold.txt')).toMatchObject({
      decision: 'BLOCK',
      findings: [{ rule: 'adapter', enforced: true }],
      adapter: { decision: 'BLOCK', rationale: 'It promises the moon.' },
    });
    expect(await json('fine.txt')).toMatchObject({ decision: 'PASS', adapter: { decision: 'PASS' } });
    const text = await judge('bold.txt');
    expect(text).toMatch(/^BLOCK: The adapter reads this as BLOCK \(p = 0\.9\d\)\./);
    expect(text).toMatch(/adapter far@[0-9a-f]{12}: BLOCK/);
    expect(text).toContain('"It promises the moon."');
  });

  test('judges by the rules alone with --no-adapter, and asks nothing', async () => {
    expect(await json('bold.txt', '--no-adapter')).toMatchObject({ decision: 'PASS', adapter: null });
    expect(asked).toBe(0);
  });

  test('with no model chosen it judges by the rules, unless --adapter asks for one', async () => {
    registry(null);
    expect(await json('bold.txt')).toMatchObject({ decision: 'PASS', adapter: null });
    await expect(judge('bold.txt', '--adapter')).rejects.toThrow(
      /no judge model is chosen; see presend models/,
    );
  });

  test('does not quietly fall back to the rules when the model cannot be loaded', async () => {
    host.close();
    host.closeAllConnections();
    await expect(judge('bold.txt')).rejects.toThrow(/^far: .*by the rules alone: --no-adapter/);
  });
});
