import { limitsOf, nextOpening } from '../../src/pipeline/mailbox-limits.ts';
import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import { percentile } from '../../src/evaluate/statistics.ts';
import { HEDGE } from '../../src/judge/adapter/pool/hedge.ts';
import { AdapterPool } from '../../src/judge/adapter/pool/pool.ts';
import { KNOWN_MAIL } from '../../src/judge/known-mail.ts';
import { Slots } from '../../src/judge/slots.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type Burst, arrivals } from './arrivals.ts';
import { type GateChanges, SimulatedDatabase } from './database.ts';
import { logNormal } from './distributions.ts';
import { type Card, type Costs, HOST_SLOTS } from './figures.ts';
import { type Outage, SimulatedHost } from './hosts.ts';
import { Processor } from './processor.ts';

/** As in queue/runner.ts and app/adapter.ts. */
const JUDGE_BATCH = 16;
const JUDGE_CONCURRENCY = 4;
const READ_AHEAD = 3;
const DEADLINE_MS = 15 * 60_000;

export interface Scenario {
  name: string;
  perDay: number;
  /** A campaign's start; `busy` and `drained` are of it. */
  burst: Burst;
  /** What part of a day is looked at, milliseconds after midnight UTC; all mail that came then is followed to its end. */
  from: number;
  to: number;
  gates: number;
  /** Cores of the database server. */
  databaseCores: number;
  hosts: number;
  card: Card;
  hedging: boolean;
  /** The last host is out for so long. */
  outage?: Outage;
  /** What the upstreams take a second, all together; null = whatever comes. */
  upstreamPerSecond: number | null;
  /** Attempts of one gate at once: `delivery.concurrency`. */
  couriers: number;
  mailboxes: { count: number; dailyCap: number | null; window: { from: string; to: string } | null };
  /** Of all mail: what the rules stop, and of what the adapter reads what it stops. */
  stoppedByRules: number;
  stoppedByAdapter: number;
  costs: Costs;
}

/** Times in milliseconds. */
export interface Outcome {
  name: string;
  came: number;
  /** Mails a second in the busiest minute. */
  peak: number;
  held: number;
  delivered: number;
  /** Caps and windows of mailboxes let go later, after what was looked at. */
  later: number;
  /** Judged by the rules alone because the adapter had no place in time: 15 minutes, or `when_unavailable: hold` held it. */
  pastDeadline: number;
  verdict: { p50: number; p95: number; p99: number };
  arrived: { p50: number; p95: number; p99: number };
  /** While the bursts lasted. */
  busy: { gates: number; databaseCores: number; auditEnd: number; hosts: number; couriers: number };
  meanGroup: number;
  largestGroup: number;
  longestLine: number;
  /** From the end of the burst until nothing waited for the judge, the adapter or a courier. */
  drained: number;
  hedges: number;
}

interface Mail {
  acceptedAt: number;
  mailbox: number;
}

