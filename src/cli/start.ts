import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { appBase, newSetupLink } from '../access/links.ts';
import { adminExists } from '../access/user-store.ts';
import { type App, type AppOptions, startApp } from '../app.ts';
import { type ActivatedSockets, takeActivatedSockets } from '../app/activated-sockets.ts';
import { ServiceManager } from '../app/service-manager.ts';
import { accountsOf } from '../config/providers.ts';
import { PROVIDER_TITLES } from '../message/provider.ts';
import type { Config } from '../config/config.ts';
import { type Logger, createLogger } from '../observability/logger.ts';
import { MemoryWatch } from '../off-loop/memory-watch.ts';
import { warmReplies } from '../off-loop/reply.ts';
import { readSetup } from '../transparent/ca.ts';
import { hostsLeadingHere } from '../transparent/loop.ts';
import { diskTrouble } from '../store/disk-trouble.ts';
import { configFor, databasePath } from './context.ts';
import { printLine } from './output.ts';

/** Clients on kept connections learn from an answer that theirs is closed. */
const LINGER_MS = 1_000;

/** `presend start`: runs the gate until it is told to stop. */
export function register(program: Command): void {
  program
    .command('start')
    .description('run the gate: SMTP in, judged, and out, held, suppressed or forwarded')
    .addHelpText(
      'after',
      `
On first start it makes the data folder, a TLS certificate, the example CRM and a "demo" engine that may submit
from this machine without AUTH. SIGTERM and SIGINT stop it after what is in flight is settled.
Under systemd it takes listening sockets, tells when it is ready and gives signs of life: see systemd/README.md.`,
    )
    .action(async (_options: unknown, command: Command) => {
      new MemoryWatch();
      const config = configFor(command);
      const log = createLogger(config.log.level, { redact: config.log.redact });
      const manager = new ServiceManager({ env: process.env, log });
      const sockets = takeActivatedSockets(process.env);
      const app = await startWhenDiskTakesIt({ config, log, sockets });
      // Once, however often it is asked for: a second signal (npm hands its own on) must not cut short what is being settled.
      let stopping: Promise<void> | null = null;
      const stop = async (): Promise<void> => {
        await manager.stopping();
        await app.stop({ lingerMs: LINGER_MS });
        await manager.close();
        process.exit(0);
      };
      const stopOnce = (): void => {
        stopping ??= stop().catch((err: unknown) => {
          log.error({ err }, 'the gate could not stop in good order');
          process.exit(1);
        });
      };
      process.on('SIGINT', stopOnce);
      process.on('SIGTERM', stopOnce);

      const smtp = app.addresses.smtp.map(({ address, port }) => `${address}:${port}`).join(', ');
      printLine(
        `presend listens for SMTP on ${smtp} and HTTP on ${app.addresses.http.address}:${app.addresses.http.port}.`,
      );
      for (const line of otherThanConfigured(config, app.addresses, sockets)) log.warn(line);
      const { https } = app.addresses;
      if (https) printLine(`Transparent mode: HTTPS on ${https.address}:${https.port}.`);
      printLine(
        config.upstreams.length > 0
          ? `Passed mail is relayed through ${config.upstreams.map((u) => u.name).join(', then ')}.`
          : `No upstream is configured: passed mail is captured in ${config.data_dir}/outbox, nothing leaves this machine.`,
      );
      const accounts = [...accountsOf(config.providers)].map((name) => PROVIDER_TITLES[name]);
      if (accounts.length > 0) {
        printLine(`Mail that came in the shape of an API goes on to that of ${accounts.join(', ')}.`);
      }
      if (app.openEngines.length > 0 && (config.upstreams.length > 0 || accounts.length > 0)) {
        printLine(
          `Warning: ${app.openEngines.join(', ')} may send from this machine without a password, and mail really leaves. Close it: presend engine set ${app.openEngines[0]} --no-loopback-without-auth`,
        );
      }
      // Not awaited: DNS may take its time, and mail is taken already.
      void warnOfLoops(config, log);
      if (app.firstRun) {
        printLine(`
First run: the example CRM and the engine "demo" are in ${config.data_dir}. What to do next:
  npm run demo                    send fourteen varied mails and see what becomes of each
  npx presend review list         what is held, and why
  npx presend engine add NAME --domain your.example
                                  credentials for your own engine
  npx presend crm import prospects FILE.csv --dry-run
                                  your own prospects`);
      }
      await printSetup(app, config);
      await manager.ready(`takes mail by SMTP on ${smtp}`);
      await warmReplies();
    });
}

/** A socket that is handed over counts, and whoever reads the configuration alone looks in the wrong place. */
function otherThanConfigured(
  config: Config,
  { smtp, http }: App['addresses'],
  sockets: ActivatedSockets,
): string[] {
  const given = [
    { name: 'smtp', configured: config.smtp, real: smtp[0] },
    { name: 'http', configured: config.http, real: http },
  ] as const;
  return given.flatMap(({ name, configured, real }) => {
    if (!sockets.has(name) || !real) return [];
    if (real.address === configured.host && real.port === configured.port) return [];
    return `systemd handed over ${real.address}:${real.port}; ${name}.host and ${name}.port (${configured.host}:${configured.port}) do not count. Set ListenStream= of its .socket unit, or disable that unit`;
  });
}

/** Between two tries to start on a disk in trouble. */
const START_AGAIN_MS = 3_000;

/**
 * A gate whose disk is full or failing waits for it here: ended and started over and over by a service manager it would be no
 * nearer to running, and might be given up.
 *
 * @throws what else keeps the gate from starting
 */
async function startWhenDiskTakesIt(options: AppOptions): Promise<App> {
  const { config, log } = options;
  for (;;) {
    try {
      return await startApp(options);
    } catch (error) {
      // A migration that failed says what the disk said as its cause.
      const trouble = diskTrouble(error) ?? diskTrouble((error as Error).cause ?? {});
      // What is read-only, cannot be opened or is damaged waits for a person; so does a first start.
      const passes =
        (trouble?.kind === 'full' || trouble?.kind === 'io') && trouble.code !== 'SQLITE_CANTOPEN';
      if (!passes || !existsSync(databasePath(config))) throw error;
      const { kind, says, code, mend } = trouble;
      log.error({ storage: kind, mend }, `not started yet: ${says} (${code})`);
      await pause(START_AGAIN_MS);
    }
  }
}

/** While nobody can use the browser app, each start prints the way in. */
async function printSetup({ database, addresses }: App, { http }: Config): Promise<void> {
  const base = appBase(http, addresses.http.port);
  if (await adminExists(database.db)) return printLine(`The browser app is at ${base}/app/`);
  const { link } = await newSetupLink(database, { base, actor: 'gate', now: Date.now() });
  printLine(`
The browser app has no admin yet. Open this link to make one; it works once, and only the newest one does:
  ${link}`);
}

/** Tells the operator when a host of transparent mode leads the gate to itself. */
async function warnOfLoops(config: Config, log: Logger): Promise<void> {
  for (const lead of await hostsLeadingHere(readSetup(config.data_dir)?.hosts ?? [])) {
    log.warn(lead, 'this host leads the gate to itself; take its line out of the gate’s hosts file');
  }
}
