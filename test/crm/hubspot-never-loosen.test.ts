import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { getProspectByAddress, updateCompany, updateProspect } from '../../src/crm/store.ts';
import { addSuppression, possibleOptOut } from '../../src/crm/suppression-store.ts';
import type { Database } from '../../src/store/database.ts';
import { startHubSpot } from '../support/hubspot-stand-in.ts';
import { type Syncing, syncing } from './hubspot-setup.ts';
import { openDatabase } from './open.ts';

const PEOPLE = 4;
const ADDRESSES = [
  'a@one.example',
  'b@one.example',
  'c@two.example',
  'd@two.example',
  'e@three.example',
  'f@three.example',
];
const PROPERTIES = ['hs_email_optout', 'hs_email_bad_address', 'hs_email_optout_9', 'banned'];

const person = fc.nat(PEOPLE - 1);
const address = fc.constantFrom(...ADDRESSES);
const step = fc.oneof(
  fc.record({
    do: fc.constant('stop' as const),
    person,
    property: fc.constantFrom(...PROPERTIES),
    on: fc.boolean(),
  }),
  fc.record({ do: fc.constant('address' as const), person, address }),
  fc.record({ do: fc.constant('company' as const), person, company: fc.nat(2) }),
  fc.record({ do: fc.constant('archive' as const), person }),
  fc.record({ do: fc.constant('restore' as const), person }),
  fc.record({ do: fc.constant('purge' as const), person }),
  fc.record({ do: fc.constant('merge' as const), person, into: person }),
  fc.record({ do: fc.constant('archive company' as const), company: fc.nat(1) }),
  fc.record({
    do: fc.constant('opt out here' as const),
    address,
    channel: fc.constantFrom('email', 'phone', 'unclear'),
  }),
  fc.record({ do: fc.constant('disqualify here' as const), address }),
  fc.record({ do: fc.constant('disqualify company here' as const), address }),
  fc.record({ do: fc.constant('sync' as const), full: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Everything that stops or holds mail to an address. */
async function stopsOf({ db }: Database, to: string): Promise<Set<string>> {
  const now = await recheckRecord(db, { address: to, prospectId: null });
  const unclear = await possibleOptOut(db, [to]);
  return new Set([
    ...now.disqualifiers.map((flag) => `disqualifier ${flag}`),
    ...now.opt_out_channels,
    ...(unclear ? ['unclear'] : []),
  ]);
}

/** A disqualifier may turn into an opt-out of everything where its record moves on to another address. */
function missing(before: Set<string>, after: Set<string>): string[] {
  return [...before].filter(
    (stop) => !after.has(stop) && !(stop.startsWith('disqualifier') && after.has('all')),
  );
}

async function setUp(onDelete: 'keep' | 'delete', rule: 'hubspot' | 'presend' | 'newest') {
  const hubSpot = await startHubSpot();
  const { portal } = hubSpot;
  for (const name of ['hs_email_optout_9', 'banned']) portal.properties.contacts.add(name);
  const companies = ['one', 'two'].map((name) =>
    portal.add('companies', { name, domain: `${name}.example` }),
  );
  const contacts = ADDRESSES.slice(0, PEOPLE).map((email) => portal.add('contacts', { email }));
  portal.associate(contacts[0], [companies[0]]);
  const database = await openDatabase();
  const sync = syncing(database, hubSpot, {
    on_delete: onDelete,
    conflict: rule,
    stops: { contacts: [{ property: 'banned', disqualifier: 'do_not_contact' }] },
  });
  return { hubSpot, portal, companies, contacts, database, sync };
}

type World = Awaited<ReturnType<typeof setUp>>;

async function perform({ portal, companies, contacts, database, sync }: World, one: Step): Promise<void> {
  const change = { actor: 'test:ann', at: Date.now() };
  const contact = 'person' in one ? contacts[one.person] : '';
  const there = 'person' in one ? portal.records.contacts.get(contact) : undefined;
  const live = there && there.archivedAt === null && there.mergedInto === null;
  switch (one.do) {
    case 'stop':
      if (live) portal.update('contacts', contact, { [one.property]: one.on ? 'true' : null });
      return;
    case 'address': {
      // HubSpot keeps addresses unique.
      const used = portal.live('contacts').some((other) => other.properties['email'] === one.address);
      if (live && !used) portal.update('contacts', contact, { email: one.address });
      return;
    }
    case 'company':
      if (live)
        portal.associate(
          contact,
          companies
            .slice(one.company, one.company + 1)
            .filter((id) => portal.get('companies', id).archivedAt === null),
        );
      return;
    case 'archive':
      if (live) portal.archive('contacts', contact);
      return;
    case 'restore':
      if (there?.archivedAt != null) portal.restore('contacts', contact);
      return;
    case 'purge':
      if (there && there.mergedInto === null) portal.purge('contacts', contact);
      return;
    case 'merge': {
      const into = portal.records.contacts.get(contacts[one.into]);
      if (live && into && into.id !== contact && into.archivedAt === null && into.mergedInto === null) {
        portal.merge('contacts', into.id, contact);
      }
      return;
    }
    case 'archive company':
      if (portal.get('companies', companies[one.company]).archivedAt === null)
        portal.archive('companies', companies[one.company]);
      return;
    case 'opt out here':
      await database.transact((trx) =>
        addSuppression(
          trx,
          { kind: 'address', value: one.address, channel: one.channel, reason: 'asked', source: 'cli' },
          change,
        ),
      );
      return;
    case 'disqualify here':
    case 'disqualify company here': {
      const prospect = await getProspectByAddress(database.db, one.address);
      if (!prospect) return;
      await database.transact(async (trx) => {
        if (one.do === 'disqualify here')
          await updateProspect(trx, prospect.id, { disqualifiers: ['local_only'] }, change);
        else if (prospect.company_id)
          await updateCompany(trx, prospect.company_id, { disqualifiers: ['competitor'] }, change);
      });
      return;
    }
    case 'sync':
      await checkedSync(database, sync, one.full);
      return;
    default:
      one satisfies never;
  }
}

async function checkedSync(database: Database, { sync }: Syncing, full: boolean): Promise<void> {
  const before = await Promise.all(ADDRESSES.map((to) => stopsOf(database, to)));
  const suppressions = await database.db.selectFrom('suppressions').select('id').execute();
  await sync({ full });
  for (const [i, to] of ADDRESSES.entries()) {
    const lost = missing(before[i], await stopsOf(database, to));
    expect(lost, `${to} lost ${lost.join(', ')}`).toEqual([]);
  }
  const left = new Set(
    (await database.db.selectFrom('suppressions').select('id').execute()).map(({ id }) => id),
  );
  expect(suppressions.filter(({ id }) => !left.has(id))).toEqual([]);
}

test('No sequence of changes in HubSpot, changes here and syncs ever takes a stop from an address', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 14 }),
      fc.constantFrom('keep' as const, 'delete' as const),
      fc.constantFrom('hubspot' as const, 'presend' as const, 'newest' as const),
      async (steps, onDelete, rule) => {
        const world = await setUp(onDelete, rule);
        try {
          await checkedSync(world.database, world.sync, false);
          for (const one of steps) await perform(world, one);
          await checkedSync(world.database, world.sync, false);
          await checkedSync(world.database, world.sync, true);
        } finally {
          await world.hubSpot.close();
        }
      },
    ),
    { numRuns: Number(process.env['FC_RUNS'] ?? 25), endOnFailure: false },
  );
}, 600_000);
