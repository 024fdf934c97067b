import { asyncProperty, assert, constantFrom, integer, option, record, subarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPeer, updatePeer } from '../../src/crm/list-store.ts';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { fieldChanges, revert, revertImport } from '../../src/crm/revert.ts';
import { getRevision, history } from '../../src/crm/revision-store.ts';
import {
  createCompany,
  createProspect,
  deleteCompany,
  deleteProspect,
  findCompany,
  getCompany,
  getProspect,
  getProspectByAddress,
  updateCompany,
  updateProspect,
} from '../../src/crm/store.ts';
import {
  addSuppression,
  possibleOptOut,
  removeSuppressions,
  suppressedChannels,
  suppressionTarget,
  UNCLEAR,
} from '../../src/crm/suppression-store.ts';
import { ann, later, NOW, openDatabase } from './open.ts';

describe('companies and prospects', () => {
  test('a new record holds what was given and null for what is unknown', async () => {
    const database = await openDatabase();
    const { company, prospect } = await database.transact(async (trx) => {
      const company = await createCompany(trx, { name: 'Acme GmbH', domain: 'ACME.example' }, ann);
      const prospect = await createProspect(
        trx,
        { address: 'Jane+x@Acme.example', company_id: company.id, disqualifiers: ['local_only'] },
        ann,
      );
      return { company, prospect };
    });
    expect(company).toMatchObject({
      name_key: 'acme',
      domain: 'acme.example',
      headcount: null,
      created_at: NOW,
    });
    expect(prospect).toMatchObject({ address_key: 'jane@acme.example', disqualifiers: ['local_only'] });
    expect(await getProspectByAddress(database.db, '<JANE@acme.example>')).toEqual(prospect);
    expect(await findCompany(database.db, { name: 'ACME, Inc.' })).toEqual(company);
    expect(await findCompany(database.db, { domain: 'acme.example', name: 'Other' })).toEqual(company);
  });

  test('what stops mail to a prospect stops it at a new address set by hand, and at the old one', async () => {
    const database = await openDatabase();
    const { db } = database;
    const transact = database.transact.bind(database);
    const stopped = async (address: string): Promise<unknown> => [
      (await recheckRecord(db, { address, prospectId: null })).opt_out_channels.toSorted(),
      (await possibleOptOut(db, [address])) !== null,
    ];
    const jane = await transact((trx) =>
      createProspect(trx, { address: 'jane@acme.example', opt_out_channels: ['email'] }, ann),
    );
    for (const channel of ['phone', UNCLEAR]) {
      const target = suppressionTarget('jane@acme.example');
      await transact((trx) =>
        addSuppression(trx, { ...target, channel, reason: null, source: 'provider:ses' }, ann),
      );
    }
    await transact((trx) => updateProspect(trx, jane.id, { address: 'jane@other.example' }, later(1)));
    expect(await stopped('jane@other.example')).toEqual([['email', 'phone'], true]);
    expect(await stopped('jane@acme.example')).toEqual([['email', 'phone'], true]);

    // Back by taking the change back: what came in at the second address follows too.
    await transact((trx) =>
      addSuppression(
        trx,
        { ...suppressionTarget('jane@other.example'), channel: 'all', reason: null, source: 'reply' },
        later(2),
      ),
    );
    const [move] = await history(db, 'prospects', jane.id);
    await transact((trx) => revert(trx, move?.id ?? 0, later(3)));
    expect(await stopped('jane@acme.example')).toEqual([['all', 'email', 'phone'], true]);
  });

  test('the former address of somebody disqualified is not mailed', async () => {
    const database = await openDatabase();
    await database.transact(async (trx) => {
      const company = await createCompany(trx, { name: 'Acme', disqualifiers: ['competitor'] }, ann);
      const { id } = await createProspect(trx, { address: 'j@acme.example', company_id: company.id }, ann);
      await updateProspect(trx, id, { address: 'j@other.example' }, later(1));
    });
    expect(await suppressedChannels(database.db, 'j@acme.example')).toEqual(['all']);
    expect(await suppressedChannels(database.db, 'j@other.example')).toEqual([]);
  });

  test('an address belongs to one prospect only', async () => {
    const database = await openDatabase();
    await database.transact((trx) => createProspect(trx, { address: 'jane@acme.example' }, ann));
    await expect(
      database.transact((trx) => createProspect(trx, { address: 'Jane@ACME.example' }, ann)),
    ).rejects.toThrow(/already the address of prospect/u);
    await expect(database.transact((trx) => createProspect(trx, { address: 'nobody' }, ann))).rejects.toThrow(
      /not a mail address/u,
    );
  });

  test('an update that changes nothing leaves no revision', async () => {
    const database = await openDatabase();
    const company = await database.transact((trx) => createCompany(trx, { name: 'Acme' }, ann));
    const same = await database.transact((trx) => updateCompany(trx, company.id, { name: 'Acme' }, later(1)));
    expect(same).toEqual(company);
    expect(await history(database.db, 'companies', company.id)).toHaveLength(1);
  });

  test('a company with prospects is not deleted; a prospect goes with its commitments', async () => {
    const database = await openDatabase();
    await database.transact(async (trx) => {
      await createCompany(trx, { id: 'c1', name: 'Acme' }, ann);
      await createProspect(trx, { id: 'p1', address: 'jane@acme.example', company_id: 'c1' }, ann);
    });
    await expect(database.transact((trx) => deleteCompany(trx, 'c1', ann))).rejects.toThrow(
      /still has prospects/u,
    );
    await database.transact(async (trx) => {
      await deleteProspect(trx, 'p1', ann);
      await deleteCompany(trx, 'c1', ann);
    });
    expect(await getProspect(database.db, 'p1')).toBeNull();
  });
});

