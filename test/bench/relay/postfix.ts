import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../gate-process.ts';
import { type Contender, endTree, untilGreeting } from './contender.ts';
import { spawnInNamespace } from './namespace.ts';
import { unpacked } from './tools.ts';

/** Postfix finds its libraries by a path that holds only where it is installed. */
export function postfixEnvironment(root: string): NodeJS.ProcessEnv {
  return { ...process.env, LD_LIBRARY_PATH: join(root, 'usr/lib/postfix') };
}

/** Postfix as it comes, each mail synced to its queue before 250 (cleanup(8)), with the sink as its relay host. */
export async function startPostfix(folder: string, sinkPort: number): Promise<Contender | null> {
  const postfix = unpacked('postfix');
  if (!postfix) return null;
  const port = await freePort();
  const [config, queue, data] = ['config', 'queue', 'data'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [config, queue, data]) mkdirSync(made, { recursive: true });
  const daemons = join(postfix.root, 'usr/lib/postfix/sbin');
  writeFileSync(
    join(config, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = /var/lib/postfix
daemon_directory = ${daemons}
command_directory = ${join(postfix.root, 'usr/sbin')}
import_environment = MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.bench.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:${sinkPort}
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
`,
  );
  // Of master(5): whether its socket is private, unprivileged (as it comes), not in a chroot.
  const service = (name: string, type: string, program: string, limit = '-', wake = '-'): string =>
    `${name} ${type} ${PUBLIC.has(program) ? 'n' : '-'} - n ${wake} ${limit} ${program}\n`;
  writeFileSync(
    join(config, 'master.cf'),
    service(`127.0.0.1:${port}`, 'inet', 'smtpd') +
      service('pickup', 'unix', 'pickup', '1', '60') +
      service('cleanup', 'unix', 'cleanup', '0') +
      service('qmgr', 'unix', 'qmgr', '1', '300') +
      service('rewrite', 'unix', 'trivial-rewrite') +
      ['bounce', 'defer', 'trace'].map((name) => service(name, 'unix', 'bounce', '0')).join('') +
      service('verify', 'unix', 'verify', '1') +
      service('flush', 'unix', 'flush', '0', '1000?') +
      service('proxymap', 'unix', 'proxymap') +
      service('smtp', 'unix', 'smtp') +
      service('relay', 'unix', 'smtp') +
      service('showq', 'unix', 'showq') +
      ['error', 'retry'].map((name) => service(name, 'unix', 'error')).join('') +
      service('discard', 'unix', 'discard') +
      service('anvil', 'unix', 'anvil', '1') +
      service('scache', 'unix', 'scache', '1'),
  );
  prepareQueue(queue);
  const child = spawnInNamespace({
    folder,
    binds: { '/var/lib': join(folder, 'var-lib') },
    command: [
      'sh',
      '-ec',
      `mkdir -p /var/lib/postfix; chown postfix /var/lib/postfix
for d in active bounce corrupt defer deferred flush hold incoming private saved trace; do chown postfix "${queue}/$d"; done
chown postfix:postdrop "${queue}/public" "${queue}/maildrop"
exec "${daemons}/master" -d -c "${config}"`,
    ],
    env: { LD_LIBRARY_PATH: join(postfix.root, 'usr/lib/postfix') },
  });
  await untilGreeting(port, child);
  return {
    name: 'Postfix',
    version: postfix.version,
    setting: 'as it comes: each queue file is synced before 250',
    port,
    pid: child.pid!,
    stop: () => endTree(child),
  };
}

/** Services that others than Postfix's own user speak to. */
const PUBLIC = new Set(['smtpd', 'pickup', 'cleanup', 'qmgr', 'flush', 'showq']);

/** The folders that `postfix check` makes. */
function prepareQueue(queue: string): void {
  const own = 'active bounce corrupt defer deferred flush hold incoming private saved trace';
  for (const name of [...own.split(' '), 'maildrop', 'public', 'pid']) {
    mkdirSync(join(queue, name), { recursive: true, mode: name === 'pid' ? 0o755 : 0o700 });
  }
}
