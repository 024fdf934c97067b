import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let made = 0;

const ip = (...args: string[]): boolean => spawnSync('ip', args, { stdio: 'ignore' }).status === 0;

/**
 * A network namespace of its own, at first with loopback alone. What `inside` runs sees a hosts file of its own there (iproute2
 * mounts /etc/netns/NAME/hosts over /etc/hosts for it alone), as an engine in a container of its own would; what
 * `beside` runs shares the network only.
 */
export class Namespace {
  readonly #name = `presend-${process.pid}-${++made}`;
  readonly #folder = `/etc/netns/${this.#name}`;
  readonly #children: ChildProcess[] = [];

  /** Whether this machine and user can make one: Linux, iproute2, root. */
  static possible(): boolean {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    const probe = `presend-${process.pid}-probe`;
    const works = ip('netns', 'add', probe) && ip('netns', 'exec', probe, 'true');
    ip('netns', 'delete', probe);
    return works;
  }

  /** @param files what `inside` reads as /etc/hosts and /etc/resolv.conf */
  constructor(files: { hosts: string; 'resolv.conf'?: string }) {
    mkdirSync(this.#folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(this.#folder, file), content);
    if (!ip('netns', 'add', this.#name) || !ip('-n', this.#name, 'link', 'set', 'lo', 'up')) {
      throw new Error('cannot make a network namespace');
    }
  }

  /** Adds an interface that is not loopback; some clients ask DNS only where there is one. @param address IPv4 with prefix */
  addInterface(address: string): void {
    const commands = [
      'link add out0 type veth peer name out1',
      'link set out1 up',
      `addr add ${address} dev out0`,
      'link set out0 up',
    ];
    for (const command of commands) {
      if (!ip('-n', this.#name, ...command.split(' '))) throw new Error(`cannot do: ip ${command}`);
    }
  }

  /** A long-lived process in the namespace's network, with the machine's own hosts file. Killed by `close`. */
  beside(command: string[], env: Record<string, string>): ChildProcess {
    const child = spawn('nsenter', [`--net=/var/run/netns/${this.#name}`, ...command], {
      env: { ...bare(), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    return child;
  }

  /** Runs a client to its end with the namespace's hosts file. @returns the JSON it prints */
  async inside(command: string[], input: unknown, env: Record<string, string>): Promise<unknown> {
    const child = spawn('ip', ['netns', 'exec', this.#name, ...command], { env: { ...bare(), ...env } });
    const written = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (written.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (written.stderr += String(chunk)));
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(input));
    await once(child, 'close');
    try {
      return JSON.parse(written.stdout);
    } catch {
      throw new Error(`${command.join(' ')} printed no JSON: ${written.stdout}${written.stderr}`);
    }
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    ip('netns', 'delete', this.#name);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Without what the machine may set: proxies, certificates, Python's and Node's own options. */
const bare = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: process.env['HOME'] ?? '/',
  LANG: 'C.UTF-8',
});
