import type { z } from 'zod';

/** Why the HTTP intake takes a request no further; each provider's front words it in that provider's shape. */
export type RefusalKind =
  /** The body is not what its content type says. */
  | 'malformed'
  | 'missing_field'
  | 'invalid_field'
  | 'no_key'
  | 'wrong_key'
  /** The engine may not send as this From. */
  | 'sender'
  | 'not_found'
  | 'method'
  /** The state does not allow it. */
  | 'state'
  | 'bad_idempotency_key'
  | 'idempotency_conflict'
  | 'too_large'
  | 'content_type'
  /** Only the provider can render it, so nobody here can judge it. */
  | 'unreadable'
  | 'suppressed'
  | 'too_slow'
  /** Wrong keys came from this address; `retryAfterSeconds` says when to try again. */
  | 'too_many'
  /** The gate's own trouble: try again. */
  | 'trouble';

/** Nothing was stored. `message` is a sentence for the client's developer and says what to do. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly kind: RefusalKind;
  /** The field it is about, e.g. `to.0`. */
  readonly field: string | null;
  /** Which mail of a batch, from 0. */
  readonly index: number | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    kind: RefusalKind,
    message: string,
    at: { field?: string; index?: number; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.kind = kind;
    this.field = at.field ?? null;
    this.index = at.index ?? null;
    this.retryAfterSeconds = at.retryAfterSeconds ?? null;
  }

  /** The same about one mail of a batch. */
  of(index: number): Refusal {
    return new Refusal(this.kind, this.message, {
      index,
      ...(this.field === null ? {} : { field: this.field }),
    });
  }
}

export const TROUBLE = new Refusal(
  'trouble',
  'presend cannot take mail just now; nothing was stored, try again in a moment.',
);

/** The first thing that is wrong with a request, as one sentence. */
export function refusalOf(error: z.ZodError, value: unknown): Refusal {
  const issue = error.issues[0]!;
  const deepest = innermost(issue);
  const path = [...issue.path, ...(deepest === issue ? [] : deepest.path)];
  const field = path.map(String).join('.');
  let at: unknown = value;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
  if (at === undefined && field !== '') {
    return new Refusal('missing_field', `Missing the \`${field}\` field.`, { field });
  }
  const name = field === '' ? 'The body' : `The \`${field}\` field`;
  return new Refusal('invalid_field', `${name} is not valid: ${deepest.message}.`, { field });
}

/** Of a union the branch that got furthest says best what is wrong. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors.flatMap((branch) => branch[0] ?? []);
  const deepest = branches.toSorted((a, b) => b.path.length - a.path.length)[0];
  return deepest && deepest.path.length > 0 ? innermost(deepest) : issue;
}
