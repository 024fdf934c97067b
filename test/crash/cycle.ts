import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { type ChildOptions, GateChild, type Ports } from './child.ts';
import { actOn } from './clients.ts';
import { configOf } from './cycle-config.ts';
import { look } from './evidence.ts';
import { Ledger } from './ledger.ts';
import type { Lane } from './lane.ts';
import { Load } from './load.ts';
import { Mails } from './mails.ts';
import type { Kill, Spot } from './plan.ts';
import type { PowerCuts } from './power-cut.ts';
import { type Breach, type Reconciled, reconcile } from './reconcile.ts';
import { rest } from './rest.ts';
import type { Template } from './template.ts';

export interface CycleOptions {
  seed: number;
  /** Names its mails. */
  name: string;
  kills: readonly Kill[];
  model: ChildOptions['model'];
  wrong?: Pick<ChildOptions, 'synchronous' | 'mutation'>;
  /** Every kill cuts the power, too. */
  power?: PowerCuts;
  /** Told after each kill. */
  onKill?: (spot: Spot) => void;
}

export interface CycleOutcome extends Reconciled {
  /** Where gates died in fact: a point that was not reached in time counts as `random`. */
  kills: Spot[];
  /** The data folder, kept where a promise was broken. */
  folder: string | null;
}

/** How long a gate may take to start, and how long it then has to reach its fail-point before it is killed where it is. */
const START_MS = 60_000;
const PATIENCE_MS = 5_000;

/**
 * One database under one kill after another, then in peace until all mail is at rest, then compared with what clients heard and
 * the upstream got.
 */
export async function runCycle(lane: Lane, options: CycleOptions): Promise<CycleOutcome> {
  const { kills, name, model, wrong = {}, power, onKill } = options;
  const random = randomFrom(options.seed);
  const ledger = new Ledger();
  lane.ledger = ledger;
  lane.upstreams.calm = false;
  lane.webhook.calm = false;
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-'));
  cpSync(lane.template.folder, folder, { recursive: true });
  const child = (kill: Kill | null): GateChild => {
    const point = kill && kill.spot !== 'random' && kill.spot !== 'upstream-has-it';
    return new GateChild(
      lane.gate,
      { folder, rubric: join(PROJECT_ROOT, 'config/rubric.yaml'), config: configOf(lane), model, ...wrong },
      { ...power?.env(), ...(point ? { PRESEND_FAIL_POINT: `${kill.spot}:${kill.nth}` } : {}) },
    );
  };
  power?.begin();
  const load = new Load({ ledger, mails: new Mails(name, random), template: lane.template, random });
  const breaches: Breach[] = [];
  const died: Spot[] = [];
  let offsetMs = 0;
  let waiting = child(kills[0] ?? null);
  for (const [i, kill] of kills.entries()) {
    const gate = waiting;
    // The next one loads while this one works.
    waiting = child(kills[i + 1] ?? null);
    await gate.loaded();
    ledger.generation += 1;
    offsetMs = kill.offsetMs;
    const died_at = await live(lane, load, gate, kill);
    if (typeof died_at === 'object') breaches.push(died_at);
    else died.push(died_at);
    power?.cut(folder, random);
    for (const id of await look(folder, ledger)) {
      breaches.push({ what: 'lost', why: `gate ${ledger.generation} died, and ${id} is not there` });
    }
    onKill?.(typeof died_at === 'object' ? 'random' : died_at);
    if (breaches.length > 0) break;
  }

  lane.upstreams.calm = true;
  lane.webhook.calm = true;
  ledger.generation += 1;
  const gate = waiting;
  const database = new SqliteDatabase(join(folder, 'presend.db'), { readonly: true });
  try {
    await gate.loaded();
    // What is broken already needs no more proof.
    const ports = breaches.length === 0 ? await gate.start(offsetMs) : null;
    if (ports) {
      const clock = { offsetMs };
      await rest(database, load, gate, ports, clock);
      await settleUncertain(database, ledger, lane.template, ports);
      await rest(database, load, gate, ports, clock);
    }
    const { stderr } = await gate.kill();
    if (ports === null && breaches.length === 0)
      breaches.push({ what: 'stuck', why: `it does not start: ${stderr}` });
    const reconciled = await reconcile(database, ledger, model);
    if (ports) breaches.push(...reconciled.breaches);
    return { ...reconciled, breaches, kills: died, folder: breaches.length > 0 ? folder : null };
  } finally {
    await gate.kill();
    await database.close();
    if (breaches.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets a gate work until it dies. @returns where it did, or why it should not have */
async function live(lane: Lane, load: Load, gate: GateChild, kill: Kill): Promise<Spot | Breach> {
  let over = false;
  void gate.ended.then(() => (over = true));
  let left = kill.spot === 'upstream-has-it' ? kill.nth : 0;
  let fromOutside: Spot = 'random';
  lane.upstreams.onTaken = () => {
    left -= 1;
    if (left !== 0 || over) return;
    fromOutside = 'upstream-has-it';
    void gate.kill();
  };
  const killAfter = (ms: number): NodeJS.Timeout => setTimeout(() => void gate.kill(), ms);
  const timers = [killAfter(kill.spot === 'random' ? kill.nth : START_MS)];
  const ports = await gate.start(kill.offsetMs);
  timers.push(killAfter(PATIENCE_MS));
  if (ports) await load.run(ports, gate.ended);
  const { point, stderr, killed } = await gate.ended;
  for (const timer of timers) clearTimeout(timer);
  lane.upstreams.onTaken = () => {};
  if (!killed) return { what: 'unexpected', why: `the gate ended by itself: ${stderr}` };
  return point ?? fromOutside;
}

/**
 * A person who has looked at the upstream says of every other uncertain delivery what is true: it arrived, or it is to be sent
 * again. The others stay.
 */
async function settleUncertain(
  { db }: Database,
  ledger: Ledger,
  template: Template,
  ports: Ports,
): Promise<void> {
  const uncertain = await db
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .select(['deliveries.id', 'deliveries.recipient', 'deliveries.returns_to', 'messages.subject'])
    .where('deliveries.state', '=', 'uncertain')
    .where('deliveries.kind', '=', 'mail')
    .orderBy('deliveries.id')
    .execute();
  for (const [i, { id: deliveryId, recipient, returns_to, subject }] of uncertain.entries()) {
    if (i % 2 === 1) continue;
    const arrived = ledger.taken.some(({ mail, to }) =>
      returns_to === 'escalating'
        ? mail.startsWith(`${deliveryId}.forward@`)
        : to === recipient && (subject ?? '').endsWith(` ${mail}`),
    );
    const act = arrived ? 'confirm' : 'resend';
    const answer = await actOn(ports.http, template, { deliveryId, act });
    ledger.acts.push({ generation: ledger.generation, deliveryId, act, ...answer });
  }
}
