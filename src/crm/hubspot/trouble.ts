import { UserError } from '../../config/user-error.ts';

/** Why a sync could not go on: one sentence for the person who can mend it. */
export class SyncTrouble extends UserError {
  override name = 'SyncTrouble';
  /** Worth trying again soon without anybody doing anything. */
  readonly passing: boolean;

  constructor(message: string, { passing = false, cause }: { passing?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.passing = passing;
  }
}

/** The person asked the run to stop. */
export class SyncStopped extends Error {
  override name = 'SyncStopped';
}

/** What HubSpot answered where it was no success, as far as anybody needs it. */
export interface HubSpotFailure {
  status: number;
  category: string | null;
  message: string | null;
  /** Which limit a 429 is about, e.g. `TEN_SECONDLY_ROLLING`, `DAILY`. */
  policyName: string | null;
  scopes: string[];
  /** As the Retry-After header asks. */
  retryAfterMs: number | null;
}

/**
 * Reads a failed answer (api.ts); the body is HubSpot's error object (`category`, `message`, `errors[].context`, `policyName`).
 *
 * @returns null when the error is no answer of HubSpot's: no connection, or a body nobody can read
 */
export function failureOf(error: unknown): HubSpotFailure | null {
  const { code, body, headers } = error as { code?: unknown; body?: unknown; headers?: unknown };
  if (typeof code !== 'number' || code < 300) return null;
  const said = objectOf(body);
  const seconds = Number((headers as Record<string, string> | undefined)?.['retry-after'] ?? Number.NaN);
  return {
    status: code,
    category: textOf(said['category']),
    message: textOf(said['message']),
    policyName: textOf(said['policyName']),
    scopes: scopesOf(said),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null,
  };
}

/** The sentence for a failure that waiting did not mend. */
export function troubleOf(failure: HubSpotFailure, doing: string): SyncTrouble {
  const { status, category, policyName, scopes } = failure;
  const said = failure.message === null ? '' : ` (HubSpot says: ${oneLine(failure.message)})`;
  if (status === 401) {
    const expired = category === 'EXPIRED_AUTHENTICATION';
    return new SyncTrouble(
      `HubSpot does not take the token${expired ? ': it has expired' : ''}; make a new one in the private app (Settings, Integrations, Private Apps), put it where hubspot.token_env or token_file says, and restart the gate`,
    );
  }
  if (status === 403) {
    const needed = scopes.length > 0 ? scopes.join(', ') : 'what the sync reads';
    return new SyncTrouble(
      `HubSpot refuses ${doing}: the private app lacks the ${scopes.length === 1 ? 'scope' : 'scopes'} ${needed}; add ${scopes.length === 1 ? 'it' : 'them'} under Scopes in the private app's settings${scopes.length > 0 ? '' : said}`,
    );
  }
  if (status === 429) {
    return policyName === 'DAILY'
      ? new SyncTrouble(
          'the daily limit of API calls of the HubSpot account is used up; the sync goes on by itself after midnight in the time zone of the account',
          { passing: true },
        )
      : new SyncTrouble(
          'HubSpot asked again and again to wait: another app uses up the account’s rate limit; the sync tries again by itself, or set hubspot.sync.requests_per_second lower',
          { passing: true },
        );
  }
  if (status >= 500) {
    return new SyncTrouble(
      `HubSpot answers ${status} to ${doing}; that is on its side (status.hubspot.com), and the sync tries again by itself`,
      { passing: true },
    );
  }
  return new SyncTrouble(`HubSpot refuses ${doing} with ${status}${said}; nothing of it was applied`);
}

function scopesOf(said: Record<string, unknown>): string[] {
  const errors = Array.isArray(said['errors']) ? said['errors'] : [];
  const contexts = [said, ...errors].map((one) => objectOf(objectOf(one)['context']));
  const scopes = contexts.flatMap((context) =>
    ['requiredGranularScopes', 'requiredScopes', 'missingScopes'].flatMap((key) => {
      const value = context[key];
      return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
    }),
  );
  return [...new Set(scopes)];
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') {
    try {
      return objectOf(JSON.parse(value) as unknown);
    } catch {
      return {};
    }
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** At most 200 characters without line ends; HubSpot's texts can hold whole requests. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 200);
}
