import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../gate-process.ts';
import { type Contender, endTree, untilGreeting } from './contender.ts';
import { spawnInNamespace } from './namespace.ts';
import { unpacked } from './tools.ts';

/** It listens with a backlog of 5; of more clients that connect at once some would wait for their greeting for ever. */
const BACKLOG = 5;

/** OpenSMTPD with its queue of files. */
export async function startOpenSmtpd(folder: string, sinkPort: number): Promise<Contender | null> {
  const found = unpacked('opensmtpd');
  if (!found) return null;
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'smtpd.conf');
  writeFileSync(
    config,
    `smtp limit max-mails 1000000
listen on 127.0.0.1 port ${port} hostname opensmtpd.bench.example
action "sink" relay host smtp://127.0.0.1:${sinkPort}
match from any for any action "sink"
`,
  );
  chmodSync(config, 0o600);
  const child = spawnInNamespace({
    folder,
    binds: {
      '/var/lib': join(folder, 'var-lib'),
      '/var/spool': join(folder, 'var-spool'),
      '/run': join(folder, 'run'),
    },
    command: [
      'sh',
      '-ec',
      `mkdir -p /var/lib/opensmtpd/empty
mkdir -p -m 711 /var/spool/smtpd
for d in corrupt incoming queue purge temporary; do mkdir -p -m 700 /var/spool/smtpd/$d; chown opensmtpq /var/spool/smtpd/$d; done
mkdir -p -m 770 /var/spool/smtpd/offline; chown root:opensmtpq /var/spool/smtpd/offline
exec "${join(found.root, 'usr/sbin/smtpd')}" -d -f "${config}"`,
    ],
  });
  await untilGreeting(port, child);
  return {
    name: 'OpenSMTPD',
    version: found.version,
    setting: `as it comes, at most ${BACKLOG} connections at once`,
    mostConnections: BACKLOG,
    port,
    pid: child.pid!,
    stop: () => endTree(child),
  };
}
