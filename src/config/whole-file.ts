import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file that after a crash or a power cut has its old content or the new one, never a part of it; makes its folder.
 *
 * @param mode as of open(2)
 */
export function writeWhole(path: string, content: Buffer | string, mode: number): void {
  const part = writePart(path, content, mode);
  renameSync(part, path);
  syncFolder(path);
}

/**
 * The content of a file that is made on first use and then stays, readable by its owner only. Of several processes that make it
 * at the same moment, one's content holds for all.
 *
 * @param make its content; called only where there is no file
 */
export function keptFile(path: string, make: () => Buffer | string): Buffer {
  if (existsSync(path)) return readFileSync(path);
  const part = writePart(path, make(), 0o600);
  try {
    // Unlike a rename it never replaces what another process has put there.
    linkSync(part, path);
    syncFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(part);
  }
  return readFileSync(path);
}

/** The content on disk beside where it is to be. */
function writePart(path: string, content: Buffer | string, mode: number): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}.part`;
  const file = openSync(part, 'w', mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return part;
}

/** Has the name of a file on disk. */
export function syncFolder(path: string): void {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
