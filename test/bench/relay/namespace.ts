import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Users that Debian's packages make when they are installed; ids that nobody has. */
const USERS = { postfix: 64_201, postdrop: 64_202, opensmtpd: 64_203, opensmtpq: 64_204 };

/**
 * Starts a mail server that expects fixed users and fixed folders, in a mount namespace of its own (unshare(1)), where these are the
 * bench's. Nothing outside it changes. Needs root, as the servers themselves do.
 *
 * @param folder of this server; gets `passwd` and `group`
 * @param binds folders of the machine → the bench's in their place
 */
export function spawnInNamespace(options: {
  folder: string;
  binds: Record<string, string>;
  command: string[];
  env?: Record<string, string>;
}): ChildProcess {
  const { folder, command, env } = options;
  const [passwd, group] = [join(folder, 'passwd'), join(folder, 'group')];
  const users = Object.entries(USERS);
  writeFileSync(
    passwd,
    readFileSync('/etc/passwd', 'utf8') +
      users.map(([name, id]) => `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`).join(''),
  );
  writeFileSync(
    group,
    readFileSync('/etc/group', 'utf8') + users.map(([name, id]) => `${name}:x:${id}:\n`).join(''),
  );
  const binds = Object.entries({ '/etc/passwd': passwd, '/etc/group': group, ...options.binds });
  for (const [, source] of Object.entries(options.binds)) mkdirSync(source, { recursive: true });
  const script = [...binds.map(([target, source]) => `mount --bind "${source}" "${target}"`), 'exec "$@"'];
  // A group of its own: Postfix's master ends its children by it.
  return spawn('unshare', ['--mount', 'sh', '-ec', script.join('\n'), 'sh', ...command], {
    stdio: ['ignore', 'ignore', openSync(join(folder, 'log'), 'a')],
    detached: true,
    env: { ...process.env, ...env },
  });
}
