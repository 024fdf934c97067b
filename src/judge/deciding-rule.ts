import type { Finding, Verdict } from './verdict.ts';

/** Whose decision it is; the adapter's only where no rule found the same. Null for a pass and for doubt. */
export function decidingRule({
  decision,
  findings,
}: Pick<Verdict, 'decision' | 'findings'>): Finding['rule'] | null {
  return findings.find((finding) => finding.enforced && finding.decision === decision)?.rule ?? null;
}
