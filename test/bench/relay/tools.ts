import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the packages: git does not see it, and `npm ci` clears it away. */
export const TOOLS = join(import.meta.dirname, '../../../node_modules/.cache/presend-bench');

const DEBIAN = ['postfix', 'opensmtpd'];

/**
 * Gets the programs presend is compared with into `TOOLS`: Debian's packages of Postfix and OpenSMTPD, unpacked and not installed
 * (as mail servers they exclude each other), and Haraka from npm.
 */
export function fetchTools(): void {
  mkdirSync(join(TOOLS, 'haraka'), { recursive: true });
  const run = (program: string, args: string[], cwd = TOOLS): void =>
    void execFileSync(program, args, { cwd, stdio: ['ignore', 2, 2] });
  if (DEBIAN.some((name) => !existsSync(join(TOOLS, name)))) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['download', ...DEBIAN]);
    for (const file of readdirSync(TOOLS).filter((name) => name.endsWith('.deb'))) {
      run('dpkg', ['-x', file, join(TOOLS, file.split('_')[0])]);
    }
  }
  if (!existsSync(join(TOOLS, 'haraka/node_modules/Haraka'))) {
    writeFileSync(join(TOOLS, 'haraka/package.json'), '{"private":true}\n');
    run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', 'Haraka'], join(TOOLS, 'haraka'));
  }
}

/** Where a package was unpacked; null = it was not fetched. */
export function unpacked(name: 'postfix' | 'opensmtpd'): { root: string; version: string } | null {
  const root = join(TOOLS, name);
  if (!existsSync(root)) return null;
  const file = readdirSync(TOOLS).find((entry) => entry.startsWith(`${name}_`));
  return { root, version: file?.split('_')[1] ?? '' };
}

/** Haraka's folder; null = it was not fetched. */
export function harakaFolder(): { root: string; version: string } | null {
  const root = join(TOOLS, 'haraka/node_modules/Haraka');
  if (!existsSync(root)) return null;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version };
}
