import type { VirtualClock } from '../support/virtual-clock.ts';

interface Waiting {
  cameAt: number;
  serviceMs: () => number;
  done: (waitedMs: number) => void;
}

/** What a station did between two moments. Times in milliseconds. */
export interface StationFigures {
  arrived: number;
  served: number;
  /** Waiting or in service now. */
  within: number;
  /** Busy servers over all, 0 to 1. */
  utilisation: number;
  /** Waiting or in service, averaged over time (L). */
  meanWithin: number;
  /** From coming to going, of those served (W). */
  meanSojournMs: number;
  /** From coming to the begin of service, of those begun (Wq). */
  meanWaitMs: number;
  longestLine: number;
}

/** So many alike servers before one line: first come, first served. */
export class Station {
  readonly #clock: VirtualClock;
  readonly #servers: number;
  #line: Waiting[] = [];
  #head = 0;
  #busy = 0;
  #since: number;
  #lookedAt: number;
  #busyTime = 0;
  #withinTime = 0;
  #arrived = 0;
  #begun = 0;
  #served = 0;
  #waited = 0;
  #sojourned = 0;
  #longest = 0;

  constructor(clock: VirtualClock, servers = 1) {
    this.#clock = clock;
    this.#servers = servers;
    this.#since = clock.now();
    this.#lookedAt = clock.now();
  }

  get waiting(): number {
    return this.#line.length - this.#head;
  }

  /**
   * @param serviceMs asked when service begins
   * @param done told when service ends, with the time it had to wait before
   */
  come(serviceMs: () => number, done: (waitedMs: number) => void): void {
    this.#look();
    this.#arrived += 1;
    this.#line.push({ cameAt: this.#clock.now(), serviceMs, done });
    this.#begin();
    this.#longest = Math.max(this.#longest, this.waiting);
  }

  serve(serviceMs: number): Promise<void> {
    return new Promise((resolve) =>
      this.come(
        () => serviceMs,
        () => resolve(),
      ),
    );
  }

  figures(): StationFigures {
    this.#look();
    const took = Math.max(this.#clock.now() - this.#since, Number.MIN_VALUE);
    return {
      arrived: this.#arrived,
      served: this.#served,
      within: this.waiting + this.#busy,
      utilisation: this.#busyTime / (took * this.#servers),
      meanWithin: this.#withinTime / took,
      meanSojournMs: this.#served === 0 ? 0 : this.#sojourned / this.#served,
      meanWaitMs: this.#begun === 0 ? 0 : this.#waited / this.#begun,
      longestLine: this.#longest,
    };
  }

  /** Counts anew from now on; what is within stays. */
  restart(): void {
    this.#look();
    this.#since = this.#clock.now();
    this.#busyTime = 0;
    this.#withinTime = 0;
    this.#arrived = 0;
    this.#begun = 0;
    this.#served = 0;
    this.#waited = 0;
    this.#sojourned = 0;
    this.#longest = this.waiting;
  }

  #begin(): void {
    while (this.#busy < this.#servers && this.waiting > 0) {
      const one = this.#line[this.#head];
      this.#head += 1;
      if (this.#head > 1_024 && 2 * this.#head > this.#line.length) {
        this.#line = this.#line.slice(this.#head);
        this.#head = 0;
      }
      this.#busy += 1;
      this.#begun += 1;
      const waited = this.#clock.now() - one.cameAt;
      this.#waited += waited;
      this.#clock.after(one.serviceMs(), () => {
        this.#look();
        this.#busy -= 1;
        this.#served += 1;
        this.#sojourned += this.#clock.now() - one.cameAt;
        one.done(waited);
        this.#begin();
      });
    }
  }

  #look(): void {
    const passed = this.#clock.now() - this.#lookedAt;
    this.#busyTime += passed * this.#busy;
    this.#withinTime += passed * (this.#busy + this.waiting);
    this.#lookedAt = this.#clock.now();
  }
}
