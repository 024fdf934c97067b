import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';
import { FREEMAIL_DOMAINS } from './freemail.ts';

/** What may stand unquoted in a local part: RFC 5321 atoms and dots, and anything beyond ASCII (RFC 6531). */
const UNQUOTED = /^[^\s"(),:;<>@[\]\\\p{Cc}]+$/u;
const GMAIL = new Set(['gmail.com', 'googlemail.com']);

/**
 * The key an address is matched by: two spellings that reach the same mailbox have the same key as far
 * as that can be known. It leans towards sameness, because a missed opt-out is worse than a shared one:
 * case is ignored, `+tags` are dropped, and the dots of Gmail addresses.
 *
 * @param address an addr-spec, in angle brackets or not, with or without a display name before them
 * @returns e.g. `jane@example.com`; null when `address` is not a mail address. A key is its own key.
 */
export function addressKey(address: string): string | null {
  // Display name, brackets and address; bounds the work on hostile input.
  if (address.length > 1000) return null;
  const bare = withoutBrackets(address.normalize('NFC').trim());
  const at = bare.lastIndexOf('@');
  if (at < 1 || bare.length > 320) return null;
  const domain = hostKey(bare.slice(at + 1));
  const written = unquoted(bare.slice(0, at));
  if (domain === null || written === null) return null;

  let local = written.toLowerCase().normalize('NFC');
  const plus = local.indexOf('+');
  if (plus > 0) local = local.slice(0, plus);
  const gmail = GMAIL.has(domain);
  if (gmail) local = local.replaceAll('.', '');
  if (local === '') return null;
  return `${UNQUOTED.test(local) ? local : quoted(local)}@${gmail ? 'gmail.com' : domain}`;
}

/**
 * The key of a domain: ASCII (punycode) and lower case, without a leading `@` or trailing dot.
 *
 * @returns null when it is not a domain name
 */
export function domainKey(domain: string): string | null {
  const bare = domain.trim().replace(/^@/u, '');
  return bare.startsWith('[') ? null : hostKey(bare);
}

/**
 * The domain and its parents down to the registrable one, which a domain suppression may name:
 * `a.b.example.co.uk` gives `a.b.example.co.uk`, `b.example.co.uk`, `example.co.uk`. A shared host such as
 * `github.io` counts as registrable, so that a suppression of it holds.
 *
 * @param domain a key (domainKey), or an address literal, which has no parents
 */
export function domainChain(domain: string): string[] {
  const registrable = getDomain(domain, { allowPrivateDomains: false });
  if (registrable === null) return [domain];
  const chain: string[] = [];
  for (let name = domain; name.length >= registrable.length; name = name.slice(name.indexOf('.') + 1)) {
    chain.push(name);
    if (name === registrable) break;
  }
  return chain;
}

/**
 * The domain somebody registered, which stands for a company: `mail.example.co.uk` gives `example.co.uk`. On a shared host
 * (`name.github.io`) that is the name there.
 *
 * @param domain a key (domainKey)
 * @returns null for a public suffix or a shared host itself, and for an address literal
 */
export function registrableDomain(domain: string): string | null {
  return getDomain(domain, { allowPrivateDomains: true });
}

/** Domain part of an address key. */
export function domainOfKey(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1);
}

/** Whether anybody can have an address there, so that it says nothing about a company. */
export function isFreemail(domain: string): boolean {
  const key = domainKey(domain);
  return key !== null && FREEMAIL_DOMAINS.has(key);
}

/** `Jane <jane@example.com>` and `<@relay.example:jane@example.com>` (RFC 5321 source route) to the bare address. */
function withoutBrackets(address: string): string {
  if (!address.endsWith('>')) return address;
  const open = address.search(/<(?=(?:[^"]*"[^"]*")*[^"]*$)/u);
  if (open === -1) return address;
  return address
    .slice(open + 1, -1)
    .trim()
    .replace(/^@[^:"]*:/u, '');
}

function hostKey(host: string): string | null {
  // An address literal names one host and has no other spelling worth folding.
  if (/^\[[0-9a-z.:-]+\]$/iu.test(host)) return host.toLowerCase();
  // domainToASCII reads a URL's host: it would cut at these or drop them without a word.
  if (/[\s/?#:\\@%<>[\]\p{Cc}]/u.test(host)) return null;
  const ascii = domainToASCII(host).replace(/\.$/u, '');
  if (ascii === '' || ascii.length > 253) return null;
  return ascii.split('.').every((label) => label !== '' && label.length <= 63) ? ascii : null;
}

function unquoted(local: string): string | null {
  if (!local.startsWith('"')) return UNQUOTED.test(local) ? local : null;
  const inner = /^"((?:[^"\\\p{Cc}]|\\[^\p{Cc}])*)"$/u.exec(local)?.[1];
  return inner === undefined || inner === '' ? null : inner.replace(/\\(.)/gu, '$1');
}

function quoted(local: string): string {
  return `"${local.replace(/["\\]/gu, '\\$&')}"`;
}
