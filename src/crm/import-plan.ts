import { type Kysely } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { CsvFile, CsvRow } from './csv-read.ts';
import { type Field, needed } from './fields.ts';
import { type Change, united } from './records.ts';
import {
  insertRow,
  insertRows,
  type NewRow,
  type Row,
  type TrackedTable,
  updateRow,
} from './revision-store.ts';
import { UserError } from '../config/user-error.ts';

/** What an import will do to one record. */
export interface Planned {
  /** Row of the file that says so (the first, where several rows describe one company). */
  row: number;
  table: TrackedTable;
  /** How people call the record. */
  label: string;
  /** null = new. */
  before: Row<TrackedTable> | null;
  /** The new row, or the columns to set. */
  columns: Record<string, unknown>;
  /** Does it in another way than by writing the row. */
  apply?: (trx: Trx, change: Change) => Promise<void>;
}

export interface RowMessage {
  row: number;
  message: string;
  /** Each thing that is wrong, with the column it is about; absent where `message` is the only one. */
  problems?: readonly Problem[];
}

/** What is wrong with a row. */
export interface Problem {
  /** null = not with one column. */
  field: string | null;
  message: string;
}

export interface Plan {
  records: Planned[];
  errors: RowMessage[];
  /** What the import does differently from what the file says, e.g. keeps an opt-out. */
  notes: RowMessage[];
}

export interface PlanOptions {
  /** Opt-outs and disqualifiers may be taken back by leaving them out. */
  allowLoosen: boolean;
  at: number;
  /** Awaited now and then, so that others have their turn; absent inside a transaction, which awaits nothing else. */
  turn?: () => Promise<void>;
}

/** Rows read between two turns of others. */
const STRETCH = 250;

/** Awaits `turn` every few rows. */
export async function pause(turn: PlanOptions['turn'], row: number): Promise<void> {
  if (turn && row % STRETCH === STRETCH - 1) await turn();
}

/** A field with the heading keys it is read from, its own name first. */
export type ImportColumn = readonly [field: string, headings: readonly string[]];

/** The field that a heading is read as; the first where several are. */
export function fieldFor({ columns }: Pick<ImportKind, 'columns'>, heading: string): string | null {
  return columns.find(([, headings]) => headings.includes(heading))?.[0] ?? null;
}

/** How one kind of file becomes records. */
export interface ImportKind {
  /** What it reads, each under any of its heading keys; other columns are reported and ignored. */
  columns: readonly ImportColumn[];
  /** Each entry: one of these columns must be there. */
  needs: readonly (readonly string[])[];
  plan: (db: Kysely<Schema>, rows: readonly CsvRow[], options: PlanOptions) => Promise<Plan>;
}

/** Reads the cells of each row; a row with a bad cell becomes an error that names all of them. */
export async function readRows<T>(
  rows: readonly CsvRow[],
  read: (cells: Cells) => T,
  { turn }: Pick<PlanOptions, 'turn'>,
) {
  const good: { row: number; value: T }[] = [];
  const errors: RowMessage[] = [];
  for (const [i, { number, cells }] of rows.entries()) {
    await pause(turn, i);
    const reader = new Cells(cells);
    try {
      const value = read(reader);
      if (reader.problems.length === 0) good.push({ row: number, value });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reader.problems.push({ field: firstWord(error.message), message: error.message });
    }
    if (reader.problems.length > 0)
      errors.push({
        row: number,
        message: reader.problems.map(({ message }) => message).join('; '),
        problems: reader.problems,
      });
  }
  return { good, errors };
}

/** Messages about a cell begin with its field. */
export function firstWord(message: string): string | null {
  return /^[a-z][a-z_]*(?= )/u.exec(message)?.[0] ?? null;
}

/** The cells of one row by any of a field's headings; collects what is wrong with them. */
export class Cells {
  readonly problems: Problem[] = [];
  readonly #cells: Map<string, string>;

  constructor(cells: Map<string, string>) {
    this.#cells = cells;
  }

  /** The first filled cell under one of the headings. */
  text(...headings: readonly string[]): string | undefined {
    for (const heading of headings) {
      const cell = this.#cells.get(heading);
      if (cell !== undefined) return cell;
    }
    return undefined;
  }

