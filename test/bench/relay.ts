/**
 * presend beside other mail servers: `npm run bench:relay`. All in one run, in turns, on loopback: the same mails, the same
 * number of connections, one sink behind all of them. Prints JSON, and a table on standard error. See docs/BENCHMARKS.md.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import type { Contender } from './relay/contender.ts';
import { startHaraka } from './relay/haraka.ts';
import { recipient } from './relay/mails.ts';
import { startOpenSmtpd } from './relay/opensmtpd.ts';
import { startPostfix } from './relay/postfix.ts';
import { startPresend } from './relay/presend.ts';
import { type Measured, latencyRound, partOf, sourceRound } from './relay/rounds.ts';
import { startSink } from './relay/sink.ts';
import { summarise, table } from './relay/summary.ts';
import { TOOLS, fetchTools } from './relay/tools.ts';

const HELP = `Usage: npm run bench:relay -- [options]

Durable accept and accept-to-delivered of presend, Haraka, Postfix and OpenSMTPD, in turns, over kept connections and with one
connection for each mail. Needs Linux and root (the others do), and Postfix's smtp-source and smtp-sink.

  --fetch             get Debian's packages of Postfix and OpenSMTPD (unpacked, not installed) and Haraka from npm
  --rounds N          rounds, each with every server once (5)
  --messages N        mails of a round over kept connections (4000)
  --fresh N           mails of a round with a connection each (2000)
  --latency N         mails of a round whose latency is measured (2000)
  --connections N     at once (20)
  --only A,B          of presend-async, presend-sync, haraka, haraka-2, postfix, opensmtpd
  --profile DIR       write CPU profiles of presend there; they slow it a little
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    fetch: { type: 'boolean' },
    rounds: { type: 'string', default: '5' },
    messages: { type: 'string', default: '4000' },
    fresh: { type: 'string', default: '2000' },
    latency: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '20' },
    only: { type: 'string' },
    profile: { type: 'string' },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [rounds, messages, fresh, latency, connections] = (
  ['rounds', 'messages', 'fresh', 'latency', 'connections'] as const
).map((name) => count(name, values[name])) as [number, number, number, number, number];

if (values.fetch) fetchTools();
const folder = mkdtempSync(join(tmpdir(), 'presend-bench-relay-'));
const running: Contender[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void end().then(() => process.exit(1)));
}
process.exitCode = await main().then(
  () => 0,
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  },
);
await end();

/** Leaves no process and no file behind. */
async function end(): Promise<void> {
  for (const one of running.splice(0)) await one.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const sink = await startSink();
  running.push(sink);
  const contenders = await start(sink.port);
  const about = await machine();
  const order = [sink, ...contenders];
  say(`in turns: ${order.map(({ name }) => name).join(', ')}`);
  const measured: Measured[] = [];
  // One turn that is not counted: caches, compiled code, prepared statements.
  for (let round = 0; round <= rounds; round += 1) {
    // Each round begins with another, so that none always comes after the same.
    for (const contender of [...order.slice(round % order.length), ...order.slice(0, round % order.length)]) {
      const some = Math.min(connections, contender.mostConnections ?? connections);
      const context = { contender, sink, folder, connections: some, round };
      const part = round === 0 ? 0.25 : 1;
      const results = [
        await sourceRound({ ...context, kept: true, messages: Math.ceil(messages * part) }),
        await sourceRound({ ...context, kept: false, messages: Math.ceil(fresh * part) }),
        await latencyRound({ ...context, kept: true, messages: Math.ceil(latency * part) }),
        await latencyRound({ ...context, kept: false, messages: Math.ceil(latency * part) }),
      ];
      say(
        `round ${round} of ${rounds}, ${contender.name}: ${results.map((one) => Math.round(one.per_second)).join(', ')} accepted/s`,
      );
      if (round > 0) measured.push(...results);
    }
  }
  const report = {
    machine: about,
    load_at_end: (await machine()).load,
    connections,
    rounds,
    servers: order.map(({ name, version, setting }) => ({ name, version, setting })),
    ...summarise(measured, order),
    measured,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.stderr.write(`${table(report.figures)}\n`);
}

async function start(sinkPort: number): Promise<Contender[]> {
  const prospects = Array.from({ length: rounds + 1 }, (_, round) =>
    (
      [
        ['smtp-source', true, messages],
        ['smtp-source', false, fresh],
        ['own client', true, latency],
        ['own client', false, latency],
      ] as const
    ).flatMap(([client, kept, size]) =>
      // smtp-source now and then leaves a number out for each of its connections.
      Array.from({ length: size + connections }, (_person, i) =>
        recipient(i, partOf(client, { kept, round })),
      ),
    ),
  ).flat();
  const makers: Record<string, () => Promise<Contender | null>> = {
    'presend-async': () => startPresend(sinkPort, prospects, { answer: 'async', profile: values.profile }),
    'presend-sync': () => startPresend(sinkPort, prospects, { answer: 'sync', profile: values.profile }),
    haraka: () => startHaraka(made('haraka'), sinkPort, 1),
    'haraka-2': () => startHaraka(made('haraka-2'), sinkPort, 2),
    postfix: () => startPostfix(made('postfix'), sinkPort),
    opensmtpd: () => startOpenSmtpd(made('opensmtpd'), sinkPort),
  };
  const wanted = values.only?.split(',') ?? Object.keys(makers);
  const unknown = wanted.find((name) => !(name in makers));
  if (unknown) throw new Error(`--only: no server ${unknown}; there are ${Object.keys(makers).join(', ')}`);
  const started: Contender[] = [];
  for (const name of wanted) {
    const contender = await makers[name]().catch((error: unknown) => {
      say(`${name} cannot be started: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (contender === null) say(`${name} is not in ${TOOLS}; --fetch gets it`);
    if (!contender) continue;
    running.push(contender);
    started.push(contender);
  }
  return started;
}

function made(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a whole number above 0, not ${text}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
