import { domainOfKey } from './address.ts';

/** Which spellings reach the same mailbox beyond what every address key says already; keys of domains. */
export interface MailboxRules {
  /** Domains of one provider; a mailbox of one is the mailbox of that name at the others. The first stands for all. */
  sameDomains: readonly (readonly string[])[];
  /** There dots in the local part say nothing. (Gmail's are in `addressKey`.) */
  ignoreDots: readonly string[];
  /** There `jane-news` is `jane`, as `jane+news` is everywhere. */
  dashTags: readonly string[];
}

export const NO_RULES: MailboxRules = { sameDomains: [], ignoreDots: [], dashTags: [] };

/** Every domain that names the same mailboxes as this one, itself first. */
export function domainsLike(domain: string, { sameDomains }: MailboxRules): string[] {
  const group = sameDomains.find((one) => one.includes(domain)) ?? [];
  return [domain, ...group.filter((one) => one !== domain)];
}

/** Whether a rule is about the domain, so that a mailbox may have several keys. */
export function hasRules(domain: string, rules: MailboxRules): boolean {
  return domainsLike(domain, rules).length > 1 || respells(domain, rules);
}

/** Whether a mailbox of the domain may have several local parts. */
export function respells(domain: string, rules: MailboxRules): boolean {
  return domainsLike(domain, rules).some(
    (one) => rules.ignoreDots.includes(one) || rules.dashTags.includes(one),
  );
}

/**
 * What all keys of one mailbox have in common under the rules.
 *
 * @param key as `addressKey` gives it
 */
export function mailboxKey(key: string, rules: MailboxRules): string {
  const domain = domainOfKey(key);
  const alike = domainsLike(domain, rules);
  let local = key.slice(0, -domain.length - 1);
  if (!local.startsWith('"')) {
    const dash = local.indexOf('-');
    if (dash > 0 && alike.some((one) => rules.dashTags.includes(one))) local = local.slice(0, dash);
    const plain = local.replaceAll('.', '');
    if (plain !== '' && alike.some((one) => rules.ignoreDots.includes(one))) local = plain;
  }
  return `${local}@${rules.sameDomains.find((one) => one.includes(domain))?.[0] ?? domain}`;
}
