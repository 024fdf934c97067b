import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fdatasyncSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../src/evaluate/statistics.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** A real gate from the build in a process of its own: async answers, rules alone, nothing leaves. */
export class GateProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'presend-bench-'));
  smtpPort = 0;
  httpPort = 0;
  #child: ReturnType<typeof spawn> | null = null;

  static async start(): Promise<GateProcess> {
    const gate = new GateProcess();
    const { folder } = gate;
    [gate.smtpPort, gate.httpPort] = [await freePort(), await freePort()];
    writeFileSync(
      join(folder, 'presend.yaml'),
      `data_dir: ${folder}/data
rubric: ${join(import.meta.dirname, '../../config/rubric.yaml')}
smtp: { port: ${gate.smtpPort} }
http: { port: ${gate.httpPort} }
answer: { mode: async }
# The rules alone: a judge model takes the cores for itself, and its pace is bench:judge's.
adapter: { mode: 'off' }
log: { level: error }
`,
    );
    gate.#child = spawn(process.execPath, [MAIN, 'start', '--config', join(folder, 'presend.yaml')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PRESEND_DATA: undefined },
    });
    await once(gate.#child.stdout!, 'data');
    return gate;
  }

  /** A key of the demo engine, as its owner makes one. */
  apiKey(): string {
    const args = ['--config', join(this.folder, 'presend.yaml'), 'engine', 'key', 'demo', '--json'];
    const printed = execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    return (JSON.parse(printed) as { key: string }).key;
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

  /** The disk's floor, in the same run: one 4 KB write and fdatasync after another. */
  syncsPerSecond(): number {
    const fd = openSync(join(this.folder, 'floor'), 'w');
    const page = Buffer.alloc(4096);
    const start = performance.now();
    let n = 0;
    while (performance.now() - start < 1000) {
      writeSync(fd, page, 0, page.length, (n % 256) * 4096);
      fdatasyncSync(fd);
      n++;
    }
    return n;
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
