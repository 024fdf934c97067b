/** What each probe class of the published judge's evaluation is about. */
const PROBE_NAMES: Readonly<Record<string, string>> = {
  A07: 'disqualifier ignored',
  B03: 'funding-tier mismatch',
  B04: 'low-confidence funding',
  C02: 'commitment ignored',
  C04: 'regulatory caveat omitted',
  D05: 'soft rejection pushed',
  E01: 'cross-thread leak',
  E02: 'generic peer names',
  E03: 'opt-out ignored',
  G03: 'C-level escalation missed',
};

/** "E03 opt-out ignored"; of a class that presend does not know, its name alone. */
export function probeTitle(probe: string): string {
  return Object.hasOwn(PROBE_NAMES, probe) ? `${probe} ${PROBE_NAMES[probe]}` : probe;
}
