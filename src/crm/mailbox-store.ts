import type { Kysely } from 'kysely';
import { isCommit } from '../store/audit-tail-store.ts';
import type { Trx } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import { domainChain, domainKey, domainOfKey } from './address.ts';
import { type MailboxRules, NO_RULES, domainsLike, hasRules, mailboxKey, respells } from './mailbox.ts';

/** The rules lie in the database, so that every process that asks reads alike, the command line too. */
const SETTING = 'mailbox_rules';

/** Puts the configured rules in force. @throws whatever the database threw */
export async function saveMailboxRules(trx: Trx, rules: MailboxRules): Promise<void> {
  const keys = (list: readonly string[]): string[] => list.flatMap((one) => domainKey(one) ?? []);
  known = new WeakMap();
  changedIn.add(trx);
  const value = JSON.stringify({
    sameDomains: rules.sameDomains.map(keys),
    ignoreDots: keys(rules.ignoreDots),
    dashTags: keys(rules.dashTags),
  } satisfies MailboxRules);
  await trx
    .insertInto('settings')
    .values({ key: SETTING, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** How long rules are remembered outside of transactions: another gate that starts may bring others, and what lets mail go asks in one. */
const KNOWN_MS = 500;

/** Rules by where they were read; a commit reads them once. */
let known = new WeakMap<object, { rules: Promise<MailboxRules>; until: number }>();

/** Commits that changed the rules: what they read of them may be taken back. */
const changedIn = new WeakSet<object>();

function mailboxRules(db: Kysely<Schema>): Promise<MailboxRules> {
  if (changedIn.has(db)) return readRules(db);
  const before = known.get(db);
  if (before && performance.now() < before.until) return before.rules;
  const rules = readRules(db);
  const until = isCommit(db) ? Number.POSITIVE_INFINITY : performance.now() + KNOWN_MS;
  const now = { rules, until };
  known.set(db, now);
  rules.catch(() => {
    if (known.get(db) === now) known.delete(db);
  });
  return rules;
}

const setting = prepared((db) => db.selectFrom('settings').select('value').where('key', '=', SETTING));

async function readRules(db: Kysely<Schema>): Promise<MailboxRules> {
  const [row] = await setting(db, {});
  return row ? (JSON.parse(row.value) as MailboxRules) : NO_RULES;
}

/**
 * The keys under which records of one mailbox may stand: its own first, then others that prospects or suppressions have and that
 * reach the same mailbox under the rules.
 *
 * @param key as `addressKey` gives it
 */
export async function sameMailbox(db: Kysely<Schema>, key: string): Promise<string[]> {
  return await spellingsOf(db, key, await mailboxRules(db));
}

/** `sameMailbox` of many keys, by key. */
export async function sameMailboxes(
  db: Kysely<Schema>,
  keys: Iterable<string>,
): Promise<Map<string, string[]>> {
  const rules = await mailboxRules(db);
  const found = new Map<string, string[]>();
  for (const key of new Set(keys)) found.set(key, await spellingsOf(db, key, rules));
  return found;
}

async function spellingsOf(db: Kysely<Schema>, key: string, rules: MailboxRules): Promise<string[]> {
  const domain = domainOfKey(key);
  if (!hasRules(domain, rules)) return [key];
  const mailbox = mailboxKey(key, rules);
  const local = mailbox.slice(0, mailbox.lastIndexOf('@'));
  const hosts = domainsLike(domain, rules);
  const found = new Set([key, mailbox, ...hosts.map((host) => `${local}@${host}`)]);
  // Where only domains are alike, these are all; dots and tags may have been left in records.
  if (respells(domain, rules)) for (const one of await spelledAs(db, mailbox, hosts, rules)) found.add(one);
  return [...found];
}

/** Keys of prospects and suppressions that the rules take for the mailbox. */
async function spelledAs(
  db: Kysely<Schema>,
  mailbox: string,
  hosts: readonly string[],
  rules: MailboxRules,
): Promise<string[]> {
  const [first = ''] = mailbox;
  const found: string[] = [];
  for (const host of hosts) {
    const suppressed = await db
      .selectFrom('suppressions')
      .select('value as key')
      .where('kind', '=', 'address')
      // By their first letter, which has an index; the rules then say which are the same.
      .where('value', '>=', first)
      .where('value', '<', `${first}\u{10FFFF}`)
      .where('value', 'like', `%@${host}`)
      .execute();
    const prospects = await db
      .selectFrom('prospects')
      .select('address_key as key')
      .where('address_key', '>=', first)
      .where('address_key', '<', `${first}\u{10FFFF}`)
      .where('address_key', 'like', `%@${host}`)
      .execute();
    found.push(...[...suppressed, ...prospects].map((row) => row.key));
  }
  return found.filter((key) => mailboxKey(key, rules) === mailbox);
}

/** For each key itself, and what all keys of its mailbox have in common where a rule is about its domain. */
export async function mailboxesOf(
  db: Kysely<Schema>,
  keys: Iterable<string>,
): Promise<{ key: string; stands: string[] }[]> {
  const rules = await mailboxRules(db);
  return [...new Set(keys)].map((key) => ({ key, stands: [...new Set([key, mailboxKey(key, rules)])] }));
}

/** Domains of which a suppression holds for mail to these keys. */
export function suppressingDomains(keys: readonly string[]): string[] {
  return [...new Set(keys.flatMap((key) => domainChain(domainOfKey(key))))];
}
