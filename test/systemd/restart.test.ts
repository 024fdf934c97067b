import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { sendTo } from '../support/gate.ts';

const root = join(import.meta.dirname, '../..');
const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
/** `systemd-notify` is what the gate speaks through; Python holds the sockets. */
const missing = !has('python3', '--version') || !has('systemd-notify', '--version');

/** @returns the gate's last reply, a refusal too; rejects when there is no connection */
async function send(port: number, subject: string): Promise<string> {
  return sendTo(port, { from: 'Ann <ann@demo.example>', to: 'nobody@unknown.example', subject }).catch(
    (error: { response?: string }) => {
      if (error.response !== undefined) return error.response;
      throw error;
    },
  );
}

interface Told {
  ports?: { smtp: number; http: number };
  said?: string[];
  ended?: number;
}

/** The stand-in for systemd, with what it has told so far. */
class Manager {
  readonly told: Told[] = [];
  readonly #child: ChildProcess;
  #heard: () => void = () => {};

  constructor(watchdogMs: number) {
    const folder = mkdtempSync(join(tmpdir(), 'presend-systemd-'));
    const config = join(folder, 'presend.yaml');
    writeFileSync(
      config,
      `data_dir: ${folder}/data
rubric: ${root}/config/rubric.yaml
# Ports that nobody may listen on: the sockets that are handed over count.
smtp: { port: 1 }
http: { port: 2 }
adapter: { mode: 'off' }
log: { level: error }
`,
    );
    const gate = [process.execPath, join(root, 'dist/main.js'), 'start', '--config', config];
    const script = join(import.meta.dirname, 'service-manager.py');
    this.#child = spawn('python3', [script, String(watchdogMs * 1000), ...gate], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PRESEND_DATA: undefined },
    });
    createInterface(this.#child.stdout!).on('line', (line) => {
      this.told.push(JSON.parse(line) as Told);
      this.#heard();
    });
    onTestFinished(() => void this.#child.stdin!.end());
  }

  command(word: 'start' | 'stop'): void {
    this.#child.stdin!.write(`${word}\n`);
  }

  /** Waits until what was told is as asked for. */
  async until<T>(found: (told: Told[]) => T | undefined): Promise<T> {
    for (;;) {
      const value = found(this.told);
      if (value !== undefined) return value;
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  /** Waits until an assignment was said so many times. */
  said(assignment: string, times: number): Promise<true> {
    return this.until((told) =>
      told.filter(({ said }) => said?.includes(assignment)).length >= times ? true : undefined,
    );
  }
}

test.skipIf(missing)(
  'under systemd the gate says when it is ready, alive and stopping, and a restart refuses nobody',
  async () => {
    const manager = new Manager(400);
    const ports = await manager.until(([first]) => first?.ports);
    // Nothing serves yet, and nobody is refused: the system holds the sockets.
    const early = send(ports.smtp, 'early');
    manager.command('start');
    expect(await early).toMatch(/^250 /);
    await manager.said('READY=1', 1);
    await manager.said('WATCHDOG=1', 3);

    let going = true;
    const answers: string[] = [];
    const client = (async () => {
      while (going) answers.push(await send(ports.smtp, `mail ${answers.length}`));
    })();
    const asked: number[] = [];
    const visitor = (async () => {
      while (going) asked.push((await fetch(`http://127.0.0.1:${ports.http}/healthz`)).status);
    })();
    const through = async (count: number): Promise<void> => {
      while (answers.length < count || asked.length < count)
        await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await through(3);
    manager.command('stop');
    const status = await manager.until((told) => told.find(({ ended }) => ended !== undefined)?.ended);
    expect(status).toBe(0);
    await manager.said('STOPPING=1', 1);
    manager.command('start');
    await manager.said('READY=1', 2);
    await through(answers.length + 3);
    going = false;
    await Promise.all([client, visitor]);
    // A connection that was open when the gate stopped may be told 421, try again; nothing else.
    expect(answers.filter((answer) => !/^(?:250|421) /.test(answer))).toEqual([]);
    expect(asked.filter((code) => code !== 200)).toEqual([]);
  },
);