/** First come, first served, without moving the rest for each. */
class Line<T> {
  #items: T[] = [];
  #head = 0;
  longest = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
    this.longest = Math.max(this.longest, this.length);
  }

  take(count: number): T[] {
    const taken = this.#items.slice(this.#head, this.#head + count);
    this.#head += taken.length;
    if (this.#head > 1_024 && 2 * this.#head > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}

/** What wakes loops that wait for work. */
class Bell {
  #waiting: (() => void)[] = [];
  readonly rung = (): Promise<void> => new Promise((resolve) => this.#waiting.push(resolve));
  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Runs a scenario from an empty gate on until all its mail is held, delivered or kept for later. Seeded. */
export async function simulate(
  scenario: Scenario,
  { seed, onProgress = () => {} }: { seed: number; onProgress?: (came: number) => void },
): Promise<Outcome> {
  const world = new World(scenario, seed, onProgress);
  return world.run();
}

class World {
  readonly #scenario: Scenario;
  readonly #clock = new VirtualClock();
  readonly #seeds: Random;
  readonly #database: SimulatedDatabase;
  readonly #hosts: SimulatedHost[];
  readonly #gates: Gate[];
  readonly #onProgress: (came: number) => void;
  readonly unjudged = new Line<Mail>();
  readonly line = new Line<Mail>();
  readonly due = new Line<Mail>();
  readonly bells = { judge: new Bell(), line: new Bell(), deliver: new Bell() };
  readonly sent = new Map<number, number>();
  readonly verdicts: number[] = [];
  readonly deliveries: number[] = [];
  readonly upstream: { takeAt: number } = { takeAt: 0 };
  came = 0;
  held = 0;
  later = 0;
  pastDeadline = 0;
  hedges = 0;
  /** Milliseconds in which a courier was at work, of all. */
  courierMs = 0;
  #burstIsOver = false;
  #drainedAt: number | null = null;

  constructor(scenario: Scenario, seed: number, onProgress: (came: number) => void) {
    this.#scenario = scenario;
    this.#onProgress = onProgress;
    this.#seeds = randomFrom(seed);
    this.#database = new SimulatedDatabase(this.#clock, scenario.costs.database, scenario.databaseCores);
    this.#hosts = Array.from({ length: scenario.hosts }, (_, i) => {
      const last = i === scenario.hosts - 1;
      const outage = last ? this.#relative(scenario.outage) : null;
      return new SimulatedHost(this.#clock, this.stream(), { card: scenario.card, outage });
    });
    this.#gates = Array.from(
      { length: scenario.gates },
      () => new Gate(this, scenario, this.#clock, this.#database.gate(), this.#hosts),
    );
  }

  stream(): Random {
    return randomFrom(Math.floor(this.#seeds() * 2 ** 32));
  }

  /** The moment of the day. */
  timeOfDay(): number {
    return this.#scenario.from + this.#clock.now();
  }

  get done(): number {
    return this.held + this.later + this.deliveries.length;
  }

  /** Something was taken out of a line. */
  taken(): void {
    const backlog = this.unjudged.length + this.line.length + this.due.length;
    if (this.#burstIsOver && backlog === 0) this.#drainedAt ??= this.#clock.now();
  }

  async run(): Promise<Outcome> {
    const { from, to, burst, perDay } = this.#scenario;
    const ready = Promise.all(this.#gates.map((gate) => gate.start()));
    let isReady = false;
    void ready.then(() => (isReady = true));
    await this.#clock.run(() => isReady);
    const minutes: number[] = [];
    const mail = arrivals({ from, to, perDay, bursts: [burst] }, this.stream());
    const mailboxes = this.stream();
    let ended = false;
    let figures: Outcome['busy'] | null = null;
    this.#clock.after(burst.at - from - this.#clock.now(), () => this.#restart());
    const burstEnd = burst.at + burst.ms - from;
    this.#clock.after(burstEnd - this.#clock.now(), () => {
      figures = this.#busy(burst.ms);
      this.#burstIsOver = true;
    });
    const next = (): void => {
      const { value, done } = mail.next();
      if (done) {
        ended = true;
        return;
      }
      this.#clock.after(value - from - this.#clock.now(), () => {
        const minute = Math.floor((value - from) / 60_000);
        minutes[minute] = (minutes[minute] ?? 0) + 1;
        this.came += 1;
        if (this.came % 1_000 === 0) this.#onProgress(this.came);
        const mailbox = Math.floor(mailboxes() * this.#scenario.mailboxes.count);
        void this.#gates[this.came % this.#gates.length].accept(mailbox);
        next();
      });
    };
    next();
    await this.#clock.run(() => ended && this.done === this.came);
    if (!ended || this.done !== this.came) {
      throw new Error(`the simulation stands still: ${this.done} of ${this.came} mails came to an end`);
    }
    const outcome: Outcome = {
      name: this.#scenario.name,
      came: this.came,
      peak: minutes.reduce((most, count) => Math.max(most, count), 0) / 60,
      held: this.held,
      delivered: this.deliveries.length,
      later: this.later,
      pastDeadline: this.pastDeadline,
      verdict: quantiles(this.verdicts),
      arrived: quantiles(this.deliveries),
      busy: figures!,
      meanGroup: this.#database.changes / this.#database.commits,
      largestGroup: this.#database.largestGroup,
      longestLine: this.line.longest,
      drained: (this.#drainedAt ?? burstEnd) - burstEnd,
      hedges: this.hedges,
    };
    await Promise.all(this.#gates.map((gate) => gate.stop()));
    return outcome;
  }

  #restart(): void {
    for (const { processor } of this.#gates) processor.thread.restart();
    for (const { station } of this.#hosts) station.restart();
    this.#database.cores.restart();
    this.#database.end.restart();
    this.courierMs = 0;
  }

  #busy(ms: number): Outcome['busy'] {
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
    const { gates, couriers } = this.#scenario;
    return {
      gates: mean(this.#gates.map(({ processor }) => processor.thread.figures().utilisation)),
      databaseCores: this.#database.cores.figures().utilisation,
      auditEnd: this.#database.end.figures().utilisation,
      hosts: mean(this.#hosts.map(({ station }) => station.figures().utilisation)),
      couriers: this.courierMs / (ms * gates * couriers),
    };
  }

  #relative(outage: Outage | undefined): Outage | null {
    const { from } = this.#scenario;
    return outage ? { from: outage.from - from, to: outage.to - from } : null;
  }
}

class Gate {
  readonly processor: Processor;
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #changes: GateChanges;
  readonly #pool: AdapterPool | null;
  readonly #slots: Slots;
  readonly #random: Random;
  readonly #limits: ReturnType<typeof limitsOf>;
  #inLine = 0;
  #couriers = 0;

  constructor(
    world: World,
    scenario: Scenario,
    clock: VirtualClock,
    changes: GateChanges,
    hosts: SimulatedHost[],
  ) {
    this.#world = world;
    this.#scenario = scenario;
    this.#clock = clock;
    this.#changes = changes;
    this.processor = new Processor(clock);
    this.#random = world.stream();
    // A host's places are shared out among the gates: each knows of its own calls only.
    const limit = Math.max(1, Math.ceil(HOST_SLOTS / scenario.gates));
    this.#pool =
      hosts.length === 0
        ? null
        : new AdapterPool({
            version: 'simulated@1',
            hosts: hosts.map((host, i) => host.for(`host-${i + 1}`, limit)),
            hedge: scenario.hedging ? HEDGE : { ...HEDGE, most: 0 },
            observer: { onHedge: () => (world.hedges += 1) },
            clock,
            random: world.stream(),
          });
    this.#slots = new Slots(() => this.#pool?.capacity() ?? 1);
    const { dailyCap, window } = scenario.mailboxes;
    this.#limits = limitsOf(
      {
        default: {
          daily_cap: dailyCap,
          window: window && { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], ...window },
          time_zone: 'UTC',
        },
        overrides: [],
      },
      '',
    );
  }

  async start(): Promise<void> {
    await this.#pool?.warmup();
    void this.#judgeLoop();
    void this.#adapterLoop();
    void this.#deliverLoop();
  }

  async stop(): Promise<void> {
    await this.#pool?.release();
  }

  async accept(mailbox: number): Promise<void> {
    await this.processor.intake(this.#scenario.costs.gate.accept);
    await this.#changes.commit(1, { background: false });
    this.#world.unjudged.push({ acceptedAt: this.#clock.now(), mailbox });
    this.#world.bells.judge.ring();
  }

  async #judgeLoop(): Promise<void> {
    const { unjudged, bells } = this.#world;
    for (;;) {
      if (unjudged.length === 0) {
        await bells.judge.rung();
        continue;
      }
      const claimed = unjudged.take(JUDGE_BATCH);
      this.#world.taken();
      await this.#changes.commit(0, { background: false });
      const work = async (): Promise<void> => {
        for (let mail = claimed.shift(); mail; mail = claimed.shift()) await this.#judge(mail);
      };
      await Promise.all(Array.from({ length: JUDGE_CONCURRENCY }, work));
    }
  }

  async #judge(mail: Mail): Promise<void> {
    const { stoppedByRules, costs } = this.#scenario;
    await this.processor.background(costs.gate.judge);
    if (this.#random() < stoppedByRules) return this.#decided(mail, 'held');
    if (this.#pool === null) return this.#decided(mail, 'passed');
    await this.#changes.commit(0);
    this.#world.line.push(mail);
    this.#world.bells.line.ring();
  }

  async #adapterLoop(): Promise<void> {
    const { line, bells } = this.#world;
    if (this.#pool === null) return;
    for (;;) {
      const room = this.#pool.capacity() + READ_AHEAD - this.#inLine;
      if (room <= 0 || line.length === 0) {
        await bells.line.rung();
        continue;
      }
      const claimed = line.take(room);
      this.#world.taken();
      this.#inLine += claimed.length;
      await this.#changes.commit(0);
      for (const mail of claimed) {
        void this.#consult(mail).finally(() => {
          this.#inLine -= 1;
          bells.line.ring();
        });
      }
    }
  }

  async #consult(mail: Mail): Promise<void> {
    const { costs, stoppedByAdapter } = this.#scenario;
    await this.processor.background(costs.gate.judge);
    const overdue = (): boolean => this.#clock.now() - mail.acceptedAt >= DEADLINE_MS;
    if (overdue() && this.#slots.full) {
      this.#world.pastDeadline += 1;
      return this.#decided(mail, 'passed');
    }
    const read = await this.#slots.run(() =>
      this.#pool!.classify(KNOWN_MAIL).then(
        () => true,
        () => false,
      ),
    );
    if (read) return this.#decided(mail, this.#random() < stoppedByAdapter ? 'held' : 'passed');
    if (overdue()) {
      this.#world.pastDeadline += 1;
      return this.#decided(mail, 'passed');
    }
    // Every host is full or out: back to the line, as in the gate.
    await this.#changes.commit(0);
    this.#world.line.push(mail);
  }

  async #decided(mail: Mail, decision: 'held' | 'passed'): Promise<void> {
    await this.#changes.commit(1);
    this.#world.verdicts.push(this.#clock.now() - mail.acceptedAt);
    if (decision === 'held') {
      this.#world.held += 1;
      return;
    }
    this.#world.due.push(mail);
    this.#world.bells.deliver.ring();
  }

  async #deliverLoop(): Promise<void> {
    const { due, bells } = this.#world;
    const { couriers } = this.#scenario;
    for (;;) {
      const room = couriers - this.#couriers;
      if (room <= 0 || due.length === 0) {
        await bells.deliver.rung();
        continue;
      }
      const claimed = due.take(room);
      this.#world.taken();
      this.#couriers += claimed.length;
      await this.#changes.commit(0);
      for (const mail of claimed) {
        const began = this.#clock.now();
        void this.#deliver(mail).finally(() => {
          this.#couriers -= 1;
          this.#world.courierMs += this.#clock.now() - began;
          bells.deliver.ring();
        });
      }
    }
  }

  async #deliver(mail: Mail): Promise<void> {
    const { costs } = this.#scenario;
    await this.processor.background(costs.gate.deliver);
    // Opens the attempt, where the mailbox's cap and window are looked at.
    await this.#changes.commit(1);
    if (!this.#maySend(mail.mailbox)) {
      this.#world.later += 1;
      return;
    }
    await this.#turnAtUpstream();
    await this.#changes.commit(0);
    await this.#clock.sleep(logNormal(costs.upstream.medianMs, costs.upstream.sigma, this.#random));
    await this.#changes.commit(1);
    this.#world.deliveries.push(this.#clock.now() - mail.acceptedAt);
  }

  #maySend(mailbox: number): boolean {
    const now = this.#world.timeOfDay();
    if (nextOpening(now, this.#limits) > now) return false;
    const sent = this.#world.sent.get(mailbox) ?? 0;
    if (this.#limits.dailyCap !== null && sent >= this.#limits.dailyCap) return false;
    this.#world.sent.set(mailbox, sent + 1);
    return true;
  }

  async #turnAtUpstream(): Promise<void> {
    const { upstreamPerSecond } = this.#scenario;
    if (upstreamPerSecond === null) return;
    const { upstream } = this.#world;
    upstream.takeAt = Math.max(upstream.takeAt, this.#clock.now()) + 1_000 / upstreamPerSecond;
    await this.#clock.sleep(upstream.takeAt - this.#clock.now());
  }
}

function quantiles(values: readonly number[]): { p50: number; p95: number; p99: number } {
  if (values.length === 0) return { p50: 0, p95: 0, p99: 0 };
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(values, percent));
  return { p50: p50, p95: p95, p99: p99 };
}
