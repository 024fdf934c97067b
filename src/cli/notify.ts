import type { Command } from 'commander';
import { configuredSlack } from '../app/notify.ts';
import type { Config } from '../config/config.ts';
import { gateSecret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { type Channel, channelsOf, emailChannelKey } from '../notify/channels.ts';
import { emptyDigest, gatherDigest } from '../notify/digest-store.ts';
import { linkMaker } from '../notify/links.ts';
import { asText } from '../notify/mail.ts';
import { listPeople, listPreferences } from '../notify/person-store.ts';
import { queueNotification } from '../notify/queue-store.ts';
import { sampleContent } from '../notify/sample.ts';
import { explainSlack } from '../notify/slack-answer.ts';
import { slackMessage } from '../notify/slack-message.ts';
import { listChannels, listNotifications } from '../notify/status-store.ts';
import type { Database } from '../store/database.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
/** How long `test` looks for what became of its mail. */
const WATCH_MS = 15_000;
const LOOK_EVERY_MS = 250;

/** `presend notify status|test|preview` */
export function register(program: Command): void {
  const notify = program
    .command('notify')
    .description('notifications by e-mail and Slack: what was told, and whether it arrived');
  notify
    .command('status')
    .description('who is told, and what became of the last messages')
    .option('--limit <n>', 'messages shown', '20')
    .option('--json', 'print JSON')
    .action(async (flags: { limit: string; json?: boolean }, command: Command) => {
      const limit = Number(flags.limit);
      if (!Number.isInteger(limit) || limit < 1) throw new UserError('--limit must be a number like 20');
      await withExistingDatabase(command, (database, config) => status(database, config, limit, flags.json));
    });
  notify
    .command('test')
    .description('send a sample: by e-mail through the running gate, to Slack at once')
    .option('--to <address>', 'by e-mail')
    .option('--slack', 'to the Slack channel')
    .action(async (flags: { to?: string; slack?: boolean }, command: Command) => {
      if (flags.to === undefined && !flags.slack) {
        throw new UserError('say where: presend notify test --to ann@example.com, or --slack');
      }
      await withExistingDatabase(command, async (database, config) => {
        if (flags.slack) await testSlack(config);
        if (flags.to !== undefined) await testMail(database, config, flags.to);
      });
    });
  notify
    .command('preview')
    .description('print the next digest')
    .option('--to <address>', 'whose; default: the first who gets one')
    .action(async (flags: { to?: string }, command: Command) => {
      await withExistingDatabase(command, (database, config) => preview(database, config, flags.to));
    });
}

async function channelsNow({ db }: Database, config: Config): Promise<Channel[]> {
  return channelsOf(config.notify, await listPeople(db), await listPreferences(db));
}

async function status(database: Database, config: Config, limit: number, json?: boolean): Promise<void> {
  const told = await listChannels(database.db);
  const now = Date.now();
  const channels = (await channelsNow(database, config)).map(({ key, topics, digest, timeZone }) => {
    const state = told.find(({ channel }) => channel === key);
    return {
      channel: key,
      about: topics,
      digest: digest && `${digest.at} ${timeZone}`,
      last_at: state?.last_at ?? null,
    };
  });
  const messages = await listNotifications(database.db, { limit });
  if (json) return printJson({ channels, messages });
  if (channels.length === 0) {
    printLine('Nobody is told: set notify.email or notify.slack in the configuration.');
  } else {
    printTable(
      ['CHANNEL', 'LAST TOLD', 'DIGEST', 'ABOUT'],
      channels.map((one) => [
        one.channel,
        one.last_at === null ? 'never' : `${age(one.last_at, now)} ago`,
        one.digest ?? 'none',
        one.about.join(', '),
      ]),
    );
  }
  if (messages.length === 0) return;
  printLine();
  printTable(
    ['AGE', 'CHANNEL', 'KIND', 'STATE', 'WHAT'],
    messages.map((one) => [
      age(one.at, now),
      one.channel,
      one.kind,
      one.state,
      one.error === null ? one.summary : `${one.summary} – ${one.error}`,
    ]),
  );
}

/** No link of a sample or a preview acts: it is printed where anybody may read it. */
function harmlessLinks(config: Config) {
  return linkMaker({
    key: gateSecret(config.data_dir, 'link'),
    publicUrl: (config.http.public_url ?? `http://${config.http.host}:${config.http.port}`).replace(
      /\/+$/,
      '',
    ),
    person: null,
    expires: 0,
  });
}

async function testSlack(config: Config): Promise<void> {
  const slack = configuredSlack(config);
  if (slack === null) {
    throw new UserError('there is no Slack webhook: set notify.slack in the configuration');
  }
  const result = await slack.post(slackMessage(sampleContent(), harmlessLinks(config)));
  if (result.status !== 200) throw new UserError(`Slack was not told: ${explainSlack(result)}`);
  printLine('Slack has taken the sample.');
}

async function testMail(database: Database, config: Config, to: string): Promise<void> {
  if (!ADDRESS.test(to)) throw new UserError(`"${to}" is not an e-mail address`);
  const id = await database.transact((trx) =>
    queueNotification(trx, {
      channel: { key: emailChannelKey(to), address: to },
      kind: 'sample',
      content: sampleContent(),
      from: config.escalation.from,
      now: Date.now(),
    }),
  );
  printLine(`The sample to ${to} is in the queue.`);
  for (const until = Date.now() + WATCH_MS; Date.now() < until; ) {
    const [sample] = await listNotifications(database.db, { id, limit: 1 });
    if (sample && sample.state !== 'on its way') {
      const where = config.upstreams.length === 0 ? ' It is in the outbox: no upstream is configured.' : '';
      return printLine(sample.error === null ? `It was sent.${where}` : `It was not sent: ${sample.error}`);
    }
    if (sample?.error) return printLine(`Not yet: ${sample.error}. It is tried again.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  printLine('It waits: is the gate running? presend notify status says what becomes of it.');
}

async function preview(database: Database, config: Config, to: string | undefined): Promise<void> {
  const all = await channelsNow(database, config);
  const channel =
    to === undefined
      ? (all.find(({ digest }) => digest !== null) ?? all[0])
      : all.find(({ key }) => key === emailChannelKey(to));
  if (!channel) {
    throw new UserError(
      to === undefined
        ? 'nobody is told: set notify.email or notify.slack in the configuration'
        : `${to} is not told: neither notify.email nor an account says so`,
    );
  }
  const now = Date.now();
  // Nothing is written; a transaction because what it reads belongs together.
  const content = await database.transact((trx) =>
    gatherDigest(trx, { channel, config: config.notify, now }),
  );
  if (content === null && !channel.digest?.empty) {
    printLine('There is nothing to say: no digest would be sent.');
    return;
  }
  const shown = content ?? emptyDigest({ channel, now });
  printLine(`To: ${channel.address ?? 'Slack'}`);
  printLine(`Subject: ${shown.title}`);
  printLine();
  printLine(asText({ content: shown, links: harmlessLinks(config) }));
}
