import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { importCsv, type ImportReport, type Kind, KINDS } from '../crm/csv.ts';
import { exportCsv } from '../crm/export-store.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import { actorName } from './actor.ts';
import { writePerson } from './crm-person.ts';
import { withDatabase } from './context.ts';
import { printJson, printLine, printTable } from './output.ts';

interface ImportFlags {
  dryRun?: boolean;
  skipBad?: boolean;
  allowLoosen?: boolean;
  json?: boolean;
}

const SHOWN = 20;

/** `presend crm import` and `presend crm export`. */
export function registerCsv(crm: Command): void {
  crm
    .command('import <kind> <file>')
    .description(`import a CSV file; kind: ${KINDS.join(', ')}`)
    .option('--dry-run', 'say what would change and write nothing')
    .option('--skip-bad', 'leave bad rows out instead of writing nothing')
    .option('--allow-loosen', 'let the file take opt-outs and disqualifiers back')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The first row names the columns; spellings like "Email", "Company Name" or "Employees" are understood.
Lists are separated by ; or |. An empty cell leaves the field as it is, the word null clears it.
A prospects file may hold the company's columns too (company, domain, headcount, ...).

Examples:
  presend crm import prospects hubspot-export.csv --dry-run
  presend crm import suppressions unsubscribes.csv`,
    )
    .action(async (kind: string, file: string, flags: ImportFlags, command: Command) => {
      const bytes = readFile(file);
      const report = await withDatabase(command, (database) =>
        importCsv(database, {
          ...flags,
          kind: kindOf(kind),
          bytes,
          name: basename(file),
          actor: actorName(),
          at: Date.now(),
          fingerprint: fingerprints,
          onProgress: (done, total) => {
            if (total >= 1000 && done > 0) process.stderr.write(`${done} of ${total} records written\n`);
          },
        }),
      );
      if (flags.json) printJson(report);
      else printReport(report, flags);
      if (report.errors.length > 0 && !report.applied && !flags.dryRun) {
        throw new UserError(
          `nothing was imported: ${report.errors.length} bad ${report.errors.length === 1 ? 'row' : 'rows'}; mend them or use --skip-bad`,
        );
      }
    });

  crm
    .command('export <what> [file]')
    .description(
      `write all records of a kind as CSV (${KINDS.join(', ')}), or everything about the person of an address as JSON`,
    )
    .option('--json', 'print what was written as JSON (needs a file)')
    .addHelpText(
      'after',
      `
What is exported about a person: record, history, threads, mails with texts, verdicts and what became of them, opt-outs and
entries of the audit log; nothing about others (docs/PRIVACY.md).

Examples:
  presend crm export prospects prospects.csv
  presend crm export suppressions > all.csv
  presend crm export jane@example.com jane.json`,
    )
    .action(
      async (what: string, file: string | undefined, { json }: { json?: boolean }, command: Command) => {
        if (json && file === undefined)
          throw new UserError('--json needs a file to write to, e.g. presend crm export peers peers.csv');
        if (what.includes('@')) return writePerson(what, file, { json: json === true }, command);
        await withDatabase(command, async (database) => {
          let records = 0;
          if (file !== undefined) writeFileSync(file, '');
          for await (const page of exportCsv(database.db, kindOf(what))) {
            records += page.records;
            if (file === undefined) process.stdout.write(page.text);
            else writeFileSync(file, page.text, { flag: 'a' });
          }
          if (json) printJson({ kind: what, file, records });
          else if (file !== undefined) printLine(`${records} ${what} written to ${file}.`);
        });
      },
    );
}

function kindOf(kind: string): Kind {
  const found = KINDS.find((known) => known === kind);
  if (!found) throw new UserError(`"${kind}" is not a kind of record: write one of ${KINDS.join(', ')}`);
  return found;
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(
      `${file} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`,
    );
  }
}

function printReport(report: ImportReport, flags: ImportFlags): void {
  const would = report.applied ? '' : 'would be ';
  printLine(
    `${report.rows} ${report.rows === 1 ? 'row' : 'rows'}: ${report.new} ${would}new, ${report.changed} ${would}changed, ${report.unchanged} unchanged, ${report.invalid} invalid.`,
  );
  if (report.ignoredColumns.length > 0)
    printLine(`Columns not understood and ignored: ${report.ignoredColumns.join(', ')}.`);
  const say = (title: string, messages: ImportReport['errors']): void => {
    if (messages.length === 0) return;
    printLine(`\n${title}`);
    for (const { row, message } of messages.slice(0, SHOWN)) printLine(`  row ${row}: ${message}`);
    if (messages.length > SHOWN) printLine(`  and ${messages.length - SHOWN} more; --json lists all`);
  };
  say(report.applied ? 'Left out:' : 'Bad rows:', report.errors);
  say('Note:', report.notes);
  if (report.sample.length > 0) {
    printLine(`\n${report.applied ? 'Changed' : 'Would change'}, for example:`);
    printTable(
      ['ROW', 'RECORD', 'FIELD', 'BEFORE', 'AFTER'],
      report.sample.map((s) => [String(s.row), s.record, s.field, shown(s.before), shown(s.after)]),
    );
  }
  if (report.importId)
    printLine(`\nTo take it back as a whole: presend crm revert --import ${report.importId}`);
  else if (flags.dryRun) printLine('\nDry run: nothing was written.');
}

/** A field's value for people. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
