import { AdapterError } from '../adapter.ts';
import type { Clock } from './clock.ts';
import type { HostObserver } from './pool-host.ts';
import { type Attempt, type WatchedHost, asAdapterError } from './watched-host.ts';

interface Race<T> {
  first: Attempt<T>;
  /** Milliseconds after which a second host is asked; null = never. */
  hedgeAfter: number | null;
  /** Asks it; null = there is none with room, or too many were asked lately. `long`: the call took twice as long by now. */
  hedge: (long: boolean) => Attempt<T> | null;
  clock: Clock;
  observer: HostObserver;
  onFailure: (host: WatchedHost, error: AdapterError) => void;
}

/**
 * The first answer of one host or, when that takes long, of two; the other is told that nobody waits any more.
 *
 * @throws AdapterError the last failure, when neither answers
 */
export function race<T>({ first, hedgeAfter, hedge, clock, observer, onFailure }: Race<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const running = new Set<Attempt<T>>();
    let second: Attempt<T> | null = null;
    let takeBack: () => void = () => {};

    const run = async (attempt: Attempt<T>): Promise<void> => {
      running.add(attempt);
      let answer: T;
      try {
        answer = await attempt.answer;
      } catch (error) {
        if (running.delete(attempt)) lose(attempt, asAdapterError(error));
        return;
      }
      if (!running.delete(attempt)) return;
      takeBack();
      const others = [...running];
      running.clear();
      for (const other of others) other.abandon(FASTER);
      if (second) observer.onHedge?.(second.host.name, attempt === second);
      resolve(answer);
    };

    const lose = (attempt: Attempt<T>, failure: AdapterError): void => {
      onFailure(attempt.host, failure);
      const [left] = running;
      if (left) {
        // From now on it is what somebody waits for.
        left.kind = first.kind;
        return;
      }
      takeBack();
      if (second) observer.onHedge?.(second.host.name, false);
      reject(failure);
    };

    void run(first);
    if (hedgeAfter === null) return;
    const began = clock.now();
    const askSecond = (): void => {
      if (!running.has(first)) return;
      second = hedge(clock.now() - began >= 2 * hedgeAfter);
      if (second) void run(second);
      else takeBack = clock.after(hedgeAfter / 2, askSecond);
    };
    takeBack = clock.after(hedgeAfter, askSecond);
  });
}

const FASTER = new AdapterError('unavailable', 'another host answered first');
