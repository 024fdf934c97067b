import { randomFrom } from '../../src/evaluate/random.ts';
import { addUpHours } from '../../src/insight/hours.ts';
import { RULE_DECISION, type RuleName } from '../../src/judge/verdict.ts';
import { type AdapterCall, addCalls } from '../../src/kill-switch/call-store.ts';
import type { KillSwitchConfig } from '../../src/kill-switch/config.ts';
import { answerItem } from '../../src/kill-switch/spot-check/answer.ts';
import { itemsOfChecks } from '../../src/kill-switch/spot-check/answer-store.ts';
import { SpotChecks } from '../../src/kill-switch/spot-check/spot-checks.ts';
import { type SwitchEntry, switchHistory } from '../../src/kill-switch/switch-store.ts';
import { KillSwitch } from '../../src/kill-switch/switch.ts';
import { Watch } from '../../src/kill-switch/watch.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { saveVerdict } from '../../src/pipeline/verdict-store.ts';
import { addLabel } from '../../src/review/label-store.ts';
import type { Database, Trx } from '../../src/store/database.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  MONDAY,
  type SimulatedMail,
  type Simulation,
  isStopped,
  simulateMail,
} from './simulate.ts';
import { type Said, byRules, openStored, storeMails, storedEngine, withAdapter } from './stored-mail.ts';

/** As the fake adapter of a real gate calls itself, so that one can be started on the same folder. */
const VERSION = 'fake@1';

/** Mail waits so long for an adapter that cannot be asked. */
const RELOAD_MS = MINUTE;

export interface SimulatedGateOptions extends Simulation {
  config: KillSwitchConfig;
  onset: number;
  /** From the onset on the adapter cannot be loaded any more. */
  loadFails?: boolean;
  /** Between two looks; default: three hours, and five minutes from the onset on. */
  watchEveryMs?: number;
  /** Done once, at the onset. */
  atOnset?: (trx: Trx, mails: readonly SimulatedMail[]) => Promise<void>;
}

export interface SimulatedOutcome {
  folder: string;
  database: Database;
  mails: SimulatedMail[];
  /** The switch's history, oldest first. */
  entries: SwitchEntry[];
  looks: number;
}

/** Id of a mail's delivery. */
export const deliveryOf = (index: number): string => `d${index}`;

/** How often is looked, on the virtual clock: every minute costs too much, so it is denser where something is to be noticed. */
function lookEvery(at: number, { onset, watchEveryMs }: SimulatedGateOptions, tripped: boolean): number {
  if (tripped) return 12 * HOUR;
  if (watchEveryMs !== undefined) return watchEveryMs;
  return at < onset ? 3 * HOUR : 5 * MINUTE;
}

/**
 * Lets seeded mail happen on a virtual clock, against a database file with the real schema and the gate's own store functions,
 * windows, monitors and switch. What the switch says holds for the next mail.
 */
