import { Router } from 'express';
import type { Storage } from '../store/storage.ts';
import { alarms } from '../kill-switch/monitor-store.ts';
import { exposition, wantsOpenMetrics } from '../observability/exposition.ts';
import { type ScrapeOptions, adapterState, collectGauges } from '../observability/scrape.ts';
import { comeFrom } from './come-from.ts';

/**
 * `/healthz` – the process answers; `/readyz` – it can take mail (the database takes writes); `/metrics` – Prometheus, as OpenMetrics
 * with exemplars for a scraper that asks for it. How the gate fares, and why it is not ready, is told to whom `http.metrics_from`
 * names; anybody else hears whether it is ready, without a look at the database.
 * An adapter that is loading or has failed makes nothing unready: mail is taken and waits for it.
 */
export function healthRoutes(
  options: ScrapeOptions & {
    /** How often the monitors are looked at. */
    watchSeconds: number;
    isStopping: () => boolean;
    /** `http.metrics_from` */
    metricsFrom: readonly string[];
    /** Whether the disk takes mail. */
    storage: Pick<Storage, 'unready'>;
  },
): Router {
  const { database, adapter, killSwitch, watchSeconds, now, isStopping, storage } = options;
  const isInside = comeFrom(options.metricsFrom);
  const router = Router();
  router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));

  router.get('/readyz', async (req, res) => {
    if (isStopping()) return void res.status(503).json({ status: 'stopping' });
    if (!isInside(req)) {
      // What the gate's own commits met: a stranger's question makes the database do nothing, and learns no reason.
      const ready = storage.unready() === null;
      return void res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
    }
    try {
      await database.transact((trx) =>
        trx
          .insertInto('settings')
          .values({ key: 'ready_probe', value: String(now()) })
          .onConflict((c) => c.column('key').doUpdateSet({ value: String(now()) }))
          .execute(),
      );
      const unready = storage.unready();
      if (unready) return void res.status(503).json({ status: 'not ready', ...unready });
      await killSwitch.refresh();
      const mode = adapter?.mode() ?? 'off';
      const tripped = killSwitch.state();
      const watched = adapter ? await alarms(database.db, { now: now(), watchSeconds }) : [];
      const version = adapter?.model.adapter.version ?? null;
      res.json({
        status: 'ready',
        judge: mode === 'active' ? 'rules and adapter' : 'rules',
        adapter: {
          mode,
          state: adapterState(adapter),
          version,
          barred: adapter?.barred() ?? null,
          hosts: adapter?.model.adapter.hosts?.() ?? [],
        },
        kill_switch: {
          mode: killSwitch.mode(),
          since: tripped?.at ?? null,
          reason: tripped?.reason ?? null,
          monitors: watched.map(({ monitor, state, since, says }) => ({ monitor, state, since, says })),
        },
      });
    } catch (error) {
      const why = storage.unready() ?? { why: `the database cannot be used: ${codeOf(error)}` };
      res.status(503).json({ status: 'not ready', ...why });
    }
  });

  router.get('/metrics', async (req, res) => {
    if (!isInside(req)) {
      return void res.status(403).type('text').send('Not shown to this address: see http.metrics_from.\n');
    }
    await collectGauges(options);
    const { contentType, text } = await exposition(
      options.metrics.registry,
      wantsOpenMetrics(req.headers.accept),
    );
    res.set('Vary', 'Accept').type(contentType).send(text);
  });
  return router;
}

/** What names the fault and tells nothing of a mail. */
function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'see the log';
}
