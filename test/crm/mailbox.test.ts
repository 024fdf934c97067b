import { asyncProperty, assert, constantFrom, oneof, pre, property, stringMatching } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey } from '../../src/crm/address.ts';
import { aliasRecords } from '../../src/crm/aliases.ts';
import { erasedValue } from '../../src/crm/erased.ts';
import { isRouted, lookalikes } from '../../src/crm/lookalike.ts';
import { type MailboxRules, NO_RULES, mailboxKey } from '../../src/crm/mailbox.ts';
import { sameMailbox, saveMailboxRules } from '../../src/crm/mailbox-store.ts';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { createProspect, getProspectByAddress } from '../../src/crm/store.ts';
import { addSuppression, suppressionTarget, suppressionsHolding } from '../../src/crm/suppression-store.ts';
import type { Database } from '../../src/store/database.ts';
import { DOTS, PERHAPS, SAME, SAME_BY_API, oneOf } from '../support/address-spellings.ts';
import { ann, openDatabase } from './open.ts';

const RULES: MailboxRules = {
  sameDomains: [['one.example', 'eins.example', 'un.example']],
  ignoreDots: ['one.example', 'dotless.example'],
  dashTags: ['dash.example'],
};

const suppress = (database: Database, address: string) =>
  database.transact((trx) =>
    addSuppression(
      trx,
      { ...suppressionTarget(address), channel: 'email', reason: null, source: 'test' },
      ann,
    ),
  );

const local = stringMatching(/^[acepoxyi][a-z]{3,9}$/);

describe('lookalikes', () => {
  test.each([
    ['jane%corp.example@relay.example', 'jane@corp.example'],
    ['jane%corp.example%x.example@relay.example', 'jane@corp.example'],
    ['corp.example!jane@relay.example', 'jane@corp.example'],
    ['x.example!corp.example!jane@relay.example', 'jane@corp.example'],
    ['"jane@corp.example"@relay.example', 'jane@corp.example'],
    ['jane=corp.example@relay.example', 'jane@corp.example'],
    ['jane%40corp.example@relay.example', 'jane@corp.example'],
    ['%6aane@corp.example', 'jane@corp.example'],
    ['" jane "@corp.example', 'jane@corp.example'],
    ['jаne@corp.example', 'jane@corp.example'],
    ['jane@cоrp.example', 'jane@corp.example'],
    ['jane@cοrp.example', 'jane@corp.example'],
    ['ｊane@corp.example', 'jane@corp.example'],
    ['ja\u00adne@corp.example', 'jane@corp.example'],
    ['jané@corp.example', 'jane@corp.example'],
    // A name in Cyrillic, written with Latin letters.
    ['cope@corp.example', 'соре@corp.example'],
  ])('%s may mean %s', (address, meant) => {
    expect(lookalikes(addressKey(address)!)).toContain(addressKey(meant));
  });

  test('a plain address routes nowhere and means nobody else in Latin letters', () => {
    assert(
      property(local, (name) => {
        const key = `${name}@corp.example`;
        expect(isRouted(key)).toBe(false);
        expect(lookalikes(key).filter((one) => /^[\x20-\x7e]*$/.test(one) && !one.includes('xn--'))).toEqual(
          [],
        );
      }),
    );
  });
});

describe('what reaches the same mailbox', () => {
  test.each([
    ['jane@un.example', 'jane@one.example'],
    ['ja.ne@eins.example', 'jane@one.example'],
    ['j.a.n.e@dotless.example', 'jane@dotless.example'],
    ['jane-news@dash.example', 'jane@dash.example'],
    ['jane-news-2@dash.example', 'jane@dash.example'],
    ['-jane@dash.example', '-jane@dash.example'],
    ['j.ane@corp.example', 'j.ane@corp.example'],
    ['jane-news@corp.example', 'jane-news@corp.example'],
  ])('%s is the mailbox %s', (key, mailbox) => {
    expect(mailboxKey(key, RULES)).toBe(mailbox);
    expect(mailboxKey(mailbox, RULES)).toBe(mailbox);
  });

  test('where no rule is, every key is a mailbox of its own', () => {
    assert(
      property(stringMatching(/^[a-z][a-z.-]{0,10}[a-z]$/), (name) => {
        expect(mailboxKey(`${name}@corp.example`, RULES)).toBe(`${name}@corp.example`);
        expect(mailboxKey(`${name}@one.example`, NO_RULES)).toBe(`${name}@one.example`);
      }),
    );
  });
});

