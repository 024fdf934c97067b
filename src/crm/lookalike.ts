import { domainToUnicode } from 'node:url';
import { remember } from '../judge/language/remember.ts';
import { CONFUSABLE, LOOKALIKE } from '../message/confusables.ts';
import { addressKey, domainOfKey } from './address.ts';

/** How often a route is followed, and how many readings are looked up. */
const MAX_HOPS = 3;
const MAX_READINGS = 64;

/** Addresses whose readings are kept: a mail on its way asks three times. */
const REMEMBERED = 500;

/**
 * Other mailboxes that an address may reach, or be taken for: by routing in its local part (`jane%example.com@relay.example`,
 * `example.com!jane@…`, `jane=example.com@…`, `"jane@example.com"@…`; RFC 5321 appendix F, percent-encoding), by blanks in
 * quotes, by characters that show nothing, and by letters that look like others (UTS #39), in the local part and the domain.
 *
 * @param key as `addressKey` gives it
 * @returns keys, without `key` itself
 */
export const lookalikes = remember((key): readonly string[] => {
  const found = new Set<string>();
  let edge = [key];
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    edge = edge.flatMap(routes).flatMap((address) => addressKey(address) ?? []);
    for (const one of edge) found.add(one);
  }
  for (const one of [key, ...found]) for (const alike of looks(one)) found.add(alike);
  found.delete(key);
  return [...found].slice(0, MAX_READINGS);
}, REMEMBERED);

/** Whether the local part names a host of its own, where another server may send the mail on to. */
export function isRouted(key: string): boolean {
  return routes(key).length > 0;
}

function routes(key: string): string[] {
  const domain = domainOfKey(key);
  const local = localOf(key);
  const found: string[] = [];
  for (const sign of ['%', '=', '@']) {
    const at = local.lastIndexOf(sign);
    if (at > 0) found.push(`${local.slice(0, at)}@${local.slice(at + 1)}`);
  }
  const bang = local.lastIndexOf('!');
  if (bang > 0) {
    const host = local.slice(0, bang);
    found.push(`${local.slice(bang + 1)}@${host.slice(host.lastIndexOf('!') + 1)}`);
  }
  const decoded = percentDecoded(local);
  if (decoded !== local) found.push(decoded.includes('@') ? decoded : `${decoded}@${domain}`);
  return found;
}

/** The local part as it is meant, without quotes. */
function localOf(key: string): string {
  const local = key.slice(0, -domainOfKey(key).length - 1);
  return local.startsWith('"') ? local.slice(1, -1).replaceAll(/\\(.)/gu, '$1') : local;
}

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/giu, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function looks(key: string): string[] {
  const local = localOf(key);
  const domain = domainToUnicode(domainOfKey(key)) || domainOfKey(key);
  return spellings(local)
    .flatMap((one) => spellings(domain).map((host) => addressKey(`${quotedIfNeeded(one)}@${host}`)))
    .filter((one): one is string => one !== null);
}

const quotedIfNeeded = (local: string): string =>
  /[\s"(),:;<>@[\]\\]/u.test(local) ? `"${local.replaceAll(/["\\]/gu, '\\$&')}"` : local;

/** The text itself, and as it would be in Latin, Cyrillic or Greek letters throughout. */
function spellings(text: string): string[] {
  const shown = text
    .replaceAll(/\p{Default_Ignorable_Code_Point}|\s/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  const latin = latinOf(shown);
  return [
    ...new Set([
      text,
      shown,
      latin,
      withoutMarks(latin),
      ...SCRIPTS.map((script) => Array.from(latin, (char) => script.get(char) ?? char).join('')),
    ]),
  ];
}

const latinOf = (text: string): string =>
  Array.from(text, (char) => LOOKALIKE.get(char) ?? CONFUSABLE.get(char) ?? char)
    .join('')
    .toLowerCase();

const withoutMarks = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .normalize('NFC');

/** By Latin letter, the letter of another script that looks like it. */
const SCRIPTS: readonly ReadonlyMap<string, string>[] = [/\p{Script=Cyrillic}/u, /\p{Script=Greek}/u].map(
  (script) => {
    const byLatin = new Map<string, string>();
    for (const [char, latin] of CONFUSABLE) {
      const isLower = char === char.toLowerCase() && latin === latin.toLowerCase();
      if (script.test(char) && isLower && !byLatin.has(latin)) byLatin.set(latin, char);
    }
    return byLatin;
  },
);
