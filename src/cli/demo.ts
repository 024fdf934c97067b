import { once } from 'node:events';
import { connect } from 'node:net';
import type { Command } from 'commander';
import { type Transporter, createTransport } from 'nodemailer';
import { type App, startApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { accountsOf } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import type { DeliveryState } from '../message/disposition.ts';
import { listRuns } from '../kill-switch/canary/store.ts';
import { withoutCanary } from '../kill-switch/config.ts';
import { createLogger } from '../observability/logger.ts';
import { listEngines } from '../intake/engine-store.ts';
import { readDetails } from '../review/read.ts';
import type { Database } from '../store/database.ts';
import { withDatabase } from './context.ts';
import { DEMO_MAILS } from './demo-mails.ts';
import { printJson, printLine, printTable } from './output.ts';

interface DemoResult {
  shows: string;
  to: string;
  /** What the engine heard. */
  reply: string;
  state: DeliveryState | 'not accepted';
  decision: string | null;
  reason: string | null;
  why: string;
  id: string | null;
}

/** `presend demo` */
export function register(program: Command): void {
  program
    .command('demo')
    .description(
      'send varied mails over real SMTP to a gate with the example CRM, and show what became of each',
    )
    .option('--json', 'print JSON')
    .option('--with-upstream', 'send through the configured upstream, so that what passes really leaves')
    .action(async (options: { json?: boolean; withUpstream?: boolean }, command: Command) => {
      await withDatabase(command, async (database, config) => {
        if (!options.withUpstream) refuseRealUpstream(config);
        const own = (await isListening(config)) ? null : await startOwn(config);
        try {
          const port = own?.addresses.smtp[0]?.port ?? config.smtp.port;
          await refuseWithoutDemoEngine(database);
          await canaryDone(database);
          const results = await sendAll(database, config.smtp.host, port);
          if (options.json) return printJson(results);
          show(results, own !== null, config.upstreams[0]?.name ?? null);
        } finally {
          await own?.stop();
        }
      });
    });
}

/** The demo's mails are for a look, not for anybody's mailbox. */
function refuseRealUpstream({ upstreams, providers }: Config): void {
  if (upstreams.length === 0 && accountsOf(providers).size === 0) return;
  throw new UserError(
    'this configuration has a real upstream, and mail of the demo that passes would leave by it; run the demo with a configuration that has none, or add --with-upstream',
  );
}

/** @param real name of the upstream it went through; null = the outbox */
function show(results: DemoResult[], ownGate: boolean, real: string | null): void {
  if (ownGate) printLine('No gate was running, so one ran for this demo.\n');
  printTable(
    ['WHAT IT SHOWS', 'TO', 'DECISION', 'STATE', 'RULE OR REASON', 'WHY'],
    results.map((r) => [r.shows, r.to, r.decision ?? '(doubt)', r.state, r.reason ?? '–', r.why]),
  );
  const held = results.find((r) => r.state === 'held');
  printLine(
    real
      ? `\nWhat passed went through the upstream ${real}. Look closer:`
      : '\nCaptured mail is in the outbox folder of the data folder. Look closer:',
  );
  if (held) printLine(`  npx presend show ${held.id}`);
  printLine('  npx presend review list');
}

async function refuseWithoutDemoEngine(database: Database): Promise<void> {
  const demo = (await listEngines(database.db)).find((engine) => engine.name === 'demo');
  if (!demo?.loopbackWithoutAuth || !demo.senderDomains.includes('demo.example')) {
    throw new UserError(
      'the data folder has no engine "demo" that may submit without AUTH, so this is not the folder of the gate that listens, or "demo" was closed; name the folder with --data, or stop that gate and run the demo in a fresh one',
    );
  }
}

async function isListening(config: Config): Promise<boolean> {
  const socket = connect(config.smtp.port, config.smtp.host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** How long a first run over all probe cases may take on a busy machine. */
const CANARY_MS = 600_000;

/** A gate that was just started tries its judge first; mail that the demo sent meanwhile would only wait. */
async function canaryDone({ db }: Database): Promise<void> {
  const running = async (): Promise<string | null> => {
    const [newest] = await listRuns(db, 1);
    return newest?.state === 'running' && newest.extent === 'all' ? (newest.says ?? '') : null;
  };
  if ((await running()) === null) return;
  process.stderr.write('The gate puts all probe cases to its judge first; the demo waits for that.\n');
  const deadline = Date.now() + CANARY_MS;
  while ((await running()) !== null && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 500));
}

/** A gate on free ports for the time of the demo, which judges the demo's mails only: they need not wait for the canary. */
function startOwn(config: Config): Promise<App> {
  return startApp({
    config: {
      ...config,
      smtp: { ...config.smtp, port: 0, implicit_tls_port: null },
      http: { ...config.http, port: 0 },
      kill_switch: withoutCanary(config.kill_switch),
    },
    log: createLogger('error'),
  });
}

async function sendAll(database: Database, host: string, port: number): Promise<DemoResult[]> {
  // The certificate of a first start is self-signed; this connection does not leave the machine.
  const transport = createTransport({ host, port, tls: { rejectUnauthorized: false } });
  const replies: string[] = [];
  for (const mail of DEMO_MAILS) replies.push(await send(transport, mail));
  transport.close();
  const ids = replies.map((reply) => /\b([0-9A-HJKMNP-TV-Z]{26})\b/.exec(reply)?.[1] ?? null);
  await settled(
    database,
    ids.filter((id) => id !== null),
  );
  return Promise.all(
    DEMO_MAILS.map(async ({ shows, to }, i): Promise<DemoResult> => {
      const base = { shows, to, reply: replies[i]!, id: ids[i] ?? null };
      if (base.id === null)
        return { ...base, state: 'not accepted', decision: null, reason: null, why: base.reply };
      const [detail] = await readDetails(database.db, base.id);
      const { delivery, verdict } = detail!;
      return {
        ...base,
        id: delivery.id,
        state: delivery.state,
        decision: delivery.decision,
        reason: delivery.hold_reason,
        why: verdict?.rationale ?? base.reply,
      };
    }),
  );
}

async function send(transport: Transporter, mail: (typeof DEMO_MAILS)[number]): Promise<string> {
  try {
    const { to, subject, text, html } = mail;
    const info = (await transport.sendMail({
      from: 'Mara Lindt <mara.lindt@demo.example>',
      to,
      subject,
      text,
      ...(html ? { html } : {}),
    })) as {
      response: string;
    };
    return info.response;
  } catch (error) {
    const { response } = error as { response?: string };
    if (response) return response;
    throw new UserError(`the gate cannot be reached: ${(error as Error).message}`);
  }
}

const UNSETTLED: DeliveryState[] = ['received', 'relaying', 'escalating'];

/** Waits until the gate has done what it can do by itself with these messages, at most twenty seconds. */
async function settled(database: Database, messageIds: string[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const open = await database.db
      .selectFrom('deliveries')
      .select('id')
      .where('message_id', 'in', messageIds)
      .where('state', 'in', UNSETTLED)
      .limit(1)
      .executeTakeFirst();
    if (!open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
