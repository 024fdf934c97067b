import { postgresTrouble } from './postgres/trouble.ts';

/** What can be wrong with the database: with the disk under it, or with the way to its server. */
export type TroubleKind = 'full' | 'read_only' | 'io' | 'damaged' | 'replaced' | 'unreachable';

export interface DiskTrouble {
  kind: TroubleKind;
  /** SQLite's extended result code, the system's, or PostgreSQL's, e.g. `SQLITE_IOERR_FSYNC`, `ENOSPC`, `53100`. */
  code: string;
  /** What is wrong, half a sentence. */
  says: string;
  /** How to mend it, whole sentences. */
  mend: string;
}

const BY_ITSELF = 'The gate takes mail again by itself.';

const WORDS: Record<TroubleKind, Pick<DiskTrouble, 'says' | 'mend'>> = {
  full: {
    says: 'the disk of the data folder is full',
    mend: `Make room on it. ${BY_ITSELF}`,
  },
  read_only: {
    says: 'the database may not be written',
    mend: `Give the file back to the user of the gate, or mount its file system for writing. ${BY_ITSELF}`,
  },
  io: {
    says: 'the disk fails when the database is read or written',
    mend: `See the kernel's log (dmesg) for the disk, whether its file system was made read-only, and whether it is full. ${BY_ITSELF}`,
  },
  damaged: {
    says: 'the database is damaged',
    mend: 'Stop the gate, keep a copy of the data folder, see what presend doctor --full says, and restore a backup. The gate looks at every page meanwhile, and takes mail again if only a read had failed.',
  },
  replaced: {
    says: 'the database file was moved or replaced while the gate had it open',
    mend: 'Stop the gate, put the right file there, and start it again.',
  },
  unreachable: {
    says: 'the database server cannot be reached',
    mend: `See whether PostgreSQL runs and lets this gate in (address, password, pg_hba.conf, max_connections). ${BY_ITSELF}`,
  },
};

/**
 * What an error of the database, or of a file beside it, says of the disk.
 *
 * @returns null when it says nothing of it: a lock, a broken rule of the schema, a fault of the program
 * @see https://www.sqlite.org/rescode.html
 */
export function diskTrouble(error: unknown): DiskTrouble | null {
  const code = (error as { code?: unknown } | null)?.code;
  const kind = typeof code === 'string' ? kindOf(code) : null;
  return kind === null ? null : { kind, code: code as string, ...WORDS[kind] };
}

const OF_SYSTEM: Readonly<Record<string, TroubleKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read_only',
  EIO: 'io',
};

function kindOf(code: string): TroubleKind | null {
  if (code === 'STORE_UNREACHABLE') return 'unreachable';
  const ofServer = postgresTrouble(code);
  if (ofServer !== null) return ofServer;
  if (Object.hasOwn(OF_SYSTEM, code)) return OF_SYSTEM[code]!;
  if (code === 'SQLITE_FULL') return 'full';
  if (code === 'SQLITE_READONLY_DBMOVED') return 'replaced';
  if (code.startsWith('SQLITE_READONLY')) return 'read_only';
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) return 'io';
  // The search index alone (SQLITE_CORRUPT_VTAB) can be made again from the texts.
  if (code === 'SQLITE_CORRUPT_VTAB') return null;
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' ? 'damaged' : null;
}
