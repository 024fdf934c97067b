import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { open, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { readPieces, sha256File, writeWhole } from './files.ts';
import { type Hub, HubError, type HubFile, causeOf, openHubFile } from './hub.ts';

/** `done` and `total` in bytes. */
export type Progress = (done: number, total: number) => void;

export interface DownloadOptions {
  /** Beyond what the hub says, in lower-case hex. */
  sha256?: string | null;
  progress?: Progress;
  /** Waits between attempts, in milliseconds; replaced in tests. */
  pause?: (milliseconds: number) => Promise<void>;
}

const PATIENCE = 30_000;
/** In a row without a single new byte. */
const FRUITLESS_ATTEMPTS = 5;

/**
 * Fetches a file to `target`. A cut connection is taken up again where it was cut, also by a later call; `target`
 * appears only when its sum is right.
 *
 * @returns its SHA-256
 * @throws UserError when the hub refuses, the connection stays broken (what came is kept for next time), or what came
 *   is not what was announced (nothing is kept)
 */
export async function download(
  hub: Hub,
  file: HubFile,
  target: string,
  options: DownloadOptions = {},
): Promise<string> {
  const { file: name } = file.address;
  const expected = options.sha256 ?? file.sha256;
  if (expected && file.sha256 && expected !== file.sha256) {
    throw new UserError(
      `${name}: ${file.address.repo} holds another file than the registry expects (SHA-256 ${file.sha256}, not ${expected}); nothing was fetched`,
    );
  }
  mkdirSync(dirname(target), { recursive: true });
  const part = `${target}.part`;
  await prepare(part, file);
  await requireRoom(part, file);
  await fetchAll(hub, file, part, options);

  const sum = await sha256File(part);
  if (expected ? sum !== expected : file.gitSha1 && (await gitSha1(part, file.bytes)) !== file.gitSha1) {
    await discard(part);
    throw new UserError(
      `${name}: what came is damaged: its sum is not the one announced; nothing was kept, try again`,
    );
  }
  const handle = await open(part, 'r+');
  await handle.sync();
  await handle.close();
  await rename(part, target);
  await discard(part);
  return sum;
}

const noteOf = (part: string): string => `${part}.json`;
/** What the bytes in a part belong to. */
const identity = ({ address, commit, bytes, sha256, gitSha1 }: HubFile): string =>
  JSON.stringify(sha256 ?? gitSha1 ?? [address.repo, address.file, commit, bytes]);

/** Keeps what an earlier call got of the same content; begins anew otherwise. */
async function prepare(part: string, file: HubFile): Promise<void> {
  const note = existsSync(noteOf(part)) ? readFileSync(noteOf(part), 'utf8') : null;
  if (note !== identity(file)) await discard(part);
  writeWhole(noteOf(part), identity(file));
  await (await open(part, 'a')).close();
  if ((await stat(part)).size > file.bytes) await (await open(part, 'w')).close();
}

async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
}

async function requireRoom(part: string, file: HubFile): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(part));
  const needed = file.bytes - (await stat(part)).size;
  if (bavail * bsize < needed) {
    throw new UserError(
      `${dirname(part)}: ${megabytes(needed)} are needed for ${file.address.file}, and ${megabytes(bavail * bsize)} are free`,
    );
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

async function fetchAll(hub: Hub, file: HubFile, part: string, options: DownloadOptions): Promise<void> {
  const pause = options.pause ?? ((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)));
  for (let fruitless = 0; ; ) {
    const before = (await stat(part)).size;
    options.progress?.(before, file.bytes);
    if (before === file.bytes) return;
    try {
      await fetchRest(hub, file, part, before, options.progress);
    } catch (error) {
      if (error instanceof HubError ? error.retryAfter === null : error instanceof UserError) throw error;
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') throw error;
      fruitless = (await stat(part)).size > before ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_ATTEMPTS) throw giveUp(hub, file, error);
      const wait = error instanceof HubError ? (error.retryAfter ?? 0) : 0;
      await pause(Math.max(wait, 1000 * 2 ** fruitless));
    }
  }
}

function giveUp(hub: Hub, file: HubFile, error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    `${file.address.file} cannot be fetched from ${hub.endpoint} (${causeOf(error as Error)}); what came is kept, run the command again to go on`,
  );
}

/** One attempt from byte `start` on; whatever came is in the part when it throws. */
async function fetchRest(
  hub: Hub,
  file: HubFile,
  part: string,
  start: number,
  progress: Progress | undefined,
): Promise<void> {
  const stalled = new AbortController();
  const patience = hub.patience ?? PATIENCE;
  let timer = setTimeout(() => stalled.abort(new Error('no data for too long')), patience);
  const handle = await open(part, 'r+');
  try {
    const response = await openHubFile(hub, file, start, stalled.signal);
    if (response.headers.get('content-encoding') && response.headers.get('content-encoding') !== 'identity') {
      throw new UserError(`${file.address.file}: the store sends it compressed, which is not understood`);
    }
    let position = positionOf(response, start, file);
    if (position === 0) await handle.truncate(0);
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(new Error('no data for too long')), patience);
      if (position + piece.length > file.bytes) {
        await handle.truncate(0);
        throw new UserError(
          `${file.address.file}: more came than was announced; nothing was kept, try again`,
        );
      }
      await handle.write(piece, 0, piece.length, position);
      position += piece.length;
      progress?.(position, file.bytes);
    }
    if (position < file.bytes) throw new Error('the connection was closed early');
  } finally {
    clearTimeout(timer);
    await handle.close();
  }
}

/** Where the bytes of a response belong: at `start`, or at the beginning where ranges are not known. */
function positionOf(response: Response, start: number, file: HubFile): number {
  if (response.status !== 206) return 0;
  const [, from, total] =
    /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (Number(from) !== start || (total !== '*' && Number(total) !== file.bytes)) {
    throw new UserError(`${file.address.file}: the store answered with another part than was asked for`);
  }
  return start;
}

/** As git names a file's content. */
async function gitSha1(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha1').update(`blob ${bytes}\0`);
  for await (const piece of readPieces(path)) hash.update(piece);
  return hash.digest('hex');
}
