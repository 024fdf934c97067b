import { Bounded } from './access/bounded.ts';
import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ActivatedSockets, requireServed } from './app/activated-sockets.ts';
import { adapterBench, adapterLine } from './app/adapter.ts';
import { openBrowserSide } from './app/browser-side.ts';
import { openCanary } from './app/canary.ts';
import { openDatabase } from './app/open-database.ts';
import { startChores } from './app/chores.ts';
import {
  internalMatcher,
  leaseMs,
  mailboxRulesOf,
  requirePublicUrl,
  requireSmtpBeside,
} from './app/config-checks.ts';
import { openFeedback } from './app/feedback.ts';
import { firstStart } from './app/first-start.ts';
import { openHubSpot, startHubSpot } from './app/hubspot.ts';
import { closeHttp, listening, onceAtATime } from './app/lifecycle.ts';
import { openNotify } from './app/notify.ts';
import { openObservability } from './app/observability.ts';
import type { Config } from './config/config.ts';
import { inlineSecrets } from './config/secret.ts';
import { gateSecret } from './config/gate-secret.ts';
import { readProviderSecrets } from './config/providers.ts';
import { presendVersion } from './config/version.ts';
import type { HubSpotSync } from './crm/hubspot/sync.ts';
import { saveMailboxRules } from './crm/mailbox-store.ts';
import { Couriers } from './delivery/couriers.ts';
import { openProviderApis } from './delivery/provider-apis.ts';
import { loadUpstream } from './delivery/upstream.ts';
import { releaseEventLeases } from './events/event-queue-store.ts';
import { WebhookSender } from './events/webhook-sender.ts';
import type { Endpoint } from './http/endpoint.ts';
import { healthRoutes } from './http/health-routes.ts';
import { listenHttp } from './http/server.ts';
import { Acceptor } from './intake/accept.ts';
import { ApiKeys } from './intake/api-keys.ts';
import { createAnswer } from './intake/answer.ts';
import { CredentialChecker } from './intake/credentials.ts';
import { createFetchAttachment } from './intake/fetch-attachment.ts';
import { httpIntakeRoutes } from './intake/http.ts';
import { LoginGuard } from './intake/login-guard.ts';
import { FRONTS } from './intake/providers/index.ts';
import { listEngines } from './intake/engine-store.ts';
import { OnTheirWay } from './intake/on-their-way.ts';
import { SmtpIntake } from './intake/smtp.ts';
import type { SubmitOptions } from './intake/submit.ts';
import { serverKeyPair } from './intake/tls.ts';
import type { JudgeModel } from './judge/adapter-judge.ts';
import { fingerprints } from './judge/language/fingerprint.ts';
import { RubricSource } from './judge/rubric-source.ts';
import { CallLog } from './kill-switch/call-log.ts';
import type { Canary } from './kill-switch/canary/canary.ts';
import { SpotChecks } from './kill-switch/spot-check/spot-checks.ts';
import { KillSwitch } from './kill-switch/switch.ts';
import { Watch } from './kill-switch/watch.ts';
import type { Notifier } from './notify/notifier.ts';
import type { Logger } from './observability/logger.ts';
import { parseMail } from './off-loop/mail.ts';
import { AfterVerdict } from './pipeline/after-verdict.ts';
import { createComposer } from './pipeline/compose.ts';
import { deliverMessage } from './pipeline/deliver-message.ts';
import { createDryRun } from './pipeline/dry-run.ts';
import { createJudge, createRejudge } from './pipeline/judge-delivery.ts';
import { Rejudging } from './pipeline/rejudge.ts';
import { processMessage } from './pipeline/process-message.ts';
import { InHand } from './queue/in-hand.ts';
import { OutcomeBoard } from './queue/outcomes.ts';
import { readRestoreState } from './queue/restore-store.ts';
import { IntakeFirst } from './queue/intake-first.ts';
import { Runner } from './queue/runner.ts';
import { releaseLeases } from './queue/store.ts';
import { linkRoutes } from './review/link-routes.ts';
import { Review } from './review/review.ts';
import { RubricChanges } from './settings/rubric-change.ts';
import type { Database } from './store/database.ts';
import { keysOf } from './store/gate-keys.ts';
import { Storage } from './store/storage.ts';
import { transparentListener } from './transparent/listen.ts';
import { GATE_HEADER, gateId, isOwnRequest } from './transparent/loop.ts';
import { TransparentCertificate } from './transparent/server-name.ts';

