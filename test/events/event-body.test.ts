import { describe, expect, test } from 'vitest';
import {
  type DeliveryEventType,
  type DeliveryRow,
  eventBody,
  eventType,
} from '../../src/events/event-body.ts';
import {
  type Disposition,
  type DispositionEvent,
  type EventType,
  transition,
} from '../../src/message/disposition.ts';
import { newDelivery } from '../../src/queue/new-delivery.ts';

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

function at(state: Disposition['state'], more: Partial<Disposition> = {}): DeliveryRow {
  const row = newDelivery({
    id: 'd1',
    messageId: 'm1',
    engineId: 'e1',
    recipient: 'maria@prospect.example',
    internal: false,
    now: NOW,
  });
  return { ...(row as DeliveryRow), stops_others: 0, state, note: 'No rule fired.', ...more };
}

const STOPPED = at('held', {
  decision: 'BLOCK',
  hold_reason: 'generic_peers',
  note: 'Names "Acme" as a peer.',
});
const RULE = { decision: 'BLOCK', holdReason: 'thread_leak', note: 'It leaks.', expiresAt: null } as const;
const REJUDGED = { type: 'rejudged', decision: 'PENALISE', holdReason: 'funding_tier', note: 'n' } as const;
const ESCALATING = at('escalating', { note: 'C-level.', hold_reason: 'c_level', decision: 'ESCALATE' });

interface Row {
  from: DeliveryRow;
  event: DispositionEvent;
  type: DeliveryEventType | null;
  stop?: boolean;
  rationale?: string | null;
  reason?: string | null;
}

