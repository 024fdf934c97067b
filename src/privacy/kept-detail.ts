import type { Finding, Notice } from '../judge/verdict.ts';

/** Words of an audit entry's detail that say what happened and never to whom. */
const KEPT = new Set([
  'from',
  'to',
  'hold_reason',
  'provider',
  'kind',
  'asked',
  'decision',
  'rule',
  'mode',
  'upstream',
  'right',
  'act',
]);

/**
 * What an audit entry may go on saying of a mail whose text is gone: numbers, yes and no, and names of states and rules. Everything
 * else may quote the text or name the recipient.
 *
 * @param detail JSON
 * @returns JSON
 */
export function keptDetail(detail: string): string {
  const parsed = JSON.parse(detail) as Record<string, unknown>;
  const kept = Object.entries(parsed).filter(
    ([name, value]) =>
      typeof value === 'number' ||
      typeof value === 'boolean' ||
      (KEPT.has(name) && (value === null || (typeof value === 'string' && /^[\w:.-]{1,60}$/.test(value)))),
  );
  return JSON.stringify(Object.fromEntries(kept));
}

/** Which rules fired and what they decided, without the passages and CRM fields they were about. */
export function keptFindings(findings: string): string {
  return JSON.stringify(
    (JSON.parse(findings) as Finding[]).map((finding) => ({
      ...finding,
      rationale: '',
      spans: [],
      fields: [],
    })),
  );
}

export function keptNotices(notices: string): string {
  return JSON.stringify((JSON.parse(notices) as Notice[]).map(({ kind }) => ({ kind, detail: '' })));
}

/** What the adapter measured, without its sentence. */
export function keptAdapter(adapter: string): string {
  return JSON.stringify({ ...(JSON.parse(adapter) as object), rationale: null });
}
