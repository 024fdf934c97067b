import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DeliveryState,
  type Disposition,
  type DispositionEvent,
  type EventType,
  FINAL_STATES,
  TransitionError,
  transition,
} from '../../src/message/disposition.ts';

const NOW = 1_000_000;

const at = (state: DeliveryState, more: Partial<Disposition> = {}): Disposition => ({
  state,
  returns_to: null,
  decision: null,
  hold_reason: null,
  held_behind: null,
  note: null,
  body_revision: 0,
  next_attempt_at: null,
  undo_until: null,
  expires_at: null,
  released_by: null,
  ...more,
});

/** One event of each type; `judged` in each of its outcomes. */
const EVENTS: Record<string, DispositionEvent> = {
  'judged relay': { type: 'judged', outcome: 'relay', decision: 'PASS', note: null, expiresAt: null },
  'judged later': {
    type: 'judged',
    outcome: 'relay',
    decision: 'PASS',
    note: null,
    expiresAt: null,
    scheduledAt: NOW + 5,
  },
  'judged hold': { type: 'judged', outcome: 'hold', decision: 'BLOCK', note: null, expiresAt: NOW + 9 },
  'judged forward': { type: 'judged', outcome: 'forward', decision: 'ESCALATE', note: null, expiresAt: null },
  'judged suppress': {
    type: 'judged',
    outcome: 'suppress',
    decision: 'SUPPRESS',
    note: null,
    expiresAt: null,
  },
  rejudged: { type: 'rejudged', decision: 'PASS', holdReason: null, note: '', suppress: false },
  'rejudged suppress': {
    type: 'rejudged',
    decision: 'SUPPRESS',
    holdReason: 'opt_out',
    note: '',
    suppress: true,
  },
  due: { type: 'due' },
  delivered: { type: 'delivered', note: 'ok' },
  deferred: { type: 'deferred', until: NOW + 60, note: '451' },
  failed: { type: 'failed', note: '550' },
  lost: { type: 'lost', note: 'cut' },
  suppress: { type: 'suppress', rule: 'opt_out', note: 'opted out' },
  hold: { type: 'hold', reason: 'engine_stopped', note: 'stopped', expiresAt: NOW + 9 },
  release: { type: 'release', by: 'ann', notBefore: NOW + 10, undoUntil: NOW + 10 },
  undo: { type: 'undo', by: 'ann', expiresAt: NOW + 9 },
  reject: { type: 'reject', by: 'ann', note: 'no' },
  escalate: { type: 'escalate', by: 'ann', notBefore: NOW + 10, undoUntil: NOW + 10 },
  expire: { type: 'expire' },
  cancel: { type: 'cancel', by: 'ann' },
  reschedule: { type: 'reschedule', at: NOW + 50 },
  close: { type: 'close', by: 'ann', note: 'done' },
  confirm: { type: 'confirm', by: 'ann' },
  resend: { type: 'resend', by: 'ann' },
  restored: { type: 'restored', note: 'may be sent', expiresAt: NOW + 9 },
};

/** The diagram of the design, arrow by arrow. Whatever is not here must be refused. */
const ARROWS: Record<string, Record<string, DeliveryState>> = {
  received: {
    'judged relay': 'relaying',
    'judged later': 'scheduled',
    'judged hold': 'held',
    'judged forward': 'escalating',
    'judged suppress': 'suppressed',
  },
  relaying: {
    delivered: 'relayed',
    deferred: 'deferred',
    failed: 'failed',
    lost: 'uncertain',
    hold: 'held',
    undo: 'held',
    suppress: 'suppressed',
    restored: 'uncertain',
  },
  held: {
    rejudged: 'held',
    'rejudged suppress': 'suppressed',
    release: 'relaying',
    reject: 'rejected',
    escalate: 'escalating',
    suppress: 'suppressed',
    expire: 'expired',
    cancel: 'cancelled',
    restored: 'held',
  },
  escalating: {
    delivered: 'escalated',
    deferred: 'deferred',
    failed: 'failed',
    lost: 'uncertain',
    restored: 'uncertain',
  },
  'escalating by a person': {
    undo: 'held',
    delivered: 'escalated',
    deferred: 'deferred',
    failed: 'failed',
    lost: 'uncertain',
    restored: 'uncertain',
  },
  scheduled: {
    due: 'relaying',
    hold: 'held',
    suppress: 'suppressed',
    cancel: 'cancelled',
    reschedule: 'scheduled',
    restored: 'uncertain',
  },
  escalated: { release: 'relaying', close: 'closed', restored: 'escalated' },
  'deferred from relaying': {
    due: 'relaying',
    suppress: 'suppressed',
    expire: 'expired',
    restored: 'uncertain',
  },
  'deferred from escalating': { due: 'escalating', expire: 'expired', restored: 'uncertain' },
  'uncertain from relaying': { confirm: 'relayed', resend: 'relaying', restored: 'uncertain' },
  'uncertain from escalating': { confirm: 'escalated', resend: 'escalating', restored: 'uncertain' },
};