/** Every event type, so that one that is added must be decided on here. */
const TABLE: Record<EventType, Row[]> = {
  judged: [
    { from: at('received'), event: { type: 'judged', outcome: 'relay', ...RULE }, type: null },
    {
      from: at('received'),
      event: { type: 'judged', outcome: 'relay', ...RULE, note: 'No rule fired.', scheduledAt: NOW + 1 },
      type: 'delivery.scheduled',
      stop: false,
      rationale: 'No rule fired.',
      reason: null,
    },
    {
      from: at('received'),
      event: { type: 'judged', outcome: 'hold', ...RULE },
      type: 'delivery.held',
      stop: true,
      rationale: 'It leaks.',
      reason: null,
    },
    {
      from: at('received'),
      event: { type: 'judged', outcome: 'forward', ...RULE },
      type: 'delivery.escalating',
      stop: true,
      rationale: 'It leaks.',
    },
    {
      from: at('received'),
      event: { type: 'judged', outcome: 'suppress', ...RULE },
      type: 'delivery.suppressed',
      stop: true,
      rationale: 'It leaks.',
    },
  ],
  rejudged: [
    { from: STOPPED, event: { ...REJUDGED, suppress: false }, type: null },
    {
      from: STOPPED,
      event: { ...REJUDGED, suppress: false, bodyRevision: 1 },
      type: 'delivery.edited',
      stop: true,
      rationale: 'n',
    },
    {
      from: STOPPED,
      event: { ...REJUDGED, suppress: true, bodyRevision: 1 },
      type: 'delivery.suppressed',
      stop: true,
    },
  ],
  due: [
    { from: at('scheduled'), event: { type: 'due' }, type: null },
    { from: at('deferred', { returns_to: 'relaying' }), event: { type: 'due' }, type: null },
  ],
  delivered: [
    {
      from: at('relaying'),
      event: { type: 'delivered', note: 'a: 250 2.0.0 ok\r\n250 more' },
      type: 'delivery.relayed',
      stop: false,
      rationale: null,
      reason: 'a: 250 2.0.0 ok 250 more',
    },
    {
      from: ESCALATING,
      event: { type: 'delivered', note: '250' },
      type: 'delivery.escalated',
      stop: true,
      rationale: 'C-level.',
      reason: null,
    },
  ],
  deferred: [
    {
      from: at('relaying'),
      event: { type: 'deferred', until: NOW, note: '451' },
      type: 'delivery.deferred',
      stop: false,
      rationale: null,
      reason: '451',
    },
    {
      from: ESCALATING,
      event: { type: 'deferred', until: NOW, note: '451' },
      type: 'delivery.deferred',
      stop: true,
    },
  ],
  failed: [
    {
      from: at('relaying'),
      event: { type: 'failed', note: '550 no' },
      type: 'delivery.failed',
      stop: false,
      reason: '550 no',
    },
    { from: ESCALATING, event: { type: 'failed', note: '550 no' }, type: 'delivery.failed', stop: true },
  ],
  lost: [
    {
      from: at('relaying'),
      event: { type: 'lost', note: 'no answer' },
      type: 'delivery.uncertain',
      stop: true,
      reason: 'no answer',
    },
  ],
  suppress: [
    {
      from: at('relaying'),
      event: { type: 'suppress', rule: 'opt_out', note: 'The prospect opted out.' },
      type: 'delivery.suppressed',
      stop: true,
      rationale: 'The prospect opted out.',
    },
  ],
  hold: [
    {
      from: at('relaying'),
      event: { type: 'hold', reason: 'reply_arrived', note: 'A reply came.', expiresAt: null },
      type: 'delivery.held',
      stop: true,
      rationale: 'A reply came.',
    },
  ],
  release: [
    {
      from: STOPPED,
      event: { type: 'release', by: 'ann', notBefore: NOW, undoUntil: null },
      type: 'delivery.released',
      stop: false,
      rationale: 'Names "…" as a peer.',
      reason: null,
    },
  ],
  undo: [
    {
      from: at('relaying', { undo_until: NOW + 1, note: 'It leaks.', hold_reason: 'thread_leak' }),
      event: { type: 'undo', by: 'ann', expiresAt: null },
      type: 'delivery.held',
      stop: true,
      rationale: 'It leaks.',
      reason: 'taken back by a reviewer',
    },
  ],
  reject: [
    {
      from: STOPPED,
      event: { type: 'reject', by: 'ann', note: 'Say "hello" first.' },
      type: 'delivery.rejected',
      stop: true,
      rationale: 'Names "…" as a peer.',
      reason: 'Say "hello" first.',
    },
  ],
  escalate: [
    {
      from: STOPPED,
      event: { type: 'escalate', by: 'ann', notBefore: NOW, undoUntil: null },
      type: 'delivery.escalating',
      stop: true,
      rationale: 'Names "…" as a peer.',
    },
  ],
  expire: [
    {
      from: STOPPED,
      event: { type: 'expire' },
      type: 'delivery.expired',
      stop: true,
      rationale: 'Names "…" as a peer.',
      reason: 'nobody settled it in time; it was not sent',
    },
    {
      from: at('deferred', { returns_to: 'relaying' }),
      event: { type: 'expire' },
      type: 'delivery.expired',
      stop: true,
      rationale: null,
    },
  ],
  cancel: [
    {
      from: at('scheduled'),
      event: { type: 'cancel', by: 'ann' },
      type: 'delivery.cancelled',
      stop: true,
      reason: 'cancelled by ann',
    },
  ],
  reschedule: [
    {
      from: at('scheduled'),
      event: { type: 'reschedule', at: 9_000_000 },
      type: 'delivery.scheduled',
      stop: false,
    },
  ],
  close: [
    {
      from: at('escalated', { note: 'C-level.' }),
      event: { type: 'close', by: 'ann', note: 'I called her.' },
      type: 'delivery.closed',
      stop: true,
      rationale: 'C-level.',
      reason: 'I called her.',
    },
  ],
  confirm: [
    {
      from: at('uncertain', { returns_to: 'relaying' }),
      event: { type: 'confirm', by: 'ann' },
      type: 'delivery.relayed',
      stop: false,
      reason: 'confirmed by ann',
    },
    {
      from: at('uncertain', { returns_to: 'escalating' }),
      event: { type: 'confirm', by: 'ann' },
      type: 'delivery.escalated',
      stop: true,
    },
  ],
  resend: [
    {
      from: at('uncertain', { returns_to: 'relaying' }),
      event: { type: 'resend', by: 'ann' },
      type: null,
    },
  ],
  restored: [
    {
      from: at('relaying'),
      event: { type: 'restored', note: 'It was on its way.', expiresAt: null },
      type: 'delivery.uncertain',
      stop: true,
      reason: 'It was on its way.',
    },
    {
      from: STOPPED,
      event: { type: 'restored', note: 'It was held.', expiresAt: NOW + 1 },
      type: null,
    },
  ],
};

