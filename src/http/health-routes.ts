import { Router } from 'express';
import { sql } from 'kysely';
import type { Metrics } from '../observability/metrics.ts';
import type { Database } from '../store/database.ts';

/**
 * `/healthz` – the process answers; `/readyz` – it can take mail (the database takes writes); `/metrics` – Prometheus.
 */
export function healthRoutes({
  database,
  metrics,
  now,
  isStopping,
}: {
  database: Database;
  metrics: Metrics;
  now: () => number;
  isStopping: () => boolean;
}): Router {
  const router = Router();
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
      res.json({ status: 'ready', judge: 'rules' });
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
    metrics.deliveries.reset();
    for (const row of rows) metrics.deliveries.set({ state: row.state }, row.count);
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}