describe('revisions', () => {
  test('a revision says who changed what, from what to what', async () => {
    const database = await openDatabase();
    await database.transact((trx) => createCompany(trx, { id: 'c1', name: 'Acme', headcount: 10 }, ann));
    await database.transact((trx) =>
      updateCompany(trx, 'c1', { headcount: 350, disqualifiers: ['competitor'] }, later(5)),
    );
    const [newest, first] = await history(database.db, 'companies', 'c1');
    expect(newest).toMatchObject({ actor: 'test:ben', at: NOW + 300_000 });
    expect(fieldChanges(newest ?? { before: null, after: null })).toEqual([
      { field: 'headcount', before: 10, after: 350 },
      { field: 'disqualifiers', before: [], after: ['competitor'] },
    ]);
    expect(first).toMatchObject({ actor: 'test:ann', before: null });
  });

  test('reverting an edit gives back the record as it was, and reverting the revert the edit', async () => {
    const database = await openDatabase();
    const role = option(constantFrom('cto', 'founder', 'VP Engineering'), { nil: null });
    const flags = subarray(['anti_offshore', 'local_only', 'do_not_contact']);
    const fields = record({
      name: option(constantFrom('Jane', 'Élodie "El" O\'Neil'), { nil: null }),
      recipient_role: role,
      disqualifiers: flags,
      opt_out_channels: subarray(['email', 'sms']),
      available_signals: record({ roles: integer() }),
    });
    let n = 0;
    await assert(
      asyncProperty(fields, fields, async (first, second) => {
        n += 1;
        const id = `p${n}`;
        const before = await database.transact((trx) =>
          createProspect(trx, { id, address: `p${n}@acme.example`, ...first }, ann),
        );
        const edited = await database.transact((trx) => updateProspect(trx, id, second, later(1)));
        const [edit, creation] = await history(database.db, 'prospects', id);
        if (!creation) return;
        await database.transact((trx) => revert(trx, edit?.id ?? 0, later(2)));
        expect(await getProspect(database.db, id)).toEqual(before);
        const [undo] = await history(database.db, 'prospects', id);
        expect(undo?.reverts).toBe(edit?.id);
        await database.transact((trx) => revert(trx, undo?.id ?? 0, later(3)));
        expect(await getProspect(database.db, id)).toEqual(edited);
      }),
      { numRuns: 60 },
    );
  });

  test('reverting a creation deletes, and reverting a deletion restores with the same id', async () => {
    const database = await openDatabase();
    const peer = await database.transact((trx) =>
      addPeer(trx, { name: 'Globex', city: 'Berlin', industry: 'Fintech' }, ann),
    );
    const [creation] = await history(database.db, 'peers', peer.id);
    await database.transact((trx) => revert(trx, creation?.id ?? 0, later(1)));
    expect(await database.db.selectFrom('peers').selectAll().execute()).toEqual([]);
    const [deletion] = await history(database.db, 'peers', peer.id);
    await database.transact((trx) => revert(trx, deletion?.id ?? 0, later(2)));
    expect(await database.db.selectFrom('peers').selectAll().execute()).toEqual([peer]);
    await expect(database.transact((trx) => revert(trx, deletion?.id ?? 0, later(3)))).rejects.toThrow(
      /exists again/u,
    );
  });

  test('a record that changed since is not reverted unless forced, and then later fields stay', async () => {
    const database = await openDatabase();
    await database.transact((trx) => createProspect(trx, { id: 'p1', address: 'jane@acme.example' }, ann));
    await database.transact((trx) => updateProspect(trx, 'p1', { title: 'CTO' }, later(1)));
    await database.transact((trx) => updateProspect(trx, 'p1', { opt_out_channels: ['email'] }, later(2)));
    const [, titled] = await history(database.db, 'prospects', 'p1');
    await expect(database.transact((trx) => revert(trx, titled?.id ?? 0, later(3)))).rejects.toThrow(
      /prospects p1 changed since revision 2: revision 3 by test:ben/u,
    );
    await database.transact((trx) => revert(trx, titled?.id ?? 0, later(4), { force: true }));
    expect(await getProspect(database.db, 'p1')).toMatchObject({ title: null, opt_out_channels: ['email'] });
  });

  test('a creation is not reverted while other records need it', async () => {
    const database = await openDatabase();
    await database.transact((trx) => createCompany(trx, { id: 'c1', name: 'Acme' }, ann));
    await database.transact((trx) =>
      createProspect(trx, { address: 'jane@acme.example', company_id: 'c1' }, ann),
    );
    await expect(database.transact((trx) => revert(trx, 1, later(1)))).rejects.toThrow(
      /still has prospects/u,
    );
    await expect(database.transact((trx) => revert(trx, 99, later(1)))).rejects.toThrow(/no revision 99/u);
    expect((await getRevision(database.db, 1)).table_name).toBe('companies');
  });

  test('a deletion is not reverted when another record has taken the address', async () => {
    const database = await openDatabase();
    await database.transact((trx) => createProspect(trx, { id: 'p1', address: 'jane@acme.example' }, ann));
    await database.transact((trx) => deleteProspect(trx, 'p1', later(1)));
    await database.transact((trx) =>
      createProspect(trx, { id: 'p2', address: 'jane@acme.example' }, later(2)),
    );
    await expect(database.transact((trx) => revert(trx, 2, later(3)))).rejects.toThrow(/taken its place/u);
  });

  test('an import is reverted as a whole or not at all', async () => {
    const database = await openDatabase();
    const change = { ...ann, importId: 'i1' };
    await database.transact((trx) => createCompany(trx, { id: 'old', name: 'Old', headcount: 5 }, ann));
    await database.transact(async (trx) => {
      await updateCompany(trx, 'old', { headcount: 9 }, change);
      await createCompany(trx, { id: 'c1', name: 'Acme' }, change);
      await createProspect(trx, { id: 'p1', address: 'jane@acme.example', company_id: 'c1' }, change);
    });
    await database.transact((trx) => updateCompany(trx, 'old', { headcount: 12 }, later(1)));
    await expect(database.transact((trx) => revertImport(trx, 'i1', later(2)))).rejects.toThrow(
      /changed since/u,
    );
    expect(await getProspect(database.db, 'p1')).not.toBeNull();

    expect(await database.transact((trx) => revertImport(trx, 'i1', later(3), { force: true }))).toBe(3);
    expect(await getProspect(database.db, 'p1')).toBeNull();
    expect(await getCompany(database.db, 'c1')).toBeNull();
    expect(await getCompany(database.db, 'old')).toMatchObject({ headcount: 5 });
  });
});

