import { describe, expect, it } from 'vitest';
import type { ForeignText, ProspectSnapshot } from '../../src/crm/prospect.ts';
import { threadLeak } from '../../src/judge/rules/thread-leak.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const foreign = (text: string, scope: ForeignText['scope'] = 'company'): Partial<ProspectSnapshot> => ({
  foreign: [{ scope, source: 'threads', threadId: 'thread_other', text }],
});
const cfo = foreign(
  'Between us, we lost the Meridian contract in January and the bank wants us to bring working capital down by 4.2m before the audit. I would rather not hire anybody until the covenant talks are over.',
);
const elsewhere = foreign(
  'At Brightwater we are moving our claims engine off the mainframe and the regulator gave us until November, which is why I need nine COBOL people quietly.',
  'other_company',
);
const salary = {
  available_signals: {
    hrDirectorNotes: 'Two squad leads threatened to resign over salaries',
    otherThreadId: 'thread_halvorsen_hr',
  },
};
const nested = {
  available_signals: {
    conversations: {
      thread_halvorsen_coo: { with: 'COO', lastMessage: 'We will close the Rotterdam depot in autumn' },
      thread_halvorsen_vpe: { with: 'VP Engineering', lastMessage: 'Can you send Kotlin profiles?' },
    },
  },
};
const board = {
  available_signals: {
    confidential_board_memo: 'Merger with Oskar Lines is being negotiated',
    tech_stack: ['Kotlin', 'Kafka'],
  },
};
const people = {
  available_signals: {
    active_threads: [
      {
        thread_id: 'thread_x9',
        recipient_name: 'Femke Visser',
        recipient_role: 'CFO',
        last_message: 'Asked for payment terms of 60 days',
      },
    ],
  },
};
const own = {
  thread: [
    {
      threadId: 'thread_halvorsen_vpe',
      direction: 'in' as const,
      person: null,
      role: null,
      at: '2026-02-01T09:00:00Z',
      text: 'We lost the Meridian contract, so the routing rewrite is late. Our CFO wants fewer contractors.',
    },
  ],
};

type Case = [draft: string, record: Partial<ProspectSnapshot>];

const FIRES: Case[] = [
  ['With the Meridian contract gone, a flexible bench may suit you better than permanent hires.', cfo],
  ['I know the covenant talks are under way, so we could start without a commitment before the audit.', cfo],
  [
    'Since the bank wants you to bring working capital down by 4.2m, contractors may be easier to sign off.',
    cfo,
  ],
  ['Your CFO mentioned the Meridian contract, so I thought of you.', cfo],
  ['We would rather not hire anybody until the covenant talks are over, as you said.', cfo],
  [
    'Others we talk to are moving a claims engine off the mainframe with COBOL people before November.',
    elsewhere,
  ],
  [
    'I hear two of your squad leads may resign over pay. A few experienced engineers could steady the ship.',
    salary,
  ],
  ['Given the salary situation with your squad leads, some outside help might calm things.', salary],
  ['As your HR director told me, squad leads are close to leaving.', salary],
  ['With the Rotterdam depot closing in autumn, you will want your engineers on other things.', nested],
  ['If the Rotterdam depot does close, our people could help with the move.', nested],
  ['Following my conversation with your COO, I would suggest engineers who have done relocations.', nested],
  ['Before the Oskar Lines merger goes through, it may be wise to document the routing service.', board],
  ['I understand a merger is being negotiated, which will need integration people.', board],
  ['Femke asked for payment terms of 60 days, and we can do that.', people],
  ['As I discussed with Femke Visser, sixty days are fine for us.', people],
  ['According to your CFO, sixty days would be needed. Would that suit your team too?', people],
  [
    'Your founder told me in confidence that the product will be sold. Would extra engineers help until then?',
    {},
  ],
  ['I had a long call with your board, and they want the rewrite done by summer.', {}],
  ['Per my thread with your CEO, the hiring freeze ends in May. Shall we plan for June?', {}],
  [
    'Hi Tessa,\n\nThank you for the quick reply about Kotlin. Both engineers I have in mind worked on parcel tracking and could talk this week.\n\nOne more thought: with two squad leads thinking of resigning over salaries, it may be safer to bring in people who already know Kafka, so that nothing stops if somebody goes.\n\nShall I send the profiles?\n\nBest,\nJoris',
    salary,
  ],
];

