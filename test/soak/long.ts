/**
 * A gate under mixed good, bad and hostile mail for a long time: `npm run test:soak`. At the end every delivery is accounted for,
 * and what the gate holds of memory and handles is compared with what it held near the start.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { count } from '../../src/cli/arguments.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { progressOn } from '../../src/evaluate/progress.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { Database } from '../../src/store/database.ts';
import { GateChild } from '../crash/child.ts';
import { configOf } from '../crash/cycle-config.ts';
import { openLane } from '../crash/lane.ts';
import { Mails } from '../crash/mails.ts';
import { reconcile } from '../crash/reconcile.ts';
import { rest } from '../crash/rest.ts';
import { ENGINES } from '../crash/template.ts';
import { account } from './account.ts';
import { type Sample, memoryTrend, sampleOf } from './gauge.ts';
import { HostileMails } from './hostile-mail.ts';
import { Traffic } from './traffic.ts';

const SAMPLE_MS = 5_000;
/** Memory may differ by so much between an early and a late part of a flat run: caches fill, large mails come by chance. */
const FLAT_MB = 40;
/** Connections kept to the upstreams. */
const KEPT_HANDLES = 40;

const { minutes, seed, rate } = new Command('test:soak')
  .description(
    'Runs a gate under mixed good, bad and hostile mail, and accounts for every delivery. Exits with 1 when one is not.',
  )
  .option('--minutes <n>', 'how long', count, 30)
  .option('--rate <n>', 'mails a second', count, 6)
  .option('--seed <n>', 'seed of mails and faults', count, 1)
  .parse()
  .opts<{ minutes: number; seed: number; rate: number }>();

const random = randomFrom(seed);
const lane = await openLane(seed);
const { ledger, template } = lane;
const folder = mkdtempSync(join(tmpdir(), 'presend-soak-'));
cpSync(template.folder, folder, { recursive: true });
const gate = new GateChild(
  lane.gate,
  {
    folder,
    rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
    config: configOf(lane),
    model: 'rules',
  },
  // As `npm start` and the unit set them.
  { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' },
);
await gate.loaded();
ledger.generation = 1;
const ports = await gate.start(0);
if (ports === null) throw new Error(`the gate does not start: ${(await gate.ended).stderr}`);

const began = performance.now();
const seconds = (): number => Math.round((performance.now() - began) / 1_000);
const idle = sampleOf(gate.pid, 0);
const samples: Sample[] = [];
const progress = progressOn(process.stderr, 'seconds', minutes * 60);
const sampling = setInterval(() => {
  samples.push(sampleOf(gate.pid, seconds()));
  progress.at(seconds());
}, SAMPLE_MS);
const hostile = new HostileMails(random, `ann@${ENGINES.sync}`);
const traffic = new Traffic({ ledger, mails: new Mails('soak', random), hostile, template, random, rate });
const ending = setTimeout(() => traffic.stop(), minutes * 60_000);
let died = false;
const onEnd = async (): Promise<void> => {
  await gate.ended;
  died = true;
  traffic.stop();
};
void onEnd();
await traffic.run(ports);
clearTimeout(ending);
clearInterval(sampling);
progress.end();

const faults: string[] = [];
if (died) faults.push(`the gate ended by itself: ${(await gate.ended).stderr}`);
lane.upstreams.calm = true;
lane.webhook.calm = true;
const database = new Database(join(folder, 'presend.db'), { readonly: true });
if (!died) await rest(database, traffic, gate, ports, { offsetMs: 0 });
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
const { early, late, most } = memoryTrend(samples);
if (late > early + FLAT_MB) faults.push(`memory grew from ${early.toFixed(0)} to ${late.toFixed(0)} MB`);
if (atRest.handles > idle.handles + KEPT_HANDLES)
  faults.push(`${idle.handles} open handles at the start, ${atRest.handles} at the end`);

const counts = (of: Partial<Record<string, number>>): string =>
  Object.entries(of)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
process.stdout.write(`seed ${seed}, ${seconds()} s, ${ledger.mails.length} good and bad mails, ${traffic.hostile.length} hostile
hostile mail was told: ${counts(all.hostile)}
${all.deliveries} deliveries: ${counts(all.states)}
uncertain at any time, by cause: ${counts(known.uncertain)}
the upstreams took ${ledger.taken.length}; submissions tried again ${known.retried}; events told ${known.events}
memory: ${idle.memoryMb.toFixed(0)} MB idle, ${early.toFixed(0)} early, ${late.toFixed(0)} late, ${most.toFixed(0)} at most, ${atRest.memoryMb.toFixed(0)} at rest
handles: ${idle.handles} idle, ${atRest.handles} at rest; threads ${idle.threads}, ${atRest.threads}
${faults.length === 0 ? 'every delivery is accounted for' : `${faults.length} faults:\n${faults.slice(0, 50).join('\n')}`}
`);
process.exit(faults.length > 0 ? 1 : 0);
