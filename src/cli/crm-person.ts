import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { fingerprints } from '../judge/language/fingerprint.ts';
import { counted } from '../message/counted.ts';
import { erase, keptAbout } from '../privacy/erase.ts';
import { exportPerson } from '../privacy/person-export.ts';
import type { Erased, Kept } from '../privacy/web-types.ts';
import { actorName } from './actor.ts';
import { reason } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine } from './output.ts';

const noPause = async (): Promise<void> => {};

/** Everything about a person as JSON, for `presend crm export`. */
export async function writePerson(
  address: string,
  file: string | undefined,
  { json }: { json: boolean },
  command: Command,
): Promise<void> {
  await withExistingDatabase(command, async ({ db }) => {
    const person = await exportPerson(db, address, { at: Date.now(), pause: noPause });
    if (file === undefined) return printJson(person);
    writeFileSync(file, `${JSON.stringify(person, null, 2)}\n`, { mode: 0o600 });
    const mails = (person['mails'] as unknown[]).length;
    if (json) return printJson({ address, file, mails });
    printLine(
      `Everything about ${address} written to ${file}: ${person['record'] === null ? 'no record' : 'the record'}, ${counted(mails, 'mail')}.`,
    );
  });
}

interface Flags {
  yes?: boolean;
  reason?: string;
  json?: boolean;
}

/** `presend crm erase`. */
export function registerErase(crm: Command): void {
  crm
    .command('erase <address>')
    .description(
      'remove everything about a person for good; the address is remembered as a hash and never mailed again',
    )
    .option('--yes', 'do it; without this it is only told what would go')
    .option('--reason <text>', 'why, e.g. the number of the request; kept, so no name or address', reason)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Goes: the record with its history, commitments and threads; mails to the person with their texts (of a mail to several, the text goes
for all, once all of it is settled), verdicts, evidence, comments, copies in the outbox; what the audit log, events, notifications and
HubSpot's links say of the person. Held mail is rejected first. What is in a courier's hands is erased when it is settled.
Stays: that a mail was judged and how, without whom it was to, and the address as a hash under the gate's key, so that no
engine reaches the person and no import or sync brings the record back. "presend crm opt-in" takes that back.
Not reached: backups (erase again after restoring one), logs, the files of others. It cannot be undone.

Examples:
  presend crm erase jane@example.com
  presend crm erase jane@example.com --yes --reason "request 2026-117"`,
    )
    .action(async (address: string, flags: Flags, command: Command) => {
      await withExistingDatabase(command, async (database, config) => {
        if (!flags.yes) {
          const kept = await keptAbout({ database, dataDir: config.data_dir, pause: noPause }, address);
          if (flags.json) return printJson({ ...kept, erased: false });
          printLine(`Kept about ${address}:`);
          printKept(kept);
          printCopies(kept, config.retention.copies_days);
          return printLine('\nNothing was changed. To erase it: the same with --yes and --reason.');
        }
        const erased = await erase(
          {
            database,
            dataDir: config.data_dir,
            now: Date.now,
            fingerprint: fingerprints,
            pause: noPause,
          },
          address,
          { actor: actorName(), reason: flags.reason ?? 'asked for on the command line' },
        );
        if (flags.json) return printJson({ ...erased, erased: true });
        printErased(erased);
        printCopies(erased, config.retention.copies_days);
      });
    });
}

function printKept(kept: Kept): void {
  const lines: [number, string][] = [
    [kept.prospect ? 1 : 0, 'record of the CRM mirror, with its history'],
    [kept.messages, 'mails with their texts and verdicts'],
    [kept.held, 'of them held: they will be rejected'],
    [kept.under_way, 'of them under way: erased once they are settled'],
    [kept.thread_messages, 'messages of the thread'],
    [kept.commitments, 'commitments'],
    [kept.suppressions, 'opt-outs: kept as a hash'],
    [kept.hubspot_contacts, 'contacts of HubSpot'],
  ];
  const shown = lines.filter(([count]) => count > 0);
  if (shown.length === 0)
    return printLine('  nothing; with --yes the address is still remembered as a hash, and not mailed');
  for (const [count, what] of shown) printLine(`  ${String(count).padStart(5)} ${what}`);
}

/** What an erasure does not reach, and until when that is there. */
function printCopies({ copies }: Kept, days: number | null): void {
  if (copies.length === 0) return;
  const end = days === null ? 'delete them by hand' : `deleted after ${counted(days, 'day')}, or by hand`;
  printLine(`\nNot reached: older copies in the data folder (${end}):`);
  for (const copy of copies) printLine(`  ${copy}`);
}

function printErased(erased: Erased): void {
  printLine(`Erased (${erased.id}):`);
  printKept(erased);
  printLine(`  ${String(erased.audit_entries).padStart(5)} entries of the audit log redacted`);
  if (erased.waiting > 0)
    printLine(
      `\n${counted(erased.waiting, 'mail is', 'mails are')} still under way; the running gate erases ${erased.waiting === 1 ? 'it' : 'them'} once settled.`,
    );
  printLine('Nothing goes to this address any more. Backups and the records of others are not reached.');
}
