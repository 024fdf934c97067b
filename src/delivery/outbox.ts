import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptJob, AttemptResult, Courier } from './courier.ts';

/** Name of the built-in upstream that keeps mails instead of sending them. */
export const OUTBOX = 'outbox';

/** One captured mail. The bytes are in `<dir>/<deliveryId>.eml`. */
export interface OutboxEntry {
  deliveryId: string;
  from: string;
  to: string;
  /** ISO time of the capture. */
  time: string;
  size: number;
}

/**
 * Writes mails to a folder: the upstream when none is configured, so that nothing leaves by accident. A mail is
 * there whole or not at all, and survives a crash (write, fsync, rename, fsync of the folder). A second attempt of
 * the same delivery replaces the first, so an `uncertain` one that is sent again stays one mail.
 */
export class Outbox implements Courier {
  readonly #dir: string;
  readonly #now: () => number;

  constructor(dir: string, now: () => number) {
    this.#dir = dir;
    this.#now = now;
  }

  async attempt(job: AttemptJob): Promise<AttemptResult> {
    const { deliveryId, from, to, raw } = job;
    const result = (outcome: AttemptResult['outcome'], response: string): AttemptResult => ({
      outcome,
      upstream: OUTBOX,
      response,
    });
    // The id names a file; ids are made by the gate, but a path must never be a matter of trust.
    if (!/^[\w-]+$/.test(deliveryId)) return result('permanent', 'the delivery id cannot name a file');
    const path = join(this.#dir, deliveryId);
    let allowed = false;
    try {
      await mkdir(this.#dir, { recursive: true });
      const entry: OutboxEntry = {
        deliveryId,
        from,
        to,
        time: new Date(this.#now()).toISOString(),
        size: raw.length,
      };
      await writeDurably(`${path}.eml.part`, raw);
      await writeDurably(`${path}.json.part`, Buffer.from(`${JSON.stringify(entry, null, 2)}\n`));
      try {
        allowed = await job.beforeLastByte();
      } catch (error) {
        await discard(path);
        return result('aborted', `the attempt could not be recorded: ${text(error)}`);
      }
      if (!allowed) {
        await discard(path);
        return result('aborted', 'no longer allowed to go');
      }
      await rename(`${path}.json.part`, `${path}.json`);
      // The mail counts as captured with this rename; `listOutbox` goes by it.
      await rename(`${path}.eml.part`, `${path}.eml`);
      await syncFolder(this.#dir);
      return result('delivered', `kept as ${deliveryId}.eml`);
    } catch (error) {
      if (!allowed) {
        await discard(path).catch(() => {});
        return result('temporary', `outbox: ${text(error)}`);
      }
      // After the yes it depends on the failing call whether the mail is there; whoever looks sees it.
      return result((await exists(`${path}.eml`)) ? 'lost' : 'temporary', `outbox: ${text(error)}`);
    }
  }

  async close(): Promise<void> {}
}

/** The captured mails, oldest first; empty when there is no such folder. */
export async function listOutbox(dir: string): Promise<OutboxEntry[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const mails = names.filter((name) => name.endsWith('.eml'));
  const entries = await Promise.all(
    mails.map(async (name) => {
      const json = await readFile(join(dir, name.replace(/\.eml$/, '.json')), 'utf8');
      return JSON.parse(json) as OutboxEntry;
    }),
  );
  return entries.sort((a, b) => a.time.localeCompare(b.time) || a.deliveryId.localeCompare(b.deliveryId));
}

/** The bytes of a captured mail; null when the delivery is not in the outbox. */
export async function readCaptured(dir: string, deliveryId: string): Promise<Buffer | null> {
  if (!/^[\w-]+$/.test(deliveryId)) return null;
  return readFile(join(dir, `${deliveryId}.eml`)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  // Readable by the gate's own user alone: these are mails.
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function discard(path: string): Promise<void> {
  await rm(`${path}.eml.part`, { force: true });
  await rm(`${path}.json.part`, { force: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
