import { join } from 'node:path';
import type { Router } from 'express';
import { createAuthenticate } from '../access/authenticate.ts';
import { type AccessContext, sessionLengths } from '../access/context.ts';
import { accessGuards } from '../access/guards.ts';
import { Oidc } from '../access/oidc.ts';
import type { SessionLengths } from '../access/session-store.ts';
import { PROJECT_ROOT } from '../config/config.ts';
import { storeOf } from '../config/store.ts';
import type { HubSpotSync } from '../crm/hubspot/sync.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { webAppRoutes } from '../http/web-app.ts';
import { killSwitchCheck } from '../insight/kill-switch-check.ts';
import { type Insight, type InsightOptions, openInsight } from '../insight/open.ts';
import { monitorsNow } from '../kill-switch/monitors-now.ts';
import type { SubmitOptions } from '../intake/submit.ts';
import type { SpotChecks } from '../kill-switch/spot-check/spot-checks.ts';
import type { Rejudge, Rejudging } from '../pipeline/rejudge.ts';
import { openDesk } from '../review/desk.ts';
import type { Review } from '../review/review.ts';
import { Backtests } from '../settings/backtests.ts';
import type { SettingsContext } from '../settings/context.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import { browserApi } from './browser-api.ts';
import { crmParts } from './crm.ts';
import { submitTestMail } from './test-mail.ts';

type BrowserSideOptions = Omit<SettingsContext, 'backtests'> &
  Pick<InsightOptions, 'dryRun' | 'standBack'> &
  Pick<SubmitOptions, 'stages' | 'accept' | 'answer'> & {
    review: Review;
    rejudge: Rejudge;
    rejudging: Rejudging;
    hubSpot: HubSpotSync | null;
    spotChecks: SpotChecks;
    hashing: AccessContext['hashing'];
  };

/** What people use in a browser: the app, its API and what works behind it. */
export interface BrowserSide {
  routers: [path: string, router: Router][];
  /** Everything below `/api`. */
  endpoints: readonly Endpoint[];
  insight: Insight;
  sessionLengths: SessionLengths;
  start(): void;
  /** Ends event streams and what runs in the background. */
  stop(): Promise<void>;
}

export function openBrowserSide(options: BrowserSideOptions): BrowserSide {
  const { database, config, now, log, derive, rejudge, rejudging, review, hubSpot, bench, killSwitch } =
    options;
  const rubric = options.rubric.source.rubric;
  const desk = openDesk({ database, config, now, log, rubric, review, rejudge, killSwitch });
  const backtests = new Backtests({ store: storeOf(config), now, log });
  const insight = openInsight({ ...options, adapter: bench?.judge ?? null });
  insight.health.add(
    killSwitchCheck({
      killSwitch,
      monitors: async () =>
        bench
          ? monitorsNow({
              db: database.db,
              config: config.kill_switch,
              version: bench.judge.model.adapter.version,
              now: now(),
            })
          : null,
    }),
  );
  const access = {
    database,
    now,
    config,
    key: derive,
    log,
    oidc: config.access.oidc && new Oidc(config, now),
    hashing: options.hashing,
  };
  const api = browserApi({
    database,
    config,
    now,
    log,
    access,
    desk,
    hubSpot,
    insight,
    settings: { ...options, backtests },
    ...crmParts({ config, rubric, accounts: new Set(options.apis.keys()), rejudging, now }),
    spotChecks: {
      database,
      config: config.kill_switch,
      now,
      checks: options.spotChecks,
      adapter: bench?.judge.model.adapter.version ?? null,
    },
    fingerprint: fingerprints,
    standBack: options.standBack,
    welcome: { submit: submitTestMail(options), config },
    authenticate: createAuthenticate(access),
  });
  return {
    routers: [
      ['/api', accessGuards(access)],
      ['/api', api.router],
      ['/', webAppRoutes(join(PROJECT_ROOT, 'dist/web'))],
    ],
    endpoints: api.endpoints,
    insight,
    sessionLengths: sessionLengths(access),
    start: () => insight.start(),
    stop: async () => {
      await desk.stop();
      await backtests.stop();
      await insight.stop();
    },
  };
}