export interface AppOptions {
  config: Config;
  log: Logger;
  /** Milliseconds since the epoch; tests bring their own clock. */
  now?: () => number;
  random?: () => number;
  /** The judge model; null = the rules alone. Default: the one that is configured. */
  model?: JudgeModel | null;
  /** Folder of the probe cases; default: the project's own. */
  probes?: string;
  /** Listening sockets handed over by the system; where there is none the gate opens its own. */
  sockets?: ActivatedSockets;
  /** How often housekeeping and the queue look for work nobody announced, milliseconds. */
  pollMs?: number;
}

export interface App {
  database: Database;
  review: Review;
  /** Everything below `/api`. */
  endpoints: readonly Endpoint[];
  notifier: Notifier;
  /** null = HubSpot is not configured. */
  hubSpot: HubSpotSync | null;
  /** `https`: null without transparent mode. */
  addresses: { smtp: AddressInfo[]; http: AddressInfo; https: AddressInfo | null };
  /** Names of engines that may submit from this machine without AUTH. */
  openEngines: string[];
  /** true when this start created the data folder's content. */
  firstRun: boolean;
  /** Looks for work at once. */
  wake(): void;
  /**
   * Stops taking mail, settles what is in flight, closes the database.
   *
   * @param options.lingerMs how long kept HTTP connections may still bring a request; default 0
   */
  stop(options?: { lingerMs: number }): Promise<void>;
}

