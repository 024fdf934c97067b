import { z } from 'zod';
import { percentile } from '../evaluate/statistics.ts';
import { ADMIN, AUDIT, type Endpoint, endpoint } from '../http/endpoint.ts';
import { modelLimit } from '../judge/adapter-mode.ts';
import { monitorsNow } from '../kill-switch/monitors-now.ts';
import { reset, switchHistory, trip } from '../kill-switch/switch-store.ts';
import type { AdapterBench } from '../pipeline/consult-adapter.ts';
import type { SettingsContext } from './context.ts';
import { decisionChoices } from './engine-endpoints.ts';
import { adapterLatencies, inAdapterLine } from './settings-store.ts';
import { listEngines } from '../intake/engine-store.ts';
import type { AdapterPage, DecisionsPage } from './web-types.ts';

const reason = z.string().trim().min(3, 'say why in a few words').max(500);

/** The adapter's mode, the kill switch, and what decisions lead to. */
export function adapterEndpoints(context: SettingsContext): Endpoint[] {
  const { database, killSwitch, now, wake } = context;
  const after = async (): Promise<AdapterPage> => {
    await killSwitch.refresh();
    wake();
    return adapterPage(context);
  };
  return [
    endpoint('get', '/settings/adapter', { access: AUDIT, handle: () => adapterPage(context) }),
    endpoint('post', '/settings/kill-switch/trip', {
      access: ADMIN,
      body: z.strictObject({ mode: z.enum(['shadow', 'off']), reason }),
      handle: async ({ account, body }) => {
        await database.transact((trx) => trip(trx, { ...body, by: account.actor, at: now() }));
        return after();
      },
    }),
    endpoint('post', '/settings/kill-switch/reset', {
      access: ADMIN,
      body: z.strictObject({ reason }),
      handle: async ({ account, body }) => {
        await database.transact((trx) => reset(trx, { ...body, by: account.actor, at: now() }));
        return after();
      },
    }),
    endpoint('get', '/settings/decisions', { access: AUDIT, handle: () => decisionsPage(context) }),
  ];
}

async function adapterPage({
  database,
  config,
  bench,
  killSwitch,
  now,
}: SettingsContext): Promise<AdapterPage> {
  await killSwitch.refresh();
  const latencies = bench ? await adapterLatencies(database.db) : [];
  return {
    effective: bench?.judge.mode() ?? 'off',
    configured: config.adapter.mode,
    model: bench && modelView(bench, latencies),
    kill_switch: {
      mode: killSwitch.mode(),
      entry: killSwitch.state(),
      history: await switchHistory(database.db),
    },
    monitors:
      bench &&
      (await monitorsNow({
        db: database.db,
        config: config.kill_switch,
        version: bench.judge.model.adapter.version,
        now: now(),
      })),
    in_line: await inAdapterLine(database.db),
    when_unavailable: config.adapter.when_unavailable,
    wait_minutes: config.adapter.wait_minutes,
    config_file: config.source,
  };
}

function modelView({ judge: { model } }: AdapterBench, latencies: number[]): AdapterPage['model'] {
  const { calibration, validatedVerticals } = model;
  const health = model.adapter.health();
  return {
    name: model.name,
    version: model.adapter.version,
    limit: modelLimit(model),
    calibrated: calibration !== null,
    calibration: calibration && {
      temperature: calibration.temperature,
      thresholds: calibration.thresholds,
    },
    validated_verticals: validatedVerticals === 'all' ? 'all' : [...validatedVerticals],
    state: health.state,
    trouble: health.state === 'failed' ? health.reason : null,
    latency:
      latencies.length === 0
        ? null
        : {
            readings: latencies.length,
            p50_ms: percentile(latencies, 50),
            p95_ms: percentile(latencies, 95),
          },
  };
}

async function decisionsPage({ database, config }: SettingsContext): Promise<DecisionsPage> {
  const engines = await listEngines(database.db);
  return {
    config_file: config.source,
    decisions: decisionChoices(config.decisions),
    engines: engines.map(({ name, decisions }) => ({ name, decisions: decisions ?? {} })),
    answer: config.answer,
    review: {
      expire_days: config.review.expire_days,
      remind_days: config.review.remind_days,
      deputy: config.review.deputy,
    },
    escalation: { from: config.escalation.from, fallback: config.escalation.fallback },
  };
}
