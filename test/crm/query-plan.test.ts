import { expect, test } from 'vitest';
import { importCsv } from '../../src/crm/csv.ts';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { findProspect, recordRelayed, snapshot } from '../../src/crm/snapshot.ts';
import { findThread } from '../../src/crm/threads.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import type { Database } from '../../src/store/database.ts';
import { plansOf } from '../support/query-plans.ts';
import { NOW, openDatabase } from './open.ts';

const TEXT = 'We would like to tell you that the new office in Lisbon opens in May with forty people.';

async function load(database: Database, kind: 'prospects' | 'threads' | 'peers', text: string) {
  await importCsv(database, {
    kind,
    bytes: Buffer.from(text),
    name: kind,
    actor: 't',
    at: NOW,
    fingerprint: fingerprints,
  });
}

function never(): never {
  throw new Error('the prospect is unknown');
}

test('look-up, snapshot, re-check and record-keeping search indexes and scan no table', async () => {
  const database = await openDatabase();
  await load(
    database,
    'prospects',
    'id,email,company,domain,city,industry\np1,a@acme.example,Acme,acme.example,Berlin,Fintech\np2,b@acme.example,Acme,acme.example,,\np3,c@x.example,X,x.example,,\n',
  );
  await load(database, 'peers', 'name,city,industry\nGlobex,Berlin,Fintech\n');
  await load(
    database,
    'threads',
    `thread_id,prospect_id,direction,at,text,message_id\nt1,p1,out,2026-01-01,Hello,1@x\nt2,p2,in,2026-01-01,Hi,2@x\nt3,p3,in,2026-01-01,${TEXT},3@x\n`,
  );

  const plans = await plansOf(database, async (db) => {
    const found = await findProspect(db, { address: 'a@acme.example', prospectIdHint: 'p9' });
    const threadId = await findThread(db, {
      prospectId: 'p1',
      prospectThreadId: null,
      inReplyTo: '<9@x>',
      references: ['<8@x>'],
      threadIdHint: 't2',
    });
    const taken = await snapshot(db, {
      found: found ?? { prospect: never(), company: null },
      address: 'alias@sub.acme.example',
      threadId,
      names: ['Globex'],
      fingerprints: fingerprints(TEXT),
      today: '2026-03-01',
    });
    // Every kind of query must have run for the plans to mean something.
    expect(taken.foreign.map((f) => f.threadId)).toEqual(['t3', 't2']);
    expect(taken.peers).toHaveLength(1);
    await recheckRecord(db, { address: 'a@acme.example', prospectId: 'p3' });
    await db.transaction().execute((trx) =>
      recordRelayed(
        trx,
        {
          prospectId: 'p1',
          threadId,
          messageId: '<5@x>',
          subject: null,
          text: TEXT,
          at: NOW,
          peerNames: ['Globex'],
        },
        fingerprints,
      ),
    );
  });

  expect(plans.length).toBeGreaterThan(20);
  const scans = plans.flatMap(({ sql, steps }) =>
    // The list of wanted hashes is walked, of course, and so are derived tables of bounded queries.
    steps
      .filter(
        (step) =>
          /\bSCAN\b/u.test(step) &&
          !/SCAN (?:CONSTANT|json_each|wanted|rare|uses|\d+ CONSTANT|\(|wanted|\d)/u.test(step),
      )
      .map((step) => `${step}: ${sql}`),
  );
  expect(scans).toEqual([]);
  // Which of two that fit PostgreSQL takes of a few rows says nothing.
  if (database.engine === 'postgres') return;
  const steps = plans.flatMap((plan) => plan.steps).join('\n');
  for (const index of [
    'thread_messages_by_prospect',
    'thread_messages_by_company',
    'thread_messages_by_message_id',
    'peers_by_city',
    'commitments_by_prospect',
  ]) {
    expect(steps).toContain(index);
  }
});
