/** The other gates on the same database. */
export interface Peers {
  /** Whether this gate does what one of them does for all: timers, the kill switch's monitors, mailboxes that are polled. */
  leads(): boolean;
  /** @param listener told soon after another gate has changed something, once for several changes */
  onChange(listener: () => void): void;
  /** Tells the others something that is kept nowhere, and may be lost. @param message of JSON's values, at most 7 kB of text */
  say(topic: string, message: unknown): void;
  /** @param listener told what others say on a topic */
  onSaid(topic: string, listener: (message: unknown) => void): void;
  /** Resolves when it is known who leads. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** There are none: a SQLite file has one gate (store/gate-lock.ts). */
export const NO_PEERS: Peers = {
  leads: () => true,
  onChange: () => {},
  say: () => {},
  onSaid: () => {},
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};
