import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adapterBench, adapterLine } from './app/adapter.ts';
import { browserApi } from './app/browser-api.ts';
import { crmParts } from './app/crm.ts';
import { openFeedback } from './app/feedback.ts';
import { firstStart } from './app/first-start.ts';
import { openHubSpot, startHubSpot } from './app/hubspot.ts';
import { closeHttp, listening, repeat } from './app/lifecycle.ts';
import { openNotify } from './app/notify.ts';
import { submitTestMail } from './app/test-mail.ts';
import { createAuthenticate } from './access/authenticate.ts';
import { sessionLengths } from './access/context.ts';
import { accessGuards } from './access/guards.ts';
import { Oidc } from './access/oidc.ts';
import { forgetSessions } from './access/session-store.ts';
import { type Config, PROJECT_ROOT } from './config/config.ts';
import { gateSecret } from './config/gate-secret.ts';
import { readProviderSecrets } from './config/providers.ts';
import { UserError } from './config/user-error.ts';
import { addressKey, domainKey } from './crm/address.ts';
import type { HubSpotSync } from './crm/hubspot/sync.ts';
import { Couriers } from './delivery/couriers.ts';
import { openProviderApis } from './delivery/provider-apis.ts';
import { loadUpstream } from './delivery/upstream.ts';
import { releaseEventLeases } from './events/event-queue-store.ts';
import { WebhookSender } from './events/webhook-sender.ts';
import { settleLearnt } from './feedback/settle-learnt.ts';
import type { Endpoint } from './http/endpoint.ts';
import { healthRoutes } from './http/health-routes.ts';
import { listenHttp } from './http/server.ts';
import { webAppRoutes } from './http/web-app.ts';
import { Acceptor } from './intake/accept.ts';
import { ApiKeys } from './intake/api-keys.ts';
import { createAnswer } from './intake/answer.ts';
import { CredentialChecker } from './intake/credentials.ts';
import { createFetchAttachment } from './intake/fetch-attachment.ts';
import { openInsight } from './insight/open.ts';
import { httpIntakeRoutes } from './intake/http.ts';
import { FRONTS } from './intake/providers/index.ts';
import { listEngines } from './intake/engine-store.ts';
import { SmtpIntake } from './intake/smtp.ts';
import type { SubmitOptions } from './intake/submit.ts';
import { serverKeyPair } from './intake/tls.ts';
import type { JudgeModel } from './judge/adapter-judge.ts';
import { fingerprints } from './judge/language/fingerprint.ts';
import { RubricSource } from './judge/rubric-source.ts';
import { KillSwitch } from './kill-switch/switch.ts';
import { parseMessage } from './message/parse.ts';
import { PROVIDER_TITLES, type ProviderName } from './message/provider.ts';
import type { Notifier } from './notify/notifier.ts';
import type { Logger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { AfterVerdict } from './pipeline/after-verdict.ts';
import { createComposer } from './pipeline/compose.ts';
import { deliverMessage } from './pipeline/deliver-message.ts';
import { createDryRun } from './pipeline/dry-run.ts';
import { forget, keepHouse } from './pipeline/housekeeping.ts';
import { createJudge, createRejudge } from './pipeline/judge-delivery.ts';
import { Rejudging } from './pipeline/rejudge.ts';
import { processMessage } from './pipeline/process-message.ts';
import { OutcomeBoard } from './queue/outcomes.ts';
import { IntakeFirst } from './queue/intake-first.ts';
import { Runner } from './queue/runner.ts';
import { releaseLeases } from './queue/store.ts';
import { openDesk } from './review/desk.ts';
import { linkRoutes } from './review/link-routes.ts';
import { Review } from './review/review.ts';
import { Backtests } from './settings/backtests.ts';
import type { SettingsContext } from './settings/context.ts';
import { RubricChanges } from './settings/rubric-change.ts';
import { Database } from './store/database.ts';
import { lockDataFolder } from './store/gate-lock.ts';
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
  /** Stops taking mail, settles what is in flight, closes the database. */
  stop(): Promise<void>;
}

