import { addressKey, domainOfKey, isFreemail, registrableDomain } from '../../crm/address.ts';
import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { Draft } from '../../message/types.ts';

/** A person whose name or address may stand in a text; at least one of the two is known. */
export interface KnownPerson {
  name: string | null;
  /** As written. */
  address: string | null;
}

/** A company whose name or domain may stand in a text. */
export interface KnownCompany {
  name: string | null;
  /** Registrable domains, as keys. */
  domains: string[];
}

/** Whom a pair is about, the recipient and the recipient's company first. */
export interface Known {
  persons: KnownPerson[];
  companies: KnownCompany[];
  /** Ids that texts may name. */
  ids: string[];
}

export interface KnownFrom {
  prospect: ProspectSnapshot;
  draft: Pick<Draft, 'subject' | 'body'>;
  /** Header lines of the mail ("from: Ann Lee <ann@sender.example>"), decoded. */
  headers: string;
  /** Companies and people of other threads that the snapshot quotes. */
  owners: readonly {
    company: string | null;
    domain: string | null;
    name: string | null;
    address: string | null;
  }[];
}

const ADDRESS = /[^\s<>"(),;:]+@[^\s<>"(),;:]+/u;
/** "CTO", "Head of Platform": what stands in a person's place and is no name. */
const ROLE =
  /\b(?:c[a-z]o|vp|svp|evp|head|chief|director|manager|founder|co-?founder|president|lead|engineer|engineering|officer|owner|partner|team|sales|support|recruiter)\b/iu;
const PEOPLE_HEADERS = /^(?:from|reply-to|sender|to|cc): (?<list>.*)$/gimu;
const CLOSING =
  /^[ \t>]*(?:(?:with )?(?:best|kind|warm|warmest|many)?\s?(?:regards|wishes|thanks)|best|cheers|thanks|thank you|sincerely|warmly|yours|all the best|talk soon)\b[^\n]{0,25}\n\s*(?<name>[^\n]{2,60})/gimu;
const GREETING =
  /^[ \t>]*(?:hi|hello|dear|hey|good (?:morning|afternoon|evening))[ \t]+(?:(?:mr|ms|mrs|dr)\.?[ \t]+)?(?<name>[^\n,!:;–—-]{2,40})/gimu;
const NAME_LINE = /^\p{Lu}[\p{L}.'’-]*(?: \p{Lu}[\p{L}.'’-]*){0,3}$/u;
const NOBODY = /\b(?:there|team|all|everyone|everybody|folks|friends?|sir|madam|again|both|you)\b/iu;

