import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import type { Random } from '../../src/evaluate/random.ts';
import type { Database } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open.ts';
import { type ChildOptions, GateChild, type Ports } from '../crash/child.ts';
import { configOf } from '../crash/cycle-config.ts';
import type { Lane } from '../crash/lane.ts';
import { registerPool } from '../support/pool-registry.ts';

/** One gate of several: its data folder outlives its processes. */
interface Node {
  folder: string;
  gate: GateChild;
  ports: Ports;
  frozen: boolean;
}

export interface ClusterOptions {
  lane: Lane;
  /** Address of the PostgreSQL database. */
  store: string;
  nodes: number;
  random: Random;
  /** The judge model's; none = the rules alone. */
  hosts?: readonly { url: string }[];
  /** Of the configuration, beside what `configOf` gives. */
  config?: Partial<ChildOptions['config']>;
}

/** Several gates, each in a process of its own, on one database; clients come to any that takes mail, as a balancer would send them. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'presend-cluster-'));
  readonly #nodes: (Node | null)[] = [];
  /** The clock of all of them is ahead of the real one by so much. */
  #offsetMs = 0;
  /** The database was brought up to date by a version of presend after this one. */
  #newer = false;
  /** As somebody with a console sees the database. */
  readonly database: Database;

  private constructor(options: ClusterOptions) {
    this.#options = options;
    this.database = openStore({ store: options.store, source: null, data_dir: options.lane.template.folder });
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    for (let i = 0; i < options.nodes; i += 1) {
      cluster.#nodes.push(null);
      await cluster.begin(i);
    }
    return cluster;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** Starts a node, at first or after its end. Once one was newer all that start are. */
  async begin(i: number, options: Pick<ChildOptions, 'newer'> = {}): Promise<void> {
    this.#newer ||= options.newer ?? false;
    const { lane, store, hosts = [], config = {} } = this.#options;
    const folder = join(this.#folder, `node-${i}`);
    if (!existsSync(folder)) {
      mkdirSync(folder);
      // What gates of one database have in common beside it.
      const first = i === 0 ? lane.template.folder : join(this.#folder, 'node-0');
      for (const name of ['secrets', 'gate-id'])
        if (existsSync(join(first, name))) cpSync(join(first, name), join(folder, name), { recursive: true });
    }
    if (hosts.length > 0) await registerPool(folder, hosts);
    const gate = new GateChild(lane.gate, {
      folder,
      rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
      config: { ...configOf(lane), ...config, store },
      model: hosts.length > 0 ? 'configured' : 'rules',
      newer: this.#newer,
    });
    const ports = await gate.start(this.#offsetMs);
    if (!ports) throw new Error(`node ${i} does not start: ${(await gate.ended).stderr.slice(-1_000)}`);
    this.#nodes[i] = { folder, gate, ports, frozen: false };
  }

  /** Ports of a node that takes mail, drawn. */
  readonly at = (): Ports => {
    const ready = this.#nodes.filter((node) => node !== null && !node.frozen);
    const node = ready[Math.floor(this.#options.random() * ready.length)];
    if (!node) throw new Error('there is no node that takes mail');
    return node.ports;
  };

  async kill(i: number): Promise<void> {
    const node = this.#nodes[i];
    this.#nodes[i] = null;
    await node?.gate.kill();
  }

  /** Ends by itself, as for an update. */
  async end(i: number): Promise<void> {
    const node = this.#nodes[i];
    this.#nodes[i] = null;
    node?.gate.end();
    await node?.gate.ended;
  }

  freeze(i: number): void {
    const node = this.#nodes[i];
    if (!node) return;
    node.frozen = true;
    node.gate.freeze();
  }

  thaw(i: number): void {
    const node = this.#nodes[i];
    if (!node) return;
    node.gate.thaw();
    node.frozen = false;
  }

  /** Sets all clocks ahead. */
  ahead(offsetMs: number): void {
    this.#offsetMs = offsetMs;
    for (const node of this.#nodes) node?.gate.clock(offsetMs);
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((_, i) => this.kill(i)));
    await this.database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
