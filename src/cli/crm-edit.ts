import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { isFreemail } from '../crm/address.ts';
import {
  COMPANY_FIELDS,
  type Field,
  headingKey,
  parseChannels,
  parseSuppressed,
  PROSPECT_FIELDS,
} from '../crm/fields.ts';
import { lookUpCompany, lookUpProspect } from '../crm/lookup-store.ts';
import type { Change, Company, CompanyFields, Prospect, ProspectFields } from '../crm/records.ts';
import { noteReverted } from '../crm/hubspot/sync.ts';
import { revert, revertImport } from '../crm/revert.ts';
import { updateCompany, updateProspect } from '../crm/store.ts';
import {
  addSuppression,
  removeSuppressions,
  suppressedChannels,
  suppressionTarget,
} from '../crm/suppression-store.ts';
import { actorName } from './actor.ts';
import { queueWriteBacksFor } from '../feedback/write-back-store.ts';
import { writeBackTargetNames } from '../feedback/write-back-targets.ts';
import { withDatabase } from './context.ts';
import { shown } from './crm-csv.ts';
import { printJson, printLine } from './output.ts';

interface Flags {
  json?: boolean;
  company?: boolean;
  channel?: string;
  reason?: string;
  import?: string;
  force?: boolean;
}

const now = (): Change => ({ actor: actorName(), at: Date.now() });