/** Everybody and every company that the record, the mail's headers, its greeting and its signature name. */
export function knownOf({ prospect, draft, headers, owners }: KnownFrom): Known {
  const persons: KnownPerson[] = [];
  const companies: KnownCompany[] = [];
  const person = (name: string | null, address: string | null): void => {
    const bare = nameIn(name);
    if (bare === null && address === null) return;
    const key = address && (addressKey(address) ?? address.toLowerCase());
    const known = persons.find(
      (one) =>
        (key !== null &&
          one.address !== null &&
          (addressKey(one.address) ?? one.address.toLowerCase()) === key) ||
        (bare !== null && one.name?.toLowerCase() === bare.toLowerCase()),
    );
    if (!known) persons.push({ name: bare, address });
    else {
      known.name ??= bare;
      known.address ??= address;
    }
  };
  const company = (name: string | null, domains: readonly (string | null)[]): void => {
    const own = domains.flatMap((domain) => {
      const key = domain && registrableDomain(domain);
      return key && !isFreemail(key) ? [key] : [];
    });
    const known = companies.find(
      (one) =>
        (name !== null && one.name?.toLowerCase() === name.toLowerCase()) ||
        one.domains.some((domain) => own.includes(domain)),
    );
    if (known) {
      known.name ??= name;
      known.domains = [...new Set([...known.domains, ...own])];
    } else if (name !== null || own.length > 0) companies.push({ name, domains: own });
  };
  /** "Ann Lee <ann@sender.example>", a name, or an address. */
  const either = (text: string | null): void => {
    const address = ADDRESS.exec(text ?? '')?.[0] ?? null;
    const parts = (text ?? '').replace(ADDRESS, '').replace(/[<>"]/gu, '').split(',');
    const name = nameIn(parts.filter((part) => !ROLE.test(nameIn(part) ?? '')).join(' '));
    person(name, address);
  };

  person(prospect.name, prospect.address);
  const recipient = persons[0];
  company(prospect.company, [domainOf(prospect.address)]);
  const greeted = [...draft.body.matchAll(GREETING)].flatMap(({ groups }) => nameLine(groups?.['name']));
  // A greeting names the recipient, unless the record knows another name.
  for (const name of greeted) {
    if (recipient && recipient.name === null) recipient.name = name;
    else if (!isPartOf(name, persons)) person(name, null);
  }
  for (const { person: who } of prospect.thread) either(who);
  for (const one of owners) {
    person(one.name, one.address);
    company(one.company, [one.domain, domainOf(one.address)]);
  }
  either(prospect.account_owner);
  for (const { groups } of headers.matchAll(PEOPLE_HEADERS)) {
    for (const one of (groups?.['list'] ?? '').split(/,(?=[^"]*(?:"[^"]*"[^"]*)*$)/u)) either(one);
  }
  for (const { groups } of draft.body.matchAll(CLOSING)) {
    for (const name of nameLine(groups?.['name'])) if (!isPartOf(name, persons)) person(name, null);
  }
  for (const { source } of prospect.foreign) either(/\(([^,)]+)/u.exec(source)?.[1] ?? null);
  for (const { subject } of prospect.commitments)
    if (/^\S+ \S/u.test(subject)) nameLine(subject).forEach(either);
  for (const { key, text } of namesInSignals(prospect.available_signals)) {
    if (COMPANY_KEY.test(key)) company(text, []);
    else for (const name of nameLine(text)) either(name);
  }
  for (const { address } of persons) company(null, [domainOf(address)]);
  const { prospect_id, thread_id, thread, foreign } = prospect;
  const ids = [prospect_id, thread_id, ...[...thread, ...foreign].map(({ threadId }) => threadId)];
  return { persons, companies, ids: [...new Set(ids.filter((id) => id !== null))] };
}

const PERSON_KEY =
  /(?:^|_)(?:name|person|contact|author|speaker|sender|from|champion|referr\w+|introduced_by|colleague|manager|ceo|cto|cfo|coo|founders?|stakeholder)s?$/iu;
const COMPANY_KEY =
  /(?:^|_)(?:company|customer|client|account|competitor|employer|organi[sz]ation)s?(?:_name)?$/iu;

/** Values whose keys say that they are a name. */
function namesInSignals(value: unknown, key = '', depth = 0): { key: string; text: string }[] {
  if (typeof value === 'string') {
    const named = PERSON_KEY.test(key) || COMPANY_KEY.test(key);
    return named && value.length <= 60 && /^\p{Lu}/u.test(value) ? [{ key, text: value }] : [];
  }
  if (typeof value !== 'object' || value === null || depth > 6) return [];
  return Object.entries(value).flatMap(([inner, item]) =>
    namesInSignals(item, Array.isArray(value) ? key : inner, depth + 1),
  );
}

function domainOf(address: string | null): string | null {
  const key = address === null ? null : addressKey(address);
  return key === null ? null : domainOfKey(key);
}

/** "Dr. Ann Lee (she/her) | Acme" is Ann Lee. */
function nameIn(name: string | null): string | null {
  const bare = (name ?? '')
    .replace(/\([^)]*\)|\s(?:[|/–—-]|at|from|via)\s.*$/giu, '')
    .replace(/["“”]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return bare === '' ? null : bare;
}

function nameLine(line: string | undefined): string[] {
  const name = (line ?? '').trim().replace(/[.,!]+$/u, '');
  return NAME_LINE.test(name) && !NOBODY.test(name) ? [name] : [];
}

const isPartOf = (name: string, persons: readonly KnownPerson[]): boolean =>
  persons.some((one) => one.name?.toLowerCase().split(/\s+/u).includes(name.toLowerCase()));