const STARTS: Record<string, Disposition> = {
  ...Object.fromEntries(
    (
      ['received', 'held', 'escalating', 'scheduled', 'escalated', ...FINAL_STATES] satisfies DeliveryState[]
    ).map((state) => [state, at(state)]),
  ),
  relaying: at('relaying', { undo_until: NOW + 1 }),
  'escalating by a person': at('escalating', { undo_until: NOW + 1 }),
  'deferred from relaying': at('deferred', { returns_to: 'relaying' }),
  'deferred from escalating': at('deferred', { returns_to: 'escalating' }),
  'uncertain from relaying': at('uncertain', { returns_to: 'relaying' }),
  'uncertain from escalating': at('uncertain', { returns_to: 'escalating' }),
};

describe('transition', () => {
  for (const [name, start] of Object.entries(STARTS)) {
    for (const [eventName, event] of Object.entries(EVENTS)) {
      const to = ARROWS[name]?.[eventName];
      test(`${name} + ${eventName} ${to ? `goes to ${to}` : 'is refused'}`, () => {
        if (to) expect(transition(start, event, NOW).state).toBe(to);
        else expect(() => transition(start, event, NOW)).toThrow(TransitionError);
      });
    }
  }

  test('what a restore makes uncertain goes back to what it was attempting', () => {
    const { restored } = EVENTS;
    const backTo = (start: Disposition) => transition(start, restored, NOW).returns_to;
    expect(backTo(at('relaying'))).toBe('relaying');
    expect(backTo(at('scheduled'))).toBe('relaying');
    expect(backTo(at('escalating'))).toBe('escalating');
    expect(backTo(at('deferred', { returns_to: 'escalating' }))).toBe('escalating');
    expect(backTo(at('uncertain', { returns_to: 'escalating' }))).toBe('escalating');
    expect(
      transition(at('deferred', { returns_to: 'relaying', next_attempt_at: NOW }), restored, NOW),
    ).toMatchObject({ next_attempt_at: null, expires_at: null, note: 'may be sent' });
  });

  test('a release cannot be taken back when its undo time is over', () => {
    const released = transition(at('held', { hold_reason: 'thread_leak' }), EVENTS['release'], NOW);
    expect(transition(released, EVENTS['undo'], NOW + 9)).toMatchObject({
      state: 'held',
      hold_reason: 'thread_leak',
    });
    expect(() => transition(released, EVENTS['undo'], NOW + 10)).toThrow(/no longer/);
  });

  test('no sequence of events relays a stopped mail without a release by a person', () => {
    const events = Object.values(EVENTS);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (sequence) => {
        let current = at('received');
        let stopped = false;
        let released = false;
        for (const event of sequence) {
          let next: Disposition;
          try {
            next = transition(current, event, NOW);
          } catch (error) {
            expect(error).toBeInstanceOf(TransitionError);
            continue;
          }
          if (['held', 'suppressed', 'escalating'].includes(next.state)) [stopped, released] = [true, false];
          if (event.type === 'release') released = true;
          if (next.state === 'relayed' && stopped) expect(released).toBe(true);
          current = next;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('final states accept no event at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FINAL_STATES),
        fc.constantFrom(...(Object.keys(EVENTS) as EventType[])),
        (state, name) => {
          expect(() => transition(at(state), EVENTS[name], NOW)).toThrow(TransitionError);
        },
      ),
    );
  });
});