/**
 * The composition root: opens the database, wires the parts and starts them. Used by `presend start` and by tests.
 *
 * @throws UserError and the system's errors (EADDRINUSE …) when the gate cannot start; nothing is left running then
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log, now = Date.now, random = Math.random, pollMs = 500 } = options;
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(config.data_dir);
  const database = new Database(join(config.data_dir, 'presend.db'));
  const closers: (() => Promise<void>)[] = [async () => unlock(), () => database.close()];
  const stopAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    await database.migrate();
    const rubricSource = new RubricSource(config, (why) =>
      log.error(`the rubric's file is not valid, the last good one stays in force: ${why}`),
    );
    const { rubric } = rubricSource;
    const firstRun = await firstStart(database, now());
    await database.transact(async (trx) => {
      await releaseLeases(trx);
      await releaseEventLeases(trx);
    });

    const metrics = createMetrics();
    const killSwitch = new KillSwitch(database, ({ mode, actor, reason }) => {
      log.warn({ mode, actor, reason }, 'the kill switch says what the adapter may do at most');
      runner.wake();
    });
    const board = new OutcomeBoard();
    const upstreams = config.upstreams.map((upstream) =>
      loadUpstream(upstream, { base: dirname(config.source ?? config.data_dir), hostname: config.hostname }),
    );
    const bench = await adapterBench(options, {
      metrics,
      now,
      rubric,
      switched: killSwitch.mode,
      onReady: () => runner.wake(),
    });
    if (bench) closers.push(() => bench.judge.stop());
    const afterVerdict = bench && new AfterVerdict({ database, bench, log });
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
    const rejudging = new Rejudging({ database, now, log, rejudge });
    const rubricChanges = new RubricChanges({
      database,
      source: rubricSource,
      config,
      now,
      onChanged: () => {
        log.info({ version: rubric().version }, 'another rubric is in force; what is held is judged again');
        rejudging.again();
      },
    });
    await rubricChanges.notice();
    const review = new Review({ database, config, rubric, now });
    const desk = openDesk({ database, config, now, log, rubric, review, rejudge });
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
    const compose = createComposer({
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

    const acceptor = new Acceptor({ database, now, isInternal: internalMatcher(config.internal) });
    const intakeFirst = new IntakeFirst();
    const runner = new Runner({
      standBack: () => intakeFirst.standBack(),
      database,
      now,
      log,
      pollMs,
      leaseMs: leaseMs(config),
      concurrency: config.delivery.concurrency,
      adapterLine: adapterLine(config, bench, now),
      processMessage: async (message) => {
        await killSwitch.refresh();
        return processMessage(
          {
            database,
            config,
            now,
            log,
            metrics,
            board,
            parse: parseMessage,
            accounts,
            judge,
            bench,
            afterVerdict: (judgement) => afterVerdict?.add(judgement),
          },
          message,
        );
      },
      deliverMessage: async (delivery) => {
        await killSwitch.refresh();
        return deliverMessage(
          {
            database,
            config,
            rubric,
            now,
            random,
            log,
            metrics,
            compose,
            courierFor: (names) => couriers.for(names),
            apiOf: (provider) => apis.get(provider) ?? raise(`there is no account at ${provider}`),
            fingerprint: fingerprints,
          },
          delivery,
        );
      },
    });

    const answer = createAnswer({
      database,
      board,
      waitMs: config.answer.wait_ms,
      announce: () => runner.announce(),
    });
    const onActivity = (): void => intakeFirst.note();
    const backtests = new Backtests({ path: join(config.data_dir, 'presend.db'), now, log });
    closers.push(() => backtests.stop());
    const settings: SettingsContext = {
      database,
      config,
      now,
      log,
      derive: deriveKey,
      backtests,
      killSwitch,
      bench,
      apis,
      rubric: { source: rubricSource, changes: rubricChanges },
      courierFor: (names) => couriers.for(names),
      publicUrl: () => publicUrl.base ?? '',
      smtpPort: () => smtpPort,
      wake: () => runner.wake(),
    };
    const dryRun = createDryRun({ judge, rubric, bench, now });
    const insight = openInsight({
      ...{ database, config, now, log, dryRun },
      adapter: bench?.judge ?? null,
      standBack: () => intakeFirst.standBack(),
    });
    const oidc = config.access.oidc && new Oidc(config, now);
    const access = { database, now, config, key: deriveKey, log, oidc };
    const accept: SubmitOptions['accept'] = (submissions, once) =>
      intakeFirst.during(acceptor.acceptAll(submissions, once));
    const submit = submitTestMail({ config, now, log, metrics, accept, answer });
    const api = browserApi({
      ...{ database, config, now, log, access, settings, desk, hubSpot, insight },
      ...crmParts({ config, rubric, accounts, rejudging, now }),
      welcome: { submit, config },
      authenticate: createAuthenticate(access),
    });
    const {
      server: http,
      address: httpAddress,
      app,
    } = await listening(
      'http',
      listenHttp({
        ...config.http,
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
              now,
              isStopping: () => stopping,
            }),
          ],
          ['/act', linkRoutes({ ...notify.links, review })],
          ['/api', accessGuards(access)],
          ['/api', api.router],
          ['/', webAppRoutes(join(PROJECT_ROOT, 'dist/web'))],
          [
            '/',
            httpIntakeRoutes(
              {
                config,
                database,
                log,
                metrics,
                now,
                keys: new ApiKeys(database, deriveKey),
                accept,
                answer,
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
    // Before the connections are cut, so that event streams come to their end.
    closers.push(() => desk.stop());
    const transparent = await TransparentCertificate.open({ dataDir: config.data_dir, now });
    const https = await listening(
      'transparent',
      transparentListener({ config, app, certificate: transparent, log }),
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

    feedback.start();
    if (hubSpot) {
      const syncing = startHubSpot(hubSpot, { pollMs, log });
      closers.push(() => syncing.stop());
    }
    bench?.judge.start();
    runner.start();
    closers.push(() => runner.stop());
    insight.start();
    const addingUp = repeat(
      60_000,
      () => insight.addUp(),
      (err) => log.error({ err }, 'hours could not be added up; trying again'),
    );
    closers.push(() => addingUp.stop());
    closers.push(() => insight.stop());
    const housekeeping = repeat(
      pollMs * 2,
      async () => {
        await killSwitch.refresh();
        await rubricChanges.notice();
        const settled = await settleLearnt(database, now());
        if (settled + (await keepHouse({ database, config, now, log, rejudging })) > 0) runner.wake();
      },
      (err) => log.error({ err }, 'housekeeping failed; trying again'),
    );
    closers.push(() => housekeeping.stop());
    const notifying = repeat(
      pollMs * 2,
      async () => {
        if ((await notify.notifier.round()) > 0) runner.wake();
      },
      (err) => log.error({ err }, 'notifying failed; trying again'),
    );
    closers.push(() => notifying.stop());
    const forgetting = repeat(
      3_600_000,
      async () => {
        await forget({ database, config, now });
        await notify.notifier.forget();
        await database.transact((trx) => forgetSessions(trx, sessionLengths(access), now()));
      },
      (err) => log.error({ err }, 'old entries could not be removed; trying again'),
    );
    closers.push(() => forgetting.stop());

    const smtp = new SmtpIntake({
      config,
      database,
      log,
      metrics,
      keyPair: await serverKeyPair(config),
      byName: transparent?.byName,
      replies: feedback.forwarded,
      credentials: new CredentialChecker(database),
      accept: (submission) => intakeFirst.during(acceptor.accept(submission)),
      onActivity,
      answer,
    });
    const smtpAddresses = await listening('smtp', smtp.listen());
    smtpPort = smtpAddresses[0]?.port ?? config.smtp.port;
    closers.push(() => smtp.close());

    let stopping = false;
    return {
      database,
      review,
      endpoints: api.endpoints,
      notifier: notify.notifier,
      hubSpot,
      addresses: { smtp: smtpAddresses, http: httpAddress, https: https?.address ?? null },
      openEngines: (await listEngines(database.db))
        .filter((one) => one.loopbackWithoutAuth)
        .map(({ name }) => name),
      firstRun,
      wake: () => {
        runner.wake();
        webhooks.wake();
      },
      stop: () => {
        stopping = true;
        return stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Own people and CRM dropboxes, by address or domain. */