describe('suppressions', () => {
  test('an address is opted out by itself, by its domain and by a parent domain', async () => {
    const database = await openDatabase();
    await database.transact(async (trx) => {
      const say = { reason: null, source: 'test' };
      await addSuppression(
        trx,
        { ...suppressionTarget('Jane+x@mail.acme.example'), channel: 'sms', ...say },
        ann,
      );
      await addSuppression(trx, { ...suppressionTarget('@acme.example'), channel: 'email', ...say }, ann);
      await addSuppression(trx, { ...suppressionTarget('@acme.example'), channel: 'email', ...say }, ann);
    });
    expect(await suppressedChannels(database.db, 'jane@mail.acme.example')).toEqual(['email', 'sms']);
    expect(await suppressedChannels(database.db, 'ben@acme.example')).toEqual(['email']);
    expect(await suppressedChannels(database.db, 'ben@notacme.example')).toEqual([]);
    expect(await suppressedChannels(database.db, 'no address')).toEqual([]);

    expect(
      await database.transact((trx) =>
        removeSuppressions(trx, suppressionTarget('@acme.example'), null, ann),
      ),
    ).toBe(1);
    expect(await suppressedChannels(database.db, 'ben@acme.example')).toEqual([]);
    expect(() => suppressionTarget('acme')).toThrow(/neither an address nor a domain/u);
  });
});

test('renaming a peer changes its key and keeps its place', async () => {
  const database = await openDatabase();
  const peer = await database.transact((trx) =>
    addPeer(trx, { name: 'Globex', city: 'São Paulo', industry: 'Fintech' }, ann),
  );
  const renamed = await database.transact((trx) => updatePeer(trx, peer.id, { name: 'Initech Ltd' }, ann));
  expect(renamed).toMatchObject({ name_key: 'initech', city_key: 'sao paulo', industry_key: 'fintech' });
});
