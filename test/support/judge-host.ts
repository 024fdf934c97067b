import { mkdirSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { versionOf } from '../../src/judge/adapter/open.ts';
import { LockFile } from '../../src/models/lock-file.ts';
import { loadRegistry, modelFolders } from '../../src/models/registry.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import { CALIBRATION } from './fake-adapter.ts';

const SURE = 0.92;

/**
 * A model `far` in the registry of the data folder, behind an OpenAI-like host of its own: `says` is its decision on a prompt.
 * Calibrated, so that it decides.
 */
export async function startJudgeHost(
  dataDir: string,
  says: (prompt: string) => Decision,
): Promise<{ asked: number }> {
  const host = { asked: 0 };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'GET') return response.end('{"data":[]}');
      host.asked += 1;
      const label = says((JSON.parse(body) as { prompt: string }).prompt);
      const share = (one: Decision): number => (one === label ? SURE : (1 - SURE) / 4);
      const told = Object.fromEntries(DECISIONS.map((one) => [one, Math.log(share(one))]));
      return response.end(
        JSON.stringify({
          choices: [{ text: label, logprobs: { top_logprobs: [told] } }],
          usage: { prompt_tokens: 50 },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const folder = join(dataDir, 'models');
  mkdirSync(join(folder, 'far'), { recursive: true });
  writeFileSync(
    join(folder, 'registry.yaml'),
    `models: {far: {profile: presend-lines, remote: {url: "http://127.0.0.1:${port}", dialect: openai, model: judge}}}\n`,
  );
  const model = loadRegistry(modelFolders({ data_dir: dataDir })).models.get('far')!;
  const version = await versionOf(model, new LockFile(folder));
  writeFileSync(model.calibrationTarget, JSON.stringify({ ...CALIBRATION, version }));
  return host;
}
