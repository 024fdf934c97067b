import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const client = (name: string): string => join(import.meta.dirname, 'clients', name);

/** Debian's own first: that is where its package python3-requests is. null = no python3 here has the module. */
export function python(script: string, module: string): string[] | null {
  const found = ['/usr/bin/python3', 'python3'].find(
    (command) => spawnSync(command, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
  );
  return found === undefined ? null : [found, client(script)];
}

export const node = (script: string): string[] => [process.execPath, client(script)];

/**
 * Runs an engine's mail code to its end, in a process of its own, without proxies or options that the machine may set.
 *
 * @param onLog called for everything it writes to stderr
 * @returns the JSON it prints
 */
export async function runEngine(
  [command, ...args]: string[],
  mail: object,
  env: Record<string, string>,
  onLog: (text: string) => void = () => {},
): Promise<unknown> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  const child = spawn(command, args, { env: { PATH, HOME, LANG: 'C.UTF-8', ...env } });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (written.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => {
    written.stderr += String(chunk);
    onLog(String(chunk));
  });
  child.stdin.end(JSON.stringify(mail));
  await once(child, 'close');
  try {
    return JSON.parse(written.stdout);
  } catch {
    throw new Error(`${args.join(' ')} printed no JSON: ${written.stdout}${written.stderr}`);
  }
}