/** `presend crm set`, `opt-out`, `opt-in` and `revert`. */
export function registerEdits(crm: Command): void {
  crm
    .command('set <record> <assignments...>')
    .description('change fields of a prospect, or of a company with --company')
    .option('--company', 'the record is a company (domain, name or id), or the company of the prospect')
    .option('--json', 'print the record as JSON')
    .addHelpText(
      'after',
      `
An empty value clears a field. Lists are separated by ; or |.
Fields of a prospect: ${Object.keys(PROSPECT_FIELDS).join(', ')}
Fields of a company:  ${Object.keys(COMPANY_FIELDS).join(', ')}

Examples:
  presend crm set jane@example.com title="VP Engineering" recipient_role=vp_eng
  presend crm set jane@example.com disqualifiers=local_only taken_over_by=mia@ourselves.example
  presend crm set example.com headcount=2100 funding_stage="Series C" --company`,
    )
    .action(async (text: string, assignments: string[], flags: Flags, command: Command) => {
      await withDatabase(command, async (database) => {
        const record = await database.transact(async (trx): Promise<Company | Prospect> => {
          const prospect = await lookUpProspect(trx, text);
          if (prospect && !flags.company) {
            return await updateProspect(
              trx,
              prospect.id,
              assigned<ProspectFields>(assignments, PROSPECT_FIELDS),
              now(),
            );
          }
          const company = await lookUpCompany(trx, prospect?.company_id ?? text);
          if (!company)
            throw new UserError(
              `there is no ${flags.company ? 'company' : 'prospect'} "${text}"; presend crm list shows what there is`,
            );
          if (!flags.company) throw new UserError(`"${text}" is a company: add --company to change it`);
          return await updateCompany(
            trx,
            company.id,
            assigned<CompanyFields>(assignments, COMPANY_FIELDS),
            now(),
          );
        });
        if (flags.json) return printJson(record);
        printLine(`${'address' in record ? record.address : record.name}:`);
        for (const assignment of assignments) {
          const field = fieldName(assignment);
          printLine(`  ${field.padEnd(20)} ${shown((record as unknown as Record<string, unknown>)[field])}`);
        }
      });
    });

  const channel = 'email, sms, linkedin, phone or all';
  crm
    .command('opt-out <target>')
    .description('suppress an address, or a whole domain with @')
    .option('--channel <channel>', channel, 'all')
    .option('--reason <text>', 'why, for the record')
    .option('--force', 'allow the domain of a provider of personal mailboxes')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  presend crm opt-out jane@example.com --reason "asked by phone"\n  presend crm opt-out @example.com --channel email',
    )
    .action(async (text: string, flags: Flags, command: Command) => {
      const target = suppressionTarget(text);
      const channels = parseChannels(flags.channel ?? 'all', 'channel');
      if (target.kind === 'domain' && isFreemail(target.value) && !flags.force) {
        throw new UserError(
          `${target.value} is a provider of personal mailboxes: name an address, or use --force`,
        );
      }
      await withDatabase(command, async (database, config) => {
        const targets = writeBackTargetNames(config);
        await database.transact(async (trx) => {
          for (const channel of channels) {
            const optOut = { ...target, channel, reason: flags.reason ?? null };
            await addSuppression(trx, { ...optOut, source: 'cli' }, now());
            await queueWriteBacksFor(trx, optOut, { targets, at: now().at });
          }
        });
        if (flags.json) printJson({ ...target, channels });
        else printLine(`${text} is opted out of ${channels.join(', ')}.`);
      });
    });

  crm
    .command('opt-in <target>')
    .description('take an opt-out of an address or @domain back')
    .option(
      '--channel <channel>',
      `${channel}, or unclear for what a reply may have asked; without it every channel`,
    )
    .option('--json', 'print JSON')
    .action(async (text: string, flags: Flags, command: Command) => {
      const target = suppressionTarget(text);
      const channels = flags.channel === undefined ? null : parseSuppressed(flags.channel, 'channel');
      await withDatabase(command, async (database, config) => {
        const { taken, left } = await database.transact(async (trx) => {
          let taken = 0;
          for (const channel of channels ?? [null])
            taken += await removeSuppressions(trx, target, channel, now());
          const prospect = target.kind === 'address' ? await lookUpProspect(trx, target.value) : null;
          if (prospect) {
            const kept = prospect.opt_out_channels.filter((c) => channels !== null && !channels.includes(c));
            taken += prospect.opt_out_channels.length - kept.length;
            await updateProspect(trx, prospect.id, { opt_out_channels: kept }, now());
          }
          const left = target.kind === 'address' ? [...(await suppressedChannels(trx, target.value))] : [];
          return { taken, left };
        });
        if (taken === 0)
          throw new UserError(
            `${text} has no such opt-out${left.length > 0 ? ' of its own: a domain opt-out holds' : ''}`,
          );
        if (flags.json) return printJson({ ...target, taken, stillSuppressed: left });
        printLine(`${taken} ${taken === 1 ? 'opt-out' : 'opt-outs'} of ${text} taken back.`);
        const targets = writeBackTargetNames(config);
        if (taken > 0 && targets.length > 0) {
          printLine(`The lists of ${targets.join(', ')} may still hold it; take it off there by hand.`);
        }
        if (left.length > 0)
          printLine(`Still opted out of ${left.join(', ')}, by another channel's opt-out or by its domain.`);
      });
    });

  crm
    .command('revert [revision]')
    .description('take a change back, or a whole import with --import')
    .option('--import <id>', 'the import to take back')
    .option('--force', 'although the record changed since; only the fields of that change go back')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  presend crm revert 17\n  presend crm revert --import i_01jx4')
    .action(async (text: string | undefined, flags: Flags, command: Command) => {
      if ((text === undefined) === (flags.import === undefined)) {
        throw new UserError('name a revision (presend crm history shows them) or --import <id>');
      }
      if (text !== undefined && !/^\d+$/u.test(text))
        throw new UserError(`"${text}" is not a revision: write its number, e.g. 17`);
      const options = { force: flags.force ?? false };
      await withDatabase(command, async (database) => {
        const count = await database.transact(async (trx) => {
          if (flags.import !== undefined) {
            const taken = await revertImport(trx, flags.import, now(), options);
            await noteReverted(trx, flags.import, now());
            return taken;
          }
          await revert(trx, Number(text), now(), options);
          return 1;
        });
        if (flags.json) printJson({ reverted: count });
        else printLine(`${count} ${count === 1 ? 'change' : 'changes'} taken back.`);
      });
    });
}

function fieldName(assignment: string): string {
  return headingKey(assignment.slice(0, Math.max(0, assignment.indexOf('='))));
}

function assigned<F extends object>(
  assignments: readonly string[],
  fields: Readonly<Record<keyof F, Field>>,
): Partial<F> {
  const patch: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const field = fieldName(assignment);
    if (field === '')
      throw new UserError(`"${assignment}" is no assignment: write field=value, e.g. headcount=350`);
    const known = (fields as Record<string, Field>)[field];
    if (!known)
      throw new UserError(`there is no field "${field}": write one of ${Object.keys(fields).join(', ')}`);
    const value = assignment.slice(assignment.indexOf('=') + 1).trim();
    patch[field] = known.parse(value, field);
  }
  return patch as Partial<F>;
}
