import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recordAudit } from '../../src/store/audit.ts';
import { Notes } from '../../src/review/notes.ts';
import { Presence } from '../../src/review/presence.ts';
import type { LiveChange } from '../../src/review/web-types.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';
import { openDatabaseOf } from '../support/store.ts';
import { act, hold, queue, startDesk } from './desk.ts';

interface ServerEvent {
  id: string | null;
  event: string;
  data: any;
}

/** A browser's event source, as far as a test needs one. */
class EventReader {
  readonly events: ServerEvent[] = [];
  lastId = '';
  status = 0;
  headers = new Headers();
  closed = false;
  readonly #abort = new AbortController();

  static async open(
    gate: Pick<TestGate, 'httpBase'>,
    person: Pick<SignedIn, 'cookie'>,
    { query = '', lastId }: { query?: string; lastId?: string } = {},
  ): Promise<EventReader> {
    const reader = new EventReader();
    const response = await fetch(`${gate.httpBase}/api/live${query}`, {
      headers: { Cookie: person.cookie, ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }) },
      signal: reader.#abort.signal,
    });
    reader.status = response.status;
    reader.headers = response.headers;
    if (response.status === 200) void reader.#read(response);
    onTestFinished(() => reader.close());
    return reader;
  }

  get changes(): LiveChange[] {
    return this.events.filter((one) => one.event === 'change').map((one) => one.data);
  }

  close(): void {
    this.#abort.abort();
  }

  async until(check: (reader: EventReader) => boolean, what: string): Promise<void> {
    await expect.poll(() => check(this), { timeout: 10_000, interval: 10, message: what }).toBe(true);
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // Cut off by either side.
    }
    this.closed = true;
  }

  #take(block: string): void {
    const field = (name: string): string | null =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2) ?? null;
    const event = field('event');
    if (event === null) return;
    const id = field('id');
    if (id !== null) this.lastId = id;
    this.events.push({ id, event, data: JSON.parse(field('data') ?? 'null') });
  }
}