test('however the address of somebody suppressed is spelled, the suppression holds', async () => {
  const database = await openDatabase();
  await database.transact((trx) => saveMailboxRules(trx, RULES));
  const domains = constantFrom('corp.example', 'münchen.example', 'gmail.com', 'one.example');
  const inBrackets = oneOf(SAME).map((spell) => (name: string, domain: string) => `<${spell(name, domain)}>`);
  await assert(
    asyncProperty(local, domains, oneof(inBrackets, oneOf(SAME_BY_API)), async (name, domain, spell) => {
      await suppress(database, `${name}@${domain}`);
      expect(await suppressionsHolding(database.db, spell(name, domain))).toHaveLength(1);
    }),
    { numRuns: 300 },
  );
});

test('under the rules, in both directions: the suppression may be the odd spelling', async () => {
  const database = await openDatabase();
  await database.transact((trx) => saveMailboxRules(trx, RULES));
  const spellings = [
    (name: string) => [`${name}@one.example`, `${name.slice(0, 2)}.${name.slice(2)}@un.example`],
    (name: string) => [`${name}@dash.example`, `${name}-news@dash.example`],
    (name: string) => [`${name}-a@dash.example`, `${name}-b@dash.example`],
    (name: string) => [`${name}@dotless.example`, `${name.slice(0, 1)}.${name.slice(1)}@dotless.example`],
    (name: string) => [`${name}@gmail.com`, `${name.slice(0, 1)}.${name.slice(1)}+x@googlemail.com`],
  ];
  await assert(
    asyncProperty(local, constantFrom(...spellings), constantFrom(0, 1), async (name, make, which) => {
      const pair = make(name);
      await suppress(database, pair[which]);
      expect(await suppressionsHolding(database.db, pair[1 - which])).not.toEqual([]);
      expect(await suppressionsHolding(database.db, `not-${pair[1 - which].replaceAll('-', '')}`)).toEqual(
        [],
      );
    }),
    { numRuns: 200 },
  );
});

test('a domain that is suppressed is so under every name of it, and looks alike under none', async () => {
  const database = await openDatabase();
  await database.transact((trx) => saveMailboxRules(trx, RULES));
  await suppress(database, '@one.example');
  await suppress(database, '@corp.example');
  expect(await suppressionsHolding(database.db, 'jane@un.example')).toHaveLength(1);
  expect(await aliasRecords(database.db, 'jane@cоrp.example')).not.toEqual([]);
  expect(await aliasRecords(database.db, 'jane%corp.example@relay.example')).not.toEqual([]);
  expect(await aliasRecords(database.db, 'jane@other.example')).toEqual([]);
});

test('whoever may be meant is found with the record, whatever stops them', async () => {
  const database = await openDatabase();
  await assert(
    asyncProperty(local, oneOf(PERHAPS), async (name, spell) => {
      const alias = spell(name, 'copy.example');
      pre(addressKey(alias) !== null && addressKey(alias) !== `${name}@copy.example`);
      await suppress(database, `${name}@copy.example`);
      const [found] = await aliasRecords(database.db, alias);
      expect(found).toMatchObject({
        address: `${name}@copy.example`,
        record: { opt_out_channels: ['email'] },
      });
    }),
    { numRuns: 300 },
  );
});

test('a person who was erased is reached by no spelling either', async () => {
  const database = await openDatabase();
  await database.transact((trx) => saveMailboxRules(trx, RULES));
  await suppress(database, erasedValue(database.db, 'jane@copy.example'));
  await suppress(database, erasedValue(database.db, 'jane@one.example'));
  for (const same of ['JANE+x@copy.example', '"jane"@copy.example', 'j.ane@un.example', 'jane@one.example']) {
    expect(await suppressionsHolding(database.db, same), same).toHaveLength(1);
  }
  for (const alike of [
    'jаne@copy.example',
    'jane%copy.example@relay.example',
    'copy.example!jane@relay.example',
  ]) {
    expect(await aliasRecords(database.db, alike), alike).toHaveLength(1);
  }
});

