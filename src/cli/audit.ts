import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../config/user-error.ts';
import { progressOn } from '../evaluate/progress.ts';
import { auditText } from '../insight/audit-export.ts';
import { type AuditFilter, type AuditRow, auditWindows } from '../insight/audit-store.ts';
import { auditWords } from '../insight/audit-words.ts';
import { counted } from '../message/counted.ts';
import { type ChainHead, headText, readHead } from '../store/audit-chain.ts';
import { type ChainReport, auditHead, verifyAudit } from '../store/audit-verify-store.ts';
import { keysOf } from '../store/gate-keys.ts';
import { count, moment } from './arguments.ts';
import { withReadOnlyDatabase } from './context.ts';
import { printJson, printLine, printTable } from './output.ts';

interface FilterFlags {
  actor?: string;
  subject?: string;
  type?: string;
  action?: string;
  from?: number;
  to?: number;
}

/** `presend audit …`: who did what, and whether the log is whole. */
export function register(program: Command): void {
  const command = program
    .command('audit')
    .description('the audit log: who did what, and whether anybody changed it since')
    .addHelpText(
      'after',
      `
Each entry is chained to the one before under a key of the gate's own (data folder, secrets/audit.key). Whoever can write the
database but does not have that key cannot change, add, drop or move an entry without "presend audit verify" telling.
Keep the line that "presend audit head" prints somewhere else from time to time: it proves that nothing up to it was put back.`,
    );

  command
    .command('verify')
    .description('reads the whole log and tells the first entry that is wrong; changes nothing')
    .option('--from <id>', 'only from this entry on; what is before it is believed', count)
    .option('--head <id:hash>', 'a head written down earlier must still be there; may be repeated', heads, [])
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Runs beside the gate. Ends with status 1 when something is wrong. Examples:
  presend audit verify
  presend audit verify --head "$(cat head-of-last-month)"`,
    )
    .action(async (options: { from?: number; head: ChainHead[]; json?: boolean }, self: Command) => {
      await withReadOnlyDatabase(self, async ({ db }) => {
        let progress: ReturnType<typeof progressOn> | null = null;
        const report = await verifyAudit(db, {
          key: keysOf(db).audit(),
          ...(options.from === undefined ? {} : { from: options.from }),
          heads: options.head,
          onProgress: (done, total) => {
            progress ??= progressOn(process.stderr, 'Entries', total);
            progress.at(done);
          },
        });
        (progress as ReturnType<typeof progressOn> | null)?.end();
        if (options.json) printJson({ ...report, head: report.head && headText(report.head) });
        else print(report);
        if (report.fault_count > 0) process.exitCode = 1;
      });
    });

  command
    .command('head')
    .description('prints the newest entry and its link, to be kept elsewhere')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, self: Command) => {
      await withReadOnlyDatabase(self, async ({ db }) => {
        const head = await auditHead(db, keysOf(db).audit());
        if (json) return printJson(head && { id: head.id, chain: head.chain.toString('hex') });
        if (!head) throw new UserError('the log has no head: it is empty, or see "presend audit verify"');
        printLine(headText(head));
      });
    });

  filtered(command.command('list').description('the newest entries'))
    .option('--limit <n>', 'how many', count, 30)
    .option('--json', 'print JSON')
    .action(async (flags: FilterFlags & { limit: number; json?: boolean }, self: Command) => {
      await withReadOnlyDatabase(self, async ({ db }) => {
        const rows: AuditRow[] = [];
        for await (const window of auditWindows(db, filterOf(flags), null, flags.limit)) {
          rows.push(...window.rows);
          if (rows.length >= flags.limit) break;
        }
        const found = rows.slice(0, flags.limit);
        if (flags.json) return printJson(found.map((row) => ({ ...row, detail: detailOf(row) })));
        if (found.length === 0) return printLine('No entry matches.');
        printTable(
          ['ID', 'TIME', 'ACTOR', 'ACTION', 'SUBJECT', 'WHAT'],
          found.map((row) => [
            String(row.id),
            new Date(row.at).toISOString().slice(0, 19),
            row.actor,
            row.action,
            `${row.subject_type} ${row.subject_id}`,
            auditWords(detailOf(row)).join('; '),
          ]),
        );
      });
    });

  filtered(command.command('export [file]').description('writes the log, newest entry first'))
    .addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv'))
    .addHelpText('after', '\nWithout a file it goes to the terminal.')
    .action(
      async (
        file: string | undefined,
        { format, ...flags }: FilterFlags & { format: 'csv' | 'json' },
        self: Command,
      ) => {
        await withReadOnlyDatabase(self, async ({ db }) => {
          if (file !== undefined) writeFileSync(file, '', { mode: 0o600 });
          for await (const text of auditText(db, filterOf(flags), format)) {
            if (file === undefined) process.stdout.write(text);
            else writeFileSync(file, text, { flag: 'a' });
          }
          if (file !== undefined) printLine(`Written to ${file}.`);
        });
      },
    );
}

function filtered(command: Command): Command {
  return command
    .option('--actor <text>', 'part of who did it')
    .option('--subject <id>', 'what it is about, e.g. a delivery')
    .option('--type <type>', 'kind of subject, e.g. engine')
    .option('--action <actions>', 'one or more, with commas')
    .option('--from <time>', 'from then on (30d, 12h, 2026-05-01)', moment)
    .option('--to <time>', 'before then', moment);
}

function filterOf({ actor, subject, type, action, from, to }: FilterFlags): AuditFilter {
  return {
    actor: actor ?? null,
    subject: subject ?? null,
    type: type ?? null,
    actions: action === undefined ? [] : action.split(','),
    from: from ?? null,
    to: to ?? null,
    words: [],
  };
}

function detailOf({ detail }: AuditRow): Record<string, unknown> {
  return JSON.parse(detail) as Record<string, unknown>;
}

function heads(text: string, others: ChainHead[]): ChainHead[] {
  const head = readHead(text);
  if (!head) throw new InvalidArgumentError('write a line that "presend audit head" printed.');
  return [...others, head];
}

function print({ entries, redacted, head, adopted, faults, fault_count, segments }: ChainReport): void {
  if (adopted)
    printLine(
      `The first ${counted(adopted.entries, 'entry', 'entries')} are older than the chain: they are known as they were found on ${new Date(adopted.at).toISOString().slice(0, 10)}.`,
    );
  for (const { id, at, entries: before } of segments)
    printLine(
      `At entry ${id} the log goes on under a new key, because the old one was lost: the ${counted(before, 'entry', 'entries')} before are known as they were found on ${new Date(at).toISOString().slice(0, 10)}.`,
    );
  const looked = `${counted(entries, 'entry', 'entries')} looked at${redacted > 0 ? `, of them ${redacted} redacted by presend` : ''}.`;
  if (fault_count === 0) {
    printLine(`${looked} The log is whole.`);
    if (head) printLine(`Head: ${headText(head)}`);
    return;
  }
  printLine(`${looked} ${counted(fault_count, 'fault')}:`);
  for (const { id, at, what } of faults)
    printLine(`  entry ${id}${at === null ? '' : ` (${timeText(at)})`}: ${what}`);
  if (fault_count > faults.length) printLine(`  and ${fault_count - faults.length} more`);
  printLine('Compare with a backup, and with heads in the log of the gate or kept elsewhere.');
}

function timeText(at: number): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? `time ${at}` : time.toISOString();
}
