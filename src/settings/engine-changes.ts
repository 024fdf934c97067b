import { type Config, decisionsSchema } from '../config/config.ts';
import { accountsOf } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import { domainKey } from '../crm/address.ts';
import { OUTBOX } from '../delivery/outbox.ts';
import { assertWebhookUrl } from '../events/webhook-target.ts';
import type { Engine, EngineChanges } from '../intake/engine-store.ts';

/** An engine's settings as a person writes them. What is absent stays. */
export interface EngineInput {
  domains?: string[] | undefined;
  /** Empty = the configured order. */
  upstreams?: string[] | undefined;
  mode?: Engine['mode'] | undefined;
  answer?: 'sync' | 'async' | 'default' | undefined;
  trustHeaders?: boolean | undefined;
  loopbackWithoutAuth?: boolean | undefined;
  /** Action by decision, on top of those set before; `default` takes one back. */
  decisions?: Record<string, string> | undefined;
  /** null takes it away. */
  webhook?: string | null | undefined;
}

/** Every upstream an engine can be given. */
export function upstreamNames(config: Config): string[] {
  return [...config.upstreams.map(({ name }) => name), ...accountsOf(config.providers), OUTBOX];
}

/**
 * What is to be changed, checked. The command line and the settings page both go through this.
 *
 * @param now the engine as it is; absent for a new one
 * @throws UserError for a domain that is none, an upstream that is not configured, a URL that cannot be a webhook, an action that
 * a decision cannot have
 */
export function engineChanges(input: EngineInput, config: Config, now?: Engine): EngineChanges {
  const { domains, upstreams, mode, answer, trustHeaders, loopbackWithoutAuth, decisions, webhook } = input;
  for (const domain of domains ?? []) {
    if (domainKey(domain.replace(/^\./, '')) === null || !domain.includes('.')) {
      throw new UserError(
        `"${domain}" is not a domain; write it like acme.example, or .acme.example with subdomains`,
      );
    }
  }
  const known = upstreamNames(config);
  const strange = upstreams?.find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new UserError(
      `there is no upstream "${strange}" in the configuration; known are ${known.join(', ')}, or default for all in order`,
    );
  }
  return {
    ...(domains ? { senderDomains: domains } : {}),
    ...(upstreams ? { upstreams } : {}),
    ...(mode ? { mode } : {}),
    ...(answer ? { answer: answer === 'default' ? null : answer } : {}),
    ...(trustHeaders === undefined ? {} : { trustedHeaders: trustHeaders }),
    ...(loopbackWithoutAuth === undefined ? {} : { loopbackWithoutAuth }),
    ...(decisions ? { decisions: merged(now?.decisions ?? null, decisions) } : {}),
    ...(webhook === undefined ? {} : { webhookUrl: webhookFrom(webhook, config) }),
  };
}

function webhookFrom(url: string | null, { webhooks }: Config): string | null {
  return url && assertWebhookUrl(url, { allowPrivate: webhooks.allow_private }).href;
}

function merged(before: Engine['decisions'], named: Record<string, string>): Engine['decisions'] {
  const all = Object.entries<string>({ ...before, ...named }).filter(([, action]) => action !== 'default');
  if (all.length === 0) return null;
  const own = Object.fromEntries(all);
  const checked = decisionsSchema.partial().safeParse(own);
  // Not what was parsed: that has the defaults filled in, and those the engine is to follow as they are configured.
  if (checked.success) return own;
  throw new UserError(
    checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}