/**
 * The composition root: opens the database, wires the parts and starts them. Used by `presend start` and by tests.
 *
 * @throws UserError and the system's errors (EADDRINUSE …) when the gate cannot start; nothing is left running then
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log, now = Date.now, random = Math.random, pollMs = 500, sockets = new Map() } = options;
  requireServed(sockets, config);
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 });
  const { database, unlock } = await openDatabase(config, { log, now });
  const closers: (() => Promise<void>)[] = [async () => unlock(), () => database.close()];
  const stopAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close();
  };
  let stopping = false;
  try {
    const rubricSource = new RubricSource(config, (why) =>
      log.error(`the rubric's file is not valid, the last good one stays in force: ${why}`),
    );
    const { rubric } = rubricSource;
    for (const key of inlineSecrets(config))
      log.warn(`the configuration holds ${key} itself: name a file (${key}_file) or a variable (${key}_env)`);
    const firstRun = await firstStart(database, now());
    const restoredUntil = (await readRestoreState(database.db))?.may_be_sent_until ?? null;
    await database.peers.start();
    await database.transact(async (trx) => {
      // Of several gates on one database the leases may be another's; those of a gate that is gone lapse.
      if (database.engine === 'sqlite') {
        await releaseLeases(trx);
        await releaseEventLeases(trx);
      }
      await saveMailboxRules(trx, mailboxRulesOf(config));
    });

    const intakeFirst = new IntakeFirst();
    const version = presendVersion();
    const observed = await openObservability({
      config,
      database,
      version,
      now,
      log,
      pollMs,
      standBack: () => intakeFirst.standBack(),
    });
    closers.push(() => observed.stop());
    const { metrics, stages } = observed;
    const storage = new Storage({
      disk: database.disk,
      folder: config.data_dir,
      minFreeBytes: config.storage.min_free_mb * 1e6,
      now,
      log,
      onChange: (kind) => {
        metrics.diskTrouble.reset();
        if (kind !== null) metrics.diskTrouble.set({ kind }, 1);
      },
    });
    await storage.start();
    closers.push(() => storage.stop());
    let canary: Canary | null = null;
    const killSwitch = new KillSwitch(database, (entry) => {
      const { mode, actor, reason } = entry;
      observed.switched(entry);
      log.warn({ mode, actor, reason }, 'the kill switch says what the adapter may do at most');
      runner.wake();
      canary?.again();
    });
    const board = new OutcomeBoard();
    const upstreams = config.upstreams.map((upstream) =>
      loadUpstream(upstream, { base: dirname(config.source ?? config.data_dir), hostname: config.hostname }),
    );
    const calls = new CallLog({ database, now, log });
    closers.push(() => calls.stop());
    const bench = await adapterBench(options, {
      observed,
      now,
      rubric,
      killSwitch,
      calls,
      onReady: () => {
        runner.wake();
        canary?.again();
      },
      barred: () => canary?.barred() ?? null,
    });
    const watch = new Watch({
      database,
      config: config.kill_switch,
      killSwitch,
      now,
      log,
      adapter: bench?.judge.model.adapter.version ?? null,
      onReadings: observed.monitored,
    });
    await watch.open();
    const spotChecks = new SpotChecks({ database, config: config.kill_switch.spot_check, now, random });
    if (bench) closers.push(() => bench.judge.stop());
    canary = await openCanary(options, {
      database,
      bench,
      killSwitch,
      now,
      log,
      onLifted: () => runner.wake(),
    });
    if (canary) closers.push(() => canary.stop());
    const afterVerdict =
      bench &&
      new AfterVerdict({
        database,
        bench,
        log,
        onReading: ({ decision, mode }) =>
          metrics.adapterReadings.inc({ decision: decision ?? 'unsure', mode }),
      });
    if (afterVerdict) closers.push(() => afterVerdict.stop());
    const couriers = new Couriers(upstreams, { outboxDir: join(config.data_dir, 'outbox'), now });
    closers.push(() => couriers.close());
    const ownId = gateId(config.data_dir);
    const secrets = readProviderSecrets(config.providers, {
      base: dirname(config.source ?? config.data_dir),
    });
    const apis = openProviderApis(config.providers, secrets, { now, hop: { [GATE_HEADER]: ownId } });
    for (const api of apis.values()) closers.push(() => api.close());
    const accounts = new Set(apis.keys());
    requireSmtpBeside(accounts, config);
    requirePublicUrl(config);
    const judge = createJudge({ database, rubric });
    const rejudge = createRejudge({ database, judge, bench, accounts, now });
    const rejudging = new Rejudging({ database, now, log, rejudge, stopped: () => stopping });
    const rubricChanges = new RubricChanges({
      database,
      source: rubricSource,
      config,
      now,
      onChanged: () => {
        log.info({ version: rubric().version }, 'another rubric is in force; what is held is judged again');
        rejudging.again();
        canary?.again();
      },
    });
    await rubricChanges.notice();
    const review = new Review({ database, config, rubric, now });
    // A gate that no longer knows who was erased must not start.
    keysOf(database.db).erased();
    const deriveKey = gateSecret(config.data_dir, 'derive');
    const linkKey = gateSecret(config.data_dir, 'link');
    const publicUrl = { base: config.http.public_url };
    let smtpPort = config.smtp.port;
    const notify = openNotify({
      config,
      database,
      linkKey,
      publicUrl: () => publicUrl.base ?? '',
      now,
      random,
      log,
    });
    await notify.notifier.open();
    const attempting = new InHand();
    const compose = createComposer({
      attempting,
      database,
      config,
      linkKey,
      publicUrl: () => publicUrl.base ?? '',
      accounts,
      notification: (delivery) => notify.notifier.compose(delivery),
      now,
    });

    const feedback = openFeedback({
      config,
      secrets,
      database,
      now,
      log,
      metrics,
      linkKey,
      pollMs,
    });
    closers.push(() => feedback.stop());

    const hubSpot = openHubSpot({ config, database, now, log, random, metrics });

    const onTheirWay = new OnTheirWay();
    const acceptor = new Acceptor({
      database,
      now,
      isInternal: internalMatcher(config.internal),
      company: () => onTheirWay.company(),
    });
    /** What waits for a disk in trouble waits no longer when the gate stops. */
    const ending = new AbortController();
    const runner = new Runner({
      attempting,
      standBack: () => intakeFirst.standBack(),
      database,
      now,
      log,
      pollMs,
      leaseMs: leaseMs(config),
      concurrency: config.delivery.concurrency,
      adapterLine: adapterLine(config, bench, now),
      processMessage: (message) =>
        processMessage(
          {
            lookAtSwitch: () => killSwitch.refresh(),
            database,
            config,
            now,
            log,
            stages,
            board,
            parse: parseMail,
            accounts,
            judge,
            bench,
            restoredUntil,
            afterVerdict: (judgement) => afterVerdict?.add(judgement),
            giveUp: ending.signal,
          },
          message,
        ),
      deliverMessage: (delivery) =>
        deliverMessage(
          {
            lookAtSwitch: () => killSwitch.refresh(),
            database,
            config,
            rubric,
            now,
            random,
            log,
            stages,
            compose,
            courierFor: (names) => couriers.for(names),
            apiOf: (provider) => apis.get(provider) ?? raise(`there is no account at ${provider}`),
            fingerprint: fingerprints,
            attempting,
            giveUp: ending.signal,
          },
          delivery,
        ),
    });

    const answer = createAnswer({
      database,
      board,
      waitMs: config.answer.wait_ms,
      announce: () => runner.announce(),
    });
    const { checks_at_once: atOnce, checks_waiting: waiting } = config.engine_login;
    const hashing = new Bounded({ atOnce, waiting });
    const guard = new LoginGuard({ database, key: deriveKey, now, limits: config.engine_login });
    const onActivity = (): void => intakeFirst.note();
    const dryRun = createDryRun({ judge, rubric, bench, now });
    const accept: SubmitOptions['accept'] = (submissions, once) => {
      storage.requireRoom();
      return intakeFirst.during(acceptor.acceptAll(submissions, once));
    };
    const browser = openBrowserSide({
      database,
      config,
      now,
      log,
      stages,
      derive: deriveKey,
      hashing,
      killSwitch,
      spotChecks,
      canary,
      bench,
      apis,
      hubSpot,
      review,
      rejudge,
      rejudging,
      dryRun,
      accept,
      answer,
      rubric: { source: rubricSource, changes: rubricChanges },
      courierFor: (names) => couriers.for(names),
      publicUrl: () => publicUrl.base ?? '',
      smtpPort: () => smtpPort,
      wake: () => runner.wake(),
      standBack: () => intakeFirst.standBack(),
    });
    const {
      server: http,
      address: httpAddress,
      app,
    } = await listening(
      'http',
      listenHttp({
        ...config.http,
        fd: sockets.get('http'),
        log,
        routers: [
          ...feedback.routers,
          [
            '/',
            healthRoutes({
              database,
              metrics,
              adapter: bench?.judge ?? null,
              killSwitch,
              dataDir: config.data_dir,
              version,
              rubricVersion: () => rubric().version,
              watchSeconds: config.kill_switch.watch_seconds,
              now,
              isStopping: () => stopping,
              metricsFrom: config.http.metrics_from,
              storage,
            }),
          ],
          ['/act', linkRoutes({ ...notify.links, review })],
          ...browser.routers,
          [
            '/',
            httpIntakeRoutes(
              {
                config,
                database,
                log,
                metrics,
                stages,
                now,
                keys: new ApiKeys(database, deriveKey),
                guard,
                accept,
                answer,
                onTheirWay,
                onActivity,
                isOwnRequest: (req) => isOwnRequest(req.headers, ownId),
                fetchAttachment: createFetchAttachment({ maxBytes: 26_214_400, timeoutMs: 10_000 }),
                dryRun,
              },
              FRONTS,
            ),
          ],
        ],
      }),
    );
    app.set('trust proxy', config.access.trusted_proxies);
    publicUrl.base ??= `http://${config.http.host}:${httpAddress.port}`;
    closers.push(() => closeHttp(http));
    let browserStopped: Promise<void> | null = null;
    const stopBrowser = (): Promise<void> => (browserStopped ??= browser.stop());
    closers.push(stopBrowser);
    const transparent = await TransparentCertificate.open({ dataDir: config.data_dir, now });
    const https = await listening(
      'transparent',
      transparentListener({ config, app, certificate: transparent, log, fd: sockets.get('https') }),
    );
    if (https) closers.push(() => closeHttp(https.server));

    const webhooks = new WebhookSender({
      database,
      config: config.webhooks,
      key: deriveKey,
      now,
      random,
      log,
      pollMs,
      onAttempt: (outcome, seconds) => {
        metrics.webhookAttempts.inc({ outcome });
        metrics.webhookSeconds.observe(seconds);
      },
    });
    webhooks.start();
    closers.push(() => webhooks.stop());

    database.peers.onChange(
      onceAtATime(
        async () => {
          runner.wake();
          webhooks.wake();
          await killSwitch.refresh();
          await rubricChanges.notice();
          await board.look(database.db);
        },
        (err) => log.error({ err }, 'what another gate changed could not be read'),
      ),
    );
    feedback.start();
    if (hubSpot) {
      const syncing = startHubSpot(hubSpot, { database, pollMs, log });
      closers.push(() => syncing.stop());
    }
    bench?.judge.start();
    runner.start();
    closers.push(() => {
      ending.abort();
      return runner.stop();
    });
    browser.start();
    const { insight, sessionLengths } = browser;
    closers.push(
      ...startChores({
        database,
        config,
        now,
        log,
        pollMs,
        rejudging,
        killSwitch,
        watch,
        spotChecks,
        canary,
        rubricChanges,
        insight,
        sessionLengths,
        notifier: notify.notifier,
        stopped: () => stopping,
        wake: () => runner.wake(),
      }),
    );

    const smtp = new SmtpIntake({
      config,
      database,
      log,
      metrics,
      stages,
      keyPair: await serverKeyPair(config),
      byName: transparent?.byName,
      replies: feedback.forwarded,
      credentials: new CredentialChecker({ database, guard, bounded: hashing, key: deriveKey }),
      accept: (submission) => {
        storage.requireRoom();
        return intakeFirst.during(acceptor.accept(submission));
      },
      onTheirWay,
      onActivity,
      answer,
    });
    // Nothing may fail once sockets that were handed over are served: they would be closed for good.
    const openEngines = (await listEngines(database.db))
      .filter((one) => one.loopbackWithoutAuth)
      .map(({ name }) => name);
    const smtpAddresses = await listening('smtp', smtp.listen(sockets));
    smtpPort = smtpAddresses[0]?.port ?? config.smtp.port;
    // Before all else: who waits for an answer gets it, and for that the queue must still run.
    closers.push(async () => {
      await Promise.all([
        smtp.close(),
        closeHttp(http, lingerMs),
        https && closeHttp(https.server, lingerMs),
      ]);
    });
    // An event stream is a request that would never end.
    closers.push(stopBrowser);

    let lingerMs = 0;
    return {
      database,
      review,
      endpoints: browser.endpoints,
      notifier: notify.notifier,
      hubSpot,
      addresses: { smtp: smtpAddresses, http: httpAddress, https: https?.address ?? null },
      openEngines,
      firstRun,
      wake: () => {
        runner.wake();
        webhooks.wake();
      },
      stop: (options) => {
        stopping = true;
        lingerMs = options?.lingerMs ?? 0;
        return stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function raise(why: string): never {
  throw new Error(why);
}
