import { expect, test } from 'vitest';
import { newestPerProspect } from '../../src/kill-switch/false-positive-store.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';

async function verdictOf(gate: TestGate, address: string) {
  const { db } = gate.app.database;
  return db
    .selectFrom('verdicts')
    .innerJoin('deliveries', 'deliveries.id', 'verdicts.delivery_id')
    .select('verdicts.id')
    .where('deliveries.recipient', '=', address)
    .executeTakeFirstOrThrow();
}

test('the window has what the adapter stopped and what passed, and nothing that a rule or another doubt stopped', async () => {
  const adapter = new FakeAdapter(({ draft }) => {
    if (draft.body.includes('stop')) return { BLOCK: 0.97 };
    return draft.body.includes('doubt') ? { BLOCK: 0.4, PASS: 0.4 } : { PASS: 0.98 };
  });
  const gate = await startGate({ model: modelOf(adapter) });
  await expect.poll(() => adapter.state.state, { timeout: 10_000 }).toBe('ready');
  const { database } = gate.app;
  for (const name of ['passes', 'stop', 'doubt', 'rule', 'vertical']) {
    await addProspect(gate, `vp@${name}.example`);
    await gate.send({ to: `vp@${name}.example`, text: `Hello, ${name}.` });
  }
  // A rule penalised it beside the adapter's PASS; and it was read, but its vertical is not validated.
  const finding = {
    rule: 'generic_peers',
    decision: 'PENALISE',
    enforced: true,
    rationale: '',
    spans: [],
    fields: [],
  };
  const rule = await verdictOf(gate, 'vp@rule.example');
  const vertical = await verdictOf(gate, 'vp@vertical.example');
  await database.transact(async (trx) => {
    const penalised = { decision: 'PENALISE' as const, findings: JSON.stringify([finding]) };
    await trx.updateTable('verdicts').set(penalised).where('id', '=', rule.id).execute();
    const doubted = { decision: null, hold_reason: 'unvalidated_vertical' };
    await trx.updateTable('verdicts').set(doubted).where('id', '=', vertical.id).execute();
  });
  const window = await newestPerProspect({ db: database.db, version: 'fake@1', since: 0 }, 500);
  const recipients = new Map((await gate.deliveries()).map(({ id, recipient }) => [id, recipient]));
  expect(window.map(({ delivery, stopped }) => [recipients.get(delivery), stopped])).toEqual([
    ['vp@passes.example', false],
    ['vp@stop.example', true],
    ['vp@doubt.example', true],
  ]);
});
