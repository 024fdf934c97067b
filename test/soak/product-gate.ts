import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import type { ChildOptions, Ports } from '../crash/child.ts';

/**
 * The gate as it is started by an operator (`presend start`, with what `npm start` and the unit set in its environment), so that what it
 * takes is what theirs takes. The clock is the machine's.
 */
export class ProductGate {
  readonly #process: ChildProcess;
  /** What it wrote to standard error, when it has ended. */
  readonly ended: Promise<string>;

  /** @param folder its data folder, which is there already */
  constructor(folder: string, config: ChildOptions['config'], env: Record<string, string>) {
    const file = join(folder, 'presend.yaml');
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({
        ...config,
        hostname: 'gate.test',
        data_dir: folder,
        rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
        // The rules judge alone.
        adapter: { mode: 'off' },
        log: { level: 'silent' },
      }),
    );
    const child = spawn(process.execPath, [join(PROJECT_ROOT, 'dist/main.js'), 'start', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: '262144',
        ...env,
      },
    });
    this.#process = child;
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    this.ended = new Promise((resolve) => {
      child.once('close', () => resolve(Buffer.concat(chunks).toString()));
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** @returns where it listens; null when it ended before it did */
  async ports(): Promise<Ports | null> {
    for await (const line of createInterface(this.#process.stdout!)) {
      const [, smtp, http] = /listens for SMTP on \S+?:(\d+) and HTTP on \S+?:(\d+)\./.exec(line) ?? [];
      if (smtp === undefined || http === undefined) continue;
      // What it says later is for nobody.
      this.#process.stdout!.resume();
      return { smtp: Number(smtp), http: Number(http) };
    }
    return null;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }
}
