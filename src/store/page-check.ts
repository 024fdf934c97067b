import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const FROM_SOURCES = import.meta.url.endsWith('.ts');

/**
 * Has a process of its own look at every page of a database (`pragma quick_check`), which may take minutes.
 *
 * @returns whether it could read them all and found no fault
 */
export function pagesAreWell(path: string): Promise<boolean> {
  const file = fileURLToPath(
    new URL(FROM_SOURCES ? './page-check-worker.ts' : './page-check-worker.js', import.meta.url),
  );
  const child = spawn(process.execPath, [...(FROM_SOURCES ? ['--import', 'tsx'] : []), file, path], {
    stdio: 'ignore',
  });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
