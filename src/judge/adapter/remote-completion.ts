import { z } from 'zod';
import type { RemoteHost } from './remote-host.ts';
import type { RemoteModel } from './remote-model.ts';

const completion = z.object({ choices: z.array(z.object({ text: z.string() })).min(1) });

/** `RemoteModel.write` for a host with OpenAI's completions route. @throws AdapterError */
export async function writeCompletion(
  host: RemoteHost,
  model: string,
  ...[prompt, { stop, maxTokens }, bounds]: Parameters<RemoteModel['write']>
): Promise<string> {
  const body = { model, prompt, max_tokens: maxTokens, temperature: 0, stop };
  const question = { path: '/v1/completions', body, mail: true, bounds };
  return (await host.ask(question, completion)).choices[0]?.text ?? '';
}