  /** Parsed, or undefined when the cell is empty or wrong (the problem is kept). */
  get<T>(headings: readonly string[], parse: (text: string, field: string) => T): T | undefined {
    const text = this.text(...headings);
    if (text === undefined) return undefined;
    try {
      return parse(text, headings[0] ?? '');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.problems.push({ field: headings[0] ?? null, message: error.message });
      return undefined;
    }
  }

  /** A cell that must be filled. */
  need(...headings: readonly string[]): string {
    const text = this.get(headings, needed);
    if (text === undefined) throw new UserError(`${headings[0]} is missing`);
    return text;
  }

  /** Every field of a table that the row fills. */
  fields<F extends string>(
    fields: Readonly<Record<F, Field>>,
    headingsOf: (field: F) => readonly string[],
  ): Partial<Record<F, unknown>> {
    const found: Partial<Record<F, unknown>> = {};
    for (const [field, { parse }] of Object.entries<Field>(fields) as [F, Field][]) {
      const value = this.get(headingsOf(field), parse);
      if (value !== undefined) found[field] = value;
    }
    return found;
  }
}

/**
 * Lists that only ever get stricter by an import: what the record has and the file lacks stays, unless
 * `allowLoosen` is set. Either way it is told.
 */
export function tightened(
  planned: { row: number; label: string },
  before: { disqualifiers?: string[]; opt_out_channels?: string[] },
  wanted: { disqualifiers?: string[]; opt_out_channels?: string[] },
  options: PlanOptions,
  notes: RowMessage[],
): void {
  for (const field of ['disqualifiers', 'opt_out_channels'] as const) {
    const now = wanted[field];
    if (now === undefined) continue;
    const lost = (before[field] ?? []).filter((value) => !now.includes(value));
    // The order of a list means nothing; the stored one stays, so that a reordered file changes nothing.
    const kept = (before[field] ?? []).filter((value) => now.includes(value));
    wanted[field] = united(options.allowLoosen ? kept : (before[field] ?? []), now);
    if (lost.length === 0) continue;
    const what = `${field} ${lost.join(', ')}`;
    notes.push({
      row: planned.row,
      message: options.allowLoosen
        ? `${planned.label} loses ${what}`
        : `${planned.label} keeps ${what}: --allow-loosen takes it back`,
    });
  }
}

/** Whether the plan changes anything of the record. */
export function differs({ before, columns }: Planned): boolean {
  if (before === null) return true;
  const old = before as Record<string, unknown>;
  return Object.entries(columns).some(
    ([field, value]) => field !== 'updated_at' && value !== undefined && old[field] !== value,
  );
}

/** Writes a plan's records, new ones in bulk, companies before their prospects. */
export async function applyPlan(
  trx: Trx,
  records: readonly Planned[],
  change: Change,
  progress: (done: number) => void,
): Promise<void> {
  let done = 0;
  for (const table of ['companies', 'prospects'] as const) {
    const fresh = records.filter((r) => r.table === table && r.before === null);
    await insertRows(
      trx,
      table,
      fresh.map((r) => r.columns as NewRow<typeof table>),
      change,
    );
    progress((done += fresh.length));
  }
  for (const record of records) {
    const bulk = record.table === 'companies' || record.table === 'prospects';
    if (record.before === null && bulk) continue;
    if (record.apply) await record.apply(trx, change);
    else if (record.before === null) {
      await insertRow(trx, record.table, record.columns as NewRow<TrackedTable>, change);
    } else await updateRow(trx, record.table, record.before, record.columns, change);
    done += 1;
    if (done % 1000 === 0) progress(done);
  }
}

/** Whether every needed column is there; tells the user which are missing. */
export function checkColumns(file: CsvFile, kind: ImportKind, name: string): string[] {
  for (const anyOf of kind.needs) {
    if (anyOf.some((heading) => file.headings.has(heading))) continue;
    throw new UserError(
      `${name} has no column "${anyOf[0]}": its columns are ${[...file.headings.values()].join(', ')}`,
    );
  }
  return [...file.headings]
    .filter(([key]) => key !== '' && fieldFor(kind, key) === null)
    .map(([, spelling]) => spelling);
}
