import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Run from sources (tests, benchmarks), a worker is not what lies beside this file. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');

/**
 * Starts a worker thread. Run from sources it is the built one where that is as new as they are, since compiling takes a thread
 * seconds; otherwise it compiles.
 *
 * @param heapMb MiB of heap, after which the thread is ended
 */
export function startWorker(heapMb: number): Worker {
  const options = {
    // What the process was started with (a debugger, an instrumentation) is not for every worker.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
  };
  if (!FROM_SOURCES) return new Worker(new URL('./worker.js', import.meta.url), options);
  built ??= builtWorker();
  if (built) return new Worker(built, options);
  // A thread does not inherit the loader of its process, and cannot be given one by `--import`.
  const loader = import.meta.resolve('tsx/esm/api');
  const source = new URL('./worker.ts', import.meta.url).href;
  const code = `import { register } from '${loader}'; register(); await import('${source}');`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options);
}

/** false: there is none, or it is older than the sources of what it runs. */
let built: string | false | undefined;

function builtWorker(): string | false {
  const source = fileURLToPath(new URL('..', import.meta.url));
  const file = join(source, '../dist/off-loop/worker.js');
  if (!existsSync(file)) return false;
  const at = statSync(file).mtimeMs;
  const isNewer = (folder: string): boolean =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).some(
      (name) => statSync(join(source, folder, name)).mtimeMs > at,
    );
  return ['message', 'judge', 'feedback', 'insight', 'off-loop'].some(isNewer) ? false : file;
}
