import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { addressKey, domainKey, domainOfKey } from '../crm/address.ts';
import { isRouted } from '../crm/lookalike.ts';
import type { MailboxRules } from '../crm/mailbox.ts';
import { PROVIDER_TITLES, type ProviderName } from '../message/provider.ts';

/** Own people and CRM dropboxes, by address or domain. */
export function internalMatcher({ addresses, domains }: Config['internal']): (address: string) => boolean {
  const keys = new Set(addresses.map((a) => addressKey(a) ?? a));
  const own = new Set(domains.map((d) => domainKey(d) ?? d));
  return (address) => {
    const key = addressKey(address);
    if (key === null) return false;
    // Own domain or not: what is routed on (`jane%example.com@…`) leaves it.
    return keys.has(key) || (own.has(domainOfKey(key)) && !isRouted(key));
  };
}

/** Which spellings reach the same mailbox. */
export function mailboxRulesOf({ recipients }: Pick<Config, 'recipients'>): MailboxRules {
  const { same_domains, ignore_dots, dash_tags } = recipients;
  return { sameDomains: same_domains, ignoreDots: ignore_dots, dashTags: dash_tags };
}

/** The gate's own mails (forwards to account owners, reports, reminders) go by SMTP; the outbox would swallow them. */
export function requireSmtpBeside(accounts: ReadonlySet<ProviderName>, config: Config): void {
  const [first] = accounts;
  if (first === undefined || config.upstreams.length > 0) return;
  throw new UserError(
    `providers.${first} has a key, but there is no SMTP upstream: escalations, reports and reminders need one. ${PROVIDER_TITLES[first]} has SMTP too; name its host under upstreams`,
  );
}

/** A link that only this machine can follow would unsubscribe nobody. */
export function requirePublicUrl({ unsubscribe, http }: Config): void {
  if (unsubscribe.enabled && http.public_url === null) {
    throw new UserError(
      'unsubscribe.enabled needs http.public_url: recipients follow the link from their own machines',
    );
  }
}

/** Long enough for an attempt that tries every upstream in turn before it hands over. */
export function leaseMs({ delivery, upstreams, providers }: Config): number {
  const bySmtp = upstreams.reduce((sum, upstream) => sum + upstream.attempt_seconds, 0);
  const byApi = Object.values(providers).map((provider) => provider?.attempt_seconds ?? 0);
  const attempts = Math.max(bySmtp, ...byApi);
  return Math.max(delivery.lease_seconds, attempts + 30) * 1000;
}