const bodyOf = (before: DeliveryRow, event: DispositionEvent) => {
  const after = { ...before, ...transition(before, event, NOW) };
  const type = eventType({ after, event });
  if (type === null) return { type: null, data: null };
  return eventBody(
    { before, after, event, type },
    { id: 'given', messageIdHeader: '<m@x>', providerId: null, at: NOW },
  );
};

describe('what an engine is told', () => {
  for (const row of Object.values(TABLE).flat()) {
    test(`${row.from.state} + ${row.event.type} ${row.type === null ? 'is not told' : `is told as ${row.type}`}`, () => {
      const { type, data } = bodyOf(row.from, row.event);
      expect(type).toBe(row.type);
      if (row.stop !== undefined) expect(data?.do_not_resend).toBe(row.stop);
      if (row.rationale !== undefined) expect(data?.rationale).toBe(row.rationale);
      if (row.reason !== undefined) expect(data?.reason).toBe(row.reason);
    });
  }

  test('the body carries ids, rule and rationale', () => {
    expect(bodyOf(at('received'), { type: 'judged', outcome: 'hold', ...RULE })).toEqual({
      type: 'delivery.held',
      timestamp: '2026-03-04T05:06:07.000Z',
      data: {
        id: 'given',
        delivery_id: 'd1',
        message_id: 'm1',
        message_id_header: '<m@x>',
        recipient: 'maria@prospect.example',
        state: 'held',
        decision: 'BLOCK',
        rule: 'thread_leak',
        rationale: 'It leaks.',
        reason: null,
        do_not_resend: true,
        edited: false,
        provider_id: null,
      },
    });
  });

  test.each([
    ['States "your $20M\nround" as fact.', 'States "…" as fact.'],
    ['States "Series B" as fact, confidence is "low".', 'States "…" as fact, confidence is "low".'],
    ['States "he said "we closed" today" as fact, it is "low".', 'States "…" as fact, it is "low".'],
    ['Carries "one" of "two words here".', 'Carries "…".'],
    ['Carries "one"two".', 'Carries "…".'],
    ['"Unicorn rocket ship" is language for seed.', '"…" is language for seed.'],
    ['Holds a lone " mark.', 'Holds a lone " mark.'],
  ])('the passage that a rationale quotes stays out: %s', (note, told) => {
    const { data } = bodyOf(at('received'), { type: 'judged', outcome: 'hold', ...RULE, note });
    expect(data?.rationale).toBe(told);
  });

  test('an upstream that answers at length is cut to one line of 500 characters', () => {
    const note = `550 no\r\n\u0007${'😀 much '.repeat(200)}`;
    const { data } = bodyOf(at('relaying'), { type: 'failed', note });
    expect(data?.reason).toMatch(/^550 no 😀 much .*…$/u);
    expect(Array.from(data?.reason ?? '')).toHaveLength(500);
    expect(data?.reason).not.toMatch(/\p{Cc}/u);
  });

  test('after an edit the engine knows that another text went out', () => {
    const { data } = bodyOf(at('relaying', { body_revision: 2 }), { type: 'delivered', note: '250' });
    expect(data?.edited).toBe(true);
  });
});
