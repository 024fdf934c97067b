import { countedId } from '../crm/record-id.ts';
import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { ADMIN, AUDIT, type Endpoint, endpoint } from '../http/endpoint.ts';
import { newestReport, reportOf } from '../kill-switch/canary/report.ts';
import { acceptedFall, listRuns, readRun } from '../kill-switch/canary/store.ts';
import type { CanaryPage } from './canary-web-types.ts';
import type { SettingsContext } from './context.ts';

/** Runs shown. */
const SHOWN = 12;

/** What the probe cases said of the adapter, and a run by hand. */
export function canaryEndpoints(context: SettingsContext): Endpoint[] {
  const { database, canary } = context;
  const required = () => {
    if (!canary) throw new ApiError('conflict', offBecause(context) ?? '');
    return canary;
  };
  return [
    endpoint('get', '/settings/canary', { access: AUDIT, handle: () => canaryPage(context) }),
    endpoint('get', '/settings/canary/runs/:id', {
      access: AUDIT,
      handle: async ({ params }) => {
        const run = await readRun(database.db, countedId(params['id'] ?? ''));
        if (!run || run.state === 'running') throw new ApiError('not_found', 'There is no such run.');
        return { ...(await reportOf(database.db, run)), results: run.results };
      },
    }),
    endpoint('post', '/settings/canary/runs', {
      access: ADMIN,
      body: z.strictObject({ extent: z.enum(['some', 'all']) }),
      handle: async ({ account, body }) => {
        await required().ask(body.extent, account.actor);
        return canaryPage(context);
      },
    }),
    endpoint('post', '/settings/canary/cancel', {
      access: ADMIN,
      handle: async ({ account }) => {
        await required().cancel(account.actor);
        return canaryPage(context);
      },
    }),
  ];
}

async function canaryPage(context: SettingsContext): Promise<CanaryPage> {
  const { database, canary, config, bench } = context;
  const { at_start, every_hours } = config.kill_switch.canary;
  const version = bench?.judge.model.adapter.version;
  const newest = version === undefined ? null : await newestReport(database.db, version);
  const ended = newest?.run.ended_at ?? null;
  return {
    off: offBecause(context),
    barred: canary?.barred() ?? null,
    running: canary?.progress() ?? null,
    at_start,
    every_hours,
    next_at: ended === null ? null : ended + every_hours * 3_600_000,
    runs: await listRuns(database.db, SHOWN),
    fall_accepted:
      newest !== null && (await acceptedFall(database.db, newest.run.adapter_version))?.id === newest.run.id,
    newest,
  };
}

function offBecause({ canary, bench }: SettingsContext): string | null {
  if (canary) return null;
  return bench
    ? 'It is turned off by kill_switch.canary.enabled in the configuration.'
    : 'There is no adapter to try: the rules judge alone.';
}
