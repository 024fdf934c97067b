import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { PROVIDERS, type ProviderName } from '../message/provider.ts';

/** Whose hosts are known: the providers with an API, and two mailbox hosts that engines submit to by SMTP. */
export const KNOWN = [...PROVIDERS, 'gmail', 'office365'] as const;
export type Known = (typeof KNOWN)[number];

type Hosts = (regions: string[]) => string[];

/** API host first, then the host for SMTP submission, as each provider's documentation names them. */
const HOSTS: Record<Known, Hosts> = {
  resend: () => ['api.resend.com', 'smtp.resend.com'],
  sendgrid: () => ['api.sendgrid.com', 'smtp.sendgrid.net'],
  postmark: () => ['api.postmarkapp.com', 'smtp.postmarkapp.com'],
  mailersend: () => ['api.mailersend.com', 'smtp.mailersend.net'],
  mailgun: () => ['api.mailgun.net', 'api.eu.mailgun.net', 'smtp.mailgun.org', 'smtp.eu.mailgun.org'],
  ses: (regions) =>
    regions.flatMap((region) => [`email.${region}.amazonaws.com`, `email-smtp.${region}.amazonaws.com`]),
  gmail: () => ['smtp.gmail.com'],
  office365: () => ['smtp.office365.com'],
} satisfies Record<ProviderName | 'gmail' | 'office365', Hosts>;

/** @param regions AWS regions; used for SES alone */
export function hostsOf(known: Known, regions: string[]): string[] {
  return HOSTS[known](regions);
}

/** us-east-1, ap-southeast-2, us-gov-west-1 … */
export const isRegion = (text: string): boolean => /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(text);

/** A host as certificates and clients write it (lower case, A-labels, no dot at the end); null when it is not a full host name. */
export function hostName(text: string): string | null {
  const ascii = domainToASCII(text.trim()).replace(/\.$/, '');
  const labels = ascii.split('.');
  if (isIP(ascii) !== 0 || ascii.length > 253 || labels.length < 2) return null;
  return labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label)) ? ascii : null;
}
