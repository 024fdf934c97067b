import { getDomain, parse as parseHost } from 'tldts';
import { deriveSecret } from '../../config/gate-secret.ts';
import { addressKey, domainKey, domainOfKey, isFreemail, registrableDomain } from '../../crm/address.ts';
import { fold } from '../../message/fold.ts';
import type { Known } from './known.ts';
import {
  type NamePattern,
  companyPatterns,
  companyWordPatterns,
  domainWordPatterns,
  fullNamePatterns,
  nameWordPatterns,
  namesIn,
} from './name-patterns.ts';
import {
  ADDRESS_PATTERN,
  DOMAIN_PATTERN,
  HANDLE_PATTERN,
  ID_PATTERN,
  URL_PATTERN,
  phonesIn,
} from './patterns.ts';

/** Finds something in a stretch of folded text and says what stands for it; null = leave it. */
type Detector = (text: string) => Iterable<{ start: number; end: number; by: string | null }>;

const PLACEHOLDER = /(?:person|company)-\d+/giu;

/** Deeper than any record. */
const MAX_DEPTH = 12;

/**
 * Replaces names, addresses, numbers, links and ids by placeholders that are the same wherever the same one is meant:
 * `Person-1`, `Company-1`, `person-1@company-1.example`, `phone-1`, `https://link-1.example/`, `@handle-1`, `id-<hash>`. One
 * scrubber serves one pair, so that who and which company stay distinguishable in it and cannot be followed beyond it; ids
 * are hashes under the gate's key, the same in every pair.
 *
 * Names are matched on folded text (`message/fold.ts`), so accents, look-alike letters, invisible characters and case do
 * not hide them; the text that is kept stays as it was written.
 */
export class Scrubber {
  readonly #key: Buffer;
  readonly #detectors: Detector[];
  readonly #persons: Map<string, string>;
  readonly #companies: Map<string, string>;
  readonly #numbered = new Map<string, Map<string, number>>();
  readonly #names: NamePattern[] = [];

