import { networkOf } from '../access/network.ts';
import type { SmtpLimit } from './smtp-limits.ts';

/** Only who has been idle for this long makes room; a newcomer must not push out one that came just before. Milliseconds. */
const IDLE_MS = 1_000;
const IDLE_LOGGED_IN_MS = 10_000;

/** The place of one connection, from its acceptance on. */
export class Ticket {
  /** When it was accepted, as `performance.now()`. */
  readonly since = performance.now();
  /** Since when it waits for the client with no transaction open, as `performance.now()`; null = it is busy. */
  idleSince: number | null = this.since;
  loggedIn = false;
  /** Ends the connection. */
  drop: () => void;
  network: string | null;
  readonly #admission: Admission;

  constructor(admission: Admission, network: string | null, drop: () => void) {
    this.#admission = admission;
    this.network = network;
    this.drop = drop;
  }

  /** Counts it for the client that a proxy speaks for. @returns false when that one has too many */
  claim(address: string): boolean {
    return this.#admission.claim(this, address);
  }

  /** Gives the place back; again does nothing. */
  release(): void {
    this.#admission.release(this);
  }
}

/**
 * Who may connect: so many in all, so many from one network. When all places are taken, the connection that has been idle longest
 * gives way, one without a login first.
 */
export class Admission {
  readonly #limits: { all: number; perNetwork: number };
  readonly #onLimit: (limit: SmtpLimit) => void;
  readonly #onSize: (connections: number) => void;
  readonly #tickets = new Set<Ticket>();
  readonly #perNetwork = new Map<string, number>();

  /** @param options.onSize told how many are open, whenever that changes */
  constructor(options: {
    all: number;
    perNetwork: number;
    onLimit: (limit: SmtpLimit) => void;
    onSize: (connections: number) => void;
  }) {
    this.#limits = options;
    this.#onLimit = options.onLimit;
    this.#onSize = options.onSize;
  }

  /**
   * @param address null: a proxy's, whose clients are counted when it has named them
   * @param drop ends the connection
   * @returns the limit that leaves no place for it
   */
  admit(address: string | null, drop: () => void): Ticket | 'connections' | 'connections_per_address' {
    const ticket = new Ticket(this, null, drop);
    if (address !== null && !this.#mayCount(networkOf(address))) return 'connections_per_address';
    if (this.#tickets.size >= this.#limits.all && !this.#makeRoom()) {
      this.#onLimit('connections');
      return 'connections';
    }
    this.#tickets.add(ticket);
    this.#onSize(this.#tickets.size);
    if (address !== null) this.#count(ticket, networkOf(address));
    return ticket;
  }

  claim(ticket: Ticket, address: string): boolean {
    const network = networkOf(address);
    if (!this.#mayCount(network)) return false;
    this.#count(ticket, network);
    return true;
  }

  release(ticket: Ticket): void {
    if (!this.#tickets.delete(ticket)) return;
    this.#onSize(this.#tickets.size);
    if (ticket.network === null) return;
    const left = (this.#perNetwork.get(ticket.network) ?? 1) - 1;
    if (left > 0) this.#perNetwork.set(ticket.network, left);
    else this.#perNetwork.delete(ticket.network);
  }

  #mayCount(network: string): boolean {
    if ((this.#perNetwork.get(network) ?? 0) < this.#limits.perNetwork) return true;
    this.#onLimit('connections_per_address');
    return false;
  }

  #count(ticket: Ticket, network: string): void {
    ticket.network = network;
    this.#perNetwork.set(network, (this.#perNetwork.get(network) ?? 0) + 1);
  }

  #makeRoom(): boolean {
    const now = performance.now();
    let victim: Ticket | null = null;
    for (const ticket of this.#tickets) {
      if (ticket.idleSince === null) continue;
      if (now - ticket.idleSince < (ticket.loggedIn ? IDLE_LOGGED_IN_MS : IDLE_MS)) continue;
      if (victim === null || before(ticket, victim)) victim = ticket;
    }
    if (victim === null) return false;
    this.#onLimit('idle_dropped');
    victim.drop();
    this.release(victim);
    return true;
  }
}

const before = (a: Ticket, b: Ticket): boolean =>
  a.loggedIn === b.loggedIn ? (a.idleSince ?? 0) < (b.idleSince ?? 0) : !a.loggedIn;
