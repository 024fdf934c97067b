import { describe, expect, it } from 'vitest';
import type { ThreadMessage } from '../../src/crm/prospect.ts';
import { softRejection } from '../../src/judge/rules/soft-rejection.ts';
import { inputFor, prospectWith } from './rule-input.ts';

function said(direction: 'in' | 'out', text: string, at = '2026-02-02'): ThreadMessage {
  return { threadId: 't', direction, person: null, role: null, at, text };
}

/** What they answered to a pitch, then a mail of ours. */
const CASES: [fires: boolean, pitch: string, answer: string, draft: string][] = [
  [
    true,
    'Would you like a demo of our rota app?',
    "Rota software's a firm no from the partners, I'm afraid.",
    'Our rota software now syncs with your door system. Ten minutes on Thursday?',
  ],
  [
    true,
    'We can supply locums for your wards.',
    "We're all set on locums, thanks.",
    'I know you said you have it covered. So did half the trusts we now work with! Give us one more chance.',
  ],
  [
    true,
    'Could we replace your franking machine?',
    'Leased franking is not the route we want to take.',
    'Fair enough, although plenty of offices said the same until they saw the bill. Leased franking from 9 pounds a week?',
  ],
  [
    true,
    'Our drone surveys could help.',
    'The committee has ruled out drone surveys this season.',
    'Drone surveys of the north slope would take a morning. Shall I book the 9th?',
  ],
  [
    true,
    'We provide outsourced payroll.',
    'Please leave the payroll thing, I do it myself.',
    'While I have you, payroll with us would be 40 pounds a month less from April.',
  ],
  [
    true,
    'Would you stock our oat cider?',
    'Lovely label but cider is a no from us.',
    'What about a smaller order of the cider, one case on sale or return?',
  ],
  [
    true,
    'We can handle pest control at the sites.',
    "I won't sign up to another pest control contract.",
    'A pest control visit each month, half the fee we quoted, and you can stop whenever you like.',
  ],
  [
    true,
    'Want to try our loyalty cards?',
    'Loyalty cards have been vetoed by head office.',
    'Loyalty cards pay for themselves in a term. May I send the figures?',
  ],
  [
    true,
    'We could do your podcasts.',
    'We said no to video last year and have gone off podcasts too.',
    'Understood. Most hosts who tell us that change their mind once they hear the edit.',
  ],
  [
    true,
    'Would solar panels interest you?',
    "We've just ordered panels from another firm.",
    'Panels on the east roof would bring another 4 MWh. Can I call?',
  ],
  [
    true,
    'We run sales training.',
    "We're covered for training.",
    'I hear you. Even so, one more try: our training would lift the close rate by a tenth.',
  ],
  [
    true,
    'Shall we take on the translation?',
    'Steering clear of machine translation, our lawyers hate it.',
    'Our machine translation reads contracts better than most lawyers. A free month?',
  ],
  [
    true,
    'We supply reusable crates.',
    "We can't look at crates before the autumn.",
    'The crates are ready when you are; shall I send forty next week?',
  ],
  [
    false,
    'Would you like a demo of our rota app?',
    "Rota software's a firm no from the partners, I'm afraid.",
    'Rota software is off the agenda, then. Do you still need the two receptionists you advertised for?',
  ],
  [
    false,
    'We can supply locums for your wards.',
    "We're all set on locums, thanks.",
    'Thanks for being straight about that. A different matter: the hygiene course in May has two places left.',
  ],
  [
    false,
    'Could we replace your franking machine?',
    'Leased franking is not the route we want to take.',
    'No worries at all. I saw that you are moving to Leith in June. Who looks after the removal?',
  ],
  [
    false,
    'Our drone surveys could help.',
    'The committee has ruled out drone surveys this season.',
    'I have taken your point and will not raise it again. The fence by the car park is another story: shall we mend it?',
  ],
  [
    false,
    'We provide outsourced payroll.',
    'Please leave the payroll thing, I do it myself.',
    'No need to answer. The pension deadline moved to the 14th, which I thought you would want to hear.',
  ],
  [
    false,
    'Would you stock our oat cider?',
    'Lovely label but cider is a no from us.',
    'Thank you for looking. We also press an apple juice without alcohol; may I leave two bottles at the bar?',
  ],
  [
    false,
    'We can handle pest control at the sites.',
    "I won't sign up to another pest control contract.",
    'Heard. Since you asked about window cleaning in May, here is our price for the four sites.',
  ],
  [
    false,
    'Want to try our loyalty cards?',
    'Loyalty cards have been vetoed by head office.',
    'That is that, then. Would a stall at your summer fair be of use to you?',
  ],
  [
    false,
    'We supply reusable crates.',
    'Try me again in February about the crates, we are full until then.',
    'February, as you asked. The crates are ready; shall I send forty next week?',
  ],
  [
    false,
    'We supply reusable crates.',
    "We can't look at crates until March.",
    'It is March, so here I am with the crates again. Shall I send forty?',
  ],
  [
    true,
    'We supply reusable crates.',
    'Crates are a no for good; I only said March to be polite.',
    'It is March, so here I am with the crates again. Shall I send forty?',
  ],
  [
    false,
    'We run sales training.',
    'The training we had last year was great, we need more of it.',
    'More training it is: two days in May, 900 pounds a day.',
  ],
  [
    false,
    'Could you tell us about your lifts?',
    'The lift in block B is not in service this week, sorry for the slow reply.',
    'I hope the lift is back. The service contract would cover call-outs at night as well.',
  ],
  [
    false,
    'We audit charities.',
    'Please leave the papers at the desk, I will look at them.',
    'The papers are at the desk. Audit week could be the 20th.',
  ],
];

describe('soft_rejection by families of refusals and pushes', () => {
  it.each(CASES)('answers %s: %s / %s / %s', (fires, pitch, answer, draft) => {
    const thread = [said('out', pitch, '2026-01-30'), said('in', answer)];
    expect(softRejection.check(inputFor(prospectWith({ thread }), draft)).fired).toBe(fires);
  });
  it('takes a later "send me the details" for a subject opened again', () => {
    const thread = [
      said('out', 'We provide outsourced payroll.'),
      said('in', 'Payroll is a hard no.', '2026-02-03'),
      said('in', 'Ignore what I said, my bookkeeper left. Send me the payroll details.', '2026-03-01'),
    ];
    const draft = 'Payroll details as asked: 90 pounds a month for 30 people.';
    expect(softRejection.check(inputFor(prospectWith({ thread }), draft)).fired).toBe(false);
  });
  it('keeps to a deferral whose month has not come', () => {
    const thread = [said('in', 'We cannot look at crates this quarter. Come back to me in June.')];
    const input = inputFor(prospectWith({ thread }), 'The crates are ready; shall I send forty?');
    expect(softRejection.check(input).fired).toBe(true);
  });
});