  /** @param key the gate's key that ids are hashed under */
  constructor({ persons, companies, ids }: Known, key: Buffer) {
    this.#key = key;
    this.#persons = new Map();
    this.#companies = new Map();
    const personOf = persons.map(({ name, address }, i) => {
      const placeholder = `Person-${this.#number('Person', `known ${i}`)}`;
      const known = address && addressKey(address);
      if (known) this.#persons.set(known, placeholder);
      return { name, placeholder };
    });
    const companyOf = companies.map(({ name, domains }, i) => {
      const placeholder = `Company-${this.#number('Company', `known ${i}`)}`;
      for (const domain of domains) this.#companies.set(domain, placeholder);
      return { name, domains, placeholder };
    });
    const whole: Detector[] = [];
    const words: Detector[] = [];
    for (const { name, placeholder } of personOf) {
      if (name === null) continue;
      for (const full of fullNamePatterns(name)) whole.push(this.#known(full, placeholder));
      for (const word of nameWordPatterns(name)) words.push(this.#known(word, placeholder));
    }
    for (const { name, domains, placeholder } of companyOf) {
      if (name !== null) {
        for (const full of companyPatterns(name)) whole.push(this.#known(full, placeholder));
        for (const word of companyWordPatterns(name)) words.push(named(word, placeholder));
      }
      for (const domain of domains) {
        for (const word of domainWordPatterns(domain)) words.push(named(word, placeholder));
      }
    }
    const longIds = ids.filter((id) => id.length >= 6 && /[\d_:@-]/u.test(id));
    this.#detectors = [
      ending(URL_PATTERN, (url) => `https://link-${this.#number('link', url)}.example/`),
      ending(ADDRESS_PATTERN, (address) => this.#address(address, personOf)),
      ...longIds.map((id) => literal(id, this.id(id))),
      ending(DOMAIN_PATTERN, (domain) => (isHost(domain) ? this.#domain(domain) : null)),
      ending(HANDLE_PATTERN, (handle) => `@handle-${this.#number('handle', handle.toLowerCase())}`),
      ...whole,
      ...words,
      matching(ID_PATTERN, (id) => this.id(id)),
      (text) =>
        [...phonesIn(text)].map(({ start, end }) => ({
          start,
          end,
          by: `phone-${this.#number('phone', text.slice(start, end).replace(/\D/gu, ''))}`,
        })),
    ];
  }

  /** The text with every find replaced; the rest as it was written. */
  text(shown: string): string {
    const folded = fold(shown);
    let gaps = [{ start: 0, end: folded.text.length }];
    const found: { start: number; end: number; by: string }[] = [];
    for (const detect of this.#detectors) {
      gaps = gaps.flatMap((gap) => {
        const left = [];
        let from = gap.start;
        for (const { start, end, by } of detect(folded.text.slice(gap.start, gap.end))) {
          if (by === null || end <= start) continue;
          found.push({ start: gap.start + start, end: gap.start + end, by });
          left.push({ start: from, end: gap.start + start });
          from = gap.start + end;
        }
        left.push({ start: from, end: gap.end });
        return left.filter((one) => one.end > one.start);
      });
    }
    let out = '';
    let at = 0;
    for (const { start, end, by } of found.toSorted((a, b) => a.start - b.start)) {
      const [from, to] = [folded.map[start] ?? shown.length, folded.map[end] ?? shown.length];
      out += shown.slice(at, from) + by;
      at = Math.max(to, from);
    }
    return out + shown.slice(at);
  }

  /** Every text in a JSON value, keys too. Telephone numbers may be numbers. */
  value(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') {
      // Larger than any amount in a record: an id, or a telephone number.
      return Number.isSafeInteger(value) && Math.abs(value) > 1e12 ? this.id(String(value)) : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return this.text(JSON.stringify(value));
    if (Array.isArray(value)) return value.map((item) => this.value(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        this.text(key),
        typeof item === 'number' && /phone|mobile|tel\b|fax|cell|whatsapp/iu.test(key)
          ? `phone-${this.#number('phone', String(item))}`
          : this.value(item, depth + 1),
      ]),
    );
  }

  /** A keyed hash: the same for the same id in every export of this gate, and of no use to anybody else. */
  id(id: string): string {
    return `id-${deriveSecret(this.#key, 'labels', id).toString('hex').slice(0, 12)}`;
  }

  /** Whether a name that had to go is still there. */
  leaks(text: string): boolean {
    const folded = fold(text.replace(PLACEHOLDER, ' ')).text;
    return this.#names.some((name) => !namesIn(folded, name).next().done);
  }

  /** A known name: what `leaks` looks for as well. */
  #known(name: NamePattern, placeholder: string): Detector {
    this.#names.push(name);
    return named(name, placeholder);
  }

  #address(written: string, persons: readonly { name: string | null; placeholder: string }[]): string {
    const plain = written
      .replace(/\s?[[({]\s?at\s?[\])}]\s?/giu, '@')
      .replace(/\s?[[({]\s?dot\s?[\])}]\s?/giu, '.')
      .replace(/\s/gu, '');
    const key = addressKey(plain) ?? plain.toLowerCase();
    const [local, domain] = [key.slice(0, key.lastIndexOf('@')), domainOfKey(key)];
    const owner = persons.find(
      ({ name }) =>
        name !== null &&
        [...fullNamePatterns(name), ...nameWordPatterns(name)].some(
          ({ pattern }) => fold(local).text.search(pattern) >= 0,
        ),
    );
    const person = this.#persons.get(key) ?? owner?.placeholder ?? `Person-${this.#number('Person', key)}`;
    this.#persons.set(key, person);
    return `${person.toLowerCase()}@${this.#domain(domain)}`;
  }

  /** Where everybody can have an address, the domain says nothing about anybody. */
  #domain(host: string): string {
    if (isFreemail(host)) return host;
    const key = domainKey(host) ?? host;
    const registered = registrableDomain(key) ?? key;
    const company = this.#companies.get(registered) ?? `Company-${this.#number('Company', registered)}`;
    this.#companies.set(registered, company);
    return `${company.toLowerCase()}.example`;
  }

  #number(kind: string, key: string): number {
    const known = this.#numbered.get(kind) ?? new Map<string, number>();
    this.#numbered.set(kind, known);
    const number = known.get(key) ?? known.size + 1;
    known.set(key, number);
    return number;
  }
}

const named =
  (name: NamePattern, by: string): Detector =>
  (text) =>
    [...namesIn(text, name)].map((place) => ({ ...place, by }));

function matching(pattern: RegExp, by: (found: string) => string | null): Detector {
  return (text) =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      start: index,
      end: index + found.length,
      by: by(found),
    }));
}

/** Of what may hold a full stop: one behind it ends the sentence. */
function ending(pattern: RegExp, by: (found: string) => string | null): Detector {
  return (text) =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => {
      const trimmed = found.replace(/[.,;:!?]+$/u, '');
      return { start: index, end: index + trimmed.length, by: by(trimmed) };
    });
}

function literal(text: string, by: string): Detector {
  const pattern = text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
  return matching(new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'giu'), () => by);
}

/** "node.js" is none. */
function isHost(name: string): boolean {
  return getDomain(name) !== null && parseHost(name).isIcann === true;
}
