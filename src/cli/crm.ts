import type { Command } from 'commander';
import { registerCsv } from './crm-csv.ts';
import { registerEdits } from './crm-edit.ts';
import { registerErase } from './crm-person.ts';
import { registerShow } from './crm-show.ts';
import { registerSync } from './crm-sync.ts';

/** `presend crm …`: the CRM mirror from the terminal. */
export function register(program: Command): void {
  const crm = program
    .command('crm')
    .description('look at, import and edit the CRM mirror that mail is judged by');
  crm.addHelpText(
    'after',
    `
Examples:
  presend crm import prospects export.csv --dry-run     what would change, nothing written
  presend crm sync hubspot --dry-run                    what HubSpot would change
  presend crm show jane@example.com                     everything known about a recipient
  presend crm set jane@example.com title=CTO            change a field
  presend crm set example.com headcount=350 --company   change a field of the company
  presend crm opt-out @example.com --reason "asked by phone"
  presend crm history jane@example.com                  who changed what, newest first
  presend crm revert 17                                 take that change back
  presend crm export jane@example.com jane.json         everything that is kept about a person
  presend crm erase jane@example.com                    what an erasure would remove`,
  );
  registerCsv(crm);
  registerSync(crm);
  registerShow(crm);
  registerEdits(crm);
  registerErase(crm);
}
