import type { RuleName } from '../judge/verdict.ts';

/** The published adapter's probe classes and the rule of the rubric that each is about. */
export const PROBE_OF: Record<RuleName, string> = {
  disqualifier: 'A07',
  opt_out: 'E03',
  c_level: 'G03',
  thread_leak: 'E01',
  low_confidence_funding: 'B04',
  prior_commitment: 'C02',
  soft_rejection: 'D05',
  regulated_caveat: 'C04',
  funding_tier: 'B03',
  generic_peers: 'E02',
};

/** Ids of the probes, in the rubric's order. */
export const PROBES: readonly string[] = Object.values(PROBE_OF);
