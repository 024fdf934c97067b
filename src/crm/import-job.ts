import { UserError } from '../config/user-error.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import type { Logger } from '../observability/logger.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { importerOf, summary, writePlan } from './csv.ts';
import { type CsvFile, type CsvRow, readCsvText } from './csv-read.ts';
import { checkColumns, fieldFor, firstWord, type ImportKind, type RowMessage } from './import-plan.ts';
import { newRecordId } from './record-id.ts';
import { revertImport } from './revert.ts';
import type { BadRow, ImportJobView, ImportKindName, ImportPreview } from './web-types.ts';

/** A file that was looked at and not imported yet. */
interface Upload {
  id: string;
  kind: ImportKindName;
  name: string;
  actor: string;
  file: CsvFile;
  /** Heading keys that a person said to read as another field; null = not at all. */
  mapping: Readonly<Record<string, string | null>>;
  expiresAt: number;
  /** Rows that the preview found bad. */
  bad: ReadonlySet<number>;
}

/** Lets others have their turn: mail is not kept waiting behind a large file. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How long a preview is kept, milliseconds. */
const KEPT_MS = 30 * 60_000;
/** Previews and finished jobs kept at most: a file may be 50 MB. */
const MAX_UPLOADS = 4;
const MAX_JOBS = 50;
/** Rows written in one transaction: others have their turn between two of them. */
const PART = 400;
const FIRST = 8;
/** Bad rows told; a file with more is the wrong file. */
const MAX_BAD = 5000;

export interface ImportJobsDeps {
  database: Database;
  now: () => number;
  log: Logger;
}

/**
 * Imports from the browser: a file is looked at, then imported in parts, so that mail is not kept waiting and progress can be
 * told. The parts share one import id, by which the whole is taken back. What is written is planned anew in each part's
 * transaction, by the same importers as on the command line; opt-outs are never loosened.
 */
export class ImportJobs {
  readonly #deps: ImportJobsDeps;
  readonly #uploads = new Map<string, Upload>();
  readonly #jobs = new Map<string, ImportJobView>();

  constructor(deps: ImportJobsDeps) {
    this.#deps = deps;
  }

  /** @throws UserError when the file as a whole cannot be read */
  async preview(kind: ImportKindName, name: string, text: string, actor: string): Promise<ImportPreview> {
    const at = text.indexOf('\uFFFD');
    // The body was decoded on its way here: what was no UTF-8 is this character now.
    if (at !== -1) {
      const line = text.slice(0, at).split('\n').length;
      throw new UserError(`${name}, line ${line}: is not UTF-8 text: save the file as "CSV UTF-8"`);
    }
    const file = await readCsvText(text, name, turn);
    const id = newRecordId('u', this.#deps.now());
    const expiresAt = this.#deps.now() + KEPT_MS;
    return await this.#look({ id, kind, name, actor, file, mapping: {}, expiresAt, bad: new Set() });
  }

  /** The same file with its columns read otherwise. @throws UserError when it is no longer kept */
  async remap(id: string, actor: string, mapping: Record<string, string | null>): Promise<ImportPreview> {
    return await this.#look({ ...this.#upload(id, actor), mapping });
  }

  async #look(upload: Upload): Promise<ImportPreview> {
    const { database, now } = this.#deps;
    const importer = importerOf(upload.kind, fingerprints);
    const file = mapped(upload.file, upload.mapping, upload.name);
    checkColumns(file, importer, upload.name);
    const plan = await importer.plan(database.db, file.rows, { allowLoosen: false, at: now(), turn });
    const { errors, invalid: _, notes, ...counts } = summary(plan);
    const bad = new Set(errors.map(({ row }) => row));
    this.#uploads.delete(upload.id);
    this.#uploads.set(upload.id, { ...upload, bad });
    for (const [old] of [...this.#uploads].slice(0, -MAX_UPLOADS)) this.#uploads.delete(old);
    return {
      id: upload.id,
      kind: upload.kind,
      name: upload.name,
      rows: file.rows.length,
      ...counts,
      refused: bad.size,
      bad: badRows(errors, importer).slice(0, MAX_BAD),
      notes: notes.slice(0, 200),
      columns: columnsOf(upload, importer),
      fields: importer.columns.map(([field]) => field),
      first: firstRows(upload.file),
      expires_at: upload.expiresAt,
    };
  }

  /**
   * Starts an import.
   *
   * @param leaveOut imports the good rows where some are bad
   * @throws UserError when the preview is no longer kept
   */
  apply(id: string, actor: string, leaveOut: boolean): ImportJobView {
    const upload = this.#upload(id, actor);
    this.#uploads.delete(id);
    const job: ImportJobView = {
      id: upload.id,
      kind: upload.kind,
      name: upload.name,
      state: 'running',
      rows: upload.file.rows.length,
      rows_done: 0,
      new: 0,
      changed: 0,
      unchanged: 0,
      left_out: 0,
      import_id: null,
      error: null,
    };
    this.#jobs.set(job.id, job);
    for (const [old, { state }] of [...this.#jobs].slice(0, -MAX_JOBS))
      if (state !== 'running') this.#jobs.delete(old);
    void this.#run(job, upload, leaveOut).catch((err: unknown) => {
      job.state = 'failed';
      job.error = err instanceof UserError ? err.message : 'The import failed; nothing of it was kept.';
      if (!(err instanceof UserError)) this.#deps.log.error({ err }, 'an import failed');
    });
    return job;
  }

  job(id: string): ImportJobView | null {
    return this.#jobs.get(id) ?? null;
  }

  /** Jobs of an import that was taken back say so. */
  markReverted(importId: string): void {
    for (const job of this.#jobs.values()) if (job.import_id === importId) job.state = 'reverted';
  }

  #upload(id: string, actor: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload || upload.actor !== actor || upload.expiresAt < this.#deps.now())
      throw new UserError('this preview is no longer kept: choose the file again');
    return upload;
  }

  async #run(job: ImportJobView, upload: Upload, leaveOut: boolean): Promise<void> {
    const { database, now } = this.#deps;
    const importer = importerOf(upload.kind, fingerprints);
    const { rows } = mapped(upload.file, upload.mapping, upload.name);
    const at = now();
    // Rows that contradict others are only seen in the whole, which the preview looked at.
    const { bad } = upload;
    if (bad.size > 0 && !leaveOut) throw new UserError(refusal(bad.size));
    job.left_out = bad.size;
    const change = { actor: upload.actor, at, importId: newRecordId('i', at) };
    const good = rows.filter(({ number }) => !bad.has(number));
    try {
      for (let from = 0; from < good.length; from += PART) {
        const part = good.slice(from, from + PART);
        await this.#writePart(job, importer, part, change, { first: from === 0, leaveOut });
        job.rows_done = Math.min(from + PART, good.length);
        await turn();
      }
    } catch (error) {
      if (job.import_id !== null) {
        await database.transact((trx) =>
          revertImport(trx, change.importId, { actor: upload.actor, at: now() }),
        );
        job.import_id = null;
      }
      throw error;
    }
    await database.transact((trx) =>
      recordAudit(trx, {
        at: now(),
        actor: upload.actor,
        subject: { type: 'import', id: change.importId },
        action: 'imported',
        detail: counts(job),
      }),
    );
    job.rows_done = job.rows;
    job.state = 'done';
  }

  async #writePart(
    job: ImportJobView,
    importer: ImportKind,
    rows: readonly CsvRow[],
    change: { actor: string; at: number; importId: string },
    { first, leaveOut }: { first: boolean; leaveOut: boolean },
  ): Promise<void> {
    const part = await this.#deps.database.transact(async (trx) => {
      const plan = await importer.plan(trx, rows, { allowLoosen: false, at: change.at });
      if (plan.errors.length > 0 && !leaveOut) throw new UserError(refusal(plan.errors.length));
      const written = await writePlan(trx, plan, change);
      if (first) {
        await recordAudit(trx, {
          at: change.at,
          actor: change.actor,
          subject: { type: 'import', id: change.importId },
          action: 'import_started',
          detail: { kind: job.kind, name: job.name, rows: job.rows },
        });
      }
      return { ...summary(plan), written };
    });
    if (part.written > 0) job.import_id = change.importId;
    job.new += part.new;
    job.changed += part.changed;
    job.unchanged += part.unchanged;
    job.left_out += part.invalid;
  }
}