export async function simulateGate(options: SimulatedGateOptions): Promise<SimulatedOutcome> {
  const { config, onset, seed, days, loadFails = false, atOnset } = options;
  const { database, folder } = await openStored('simulated');
  const engine = await storedEngine(database, 'simulated');
  let at = MONDAY;
  const now = (): number => at;
  const killSwitch = new KillSwitch(database);
  const watch = new Watch({
    database,
    config,
    killSwitch,
    now,
    log: createLogger('silent'),
    adapter: VERSION,
  });
  const spotChecks = new SpotChecks({
    database,
    config: config.spot_check,
    now,
    random: randomFrom(seed + 1),
  });
  await watch.open();
  const mails = [...simulateMail(options)];
  const labels = mails
    .flatMap(({ label }, i) => (label ? [{ i, ...label }] : []))
    .toSorted((a, b) => a.at - b.at);
  const answers: { at: number; item: number; truth: RuleName | null }[] = [];
  let [nextMail, nextLabel, looks, sinceReload, begun] = [0, 0, 0, 0, false];
  const end = MONDAY + days * DAY;
  while (at < end) {
    const mode = killSwitch.mode();
    const until = Math.min(end, at + lookEvery(at, options, mode !== 'active'));
    if (!begun && until > onset) {
      begun = true;
      at = onset;
      await database.transact(async (trx) => await atOnset?.(trx, mails.slice(0, nextMail)));
      await killSwitch.refresh();
      continue;
    }
    const broken = loadFails && at >= onset;
    const first = nextMail;
    while (nextMail < mails.length && mails[nextMail].at < until) nextMail += 1;
    const calls: AdapterCall[] = [];
    for (; broken && sinceReload + RELOAD_MS <= until - onset; sinceReload += RELOAD_MS) {
      calls.push({
        at: onset + sinceReload,
        adapter_version: VERSION,
        result: 'load_failed',
        latency_ms: null,
      });
    }
    const batch = mails.slice(first, nextMail).map((mail, i) => {
      const verdict = mode === 'off' ? byRules(mail.rule) : verdictOn(mail, mode, broken);
      if (mail.call !== null && mode !== 'off' && !broken) {
        const ok = mail.call === 'ok';
        calls.push({ at: mail.at, adapter_version: VERSION, result: mail.call, latency_ms: ok ? 180 : null });
      }
      return { id: deliveryOf(first + i), engine, at: mail.at, prospect: `p${mail.prospect}`, verdict };
    });
    const said = nextLabel;
    while (nextLabel < labels.length && labels[nextLabel].at < until) nextLabel += 1;
    const given = labels.slice(said, nextLabel);
    const happened = batch.length + calls.length + given.length > 0;
    if (happened) {
      await database.transact(async (trx) => {
        for (let from = 0; from < batch.length; from += 200)
          await storeMails(trx, batch.slice(from, from + 200));
        for (const { id, verdict, at: when } of batch) await saveVerdict(trx, id, verdict, when);
        for (let from = 0; from < calls.length; from += 200)
          await addCalls(trx, calls.slice(from, from + 200));
        for (const { i, at: when, answer } of given) {
          // What was not held is not labelled: the switch had tripped.
          if (!(await isHeld(trx, deliveryOf(i)))) continue;
          const act = answer === 'wrong' ? 'release' : 'reject';
          await addLabel(trx, { deliveryId: deliveryOf(i), at: when, actor: 'kim', right: answer, act });
        }
      });
    }
    at = until;
    const check = await spotChecks.drawIfDue();
    if (check) {
      const random = randomFrom(check.seed);
      for (const { id, delivery_id: delivery } of await itemsOfChecks(database.db, [check.id])) {
        const { truth } = mails[Number(delivery.slice(1))];
        answers.push({ at: at + (1 + 2 * random()) * DAY, item: id, truth });
      }
    }
    for (const { item, truth, at: when } of answers.filter((answer) => answer.at <= at)) {
      await answerItem(database, {
        item,
        person: { key: 'kim', name: 'Kim', actor: 'kim' },
        answer: { decision: truth === null ? 'PASS' : RULE_DECISION[truth], rule: truth, note: null },
        again: false,
        now: Math.round(when),
      });
    }
    answers.splice(0, answers.length, ...answers.filter((answer) => answer.at > at));
    if (!happened && !check) continue;
    await addUpHours({ database, now, standBack: async () => {}, stopped: () => false });
    await watch.look();
    looks += 1;
  }
  return { folder, database, mails, entries: (await switchHistory(database.db)).toReversed(), looks };
}

function verdictOn(mail: SimulatedMail, mode: 'active' | 'shadow', broken: boolean) {
  if (mail.call === null) return byRules(mail.rule);
  const said: Said = broken ? 'unavailable' : (mail.reading ?? 'unreadable');
  return withAdapter(mail.rule, said, { version: VERSION, mode });
}

async function isHeld(trx: Trx, delivery: string): Promise<boolean> {
  const row = await trx
    .selectFrom('deliveries')
    .select('state')
    .where('id', '=', delivery)
    .executeTakeFirstOrThrow();
  return row.state === 'held';
}

/** Mails from the onset until a time, and the questions among them. */
export function sinceOnset(
  mails: readonly SimulatedMail[],
  onset: number,
  at: number,
): { mails: number; calls: number; stopped: number } {
  const since = mails.filter((mail) => mail.at >= onset && mail.at < at);
  return {
    mails: since.length,
    calls: since.filter(({ call }) => call !== null).length,
    stopped: since.filter(isStopped).length,
  };
}
