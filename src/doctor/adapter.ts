import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { hostsInWords } from '../judge/adapter/host-status.ts';
import { openModel } from '../judge/adapter/open.ts';
import { LockFile } from '../models/lock-file.ts';
import { type Model, loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { verifyModel } from '../models/verify.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';

export interface AdapterCheckOptions {
  /** Load it and put a question to it. */
  load: boolean;
  /** Told the bytes hashed so far. */
  progress?: (file: string, done: number, total: number) => void;
}

/** The judge model: its files there and as they were registered, and with `load` that it can be asked. */
export function adapterCheck(config: Config, { load, progress }: AdapterCheckOptions): Check {
  return {
    id: 'adapter',
    title: 'Adapter',
    look: async () => {
      if (config.adapter.mode === 'off') return ok('Off (adapter.mode): the rules judge alone.');
      let model: Model | null;
      const folders = modelFolders(config);
      try {
        const registry = loadRegistry(folders);
        model =
          config.adapter.model === null
            ? (registry.active ?? registry.shadow)
            : requireModel(registry, config.adapter.model);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return failed(error.message, 'Mend the registry or adapter.model: presend models list');
      }
      if (model === null) {
        return warning('No model is chosen: the rules judge alone.', 'Choose one: presend models use NAME');
      }
      return adapterFinding(config, model, new LockFile(folders.user), {
        load,
        ...(progress && { progress }),
      });
    },
  };
}

async function adapterFinding(
  config: Config,
  model: Model,
  lock: LockFile,
  { load, progress }: AdapterCheckOptions,
): Promise<Finding> {
  const known = { get: (path: string) => lock.get(path), put: async () => {} };
  const wrong = (await verifyModel(model, known, progress)).filter((check) => !check.ok);
  if (wrong.length > 0) {
    return failed(
      `${model.name}: ${wrong.map(({ what, detail }) => `${what}: ${detail}`).join('; ')}.`,
      'Mail waits for it, then the rules judge alone. Get it again (presend models pull), or choose another (presend models use).',
    );
  }
  const files =
    model.kind === 'local'
      ? 'its files are there and as registered'
      : model.remote.hosts.length === 1
        ? 'on another host'
        : `on ${model.remote.hosts.length} other hosts`;
  if (!load) return ok(`${model.name}: ${files}; not loaded (--adapter loads it).`);
  const began = performance.now();
  const { adapter } = await openModel(config, model, { warn: () => {} });
  try {
    await adapter.warmup();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const hosts = adapter.hosts?.() ?? [];
    const says = `${model.name}: ${files}; ready after ${seconds} s`;
    if (hosts.some(({ state }) => state !== 'ready')) {
      return warning(
        `${says}, without all its hosts: ${hostsInWords(hosts)}.`,
        'The others take its mail meanwhile. Start the host, or mend its entry in the registry (docs/MODELS.md, Several adapter hosts).',
      );
    }
    return ok(hosts.length > 1 ? `${says}: ${hostsInWords(hosts)}.` : `${says}.`);
  } catch (error) {
    return failed(
      `${model.name}: it cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`,
      'See memory and threads of this machine, or its host; presend judge tries it on one mail.',
    );
  } finally {
    await adapter.release();
  }
}
