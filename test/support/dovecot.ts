import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { selfSigned } from './certificate.ts';

const PROGRAM = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot'].find((path) => existsSync(path));

/** Why there is no IMAP server to test with; null when there is. */
export const noDovecot: string | null =
  PROGRAM === undefined ? 'dovecot is not installed (apt-get install dovecot-imapd)' : null;

export const IMAP_USER = 'ann@sender.example';
export const IMAP_PASSWORD = 'mailbox pass';

export interface Dovecot {
  port: number;
  tlsPort: number;
  /** Certificate of both TLS ways, for `localhost`. */
  ca: string;
  /** Puts a mail into the inbox, received at this time. */
  deliver(mail: string, receivedAt?: Date): void;
  /** Flags of the mails, as Maildir keeps them; '' = never touched. */
  flags(): string[];
  /** Makes every UID void. */
  renewUidValidity(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A real IMAP server on loopback with one mailbox, in a folder of its own; gone when the test ends. */
export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-imap-'));
  chmodSync(folder, 0o755);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const { key, cert } = await selfSigned('localhost');
  const inbox = join(folder, 'mail');
  const own = owner();
  const give = (path: string): void => {
    if (own.asRoot) chownSync(path, own.uid, own.gid);
  };
  for (const part of [inbox, ...['cur', 'new', 'tmp'].map((name) => join(inbox, name))]) {
    mkdirSync(part);
    give(part);
  }
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'users'), `${IMAP_USER}:{PLAIN}${IMAP_PASSWORD}::::::\n`);
  chmodSync(join(folder, 'users'), 0o644);
  writeFileSync(
    join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:${inbox}:INDEX=MEMORY
mail_uid = ${own.uid}
mail_gid = ${own.gid}
first_valid_uid = 1
${own.asRoot ? '' : `default_internal_user = ${own.name}\ndefault_login_user = ${own.name}\n`}passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=${own.uid} gid=${own.gid} home=${folder}
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
`,
  );
  let child: ChildProcess | null = null;
  let count = 0;
  const server: Dovecot = {
    port,
    tlsPort,
    ca: cert,
    deliver: (mail, receivedAt = new Date()) => {
      const name = `${Date.now()}.${String(++count).padStart(4, '0')}.host`;
      const path = join(inbox, 'tmp', name);
      writeFileSync(path, mail.replace(/\r?\n/g, '\r\n'));
      give(path);
      utimesSync(path, receivedAt, receivedAt);
      execFileSync('mv', [path, join(inbox, 'new', name)]);
    },
    flags: () =>
      ['new', 'cur'].flatMap((part) =>
        readdirSync(join(inbox, part)).map((name) => name.split(':2,')[1] ?? ''),
      ),
    renewUidValidity: async () => {
      await server.stop();
      for (const name of readdirSync(inbox)) if (name.startsWith('dovecot')) rmSync(join(inbox, name));
      // UIDVALIDITY is made of the time, in seconds.
      writeFileSync(
        join(inbox, 'dovecot-uidlist'),
        `3 V${Math.floor(Date.now() / 1000) + 500} N100 G0123456789abcdef0123456789abcdef\n`,
      );
      give(join(inbox, 'dovecot-uidlist'));
      await server.start();
    },
    stop: async () => {
      if (child === null) return;
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      child = null;
    },
    start: async () => {
      const started = spawn(PROGRAM!, ['-F', '-c', join(folder, 'dovecot.conf')], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      started.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      child = started;
      await listening(port, () => (started.exitCode === null ? null : `dovecot ended: ${said}`));
    },
  };
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

/** Dovecot refuses to keep mail as root. */
function owner(): { uid: number; gid: number; name: string; asRoot: boolean } {
  const { uid, gid, username } = userInfo();
  return uid === 0
    ? { uid: 65_534, gid: 65_534, name: 'nobody', asRoot: true }
    : { uid, gid, name: username, asRoot: false };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Waits until something listens there. */
async function listening(port: number, trouble: () => string | null): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const why = trouble();
    if (why !== null) throw new Error(why);
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (greeted) return;
    if (performance.now() > deadline) throw new Error('the IMAP server never came up');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