const PASSES: Case[] = [
  [
    'Thanks for asking about Kotlin. We have two engineers who know parcel tracking. Shall I send profiles?',
    cfo,
  ],
  ['A flexible bench may suit you better than permanent hires this year.', cfo],
  ['Would your CFO want to join the call?', cfo],
  ['If it helps, I can send a short note on cost that you could pass on to your CFO.', cfo],
  ['We can start with one contract engineer and add people after a month.', cfo],
  ['We help insurers move services off old platforms, one piece at a time.', elsewhere],
  ['Two senior engineers could join your squad next month.', salary],
  ['Our people stay with a client for two years on average, so you keep what they learn.', salary],
  ['Here are the Kotlin profiles you asked for.', nested],
  ['We have engineers close to Rotterdam who could visit the office.', nested],
  ['Our Kafka engineers could look after your event pipeline.', board],
  ['Your board will want to see results within a quarter, and so do we.', board],
  ['Our payment terms are thirty days.', people],
  ['Your CEO said on a podcast that you will open in Poland. Congratulations.', {}],
  ['Your CTO suggested I write to you about the routing team.', {}],
  ['Your founder introduced us last week; thank you for making time.', {}],
  ['I read in the press that your CEO wants to double the fleet.', {}],
  ['Should I speak with your head of product instead?', {}],
  ['Losing the Meridian contract must have been hard; would extra hands on the routing rewrite help?', own],
  [
    'You wrote that your CFO wants fewer contractors, so here is a fixed-price option for the routing rewrite.',
    own,
  ],
  [
    'With the Rotterdam depot closing in autumn, you will want your engineers on other things.',
    { ...nested, thread_id: 'thread_halvorsen_coo', recipient_role: 'COO' },
  ],
  [
    'You asked for payment terms of 60 days, and we can do that.',
    { ...people, thread_id: 'thread_x9', recipient_role: 'CFO' },
  ],
  [
    'I saw that you use Kotlin and Kafka and that you hire in Antwerp.',
    {
      available_signals: {
        tech_stack: ['Kotlin', 'Kafka'],
        hiring_note: 'three roles in Antwerp',
        ceo_name: 'Lars Holm',
      },
    },
  ],
  [
    'Congratulations on opening the depot in Gdansk.',
    { available_signals: { news: 'CEO opens depot in Gdansk', other_active_thread: 'thread_halvorsen_ceo' } },
  ],
  [
    'We help teams like yours find engineers within weeks. Would a short call next week be useful?',
    foreign('We help teams like yours find engineers within weeks. Would a short call next week be useful?'),
  ],
];

describe('thread_leak', () => {
  it.each(FIRES)('fires on: %s', (draft, record) => {
    const result = threadLeak.check(inputFor(prospectWith(record), draft));
    expect(result.fired).toBe(true);
    if (result.fired) {
      expect(result.spans.length).toBeGreaterThan(0);
      for (const span of result.spans) expect(draft.slice(span.start, span.end)).toBe(span.text);
    }
  });

  it.each(PASSES)('passes: %s', (draft, record) => {
    expect(threadLeak.check(inputFor(prospectWith(record), draft)).fired).toBe(false);
  });

  it('names the foreign text as evidence', () => {
    const result = threadLeak.check(
      inputFor(prospectWith(nested), 'With the Rotterdam depot closing in autumn, shall we talk?'),
    );
    expect(result.fired && result.fields).toEqual([
      {
        field: 'available_signals.conversations.thread_halvorsen_coo.lastMessage',
        value: 'We will close the Rotterdam depot in autumn',
      },
    ]);
  });

  it('looks into quotes for another thread, but lets the own one be quoted', () => {
    const quote =
      '> Between us, we lost the Meridian contract in January and the bank wants us to bring working capital down.';
    const body = `See below.\n${quote}`;
    const check = (record: Partial<ProspectSnapshot>) => {
      const input = inputFor(prospectWith(record), body);
      input.draft.segments = [
        { kind: 'new', start: 0, end: 11 },
        { kind: 'quote', start: 11, end: body.length },
      ];
      return threadLeak.check(input).fired;
    };
    expect(check(cfo)).toBe(true);
    expect(
      check({
        ...cfo,
        thread: [{ threadId: 't', direction: 'in', person: null, role: null, at: '', text: quote.slice(2) }],
      }),
    ).toBe(false);
  });

  it('reads the subject too', () => {
    const prospect = prospectWith(board);
    expect(
      threadLeak.check(inputFor(prospect, 'Would a call suit?', { subject: 'Before the Oskar Lines merger' }))
        .fired,
    ).toBe(true);
    expect(
      threadLeak.check(inputFor(prospect, 'Would a call suit?', { subject: 'Kafka engineers' })).fired,
    ).toBe(false);
  });
});
