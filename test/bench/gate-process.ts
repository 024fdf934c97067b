import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../src/evaluate/statistics.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

export interface GateOptions {
  answer?: 'sync' | 'async';
  /** More lines of the configuration. */
  config?: string;
  /** Folder that gets a CPU profile when the gate stops; DevTools and speedscope open it. */
  profile?: string | undefined;
  /** Runs before the gate starts, with its folder made and configured. */
  prepare?: (gate: GateProcess) => void | Promise<void>;
}

/** A real gate from the build in a process of its own: async answers unless told otherwise, rules alone, nothing leaves. */
export class GateProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'presend-bench-'));
  smtpPort = 0;
  httpPort = 0;
  #child: ReturnType<typeof spawn> | null = null;

  static async start(options: GateOptions = {}): Promise<GateProcess> {
    const gate = new GateProcess();
    const { folder } = gate;
    [gate.smtpPort, gate.httpPort] = [await freePort(), await freePort()];
    writeFileSync(
      join(folder, 'presend.yaml'),
      `data_dir: ${folder}/data
rubric: ${join(import.meta.dirname, '../../config/rubric.yaml')}
smtp: { port: ${gate.smtpPort} }
http: { port: ${gate.httpPort} }
answer: { mode: ${options.answer ?? 'async'} }
# The rules alone: a judge model takes the cores for itself, and its pace is bench:judge's.
adapter: { mode: 'off' }
log: { level: error }
${options.config ?? ''}`,
    );
    await options.prepare?.(gate);
    await gate.run(options.profile);
    return gate;
  }

  /** Starts its process, once more after it was stopped, and waits until it listens. */
  async run(profile?: string): Promise<void> {
    const node = profile ? ['--cpu-prof', '--cpu-prof-dir', profile] : [];
    const command = [MAIN, 'start', '--config', join(this.folder, 'presend.yaml')];
    this.#child = spawn(process.execPath, [...node, ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PRESEND_DATA: undefined },
    });
    await once(this.#child.stdout!, 'data');
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** A key of the demo engine, as its owner makes one. */
  apiKey(): string {
    return (JSON.parse(this.command('engine', 'key', 'demo', '--json')) as { key: string }).key;
  }

  /** What `presend …` prints for this gate's configuration. */
  command(...args: string[]): string {
    return execFileSync(process.execPath, [MAIN, '--config', join(this.folder, 'presend.yaml'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  async stop(): Promise<void> {
    this.#child!.kill('SIGTERM');
    await once(this.#child!, 'exit');
  }

  /** Processor time the gate has used, milliseconds: free of what else the machine does. */
  async cpuMs(): Promise<number> {
    const metrics = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    return Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)?.[1]) * 1000;
  }

  /** How many of the accepted messages were judged meanwhile: the price of accepting first. */
  async backlog() {
    const database = new SqliteDatabase(join(this.folder, 'data/presend.db'), { readonly: true });
    const { all, judged } = await database.db
      .selectFrom('messages')
      .select((eb) => [eb.fn.countAll<number>().as('all'), eb.fn.count<number>('judged_at').as('judged')])
      .executeTakeFirstOrThrow();
    await database.close();
    return { accepted: all, judged_by_the_end: judged };
  }
}

export function summary(latencies: number[], ms: number) {
  return {
    per_second: Math.round((latencies.length / ms) * 1000),
    p50_ms: round(percentile(latencies, 50)),
    p99_ms: round(percentile(latencies, 99)),
    max_ms: round(latencies.reduce((a, b) => Math.max(a, b), 0)),
  };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
