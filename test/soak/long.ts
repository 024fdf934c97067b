/**
 * A gate under mixed good, bad and hostile mail for a long time: `npm run test:soak`. Between rounds of mail the gate is left alone, and
 * what it still holds then must not grow (`gauge.ts`). At the end every delivery is accounted for.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { count } from '../../src/cli/arguments.ts';
import { progressOn } from '../../src/evaluate/progress.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { percentile } from '../../src/evaluate/statistics.ts';
import { WORKER_LIMITS } from '../../src/off-loop/limits.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { configOf } from '../crash/cycle-config.ts';
import { openLane } from '../crash/lane.ts';
import { Mails } from '../crash/mails.ts';
import { reconcile } from '../crash/reconcile.ts';
import { rest } from '../crash/rest.ts';
import { ENGINES } from '../crash/template.ts';
import { account } from './account.ts';
import { type Floor, floorOf, memoryTrend, sampleOf } from './gauge.ts';
import { HostileMails } from './hostile-mail.ts';
import { ProductGate } from './product-gate.ts';
import { Traffic } from './traffic.ts';

const SAMPLE_MS = 5_000;
/** After it workers are ended for being idle (`WORKER_LIMITS`), what is retried is settled, and housekeeping has run. */
const ALONE_MS = WORKER_LIMITS.idleMs + 10_000;
/** On a busy machine what is retried comes later, and a worker that read it ends later. One that never ends is seen in what is left. */
const LATE_MS = 120_000;
/** Connections kept to the upstreams. */
const KEPT_HANDLES = 40;

const { minutes, rounds, seed, rate } = new Command('test:soak')
  .description(
    'Runs a gate under mixed good, bad and hostile mail, and accounts for every delivery. Exits with 1 when one is not.',
  )
  .option('--minutes <n>', 'how long mail comes; each round adds 70 seconds or more', count, 30)
  .option(
    '--rounds <n>',
    'after each of them the gate is left alone and its memory measured, 3 at least',
    count,
    6,
  )
  .option('--rate <n>', 'mails a second', count, 6)
  .option('--seed <n>', 'seed of mails and faults', count, 1)
  .parse()
  .opts<{ minutes: number; rounds: number; seed: number; rate: number }>();
if (rounds < 3) throw new Error('--rounds must be 3 at least: two measurements after the first make a trend');

const random = randomFrom(seed);
const lane = await openLane(seed);
const { ledger, template } = lane;
const folder = mkdtempSync(join(tmpdir(), 'presend-soak-'));
cpSync(template.folder, folder, { recursive: true });
const probe = join(folder, 'probe.sock');
const gate = new ProductGate(folder, configOf(lane), {
  NODE_OPTIONS: `--import ${new URL('memory-probe.mjs', import.meta.url).href}`,
  PRESEND_MEMORY_PROBE: probe,
});
ledger.generation = 1;
const ports = await gate.ports();
if (ports === null) throw new Error(`the gate does not start: ${await gate.ended}`);

const began = performance.now();
const seconds = (): number => Math.round((performance.now() - began) / 1_000);
const idle = await floorOf(gate.pid, probe, 0, 0);
/** Under load, MB, by round. */
const loaded: number[][] = [];
const floors: Floor[] = [];
const progress = progressOn(
  process.stderr,
  'seconds',
  Math.round(minutes * 60 + (rounds * ALONE_MS) / 1_000),
);
const hostile = new HostileMails(random, `ann@${ENGINES.sync}`);
const traffic = new Traffic({ ledger, mails: new Mails('soak', random), hostile, template, random, rate });
let died = false;
const onEnd = async (): Promise<void> => {
  await gate.ended;
  died = true;
  traffic.stop();
};
void onEnd();
const advancing = setInterval(() => progress.at(seconds()), 1_000);
for (let round = 0; round < rounds && !died; round += 1) {
  const under: number[] = [];
  loaded.push(under);
  const sampling = setInterval(() => {
    if (!died) under.push(sampleOf(gate.pid, seconds()).memoryMb);
  }, SAMPLE_MS);
  const ending = setTimeout(() => traffic.stop(), (minutes * 60_000) / rounds);
  await traffic.run(ports);
  clearTimeout(ending);
  clearInterval(sampling);
  await Promise.race([gate.ended, delay(ALONE_MS)]);
  const until = performance.now() + LATE_MS;
  while (!died && performance.now() < until && sampleOf(gate.pid, 0).threads > idle.threads)
    await delay(1_000);
  const mails = ledger.mails.length + traffic.hostile.length;
  if (!died) floors.push(await floorOf(gate.pid, probe, seconds(), mails));
}
clearInterval(advancing);
progress.end();

const faults: string[] = [];
if (died) faults.push(`the gate ended by itself: ${await gate.ended}`);
lane.upstreams.calm = true;
lane.webhook.calm = true;
const database = new SqliteDatabase(join(folder, 'presend.db'), { readonly: true });
if (!died) await rest(database, traffic, null, ports, { offsetMs: 0 });
const atRest = died ? idle : sampleOf(gate.pid, seconds());
await gate.kill();
const known = await reconcile(database, ledger, 'rules');
const all = await account(database, traffic.hostile, ledger);
await database.close();
await lane.close();
rmSync(folder, { recursive: true, force: true });

faults.push(...known.breaches.map(({ what, why }) => `${what}: ${why}`), ...all.faults);
const sum = Object.values(all.states).reduce((total, one) => total + one, 0);
if (sum !== all.deliveries) faults.push(`${all.deliveries} deliveries, and ${sum} in all states together`);
const trend = floors.length === rounds ? memoryTrend(floors) : null;
faults.push(...(trend?.faults ?? []));
if (atRest.handles > idle.handles + KEPT_HANDLES)
  faults.push(`${idle.handles} open handles at the start, ${atRest.handles} at the end`);

const floorLine = ({ memoryMb, heapMb, buffersMb }: Floor): string =>
  `${memoryMb.toFixed(0)}, of it objects ${heapMb.toFixed(1)}, buffers ${buffersMb.toFixed(1)}`;
const counts = (of: Partial<Record<string, number>>): string =>
  Object.entries(of)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
process.stdout.write(`seed ${seed}, ${seconds()} s, ${ledger.mails.length} good and bad mails, ${traffic.hostile.length} hostile
hostile mail was told: ${counts(all.hostile)}
${all.deliveries} deliveries: ${counts(all.states)}
uncertain at any time, by cause: ${counts(known.uncertain)}
the upstreams took ${ledger.taken.length}; submissions tried again ${known.retried}; events told ${known.events}
memory in MB, before: ${floorLine(idle)}
${floors.map((floor, i) => `round ${i + 1}, ${floor.mails} mails: under load ${percentile(loaded[i], 50).toFixed(0)}, at most ${Math.max(...loaded[i]).toFixed(0)}; alone ${floorLine(floor)}`).join('\n')}
growth from the second to the last round: objects and buffers ${trend?.held.toFixed(1)} MB, all memory ${trend?.memory.toFixed(0)} MB
handles: ${idle.handles} idle, ${atRest.handles} at rest; threads ${idle.threads}, ${atRest.threads}
${faults.length === 0 ? 'every delivery is accounted for' : `${faults.length} faults:\n${faults.slice(0, 50).join('\n')}`}
`);
process.exit(faults.length > 0 ? 1 : 0);
