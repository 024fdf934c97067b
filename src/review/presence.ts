import { NO_PEERS, type Peers } from '../store/peers.ts';
import type { LivePresence, Person } from './web-types.ts';

/** What gates tell each other on. */
const TOPIC = 'presence';

interface Said {
  delivery: string;
  person: Person;
  /** false = they have closed it. */
  there: boolean;
}

/** Somebody who has not said so for so long is gone. Pages say it every 15 s. */
const AWAY_MS = 30_000;
/** How often it is looked for who has gone, while anybody is there. */
const SWEEP_MS = 5_000;
/** More than anybody has open; a client that says more is not a page. */
const MAX_PEOPLE = 5_000;

/**
 * Who is looking at which delivery, in this process's memory: a restart forgets it and pages say it again. Gates on one database
 * tell each other.
 */
export class Presence {
  /** Delivery → person → when they are taken to be gone. */
  readonly #there = new Map<string, Map<string, { person: Person; until: number }>>();
  readonly #onChange: (presence: LivePresence) => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #people = 0;

  readonly #peers: Peers;

  /** @param options.onChange told of every delivery whose people change */
  constructor(options: { onChange: (presence: LivePresence) => void; now: () => number; peers?: Peers }) {
    this.#onChange = options.onChange;
    this.#now = options.now;
    this.#peers = options.peers ?? NO_PEERS;
    this.#peers.onSaid(TOPIC, (message) => {
      const { delivery, person, there } = message as Said;
      if (there) this.#saw(delivery, person);
      else this.#left(delivery, person.id);
    });
  }

  /** A person has a delivery open. */
  see(deliveryId: string, person: Person): void {
    this.#saw(deliveryId, person);
    this.#peers.say(TOPIC, { delivery: deliveryId, person, there: true } satisfies Said);
  }

  /** A person has closed it. */
  leave(deliveryId: string, person: Person): void {
    this.#left(deliveryId, person.id);
    this.#peers.say(TOPIC, { delivery: deliveryId, person, there: false } satisfies Said);
  }

  #saw(deliveryId: string, person: Person): void {
    const people = this.#there.get(deliveryId) ?? new Map<string, { person: Person; until: number }>();
    const known = people.get(person.id);
    if (!known && this.#people >= MAX_PEOPLE) return;
    people.set(person.id, { person, until: this.#now() + AWAY_MS });
    this.#there.set(deliveryId, people);
    if (known) return;
    this.#people += 1;
    this.#timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
    this.#tell(deliveryId);
  }

  #left(deliveryId: string, personId: string): void {
    if (!this.#there.get(deliveryId)?.delete(personId)) return;
    this.#people -= 1;
    this.#tell(deliveryId);
  }

  /** Who has a delivery open, but for one person. */
  others(deliveryId: string, personId: string): Person[] {
    return this.peopleAt(deliveryId).filter(({ id }) => id !== personId);
  }

  peopleAt(deliveryId: string): Person[] {
    const now = this.#now();
    return [...(this.#there.get(deliveryId)?.values() ?? [])]
      .filter(({ until }) => until > now)
      .map(({ person }) => person);
  }

  /** Everything that a new subscriber has to know. */
  all(): LivePresence[] {
    return [...this.#there.keys()].map((id) => ({ delivery_id: id, people: this.peopleAt(id) }));
  }

  /** Takes off who has not said for long that they are there. */
  sweep(): void {
    const now = this.#now();
    for (const [deliveryId, people] of this.#there) {
      const gone = [...people].filter(([, { until }]) => until <= now);
      for (const [id] of gone) people.delete(id);
      this.#people -= gone.length;
      if (gone.length > 0) this.#tell(deliveryId);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#there.clear();
    this.#people = 0;
  }

  #tell(deliveryId: string): void {
    this.#onChange({ delivery_id: deliveryId, people: this.peopleAt(deliveryId) });
    if (this.#there.get(deliveryId)?.size === 0) this.#there.delete(deliveryId);
    if (this.#there.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
