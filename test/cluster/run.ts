import { randomFrom } from '../../src/evaluate/random.ts';
import { READ_TRIES, outlast } from '../../src/store/outlast.ts';
import { Ledger } from '../crash/ledger.ts';
import type { Lane } from '../crash/lane.ts';
import { Load } from '../crash/load.ts';
import { Mails } from '../crash/mails.ts';
import { type Reconciled, reconcile } from '../crash/reconcile.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { type LlamaHost, startLlamaHost } from '../support/llama-host.ts';
import { Cluster } from './cluster.ts';
import { rest } from './rest.ts';

/** What goes wrong under load, one after another. */
export const TROUBLES = ['kill', 'freeze', 'cut', 'database', 'adapter', 'restart', 'update'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface RunOptions {
  lane: Lane;
  server: PostgresServer;
  /** Name of the database on the server. */
  database: string;
  seed: number;
  nodes: number;
  /** In this order. */
  troubles: readonly Trouble[];
  /** For a control: somebody who takes what gates note of attempts under way out of the database, again and again. */
  sabotage?: boolean;
  onTrouble?: (done: number) => void;
}

/** Adapter hosts that all nodes share. */
const HOSTS = 2;

/** As the model that crash tests have in the process: BLOCK where a mail asks for it. */
const says = (prompt: string) => ({ [prompt.includes('Dislikable') ? 'BLOCK' : 'PASS']: 0.97 });

/** Under load before and after each trouble, milliseconds; then a node frozen is longer still than the server waits for a sign of life. */
const BEFORE_MS = 700;
const AFTER_MS = 700;
const FROZEN_MS = 6_000;

/** Gates on one database under load while one thing after another goes wrong; then in peace; then compared with what all heard and got. */
export async function runCluster(options: RunOptions): Promise<Reconciled> {
  const { lane, server, seed, nodes, troubles, onTrouble } = options;
  const random = randomFrom(seed);
  const ledger = new Ledger();
  ledger.generation = 1;
  lane.ledger = ledger;
  lane.upstreams.calm = false;
  lane.webhook.calm = false;
  const hosts = await Promise.all(Array.from({ length: HOSTS }, () => startLlamaHost({ says, slots: 4 })));
  const store = server.url(options.database);
  const cluster = await Cluster.start({ lane, store, hosts, nodes, random });
  const load = new Load({
    ledger,
    mails: new Mails(`s${seed}`, random),
    template: lane.template,
    random,
    several: true,
  });
  const saboteur = options.sabotage ? forget(cluster) : null;
  try {
    for (const [done, trouble] of troubles.entries()) {
      const over = make(trouble, { cluster, server, hosts, ledger, random, database: options.database });
      await load.run(cluster.at, over);
      await over;
      onTrouble?.(done + 1);
    }
    await saboteur?.stop();
    lane.upstreams.calm = true;
    lane.webhook.calm = true;
    await rest(cluster, load);
    return await reconcile(cluster.database, ledger, 'configured');
  } finally {
    await cluster.stop();
    await Promise.all(hosts.map((host) => host.kill().catch(() => {})));
  }
}

interface Scene {
  cluster: Cluster;
  server: PostgresServer;
  hosts: readonly LlamaHost[];
  ledger: Ledger;
  random: () => number;
  database: string;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets one thing go wrong and mends it. */
async function make(trouble: Trouble, scene: Scene): Promise<void> {
  const { cluster, server, hosts, random, database } = scene;
  const i = Math.floor(random() * cluster.size);
  await pause(BEFORE_MS + random() * 300);
  switch (trouble) {
    case 'kill':
      await cluster.kill(i);
      await doubt(scene);
      await pause(AFTER_MS);
      await cluster.begin(i);
      break;
    case 'freeze':
      cluster.freeze(i);
      await doubt(scene);
      await pause(FROZEN_MS);
      cluster.thaw(i);
      break;
    case 'cut':
      await server.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid()`,
      );
      break;
    case 'database':
      await server.kill();
      await pause(300);
      await server.resume();
      break;
    case 'adapter': {
      // One is killed while the other stands still: for a moment there is none.
      const [one, other] = hosts;
      await one.kill();
      other.frozen = true;
      await pause(AFTER_MS);
      other.frozen = false;
      await pause(AFTER_MS);
      await one.start();
      break;
    }
    case 'restart':
      await cluster.end(i);
      await doubt(scene);
      await cluster.begin(i);
      break;
    case 'update':
      // One after another, to a version that changes the schema; the others go on with the old one meanwhile.
      for (let n = 0; n < cluster.size; n += 1) {
        await cluster.end(n);
        await doubt(scene);
        await cluster.begin(n, { newer: true });
      }
      break;
  }
  await pause(AFTER_MS);
}

/** Without leases, and without the mark before the last byte, gates send again what is being sent. */
function forget({ database: { db } }: Cluster): { stop(): Promise<void> } {
  let over = false;
  const loop = (async () => {
    while (!over) {
      // Gates that have the same rows in hand, in another order, are in the way now and then.
      await Promise.allSettled([
        db.updateTable('attempts').set({ handover_at: null }).where('finished_at', 'is', null).execute(),
        db
          .updateTable('deliveries')
          .set({ lease_until: null })
          .where('lease_until', 'is not', null)
          .execute(),
      ]);
      await pause(5);
    }
  })();
  return {
    stop: () => {
      over = true;
      return loop;
    },
  };
}

/** Notes what is handed over and not settled: of it nobody may know whether it arrived. */
async function doubt({ cluster, ledger }: Scene): Promise<void> {
  // Our own connections were cut as well.
  const open = await outlast(
    () =>
      cluster.database.db
        .selectFrom('attempts')
        .select('delivery_id')
        .where('handover_at', 'is not', null)
        .where('finished_at', 'is', null)
        .execute(),
    new AbortController().signal,
    READ_TRIES,
  );
  ledger.inDoubt.push(...open.map(({ delivery_id: deliveryId }) => ({ generation: 1, deliveryId })));
}