function internalMatcher({ addresses, domains }: Config['internal']): (address: string) => boolean {
  const keys = new Set(addresses.map((a) => addressKey(a) ?? a));
  const own = new Set(domains.map((d) => domainKey(d) ?? d));
  return (address) => {
    const key = addressKey(address);
    return key !== null && (keys.has(key) || own.has(key.slice(key.lastIndexOf('@') + 1)));
  };
}

/** The gate's own mails (forwards to account owners, reports, reminders) go by SMTP; the outbox would swallow them. */
function requireSmtpBeside(accounts: ReadonlySet<ProviderName>, config: Config): void {
  const [first] = accounts;
  if (first === undefined || config.upstreams.length > 0) return;
  throw new UserError(
    `providers.${first} has a key, but there is no SMTP upstream: escalations, reports and reminders need one. ${PROVIDER_TITLES[first]} has SMTP too; name its host under upstreams`,
  );
}

/** A link that only this machine can follow would unsubscribe nobody. */
function requirePublicUrl({ unsubscribe, http }: Config): void {
  if (unsubscribe.enabled && http.public_url === null) {
    throw new UserError(
      'unsubscribe.enabled needs http.public_url: recipients follow the link from their own machines',
    );
  }
}

function raise(why: string): never {
  throw new Error(why);
}

/** Long enough for an attempt that tries every upstream in turn before it hands over. */
function leaseMs({ delivery, upstreams, providers }: Config): number {
  const bySmtp = upstreams.reduce((sum, upstream) => sum + upstream.attempt_seconds, 0);
  const byApi = Object.values(providers).map((provider) => provider?.attempt_seconds ?? 0);
  const attempts = Math.max(bySmtp, ...byApi);
  return Math.max(delivery.lease_seconds, attempts + 30) * 1000;
}
