import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';

/** What `FileDescriptorName=` says a socket is for: SMTP, SMTP with implicit TLS, HTTP, HTTPS of transparent mode. */
const NAMES = ['smtp', 'submissions', 'http', 'https'] as const;
export type SocketName = (typeof NAMES)[number];

/** Listening sockets that were handed over, by name: their file descriptors. */
export type ActivatedSockets = ReadonlyMap<SocketName, number>;

/** Where systemd's sockets begin (SD_LISTEN_FDS_START). */
const FIRST = 3;

const isName = (name: string): name is SocketName => (NAMES as readonly string[]).includes(name);

/**
 * The listening sockets that systemd hands over (socket activation): while the gate restarts, the system keeps them open, and
 * who connects waits instead of being refused. Source: sd_listen_fds(3).
 *
 * Takes the variables out of `env`, so that no child process takes the sockets for its own.
 *
 * @returns empty when none was handed over
 * @throws UserError when a socket's name is unknown or comes twice
 */
export function takeActivatedSockets(env: NodeJS.ProcessEnv, pid: number = process.pid): ActivatedSockets {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  const sockets = new Map<SocketName, number>();
  if (LISTEN_PID !== String(pid)) return sockets;
  const names = LISTEN_FDNAMES?.split(':') ?? [];
  for (let at = 0; at < Number(LISTEN_FDS); at += 1) {
    const name = names[at] ?? '';
    if (!isName(name)) {
      throw new UserError(
        `a socket named "${name}" was handed over; set FileDescriptorName= in its .socket unit to one of ${NAMES.join(', ')}`,
      );
    }
    if (sockets.has(name)) {
      throw new UserError(`two sockets named "${name}" were handed over; the gate takes one of each name`);
    }
    sockets.set(name, FIRST + at);
  }
  return sockets;
}

/** @throws UserError when a socket was handed over that nothing would serve: clients would wait there for ever */
export function requireServed(
  sockets: ActivatedSockets,
  { smtp, transparent }: Pick<Config, 'smtp' | 'transparent'>,
): void {
  const unserved = {
    submissions: smtp.implicit_tls_port === null && 'smtp.implicit_tls_port',
    https: transparent.https_port === null && 'transparent.https_port',
  };
  for (const name of ['submissions', 'https'] as const) {
    const setting = unserved[name];
    if (!sockets.has(name) || setting === false) continue;
    throw new UserError(
      `a socket named "${name}" was handed over, but ${setting} is not set; set it, or disable that .socket unit`,
    );
  }
}
