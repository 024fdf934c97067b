import { describe, expect, it } from 'vitest';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { findProspect, snapshot } from '../../src/crm/snapshot.ts';
import { createProspect } from '../../src/crm/store.ts';
import { possibleOptOut, suppressedChannels } from '../../src/crm/suppression-store.ts';
import { takeInbound } from '../../src/feedback/take-reply.ts';
import { rejectionsOf } from '../../src/judge/language/rejection.ts';
import { decidedByRecord } from '../../src/judge/record-rules.ts';
import { NOW, ann } from '../crm/open.ts';
import { sentMail } from './sent-mail.ts';
import { HOUR, inbound, replyDesk, suppressionsIn, threadOf } from './setup.ts';

const RULES = {
  rules: { disqualifier: 'enforce', opt_out: 'enforce' },
  disqualifiers: { known: [] },
} as never;

describe('a reply', () => {
  it('joins the thread it answers, without its quotes', async () => {
    const { database, deps } = await replyDesk();
    const taken = await takeInbound(deps, inbound());
    expect(taken).toEqual({ result: 'reply', threadId: 't1', prospectId: 'p1', suppressed: [] });
    expect((await threadOf(database)).at(-1)).toMatchObject({
      thread_id: 't1',
      direction: 'in',
      person: 'Jane Roe',
      role: 'vp_eng',
      text: 'Thanks, let us talk on Friday.',
      at: NOW - 60_000,
    });
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it('is one message however often it comes', async () => {
    const { database, deps } = await replyDesk();
    await takeInbound(deps, inbound());
    expect((await takeInbound(deps, inbound())).result).toBe('seen');
    expect(await threadOf(database)).toHaveLength(2);
  });

  it('that names no mail of ours joins the open thread of its sender', async () => {
    const { deps } = await replyDesk();
    const taken = await takeInbound(deps, inbound({ inReplyTo: null, references: [] }));
    expect(taken).toMatchObject({ threadId: 't1', prospectId: 'p1' });
  });

  it('from a prospect without a thread opens one', async () => {
    const { database, deps } = await replyDesk();
    await database.transact((trx) => createProspect(trx, { id: 'p2', address: 'bo@other.example' }, ann));
    const mail = inbound({ from: 'bo@other.example', inReplyTo: null, references: [] });
    const { threadId } = await takeInbound(deps, mail);
    expect(threadId).toMatch(/^t_/);
    expect((await threadOf(database)).at(-1)).toMatchObject({ thread_id: threadId, prospect_id: 'p2' });
  });

  it('is found by the Message-ID that the provider made of its own id', async () => {
    const { database, deps } = await replyDesk();
    await sentMail(database, { upstreamId: '0100-abc' });
    const mail = inbound({
      from: 'jane.private@mail.example',
      inReplyTo: '<0100-abc@eu-west-1.amazonses.com>',
      references: [],
      text: 'stop',
    });
    const taken = await takeInbound(deps, mail);
    expect(taken).toMatchObject({ result: 'opt_out', threadId: 't1', prospectId: 'p1' });
    expect(taken.suppressed.map(({ value }) => value).sort()).toEqual([
      'jane.private@mail.example',
      'jane@acme.example',
    ]);
  });

  it('that declines a subject is what soft_rejection reads', async () => {
    const { database, deps } = await replyDesk();
    await takeInbound(deps, inbound({ text: 'We are not interested in payroll outsourcing, thanks.' }));
    const found = await findProspect(database.db, { address: 'jane@acme.example', prospectIdHint: null });
    const record = await snapshot(database.db, {
      found: found!,
      address: 'jane@acme.example',
      threadId: 't1',
      names: [],
      fingerprints: [],
      today: '2026-03-01',
    });
    expect(rejectionsOf(record, '2026-03-01')[0]?.fields).toEqual([
      { field: 'thread[1]', value: 'We are not interested in payroll outsourcing, thanks.' },
    ]);
  });

  it('counts from when it is known if mail was judged before that', async () => {
    const { database, deps } = await replyDesk();
    await sentMail(database, { upstreamId: null, state: 'held', judgedAt: NOW - 1000 });
    await takeInbound(deps, inbound({ at: NOW - HOUR }));
    expect((await threadOf(database)).at(-1)?.at).toBe(NOW);
    const record = await recheckRecord(database.db, { address: 'jane@acme.example', prospectId: 'p1' });
    expect(record.newest_reply_at).toBe(NOW);
    // Held mail is judged again with it.
    expect((await database.db.selectFrom('revisions').selectAll().execute()).at(-1)).toMatchObject({
      table_name: 'thread_messages',
      actor: 'reply:<reply-1@acme.example>',
    });
  });
});

describe('an opt-out', () => {
  it('suppresses the sender with the sentence as evidence of rule 2', async () => {
    const { database, deps, queued } = await replyDesk();
    const taken = await takeInbound(
      deps,
      inbound({ text: 'Hi Ann,\n\nPlease take me off your list.\n\nJane' }),
    );
    expect(taken).toMatchObject({ result: 'opt_out', threadId: 't1' });
    const reason = '"Please take me off your list." (2026-03-01)';
    expect(await suppressionsIn(database)).toMatchObject([
      {
        kind: 'address',
        value: 'jane@acme.example',
        channel: 'email',
        reason,
        source: 'reply:<reply-1@acme.example>',
      },
    ]);
    expect(queued).toEqual([{ kind: 'address', value: 'jane@acme.example', reason, at: NOW, except: null }]);
    const record = await recheckRecord(database.db, { address: 'jane@acme.example', prospectId: 'p1' });
    expect(decidedByRecord(record, RULES)).toEqual({
      rule: 'opt_out',
      rationale: 'The prospect opted out of email.',
      fields: [
        { field: 'opt_out_channels', value: ['email'] },
        {
          field: 'suppressions',
          value: [
            { value: 'jane@acme.example', channel: 'email', reason, source: 'reply:<reply-1@acme.example>' },
          ],
        },
      ],
    });
  });

  it('for the whole company suppresses its domain', async () => {
    const { database, deps } = await replyDesk();
    const text = 'Please remove our company from your list.';
    await takeInbound(deps, inbound({ from: 'jane@mail.acme.example', text }));
    const values = (await suppressionsIn(database)).map(({ kind, value }) => `${kind} ${value}`);
    expect(values.sort()).toEqual([
      'address jane@acme.example',
      'address jane@mail.acme.example',
      'domain acme.example',
    ]);
  });

  it.each([
    'rui@gmail.com',
    'rui@web.de',
  ])('for the company of %s suppresses the address alone', async (from) => {
    const { database, deps } = await replyDesk();
    await database.transact((trx) => createProspect(trx, { id: 'p3', address: from }, ann));
    const text = 'Do not contact anyone here again.';
    const taken = await takeInbound(deps, inbound({ from, text, inReplyTo: null, references: [] }));
    expect(taken.result).toBe('opt_out');
    expect((await suppressionsIn(database)).map(({ kind }) => kind)).toEqual(['address']);
  });

  it('of a stranger who answers nothing holds for that address alone', async () => {
    const { database, deps } = await replyDesk();
    const stranger = { from: 'max@big.example', inReplyTo: null, references: [] };
    const text = 'Stop emailing anyone at our company.';
    await takeInbound(deps, inbound({ ...stranger, text }));
    expect(await suppressionsIn(database)).toMatchObject([{ kind: 'address', value: 'max@big.example' }]);
    expect(await threadOf(database)).toHaveLength(1);
    const other = await takeInbound(
      deps,
      inbound({ ...stranger, messageId: '<x@y>', text: 'Nice to meet you' }),
    );
    expect(other.result).toBe('unrelated');
  });

  it('of every channel is one of all', async () => {
    const { database, deps } = await replyDesk();
    await takeInbound(deps, inbound({ text: 'Please delete all my personal data.' }));
    expect((await suppressionsIn(database))[0]?.channel).toBe('all');
  });

  it('keeps a very long sentence within 300 characters', async () => {
    const { database, deps } = await replyDesk();
    const text = `Please take me off your list, because ${'we talked about this so often '.repeat(20)}`;
    await takeInbound(deps, inbound({ text }));
    expect((await suppressionsIn(database))[0]?.reason?.length).toBe(300);
  });
});

describe('mail that is no reply', () => {
  it('an automatic mail changes nothing, whatever it says', async () => {
    const { database, deps } = await replyDesk();
    const taken = await takeInbound(
      deps,
      inbound({
        automatic: true,
        text: 'I am out of office. Please do not contact me again before May. STOP',
      }),
    );
    expect(taken.result).toBe('automatic');
    expect(await threadOf(database)).toHaveLength(1);
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it.each([
    'ann@sender.example',
    'boss@inside.example',
    'presend@localhost.localdomain',
    'replies@gate.example',
  ])('mail from our own side (%s) changes nothing', async (from) => {
    const { database, deps } = await replyDesk();
    expect((await takeInbound(deps, inbound({ from, text: 'stop' }))).result).toBe('own');
    expect(await threadOf(database)).toHaveLength(1);
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it('the quoted STOP of our own mail opts nobody out', async () => {
    const { database, deps } = await replyDesk();
    await takeInbound(deps, inbound());
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it('a failing write-back queue leaves nothing half done', async () => {
    const { database, deps } = await replyDesk();
    const failing = { ...deps, queueWriteBacks: () => Promise.reject(new Error('disk full')) };
    await expect(takeInbound(failing, inbound({ text: 'unsubscribe' }))).rejects.toThrow('disk full');
    expect(await threadOf(database)).toHaveLength(1);
    expect(await suppressionsIn(database)).toEqual([]);
  });
});

describe('a reply that may be an opt-out', () => {
  const unclear = (value: string) => ({
    kind: 'address',
    value,
    channel: 'unclear',
    reason: '"My inbox is off limits." (2026-03-01)',
    source: 'reply:<reply-1@acme.example>',
  });

  it('is noted for its writer and whom it answers for, suppresses nothing and tells no provider', async () => {
    const { database, deps, queued } = await replyDesk();
    const mail = inbound({ from: 'pa@acme.example', text: 'My inbox is off limits.' });
    expect(await takeInbound(deps, mail)).toMatchObject({ result: 'reply', suppressed: [] });
    const noted = await database.db.selectFrom('suppressions').selectAll().orderBy('value').execute();
    expect(noted).toMatchObject([unclear('jane@acme.example'), unclear('pa@acme.example')]);
    expect(await suppressedChannels(database.db, 'jane@acme.example')).toEqual([]);
    expect(await possibleOptOut(database.db, ['JANE@acme.example'])).toMatchObject({
      value: 'jane@acme.example',
    });
    expect(await possibleOptOut(database.db, ['bo@acme.example'])).toBeNull();
    expect(queued).toEqual([]);
    const record = await recheckRecord(database.db, { address: 'jane@acme.example', prospectId: 'p1' });
    expect(record).toMatchObject({ opt_out_channels: [], suppressions: [] });
    expect(decidedByRecord(record, RULES)).toBeNull();
  });

  it.each([
    { case: 'a stranger', changes: { from: 'who@else.example', inReplyTo: null, references: [] } },
    { case: 'a machine', changes: { automatic: true } },
  ])('by $case is not noted', async ({ changes }) => {
    const { database, deps } = await replyDesk();
    await takeInbound(deps, inbound({ text: 'My inbox is off limits.', ...changes }));
    expect(await suppressionsIn(database)).toEqual([]);
  });
});
