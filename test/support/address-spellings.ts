import { domainToASCII, domainToUnicode } from 'node:url';
import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  stringMatching,
} from 'fast-check';

/** How an alias of `local@domain` is written. */
export type Spelling = Arbitrary<(local: string, domain: string) => string>;

const tag = stringMatching(/^[a-z0-9]{1,8}$/);
const host = constantFrom('relay.example', 'mx.other.example', 'own.example');

/** Upper and lower case mixed by a mask. */
const mixedCase: Spelling = array(boolean(), { minLength: 40, maxLength: 40 }).map((mask) => {
  const mixed = (text: string) =>
    Array.from(text, (char, i) => (mask[i % mask.length] ? char.toUpperCase() : char)).join('');
  return (local, domain) => `${mixed(local)}@${mixed(domain)}`;
});

/** The same mailbox for sure, wherever it is; as an envelope or an API field may spell it. */
export const SAME: Record<string, Spelling> = {
  case: mixedCase,
  tag: tag.map((word) => (local, domain) => `${local}+${word}@${domain}`),
  'tags in a row': tag.map((word) => (local, domain) => `${local}+${word}+${word}@${domain}`),
  quotes: constant((local, domain) => `"${local}"@${domain}`),
  'backslashes in quotes': constant((local, domain) => `"\\${Array.from(local).join('\\')}"@${domain}`),
  'IDN as ASCII': constant((local, domain) => `${local}@${domainToASCII(domain)}`),
  'IDN as Unicode': constant((local, domain) => `${local}@${domainToUnicode(domain)}`),
  'source route': host.map((via) => (local, domain) => `@${via},@x.${via}:${local}@${domain}`),
  decomposed: constant((local, domain) => `${local}@${domain}`.normalize('NFD')),
};

/** What APIs may carry and SMTP refuses. */
export const SAME_BY_API: Record<string, Spelling> = {
  'a dot behind the domain': constant((local, domain) => `${local}@${domain}.`),
  'a name before it': constant((local, domain) => `Some Body <${local}@${domain}>`),
  blanks: constant((local, domain) => `  ${local}@${domain} `),
  'a full-width domain': constant(
    (local, domain) =>
      `${local}@${domain.replaceAll(/[a-z]/g, (c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0))}`,
  ),
};

/** Where dots say nothing. */
export const DOTS: Spelling = integer({ min: 1, max: 3 }).map(
  (at) => (local, domain) => `${local.slice(0, at)}.${local.slice(at)}@${domain}`,
);

const CYRILLIC: Record<string, string> = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', x: 'х', y: 'у', i: 'і' };
const GREEK: Record<string, string> = { o: 'ο', a: 'α', v: 'ν', i: 'ι' };

/** With some letters of another script that look alike; the text itself where it has none. */
const homograph = (text: string, letters: Record<string, string>, mask: readonly boolean[]): string => {
  const found = Array.from(text, (char, i) => (mask[i % mask.length] ? (letters[char] ?? char) : char)).join(
    '',
  );
  return found === text ? Array.from(text, (char) => letters[char] ?? char).join('') : found;
};

const masked = (make: (mask: boolean[]) => (local: string, domain: string) => string): Spelling =>
  array(boolean(), { minLength: 8, maxLength: 8 }).map(make);

/** Perhaps the same mailbox, or taken for it. */
export const PERHAPS: Record<string, Spelling> = {
  'per cent': host.map((via) => (local, domain) => `${local}%${domain}@${via}`),
  'per cent twice': host.map((via) => (local, domain) => `${local}%${domain}%x.example@${via}`),
  'bang path': host.map((via) => (local, domain) => `${domain}!${local}@${via}`),
  'bang path of two hosts': host.map((via) => (local, domain) => `x.example!${domain}!${local}@${via}`),
  'equals sign': host.map((via) => (local, domain) => `${local}=${domain}@${via}`),
  'percent-encoded at sign': host.map((via) => (local, domain) => `${local}%40${domain}@${via}`),
  'percent-encoded letter': constant(
    (local, domain) => `%${local.codePointAt(0)!.toString(16)}${local.slice(1)}@${domain}`,
  ),
  'Cyrillic in the local part': masked((mask) => (l, d) => `${homograph(l, CYRILLIC, mask)}@${d}`),
  'Greek in the local part': masked((mask) => (l, d) => `${homograph(l, GREEK, mask)}@${d}`),
  'Cyrillic in the domain': masked((mask) => (l, d) => {
    const [first = '', ...rest] = d.split('.');
    return `${l}@${[homograph(first, CYRILLIC, mask), ...rest].join('.')}`;
  }),
  'full width in the local part': constant(
    (l, d) => `${l.replace(/[a-z]/, (c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0))}@${d}`,
  ),
  'a character that shows nothing': constantFrom('\u200d', '\u200c', '\u00ad', '\u034f', '\u2064').map(
    (nothing) => (l, d) => `${l.slice(0, 2)}${nothing}${l.slice(2)}@${d}`,
  ),
  'a mark on a letter': constantFrom('\u0301', '\u0323').map(
    (mark) => (l, d) => `${l.slice(0, 1)}${mark}${l.slice(1)}@${d}`,
  ),
};

export const oneOf = (spellings: Record<string, Spelling>): Spelling => oneof(...Object.values(spellings));
