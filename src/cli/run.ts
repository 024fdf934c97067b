import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';

/**
 * Runs the command line on what the process was started with. What a person can mend is told in one sentence, and the exit code is 1.
 *
 * @param create makes its commands
 * @throws any other error, with its stack
 */
export async function run(create: () => Command): Promise<void> {
  watchOutput();
  try {
    await create().parseAsync();
  } catch (error) {
    const sentence = sentenceFor(error);
    if (sentence === null) throw error;
    process.stderr.write(`presend: ${sentence}\n`);
    process.exitCode = 1;
  }
}

function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Reader of our output went away (`presend … | head`): not an error.
    if (error.code === 'EPIPE') process.exit(0);
    const sentence = sentenceFor(error);
    if (sentence === null) throw error;
    // A gate whose output goes to a full disk runs on; any other command has failed.
    process.exitCode = 1;
    process.stderr.write(`presend: its output cannot be written: ${sentence}\n`);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => {});
}

/** What a person can mend, in one sentence; null for a fault of the program, which keeps its stack. */
function sentenceFor(error: unknown): string | null {
  if (error instanceof UserError) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  const at = path ? `${path}: ` : '';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
      return `${at}this user may not write there (${code}); check the data folder's owner and permissions, or name another with --data`;
    case 'ENOSPC':
    case 'SQLITE_FULL':
      return `${at}the disk is full (${code}); nothing was changed; make room and try again`;
    case 'SQLITE_BUSY':
      return 'the database is locked by another process for too long; nothing was changed; try again';
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return `the database file is damaged or not one of presend's (${code}); restore a backup or name another folder with --data`;
    case 'ENOENT':
      return path ? `${path}: no such file or folder` : null;
    case 'EISDIR':
      return `${at}this is a folder, not a file`;
    default:
      return null;
  }
}
