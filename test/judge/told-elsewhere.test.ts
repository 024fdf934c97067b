import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot, ThreadMessage } from '../../src/crm/prospect.ts';
import { threadLeak } from '../../src/judge/rules/thread-leak.ts';
import { inputFor, prospectWith } from './rule-input.ts';

function inbound(person: string, text: string): ThreadMessage {
  return { threadId: 'thread_halvorsen_vpe', direction: 'in', person, role: null, at: '2026-03-01', text };
}

/** Sentences of a mail to Ruth at a freight firm; nothing in the record says what others wrote. */
const TOLD: [fires: boolean, sentence: string][] = [
  [true, 'Gavin in your dispatch office told me you are two drivers short every weekend.'],
  [
    true,
    'Your warehouse manager Pete emailed me yesterday about the forklifts that keep failing inspection.',
  ],
  [true, 'Somebody on your payroll team let slip that the March run was three days late.'],
  [true, 'Tomasz and I have been messaging on the side, and he thinks the depot move will slip to autumn.'],
  [true, 'My back and forth with Beatriz makes it plain: she has put aside 60k for routing software.'],
  [true, "From my separate emails with Callum I gather that he's comparing us with two others."],
  [true, 'One of your planners wrote to me last week to say that nobody trusts the ETA screen.'],
  [true, 'Ingrid from accounts confided that your margins on the Oslo lane have halved.'],
  [true, 'A colleague of yours told me the board has frozen new software until June.'],
  [true, 'Priscilla told me you are unhappy with your current carrier and that the contract ends in May.'],
  [
    true,
    'Another of our customers, Bexhill Cold Store, sent me their fuel invoices on Friday: £38,000 for February.',
  ],
  [
    true,
    'The ops director at Marlow Couriers emailed last week to say that they are laying off twelve drivers.',
  ],
  [true, "Keep this to yourself, but a rival of yours told us they've lost the supermarket contract."],
  [
    true,
    "We look after Tideway Freight as well. Their FD wrote to me on Tuesday: they're behind on their rent.",
  ],
  [true, "I've got Marlow's price list in front of me, so I know what you are up against."],
  [true, 'A haulier of ours in Hull admitted to me that two tachographs had failed an audit.'],
  [false, 'Gavin in your dispatch office suggested I write to you about routing.'],
  [false, 'Gavin told me you look after routing these days, so I am writing to you directly.'],
  [false, 'Your warehouse manager gave me your address and said you were the right person to ask.'],
  [false, 'Has your warehouse manager told you about the spring price change?'],
  [false, 'If your planners told us which lanes hurt most, we could start there.'],
  [false, 'You told me you are two drivers short every weekend.'],
  [false, 'Our driver trainer Gavin told me the course is full until May.'],
  [false, 'Kirsten on our side told me the sandbox is ready for you.'],
  [false, 'In a podcast last month your warehouse manager told us how night loading works.'],
  [false, 'Gavin, copied here, told me you are two drivers short at weekends.'],
  [false, 'One of our customers, Bexhill Cold Store, told us the set-up took an afternoon.'],
  [false, 'Marlow Couriers told us their drivers save an hour a day, and they are happy to speak to you.'],
  [false, 'Marlow Couriers published their fuel figures: £38,000 in February, down a fifth.'],
  [false, 'Several hauliers tell us that drivers are hard to find this spring.'],
  [false, 'We emailed you last week about the routing demo.'],
  [false, 'Google emailed me about the new map prices, and they go up in May.'],
  [false, 'Whatever you share with us stays confidential.'],
];

/** What a talk was about, told to a reader whose trade is freight. */
const MERGED: [fires: boolean, sentence: string][] = [
  [true, 'As we discussed, the 14 hygienists need a login each before the surgery in Deal opens.'],
  [true, 'You mentioned that the pupils in Year 9 share 40 tablets, so I have priced for that.'],
  [true, 'As agreed, here is the quote for Larkspur Hotels with the winter discount.'],
  [false, 'As we discussed, the 14 drivers need a login each before the depot in Deal opens.'],
  [false, 'As we discussed, we did this for a dental group with 14 hygienists.'],
  [false, 'As agreed, here is the quote for Halvorsen with the winter discount.'],
  [false, "You mentioned the school run; shall we say ten o'clock?"],
];

describe('thread_leak by the draft alone', () => {
  const mail = (sentence: string) => `Hi Ruth,\n\nThanks for your note.\n\n${sentence}\n\nBest,\nNils`;
  it.each(TOLD)('answers %s to: %s', (fires, sentence) => {
    const prospect = prospectWith({ recipient_role: 'other', industry: 'freight' });
    expect(threadLeak.check(inputFor(prospect, mail(sentence))).fired).toBe(fires);
  });
  it.each(MERGED)('merged details, answers %s to: %s', (fires, sentence) => {
    const prospect = prospectWith({ recipient_role: 'other', industry: 'freight' });
    expect(threadLeak.check(inputFor(prospect, mail(sentence))).fired).toBe(fires);
  });
  it('lets the reader hear what a colleague wrote in the same thread', () => {
    const thread = [inbound('Gavin Oates', 'We are two drivers short every weekend.')];
    const draft =
      'Hi Ruth,\n\nGavin in your dispatch office told me you are two drivers short every weekend.';
    expect(threadLeak.check(inputFor(prospectWith({ thread }), draft)).fired).toBe(false);
  });
});

/** Another conversation in the record, spelled as engines spell it. */
const RECORDS: [name: string, signals: Record<string, unknown>][] = [
  [
    'a list with a person and a note',
    { crm: { relatedChats: [{ with: 'Moira Kaye, Fleet Lead', note: 'SECRET' }] } },
  ],
  ['mails under their ids', { Mails: { 'm-114': { who: 'Moira Kaye (Fleet)', body: 'SECRET' } } }],
  ['nested exchanges', { sync: { inbox: { items: [{ sender: 'Moira Kaye', snippet: 'SECRET' }] } } }],
  ['a call of another participant', { callNotes: [{ participant: 'Moira Kaye', remarks: 'SECRET' }] }],
  ['a whatsapp log', { whatsapp: { wa_77: { contact: 'Moira Kaye', last: 'SECRET' } } }],
];
const SECRET = 'the Antwerp trailers are uninsured and the leasing firm wants 90k by Easter';

describe('thread_leak from conversations known by their structure', () => {
  const record = (signals: Record<string, unknown>, person = 'Moira Kaye'): Partial<ProspectSnapshot> => ({
    recipient_role: 'other',
    available_signals: JSON.parse(
      JSON.stringify(signals).replaceAll('SECRET', SECRET).replaceAll('Moira Kaye', person),
    ) as Record<string, unknown>,
    thread: [inbound('Ruth Dahl', 'Send me prices, please.')],
  });
  const leaks = 'Hi Ruth,\n\nWith the Antwerp trailers uninsured and 90k due at Easter, a lease may help.';
  it.each(RECORDS)('finds %s', (_name, signals) => {
    expect(threadLeak.check(inputFor(prospectWith(record(signals)), leaks)).fired).toBe(true);
  });
  it.each(RECORDS)('lets the recipient hear their own words in %s', (_name, signals) => {
    expect(threadLeak.check(inputFor(prospectWith(record(signals, 'Ruth Dahl')), leaks)).fired).toBe(false);
  });
  it.each(RECORDS)('lets a draft pass that carries nothing of %s', (_name, signals) => {
    const draft = 'Hi Ruth,\n\nPrices as promised: 40 euros a trailer and month, no minimum term.';
    expect(threadLeak.check(inputFor(prospectWith(record(signals)), draft)).fired).toBe(false);
  });
});
