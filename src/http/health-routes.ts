import { Router } from 'express';
import { sql } from 'kysely';
import { pendingEvents } from '../events/event-log-store.ts';
import type { AdapterJudge } from '../judge/adapter-judge.ts';
import type { KillSwitch } from '../kill-switch/switch.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Database } from '../store/database.ts';

const SWITCH_MODES = ['active', 'shadow', 'off'] as const;
const ADAPTER_STATES = ['off', 'loading', 'ready', 'failed'] as const;

/**
 * `/healthz` – the process answers; `/readyz` – it can take mail (the database takes writes); `/metrics` – Prometheus.
 * An adapter that is loading or has failed makes nothing unready: mail is taken and waits for it.
 */
export function healthRoutes({
  database,
  metrics,
  adapter,
  killSwitch,
  now,
  isStopping,
}: {
  database: Database;
  metrics: Metrics;
  /** null: the rules judge alone. */
  adapter: AdapterJudge | null;
  killSwitch: KillSwitch;
  now: () => number;
  isStopping: () => boolean;
}): Router {
  const router = Router();
  const adapterState = (): (typeof ADAPTER_STATES)[number] =>
    adapter === null || adapter.mode() === 'off' ? 'off' : adapter.model.adapter.health().state;
  router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));

  router.get('/readyz', async (_req, res) => {
    if (isStopping()) return void res.status(503).json({ status: 'stopping' });
    try {
      await database.transact((trx) =>
        trx
          .insertInto('settings')
          .values({ key: 'ready_probe', value: String(now()) })
          .onConflict((c) => c.column('key').doUpdateSet({ value: String(now()) }))
          .execute(),
      );
      await killSwitch.refresh();
      const mode = adapter?.mode() ?? 'off';
      const tripped = killSwitch.state();
      const version = adapter?.model.adapter.version ?? null;
      res.json({
        status: 'ready',
        judge: mode === 'active' ? 'rules and adapter' : 'rules',
        adapter: { mode, state: adapterState(), version, barred: adapter?.barred() ?? null },
        kill_switch: { mode: killSwitch.mode(), since: tripped?.at ?? null },
      });
    } catch {
      res.status(503).json({ status: 'not ready', why: 'the database takes no writes' });
    }
  });

  router.get('/metrics', async (_req, res) => {
    const rows = await database.db
      .selectFrom('deliveries')
      .select(['state', sql<number>`count(*)`.as('count')])
      .where((eb) =>
        eb.or([
          eb('state', 'in', [
            'received',
            'relaying',
            'deferred',
            'held',
            'escalating',
            'uncertain',
            'scheduled',
          ]),
          eb('created_at', '>', now() - 86_400_000),
        ]),
      )
      .groupBy('state')
      .execute();
    const line = await database.db
      .selectFrom('messages')
      .select(sql<number>`count(*)`.as('count'))
      .where('judged_at', 'is', null)
      .where('in_adapter_line', '=', sql.lit(1))
      .executeTakeFirstOrThrow();
    metrics.adapterLine.set(line.count);
    const events = await pendingEvents(database.db);
    metrics.eventsPending.set(events.count);
    metrics.eventsOldest.set(events.oldest === null ? 0 : (now() - events.oldest) / 1000);
    for (const state of ADAPTER_STATES) metrics.adapterState.set({ state }, state === adapterState() ? 1 : 0);
    await killSwitch.refresh();
    for (const mode of SWITCH_MODES) metrics.killSwitch.set({ mode }, mode === killSwitch.mode() ? 1 : 0);
    metrics.deliveries.reset();
    for (const row of rows) metrics.deliveries.set({ state: row.state }, row.count);
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}
