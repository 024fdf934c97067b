import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { addressKey, domainKey } from '../crm/address.ts';
import {
  commitmentsOf,
  listCompanies,
  listProspects,
  lookUpCompany,
  lookUpProspect,
  prospectsOfCompany,
} from '../crm/lookup-store.ts';
import type { Company, Prospect } from '../crm/records.ts';
import { fieldChanges } from '../crm/revert.ts';
import { history, type Revision } from '../crm/revision-store.ts';
import { getCompany } from '../crm/store.ts';
import {
  channelsOf,
  possibleOptOut,
  suppressionsHolding,
  suppressionsOf,
  suppressionTarget,
} from '../crm/suppression-store.ts';
import { openThreadOf, threadMessages } from '../crm/thread-store.ts';
import type { Database } from '../store/database.ts';
import { withDatabase } from './context.ts';
import { shown } from './crm-csv.ts';
import { printJson, printLine, printTable } from './output.ts';

interface Flags {
  json?: boolean;
  company?: boolean;
  companies?: boolean;
  limit?: string;
  after?: string;
}

/** `presend crm show`, `list` and `history`. */
export function registerShow(crm: Command): void {
  crm
    .command('show <record>')
    .description('everything known about a prospect (address or id) or a company (domain, name or id)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  presend crm show jane@example.com\n  presend crm show "Northwind Analytics"',
    )
    .action(async (text: string, flags: Flags, command: Command) => {
      await withDatabase(command, async (database) => {
        const about = await describe(database, text);
        if (flags.json) printJson(about);
        else printAbout(about);
      });
    });

  crm
    .command('list [search]')
    .description('prospects by address; search: the beginning of an address, or a company')
    .option('--companies', 'list companies by name instead')
    .option('--limit <n>', 'how many', '50')
    .option('--after <address or name>', 'go on after this one')
    .option('--json', 'print JSON')
    .action(async (search: string | undefined, flags: Flags, command: Command) => {
      const limit = Number(flags.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new UserError(`--limit "${flags.limit}" is not a number: write e.g. 50`);
      const options = { search: search ?? '', limit, after: flags.after ?? null };
      await withDatabase(command, async (database) => {
        if (flags.companies) {
          const companies = await listCompanies(database.db, options);
          if (flags.json) return printJson(companies);
          return printTable(
            ['NAME', 'DOMAIN', 'HEADCOUNT', 'STAGE', 'DISQUALIFIERS', 'ID'],
            companies.map((c) =>
              [c.name, c.domain, c.headcount, c.funding_stage, c.disqualifiers, c.id].map(shown),
            ),
          );
        }
        const prospects = await listProspects(database.db, options);
        if (flags.json) return printJson(prospects);
        printTable(
          ['ADDRESS', 'NAME', 'ROLE', 'COMPANY', 'OPT-OUTS', 'DISQUALIFIERS', 'ID'],
          prospects.map((p) =>
            [p.address, p.name, p.recipient_role, p.company, p.opt_out_channels, p.disqualifiers, p.id].map(
              shown,
            ),
          ),
        );
      });
    });

  crm
    .command('history <record>')
    .description('who changed a prospect or company, when, from what to what')
    .option('--company', 'a company: domain, name or id')
    .option('--limit <n>', 'how many', '50')
    .option('--json', 'print JSON')
    .action(async (text: string, flags: Flags, command: Command) => {
      await withDatabase(command, async (database) => {
        const [table, record] = await findRecord(database, text, flags.company ?? false);
        const revisions = await history(database.db, table, record.id, Number(flags.limit) || 50);
        if (flags.json)
          return printJson(
            revisions.map((r) => ({ ...r, before: undefined, after: undefined, changes: fieldChanges(r) })),
          );
        printTable(['REVISION', 'WHEN', 'WHO', 'CHANGE'], revisions.map(revisionRow));
      });
    });
}

/** @throws UserError when there is none */
export async function findRecord(
  database: Database,
  text: string,
  company: boolean,
): Promise<['companies', Company] | ['prospects', Prospect]> {
  const prospect = company ? null : await lookUpProspect(database.db, text);
  if (prospect) return ['prospects', prospect];
  const found = await lookUpCompany(database.db, text);
  if (found) return ['companies', found];
  throw new UserError(
    `there is no ${company ? 'company' : 'prospect or company'} "${text}"; presend crm list shows what there is`,
  );
}

async function describe(database: Database, text: string) {
  const { db } = database;
  const prospect = await lookUpProspect(db, text);
  if (prospect) {
    const suppressions = await suppressionsHolding(db, prospect.address);
    const threadId = prospect.thread_id ?? (await openThreadOf(db, prospect.id));
    return {
      prospect,
      company: prospect.company_id === null ? null : await getCompany(db, prospect.company_id),
      suppressed: channelsOf(suppressions),
      suppressions,
      possible_opt_out: await possibleOptOut(db, [prospect.address]),
      commitments: await commitmentsOf(db, prospect.id),
      thread: threadId === null ? [] : await threadMessages(db, threadId, 5),
    };
  }
  const company = await lookUpCompany(db, text);
  if (company) {
    const suppressions =
      company.domain === null ? [] : await suppressionsOf(db, { kind: 'domain', value: company.domain });
    return {
      company,
      suppressed: suppressions.map((s) => s.channel),
      suppressions,
      prospects: await prospectsOfCompany(db, company.id),
    };
  }
  // Nobody's record, but perhaps an opt-out of somebody unknown.
  const target = addressKey(text) ?? (domainKey(text) && `@${domainKey(text)}`);
  const suppressions = target ? await suppressionsOf(db, suppressionTarget(target)) : [];
  if (suppressions.length > 0) return { suppressions };
  throw new UserError(`there is no prospect or company "${text}"; presend crm list shows what there is`);
}

function printAbout(about: object): void {
  for (const [section, value] of Object.entries(about)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    printLine(section.toUpperCase());
    if (!Array.isArray(value)) printFields(value as object);
    else {
      for (const item of value as unknown[]) {
        if (typeof item === 'object' && item !== null)
          printLine(`  ${lineOf(item as Record<string, unknown>)}`);
        else printLine(`  ${shown(item)}`);
      }
    }
    printLine();
  }
}

function printFields(record: object): void {
  for (const [field, value] of Object.entries(record)) {
    if (field.endsWith('_key')) continue;
    const time = field.endsWith('_at') && typeof value === 'number' ? new Date(value).toISOString() : value;
    printLine(`  ${field.padEnd(20)} ${shown(time)}`);
  }
}

function lineOf(item: Record<string, unknown>): string {
  if ('address' in item)
    return [item['address'], item['name'], item['title'] ?? item['recipient_role']].map(shown).join('  ');
  if ('text' in item)
    return `${shown(item['at'])}  ${item['direction'] === 'in' ? 'from' : 'to'} ${shown(item['person'])}: ${shown(item['text'])}`;
  return Object.entries(item)
    .filter(([field, value]) => field !== 'id' && field !== 'prospect_id' && value !== null)
    .map(([field, value]) => `${field} ${shown(value)}`)
    .join(', ');
}

function revisionRow(revision: Revision): string[] {
  const changes = fieldChanges(revision);
  let what = changes.map((c) => `${c.field}: ${shown(c.before)} → ${shown(c.after)}`).join('; ');
  if (revision.before === null)
    what = `created: ${changes.map((c) => `${c.field} ${shown(c.after)}`).join(', ')}`;
  if (revision.after === null) what = 'deleted';
  const why = [revision.reverts && `takes back ${revision.reverts}`, revision.import_id]
    .filter(Boolean)
    .join(', ');
  return [
    String(revision.id),
    new Date(revision.at).toISOString(),
    revision.actor,
    why ? `${what} (${why})` : what,
  ];
}
