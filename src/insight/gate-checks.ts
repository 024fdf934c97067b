import type { AdapterJudge } from '../judge/adapter-judge.ts';
import { hostsInWords } from '../judge/adapter/host-status.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../store/database.ts';
import { diskTrouble } from '../store/disk-trouble.ts';
import type { HealthAnswer, HealthCheck } from './health-check.ts';
import { heldDeliveries, probeWrite, waitingDeliveries, waitingMessages } from './health-store.ts';
import { counted } from '../message/counted.ts';
import { bytes, lasting } from './words.ts';

export interface GateCheckDeps {
  database: Database;
  config: Config;
  now: () => number;
  /** null: the rules judge alone. */
  adapter: AdapterJudge | null;
}

const MINUTE = 60_000;

/** What the gate itself is made of: its database, its lines, its judge. */
export function gateChecks({ database, config, now, adapter }: GateCheckDeps): HealthCheck[] {
  const { db } = database;
  return [
    {
      id: 'database',
      group: 'Gate',
      title: 'Database',
      look: async () => {
        const began = performance.now();
        try {
          await database.transact((trx) => probeWrite(trx, now()));
        } catch (error) {
          const trouble = diskTrouble(error);
          if (trouble === null) throw error;
          const { says, code, mend } = trouble;
          return { state: 'bad', detail: `No mail is taken: ${says} (${code}).`, advice: mend };
        }
        const took = performance.now() - began;
        const { total, log } = await database.size();
        const ofIt = database.engine === 'sqlite' ? `, of it ${bytes(log)} in the write-ahead log` : '';
        const detail = `${bytes(total)}${ofIt}; a write was on disk after ${took.toFixed(0)} ms.`;
        if (took > 1_000) {
          return { state: 'warn', detail, advice: 'The disk is slow: see what else writes to it.' };
        }
        return log > 1_000_000_000
          ? {
              state: 'warn',
              detail,
              advice: 'Something reads for very long: end other programs that have the database open.',
            }
          : { state: 'ok', detail };
      },
    },
    {
      id: 'queue',
      group: 'Mail',
      title: 'Waiting for the judge',
      look: async () =>
        aged(
          await waitingMessages(db, 0),
          now(),
          [MINUTE, 10 * MINUTE],
          'Look at the log for a judge that fails, and at the load of the machine.',
        ),
    },
    {
      id: 'adapter_line',
      group: 'Judge',
      title: "Adapter's line",
      look: async () => {
        const wait = config.adapter.wait_minutes * MINUTE;
        return aged(
          await waitingMessages(db, 1),
          now(),
          [Math.max(MINUTE, wait / 2), wait + MINUTE],
          'The adapter is too slow for this much mail, or is not there: see its state.',
        );
      },
    },
    { id: 'adapter', group: 'Judge', title: 'Adapter', look: async () => adapterAnswer(adapter) },
    {
      id: 'leaving',
      group: 'Mail',
      title: 'On its way out',
      look: async () => {
        const rows = await waitingDeliveries(db, now());
        const count = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
        const late = rows
          .filter(({ state }) => state !== 'uncertain')
          .reduce((sum, row) => sum + row.late, 0);
        const detail = `${count('relaying') + count('escalating')} leaving, ${count('deferred')} put off, ${count('uncertain')} uncertain.`;
        if (late > 50)
          return {
            state: 'bad',
            detail: `${detail} ${late} are overdue.`,
            advice: 'See the upstreams below, and the log.',
          };
        return count('uncertain') > 0
          ? {
              state: 'warn',
              detail,
              advice: 'Settle uncertain mail: look for it at the upstream, then confirm or resend it.',
            }
          : { state: 'ok', detail };
      },
    },
    {
      id: 'held',
      group: 'Mail',
      title: 'Held for review',
      look: async () => {
        const { count, oldest, due } = await heldDeliveries(db, now());
        if (count === 0) return { state: 'ok', detail: 'Nothing is held.' };
        const detail = `${counted(count, 'delivery', 'deliveries')}, the oldest for ${lasting(now() - (oldest ?? now()))}; ${due ?? 0} run out within 4 hours.`;
        return (due ?? 0) > 0
          ? { state: 'warn', detail, advice: 'Review what is due first: an expired hold is never sent.' }
          : { state: 'ok', detail };
      },
    },
  ];
}

function aged(
  { count, oldest }: { count: number; oldest: number | null },
  now: number,
  [warn, bad]: [number, number],
  advice: string,
): HealthAnswer {
  if (count === 0 || oldest === null) return { state: 'ok', detail: 'Empty.' };
  const age = now - oldest;
  const detail = `${counted(count, 'message')}, the oldest for ${lasting(age)}.`;
  return age < warn ? { state: 'ok', detail } : { state: age < bad ? 'warn' : 'bad', detail, advice };
}

function adapterAnswer(adapter: AdapterJudge | null): HealthAnswer {
  if (!adapter || adapter.mode() === 'off') return { state: 'ok', detail: 'Off: the rules judge alone.' };
  const health = adapter.model.adapter.health();
  const name = `${adapter.model.name}, ${adapter.mode()}`;
  if (health.state === 'failed') {
    return {
      state: 'bad',
      detail: `${name}: ${health.reason}`,
      advice:
        'Mail waits for it, then is judged by the rules alone. Look at the log, or turn the adapter off.',
    };
  }
  if (health.state !== 'ready')
    return {
      state: 'warn',
      detail: `${name}: ${health.state}.`,
      advice: 'It is being loaded; this takes up to a minute.',
    };
  const barred = adapter.barred();
  if (barred !== null)
    return {
      state: 'warn',
      detail: `${name}: ${barred}.`,
      advice: 'Mail waits for it, then is judged by the rules alone. See Settings, Adapter.',
    };
  const hosts = adapter.model.adapter.hosts?.() ?? [];
  if (hosts.some(({ state }) => state !== 'ready')) {
    return {
      state: 'warn',
      detail: `${name}, on fewer hosts than it has: ${hostsInWords(hosts)}.`,
      advice:
        'The others take its mail, which waits longer when there is much. presend doctor --adapter tries each host.',
    };
  }
  const on = hosts.length > 1 ? `; ${hostsInWords(hosts)}` : '';
  return adapter.available()
    ? { state: 'ok', detail: `${name}, version ${adapter.model.adapter.version}${on}.` }
    : {
        state: 'warn',
        detail: `${name}: left alone for a moment after it failed.`,
        advice: 'Look at the log if this stays.',
      };
}
