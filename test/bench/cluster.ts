/**
 * Several gates on one PostgreSQL database against one: `npm run bench:cluster -- --help`. Real gates from the build, a real server with
 * its own log on disk, mail accepted, judged by the default rubric and delivered to a sink; in turns, so that what else the machine does
 * falls on all alike. With shares of a processor each gate has as much as a small machine of its own would. Prints JSON.
 */
import { parseArgs } from 'node:util';
import { medians } from './cluster/medians.ts';
import { type Turn, turn } from './cluster/turn.ts';
import { machine } from './machine.ts';

const HELP = `Usage: npm run bench:cluster -- [options]

Several gates on one PostgreSQL database against one, in turns: mail accepted, judged and delivered. Prints JSON; npm run
bench:scaling -- --cluster FILE makes its table. The sink is Postfix's: npm run bench:relay -- --fetch gets it.

  --gates LIST           how many, in turn (1,2,3)
  --rounds N             of all of them, every second one backwards (3)
  --messages N           mails of a turn (1000)
  --warm-up N            mails for each gate before them, which are not measured (200)
  --share F              of one core, for each gate with all its threads: 0.1 or more; needs Linux and the right to make
                         control groups (without it, gates share what is there)
  --database-share F     of one core, for PostgreSQL with all its sessions
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    gates: { type: 'string', default: '1,2,3' },
    rounds: { type: 'string', default: '3' },
    messages: { type: 'string', default: '1000' },
    'warm-up': { type: 'string', default: '200' },
    share: { type: 'string' },
    'database-share': { type: 'string' },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const undoing: (() => void | Promise<void>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void end().then(() => process.exit(1)));
}
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await end();

/** Leaves no process, no file and no control group behind; what came last goes first. */
async function end(): Promise<void> {
  for (const undo of undoing.splice(0).toReversed()) await undo();
}

async function main(): Promise<void> {
  const messages = count('messages', values.messages);
  const warmUp = count('warm-up', values['warm-up']);
  const counts = values.gates.split(',').map((text) => count('gates', text));
  const share = part('share', values.share);
  const databaseShare = part('database-share', values['database-share']);
  const about = await machine();
  const rounds: Turn[][] = [];
  for (let n = 0; n < count('rounds', values.rounds); n += 1) {
    const turns: Turn[] = [];
    rounds.push(turns);
    for (const gates of n % 2 === 0 ? counts : counts.toReversed()) {
      const onEnd = (undo: () => void | Promise<void>): void => void undoing.push(undo);
      turns.push(await turn({ gates, messages, warmUp, share, databaseShare, onEnd }));
      await end();
      process.stderr.write(`${JSON.stringify(turns.at(-1))}\n`);
    }
  }
  const report = {
    machine: about,
    machine_at_end: await machine(),
    messages,
    warm_up: warmUp,
    share,
    database_share: databaseShare,
    rounds,
    medians: medians(rounds),
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes whole numbers above 0, not ${text}`);
}

function part(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} takes a part of a core, as 0.25, not ${text}`);
}