describe('the live stream', () => {
  test.each(['disabled', 'signed out'])('ends at once for who is %s', async (how) => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const admin = await signIn(gate);
    const stream = await EventReader.open(gate, ann);
    await stream.until(({ events }) => events.some((one) => one.event === 'hello'), 'a first id');
    const kept = await EventReader.open(gate, admin);
    const answer =
      how === 'disabled'
        ? await admin.send('POST', `/users/${ann.account.id}/disable`)
        : await ann.send('POST', '/session/end');
    expect(answer.status).toBeLessThan(300);
    await stream.until(({ closed }) => closed, 'its end');
    expect(kept.closed).toBe(false);
    expect((await EventReader.open(gate, ann)).status).toBe(401);
  });

  test('tells of every change, from this process and others, and who looks at what', async () => {
    const desk = await startDesk();
    const { gate, ann, bob } = desk;
    const stream = await EventReader.open(gate, ann);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    await stream.until(({ events }) => events.some((one) => one.event === 'hello'), 'a first id');
    const { id } = await hold(desk);
    await stream.until(
      ({ changes }) => changes.some((one) => one.action === 'judged' && one.state === 'held'),
      'the hold',
    );
    await act(bob, id, 'reject', { reason: 'no' });
    await stream.until(
      ({ changes }) =>
        changes.some(
          (one) => one.subject.id === id && one.state === 'rejected' && one.actor === 'bob@gate.test',
        ),
      "Bob's act",
    );

    // Another process: the command line on the same database.
    const other = await openDatabaseOf(gate.dataDir);
    onTestFinished(() => other.close());
    await new Notes({ database: other, now: () => gate.now() }).comment(id, 'from the terminal', {
      actor: 'cli:root',
    });
    await stream.until(
      ({ changes }) => changes.some((one) => one.action === 'comment' && one.actor === 'cli:root'),
      'the comment',
    );

    const seen = await act(bob, id, 'presence');
    expect(seen.body).toEqual({ delivery_id: id, people: [] });
    await stream.until(
      ({ events }) => events.some((one) => one.event === 'presence' && one.data.people[0]?.name === 'Bob'),
      'Bob looks',
    );
    expect((await ann.get(`/deliveries/${id}`)).body.viewers).toEqual([{ id: bob.account.id, name: 'Bob' }]);
    const late = await EventReader.open(gate, ann);
    await late.until(({ events }) => events.some((one) => one.event === 'presence'), 'who is there already');
    await act(bob, id, 'presence', { leave: true });
    await stream.until(
      ({ events }) => events.at(-1)?.event === 'presence' && events.at(-1)?.data.people.length === 0,
      'Bob left',
    );
    expect(stream.changes.map((one) => one.id)).toEqual(
      [...new Set(stream.changes.map((one) => one.id))].toSorted((a, b) => a - b),
    );
  });

  test('goes on after a restart of the gate without loss and without anything twice', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'presend-live-'));
    const first = await startGate({ dataDir });
    const note = (gate: TestGate, n: number) =>
      gate.app.database.transact((trx) =>
        recordAudit(trx, {
          at: n,
          actor: 'test',
          subject: { type: 'engine', id: `e${n}` },
          action: 'noted',
        }),
      );
    const ann = await signIn(first, { role: 'reviewer' });
    const before = await EventReader.open(first, ann);
    await note(first, 1);
    await note(first, 2);
    await before.until(({ changes }) => changes.length === 2, 'two');
    await first.app.stop();
    await before.until(({ closed }) => closed, 'the stream ended with the gate');

    const second = await startGate({ dataDir, keepEngines: true });
    await note(second, 3);
    const after = await EventReader.open(second, ann, { query: '?after=0', lastId: before.lastId });
    await note(second, 4);
    await after.until(({ changes }) => changes.some((one) => one.subject.id === 'e4'), 'the newest');
    const told = [...before.changes, ...after.changes]
      .filter((one) => one.action === 'noted')
      .map((one) => one.subject.id);
    expect(told).toEqual(['e1', 'e2', 'e3', 'e4']);
  });

  test('goes on from a page of the queue, and says so when too much was missed', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const { live_id } = await queue(ann);
    const { id } = await hold(desk);
    const stream = await EventReader.open(gate, ann, { query: `?after=${live_id}` });
    await stream.until(
      ({ changes }) => changes.some((one) => one.subject.id === id),
      'what came after the page',
    );

    await gate.app.database.transact(async (trx) => {
      for (let n = 0; n < 2_100; n += 1) {
        await recordAudit(trx, {
          at: n,
          actor: 'test',
          subject: { type: 'engine', id: 'x' },
          action: 'noted',
        });
      }
    });
    const newest = (await queue(ann)).live_id;
    for (const after of [live_id, newest + 1_000]) {
      const lost = await EventReader.open(gate, ann, { query: `?after=${after}` });
      await lost.until(({ events }) => events.length > 0, 'an event');
      expect(lost.events[0]).toEqual({ id: String(newest), event: 'reset', data: { live_id: newest } });
    }
    // Who is connected hears of all of it.
    await stream.until(
      ({ changes }) => changes.filter((one) => one.action === 'noted').length === 2_100,
      'all',
    );
  });

  test('tells reviewers nothing of users and sign-ins', async () => {
    const { gate, ann } = await startDesk();
    const auditor = await signIn(gate, { role: 'auditor' });
    const streams = [await EventReader.open(gate, ann), await EventReader.open(gate, auditor)];
    for (const type of ['user', 'engine']) {
      await gate.app.database.transact((trx) =>
        recordAudit(trx, { at: 1, actor: 'test', subject: { type, id: 'x' }, action: 'noted' }),
      );
    }
    for (const stream of streams) {
      await stream.until(({ changes }) => changes.some((one) => one.subject.type === 'engine'), 'the engine');
    }
    const types = streams.map(({ changes }) =>
      changes.filter((one) => one.action === 'noted').map((one) => one.subject.type),
    );
    expect(types).toEqual([['engine'], ['user', 'engine']]);
  });

  test('is open so many times for one account, and for nobody without one', async () => {
    const { gate, ann, bob } = await startDesk();
    const statuses = [];
    for (let i = 0; i < 9; i += 1) statuses.push((await EventReader.open(gate, ann)).status);
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), 429]);
    expect((await EventReader.open(gate, bob)).status).toBe(200);
    expect((await EventReader.open(gate, { cookie: 'presend_session=x' })).status).toBe(401);
    expect((await EventReader.open(gate, bob, { lastId: 'x' })).status).toBe(400);
  });
});

test('who has not said for half a minute that they are there has left', () => {
  let now = 1_000;
  const told: string[] = [];
  const presence = new Presence({
    now: () => now,
    onChange: ({ delivery_id, people }) =>
      told.push(`${delivery_id}: ${people.map(({ name }) => name).join(' ')}`),
  });
  onTestFinished(() => presence.stop());
  presence.see('d1', { id: 'a', name: 'Ann' });
  presence.see('d1', { id: 'b', name: 'Bob' });
  now += 20_000;
  presence.see('d1', { id: 'a', name: 'Ann' });
  now += 15_000;
  expect(presence.others('d1', 'a')).toEqual([]);
  presence.sweep();
  presence.leave('d1', { id: 'a', name: 'Ann' });
  presence.leave('d1', { id: 'a', name: 'Ann' });
  expect(told).toEqual(['d1: Ann', 'd1: Ann Bob', 'd1: Ann', 'd1: ']);
  expect(presence.all()).toEqual([]);
});
