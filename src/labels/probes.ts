import type { RuleName } from '../judge/verdict.ts';

/** The published adapter's probe class of each rule (its card; `A07` anti-offshore disqualifier …). */
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