test('the prospect is looked up by the same mailbox, exactly spelled first, and all records of it count', async () => {
  const database = await openDatabase();
  await database.transact(async (trx) => {
    await saveMailboxRules(trx, RULES);
    await createProspect(trx, { address: 'j.roe@one.example', opt_out_channels: ['email'] }, ann);
    await createProspect(trx, { address: 'jroe@one.example' }, ann);
    await createProspect(trx, { address: 'ann@dash.example' }, ann);
  });
  const { db } = database;
  expect((await getProspectByAddress(db, 'jroe@one.example'))?.address).toBe('jroe@one.example');
  expect((await getProspectByAddress(db, 'J.Roe+x@one.example'))?.address).toBe('j.roe@one.example');
  expect((await getProspectByAddress(db, 'ann-2@dash.example'))?.address).toBe('ann@dash.example');
  expect(await getProspectByAddress(db, 'anna@dash.example')).toBeNull();
  const record = await recheckRecord(db, { address: 'jroe@un.example', prospectId: null });
  expect(record.opt_out_channels).toEqual(['email']);
});

test('two people are not taken for one: dots, dashes and domains count where no rule is', async () => {
  const database = await openDatabase();
  await database.transact((trx) => saveMailboxRules(trx, RULES));
  const name = stringMatching(/^[a-z]{2,5}[.-][a-z]{2,5}$/);
  await assert(
    asyncProperty(name, name, async (a, b) => {
      pre(a !== b);
      await suppress(database, `${a}@corp.example`);
      const others = [`${a.replaceAll(/[.-]/g, '')}@corp.example`, `${a}@corp2.example`, `${b}@firm.example`];
      for (const other of others) {
        expect(await suppressionsHolding(database.db, other)).toEqual([]);
        expect(await aliasRecords(database.db, other)).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
});

test('dots of a mailbox where a rule ignores them make no other', async () => {
  const database = await openDatabase();
  await database.transact((trx) => saveMailboxRules(trx, RULES));
  await assert(
    asyncProperty(local, DOTS, async (name, spell) => {
      await suppress(database, `${name}@dotless.example`);
      expect(await suppressionsHolding(database.db, spell(name, 'dotless.example'))).not.toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test('records are searched for spellings only where dots or tags say nothing', async () => {
  const database = await openDatabase();
  await database.transact((trx) =>
    saveMailboxRules(trx, { ...RULES, sameDomains: [...RULES.sameDomains, ['a.example', 'b.example']] }),
  );
  let reads = 0;
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => node,
    // Of those that are built once, only the results are seen.
    transformResult: ({ result }) => {
      reads += 1;
      return Promise.resolve(result);
    },
  });
  expect(await sameMailbox(db, 'jane@b.example')).toEqual(['jane@b.example', 'jane@a.example']);
  expect(reads).toBe(1);
  await sameMailbox(db, 'jane@un.example');
  // Of prospects and of suppressions at each of the domains; the rules are known from before.
  expect(reads).toBe(1 + 2 * 3);
});

test('rules that were changed are read at once, and those of a change that was taken back are not', async () => {
  const database = await openDatabase();
  const alike = (sameDomains: string[][]) => ({ ...NO_RULES, sameDomains });
  const spellings = () => sameMailbox(database.db, 'jane@b.example');
  expect(await spellings()).toEqual(['jane@b.example']);
  await database.transact((trx) => saveMailboxRules(trx, alike([['a.example', 'b.example']])));
  expect(await spellings()).toHaveLength(2);

  const failed = database.transact(async (trx) => {
    await saveMailboxRules(trx, alike([['a.example', 'b.example', 'c.example']]));
    expect(await sameMailbox(trx, 'jane@b.example')).toHaveLength(3);
    throw new Error('taken back');
  });
  // In the same commit.
  const after = database.transact((trx) => sameMailbox(trx, 'jane@b.example'));
  await expect(failed).rejects.toThrow('taken back');
  expect(await after).toHaveLength(2);
  expect(await spellings()).toHaveLength(2);
});
