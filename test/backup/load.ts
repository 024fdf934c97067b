import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { sendTo } from '../support/gate.ts';

const CHILD = join(import.meta.dirname, 'gate-child.mjs');

/** A gate from the build in a process of its own, so that it can be killed. */
export class GateChild {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(dataDir: string, upstreamPort: number): Promise<GateChild> {
    const child = spawn(process.execPath, [CHILD, dataDir, String(upstreamPort)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new GateChild(child, (JSON.parse(line.toString()) as { smtp: number }).smtp);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

export const PROSPECTS = 120;
export const prospect = (number: number): string => `prospect-${number}@prospect.example`;

/** A data folder with an engine and prospects; every tenth has asked for no mail, every fifth is a rumour. */
export async function dataFolder({ ballastMb = 0 } = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-backup-'));
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  await database.migrate();
  const by = { actor: 'test', now: Date.now() };
  await database.transact(async (trx) => {
    await addEngine(
      trx,
      { name: 'engine', senderDomains: ['sender.example'], loopbackWithoutAuth: true },
      by,
    );
    const change = { actor: 'test', at: by.now };
    const company = await createCompany(
      trx,
      {
        name: 'Baltic Robotics',
        headcount: 300,
        funding_stage: 'series_b',
        funding_amount_usd: 20_000_000,
        funding_confidence: 'low',
        account_owner: 'owner@sender.example',
      },
      change,
    );
    for (let number = 0; number < PROSPECTS; number += 1) {
      const asked = number % 10 === 9 ? { opt_out_channels: ['email' as const] } : {};
      await createProspect(
        trx,
        { address: prospect(number), company_id: company.id, recipient_role: 'vp_eng', ...asked },
        change,
      );
    }
    // So that a backup takes some time.
    for (let number = 0; number < ballastMb; number += 1) {
      await trx
        .insertInto('settings')
        .values({ key: `ballast-${number}`, value: 'x'.repeat(1 << 20) })
        .execute();
    }
  });
  await database.close();
  return folder;
}

export const headerOf = (number: number): string => `<mail-${number}@sender.example>`;

/** Sends one mail to prospect `number`; every fifth states a rumour as fact, which is held. @returns whether it was accepted */
export async function submit(port: number, number: number): Promise<boolean> {
  const rumour = number % 5 === 0;
  return sendTo(port, {
    to: prospect(number),
    headers: { 'Message-ID': headerOf(number) },
    text: rumour ? 'Congratulations on your $20M Series B round!' : 'Would a short call next week be useful?',
  }).then(
    () => true,
    () => false,
  );
}

/** Waits until something is so, looking again and again. @throws naming what never came */
export async function until(is: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function writeKey(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
