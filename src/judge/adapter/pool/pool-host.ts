import type { AdapterInput, CallOptions, Classification } from '../adapter.ts';
import type { Decision } from '../../../message/types.ts';
import type { Served } from './served.ts';

/** How one call to a host is bounded. An aborted call rejects, and the host hears of it. */
export interface HostCall extends CallOptions {
  signal: AbortSignal;
}

/** One host of the pool: the model as it is asked there. Keeps no health of its own. */
export interface PoolHost {
  /** As the registry names it; also the label of its metrics. */
  readonly name: string;
  /** Calls that it is given at once. */
  readonly limit: number;
  /** Checks that it answers, and learns what asking it takes. @throws AdapterError */
  open(call: HostCall): Promise<Served>;
  /** The same without learning: cheap enough for every few seconds. @throws AdapterError */
  check(call: HostCall): Promise<Served>;
  /** @throws AdapterError */
  classify(input: AdapterInput, call: HostCall): Promise<Classification>;
  /** @throws AdapterError */
  explain(input: AdapterInput, decision: Decision, call: HostCall): Promise<string>;
}

/** What became of one call to one host. `abandoned`: another host was faster, or nobody waits any more. */
export type HostResult = 'ok' | 'crash' | 'hang' | 'load' | 'malformed' | 'queue_full' | 'abandoned';

/** What is told of hosts as it happens, for metrics. */
export interface HostObserver {
  onHostCall?: (host: string, result: HostResult, seconds: number) => void;
  /** A second host was asked the same; `won` when its answer was the one taken. */
  onHedge?: (host: string, won: boolean) => void;
}
