import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { AdapterError } from '../judge/adapter/adapter.ts';
import { openConfiguredModel } from '../judge/adapter/open.ts';
import { createLogger } from '../observability/logger.ts';
import type { EvalModel } from './eval-judges.ts';

/**
 * Opens and loads the named model, or the one that the gate would ask. Whoever asked releases its adapter.
 *
 * @throws UserError where there is none, or where it cannot be loaded
 */
export async function openForEval(config: Config, name: string | undefined): Promise<EvalModel> {
  const adapter = { ...config.adapter, mode: 'active' as const, model: name ?? config.adapter.model };
  const warn = (sentence: string): void => {
    process.stderr.write(`${sentence}\n`);
  };
  const options = { warn, log: createLogger('error') };
  const model = await openConfiguredModel({ ...config, adapter }, options);
  if (model === null) throw new UserError('no model to ask; name one with --model, or use --judge rules');
  try {
    await model.adapter.warmup();
  } catch (error) {
    await model.adapter.release();
    if (error instanceof AdapterError) throw new UserError(`${model.name}: ${error.message}`);
    throw error;
  }
  return model;
}
