/**
 * `probing`: not known yet, or being tried again. `ready`: asked. `open`: its circuit is open, it is left alone for a while.
 * `differs`: it serves something else than the others, and is not asked.
 */
export type HostState = 'probing' | 'ready' | 'open' | 'differs';
export const HOST_STATES: readonly HostState[] = ['probing', 'ready', 'open', 'differs'];

/** A host as an operator sees it. */
export interface HostStatus {
  name: string;
  state: HostState;
  /** One sentence; null while it is ready or was never tried. */
  reason: string | null;
  /** When it is tried again, milliseconds since the epoch; null = it is being tried, or ready. */
  retryAt: number | null;
  outstanding: number;
  limit: number;
  /** Time that 95 % of its recent answers took at most, milliseconds; null before there are enough. */
  p95Ms: number | null;
}

/** Each host in a few words: "gpu-1 ready (3 of 8 calls, p95 140 ms); gpu-2 is left alone: it cannot be reached …". */
export function hostsInWords(hosts: readonly HostStatus[]): string {
  return hosts.map((host) => `${host.name} ${inWords(host)}`).join('; ');
}

function inWords({ state, reason, outstanding, limit, p95Ms }: HostStatus): string {
  const why = reason === null ? '' : `: ${reason}`;
  switch (state) {
    case 'ready':
      return `ready (${outstanding} of ${limit} calls${p95Ms === null ? '' : `, p95 ${Math.round(p95Ms)} ms`})`;
    case 'probing':
      return `is being tried${why}`;
    case 'open':
      return `is left alone for a while${why}`;
    case 'differs':
      return `is not asked${why}`;
  }
}
