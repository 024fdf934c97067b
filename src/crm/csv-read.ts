import { Readable } from 'node:stream';
import { type Options, Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { UserError } from '../config/user-error.ts';
import { headingKey } from './fields.ts';

/** A cell that a spreadsheet would take for a formula, or one that an export guarded against that by apostrophes. */
export const FORMULA = /^'*[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/u;

/** One row below the heading. */
export interface CsvRow {
  /** As a spreadsheet counts: the heading is row 1. */
  number: number;
  /** Trimmed cells by heading key; empty cells are left out. */
  cells: Map<string, string>;
}

export interface CsvFile {
  /** Heading keys with the spelling of the file. */
  headings: Map<string, string>;
  rows: CsvRow[];
}

/**
 * Reads a CSV file as CRMs and Excel write it: with or without byte order mark, CRLF or LF, separated by
 * comma, semicolon or tab.
 *
 * @throws UserError when it is not UTF-8 text or not well-formed CSV, with the line
 */
export function readCsv(bytes: Buffer, name: string): CsvFile {
  const text = decode(bytes, name);
  try {
    return fileOf(parse(text, optionsFor(text)), name);
  } catch (error) {
    throw asUserError(error, name);
  }
}

/**
 * The same for text, in turns with others.
 *
 * @param turn awaited between two parts of the text
 */
export async function readCsvText(text: string, name: string, turn: () => Promise<void>): Promise<CsvFile> {
  const records: string[][] = [];
  try {
    const parser = Readable.from(partsOf(text, turn)).pipe(new Parser(optionsFor(text)));
    for await (const record of parser) records.push(record as string[]);
    return fileOf(records, name);
  } catch (error) {
    throw asUserError(error, name);
  }
}

const PART_BYTES = 65_536;

async function* partsOf(text: string, turn: () => Promise<void>): AsyncGenerator<Buffer> {
  // Bytes, since a part of a text may end within a character.
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    await turn();
    yield bytes.subarray(at, at + PART_BYTES);
  }
}

function optionsFor(text: string): Options {
  return {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: false,
    trim: true,
  };
}

function asUserError(error: unknown, name: string): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    `${name} is not well-formed CSV: ${error instanceof Error ? error.message : 'unknown'}`,
  );
}

function fileOf(records: string[][], name: string): CsvFile {
  const [heading, ...body] = records;
  if (!heading || heading.every((cell) => cell === '')) {
    throw new UserError(`${name} is empty: its first row must name the columns`);
  }
  const keys = heading.map(headingKey);
  const twice = keys.find((key, at) => key !== '' && keys.indexOf(key) !== at);
  if (twice !== undefined) throw new UserError(`${name} has two columns "${twice}": rename or remove one`);
  const rows: CsvRow[] = [];
  for (const [at, record] of body.entries()) {
    const cells = new Map<string, string>();
    for (const [column, cell] of record.entries()) {
      const key = keys[column];
      // Exports guard cells that a spreadsheet would take for a formula with an apostrophe.
      if (cell !== '' && key)
        cells.set(key, cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);
    }
    if (record.length > keys.length && record.slice(keys.length).some((cell) => cell !== '')) {
      throw new UserError(
        `${name}, row ${at + 2}: ${record.length} cells under ${keys.length} headings; put cells with commas in quotes`,
      );
    }
    if (cells.size > 0) rows.push({ number: at + 2, cells });
  }
  return {
    headings: new Map(heading.map((spelling, at) => [keys[at] ?? '', spelling])),
    rows,
  };
}

function decode(bytes: Buffer, name: string): string {
  if (bytes[0] === 0xff || bytes[0] === 0xfe) {
    throw new UserError(`${name} is UTF-16: save it as "CSV UTF-8"`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const line = lineOfBadByte(bytes);
    throw new UserError(`${name}, line ${line}: is not UTF-8 text: save the file as "CSV UTF-8"`);
  }
}

function lineOfBadByte(bytes: Buffer): number {
  const lines = bytes.toString('utf8').split('\n');
  return lines.findIndex((line) => line.includes('\uFFFD')) + 1;
}

/** The separator that the heading row uses most; Excel writes `;` where the comma is the decimal mark. */
function delimiterOf(text: string): string {
  const heading = text.slice(0, text.search(/[\r\n]|$/u)).replace(/"[^"]*"/gu, '');
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: heading.split(mark).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}
