import type { Command } from 'commander';
import { openHubSpot } from '../app/hubspot.ts';
import { UserError } from '../config/user-error.ts';
import { listDifferences } from '../crm/hubspot/difference-store.ts';
import type { SyncDifference, SyncRun } from '../crm/hubspot/web-types.ts';
import { createLogger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { actorName } from './actor.ts';
import { withDatabase } from './context.ts';
import { shown } from './crm-csv.ts';
import { printJson, printLine, printTable } from './output.ts';
import { recordProgress } from './record-progress.ts';

interface Flags {
  dryRun?: boolean;
  full?: boolean;
  all?: boolean;
  json?: boolean;
}

const SHOWN = 30;
const PAGE = 1_000;

/** `presend crm sync hubspot` */
export function registerSync(crm: Command): void {
  crm
    .command('sync <source>')
    .description('bring the CRM mirror up to date from a CRM; source: hubspot')
    .option('--dry-run', 'say what would change and write nothing to the mirror')
    .option('--full', 'read everything, not only what changed since the last sync')
    .option('--all', 'list every difference')
    .option('--json', 'print JSON, every difference in it')
    .addHelpText(
      'after',
      `
Opt-outs and disqualifiers are only ever added by a sync. Ctrl-C ends it after the page it is at; the next one goes on there.

Examples:
  presend crm sync hubspot --dry-run      what would change, field by field
  presend crm sync hubspot                what changed in HubSpot since the last sync
  presend crm sync hubspot --full         everything, e.g. after a change of the mapping
  presend crm revert --import ID          take a sync back as a whole`,
    )
    .action(async (source: string, flags: Flags, command: Command) => {
      if (source !== 'hubspot') throw new UserError(`"${source}" cannot be synced from: write hubspot`);
      await withDatabase(command, async (database, config) => {
        const log = createLogger('silent');
        const sync = openHubSpot({ config, database, now: Date.now, log, metrics: null });
        if (!sync) {
          throw new UserError(
            'HubSpot is not configured: add hubspot: { token_env: HUBSPOT_TOKEN } to the configuration; docs/HUBSPOT.md says how to get a token',
          );
        }
        const progress = recordProgress(process.stderr);
        const stop = (): void => void sync.stop();
        process.once('SIGINT', stop);
        try {
          const run = await sync.run({
            actor: actorName(),
            full: flags.full ?? false,
            dryRun: flags.dryRun ?? false,
            onProgress: progress,
          });
          progress.end();
          await report(database, run, flags);
          if (run.state === 'failed') throw new UserError(run.trouble ?? 'the sync failed');
        } finally {
          progress.end();
          process.removeListener('SIGINT', stop);
        }
      });
    });
}

async function report(database: Database, run: SyncRun, flags: Flags): Promise<void> {
  const differences: SyncDifference[] = [];
  const wanted = flags.all || flags.json ? Number.POSITIVE_INFINITY : SHOWN;
  for (let after = 0; differences.length < wanted; ) {
    const filter = { kind: null, search: '', after, limit: Math.min(PAGE, wanted - differences.length) };
    const page = await listDifferences(database.db, run.id, filter);
    differences.push(...page);
    after = page.at(-1)?.id ?? 0;
    if (page.length < filter.limit) break;
  }
  if (flags.json) return printJson({ run, differences });
  const { counts } = run;
  const would = run.dry_run ? 'would be ' : '';
  printLine(
    `${run.kind === 'full' ? 'Everything' : 'What changed'} was read: ${run.done} ${run.done === 1 ? 'record' : 'records'} in ${seconds(run)} s, ${run.requests} requests${run.waited_ms > 0 ? `, ${Math.round(run.waited_ms / 1000)} s waited for HubSpot's limits` : ''}.`,
  );
  printLine(
    `${counts.new} ${would}new, ${counts.changed} ${would}changed, ${counts.unchanged} unchanged; ${counts.conflicts} conflicts, ${counts.kept} edits kept, ${counts.stops} stops ${would}added, ${counts.stops_kept} stops kept that HubSpot lacks, ${counts.gone} gone, ${counts.merged} merged, ${counts.invalid} invalid, ${counts.without_address} without an address.`,
  );
  if (differences.length > 0) {
    printLine();
    printTable(
      ['WHAT', 'RECORD', 'FIELD', 'PRESEND', 'HUBSPOT', 'STANDS', 'NOTE'],
      differences.map((one) => [
        one.kind,
        one.label,
        one.field ?? '',
        one.kind === 'new' ? '' : shown(one.mine),
        one.kind === 'new' ? '' : shown(one.theirs),
        one.winner ?? '',
        one.note ?? '',
      ]),
    );
    if (differences.length === wanted) printLine('Only the first are shown; --all lists every one.');
  }
  if (run.dry_run) printLine('\nDry run: nothing was written to the mirror.');
  else if (counts.new + counts.changed + counts.stops > 0) {
    printLine(`\nTo take it back as a whole: presend crm revert --import ${run.id}`);
  }
  if (run.state === 'stopped') printLine('It was stopped; the next sync goes on where it was.');
}

const seconds = ({ started_at: from, finished_at: to }: SyncRun): string =>
  (((to ?? from) - from) / 1000).toFixed(1);