const refusal = (bad: number): string =>
  `nothing was imported: ${bad} bad ${bad === 1 ? 'row' : 'rows'}; mend them or leave them out`;

const counts = (job: ImportJobView): Record<string, unknown> => ({
  kind: job.kind,
  name: job.name,
  rows: job.rows,
  new: job.new,
  changed: job.changed,
  unchanged: job.unchanged,
  left_out: job.left_out,
});

/** Every single thing that is wrong, in the order of the rows. */
function badRows(errors: readonly RowMessage[], importer: ImportKind): BadRow[] {
  return errors.flatMap(({ row, message, problems }) =>
    (problems ?? [{ field: firstWord(message), message }]).map((problem) => ({
      row,
      field: problem.field === null ? null : fieldFor(importer, problem.field),
      message: problem.message,
    })),
  );
}

function columnsOf({ file, mapping }: Upload, importer: ImportKind): ImportPreview['columns'] {
  return [...file.headings]
    .filter(([key]) => key !== '')
    .map(([key, heading]) => {
      const said = mapping[heading];
      return { heading, field: said === undefined ? fieldFor(importer, key) : said };
    });
}

function firstRows(file: CsvFile): ImportPreview['first'] {
  const keys = [...file.headings.keys()].filter((key) => key !== '');
  return file.rows
    .slice(0, FIRST)
    .map(({ number, cells }) => ({ row: number, cells: keys.map((key) => cells.get(key) ?? '') }));
}

/** The file with its columns under the names that a person gave them. */
function mapped(file: CsvFile, mapping: Upload['mapping'], name: string): CsvFile {
  if (Object.keys(mapping).length === 0) return file;
  const keyOf = new Map<string, string>();
  const headings = new Map<string, string>();
  for (const [key, heading] of file.headings) {
    const said = mapping[heading];
    if (said === null) continue;
    const wanted = said ?? key;
    if (headings.has(wanted))
      throw new UserError(`${name}: two columns are read as ${wanted}: ignore one of them`);
    headings.set(wanted, heading);
    keyOf.set(key, wanted);
  }
  const rows = file.rows.map(({ number, cells }) => ({
    number,
    cells: new Map(
      [...cells].flatMap(([key, cell]) => {
        const wanted = keyOf.get(key);
        return wanted === undefined ? [] : [[wanted, cell] as const];
      }),
    ),
  }));
  return { headings, rows };
}
