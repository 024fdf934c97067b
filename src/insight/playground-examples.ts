import type { PlaygroundExample } from './web-types.ts';

const PERSON = {
  prospect_id: 'example',
  name: 'Mira Sund',
  company: 'Halden Rail',
  recipient_role: 'vp_eng',
  title: 'VP Engineering',
  headcount: 340,
  funding_stage: 'series_b',
  funding_amount_usd: 21_000_000,
  funding_confidence: 'high',
  industry: 'rail software',
  city: 'Oslo',
  country: 'Norway',
  regulated: null,
  disqualifiers: [],
  opt_out_channels: [],
  available_signals: { open_roles: 9 },
  prior_commitments: [],
};

const signed = (body: string): string => `Hi Mira,\n\n${body}\n\nBest,\nAnn`;

/** One mail for each decision and one for a doubt, to start from. Each changes one thing of the same record. */
export const EXAMPLES: readonly PlaygroundExample[] = [
  {
    id: 'pass',
    title: 'A plain, specific mail',
    shows: 'PASS',
    about: 'Nothing on the record speaks against it, and it promises nothing.',
    record: PERSON,
    subject: 'Nine open roles in Oslo',
    text: signed(
      'your careers page lists nine open engineering roles. If the search takes longer than you would like, we could lend you experienced people meanwhile. Would a short call next week be useful?',
    ),
  },
  {
    id: 'suppress',
    title: 'A company that hires locally only',
    shows: 'SUPPRESS',
    about: 'A disqualifier on the record: rule 1, whatever the mail says.',
    record: { ...PERSON, disqualifiers: ['local_only'] },
    subject: 'Nine open roles in Oslo',
    text: signed('your careers page lists nine open engineering roles. May I send you two profiles?'),
  },
  {
    id: 'escalate',
    title: 'A CTO at 4,200 people',
    shows: 'ESCALATE',
    about: 'C-level at a company of more than 2,000: an account executive writes to them, not an engine.',
    record: { ...PERSON, recipient_role: 'cto', title: 'Chief Technology Officer', headcount: 4200 },
    subject: 'Nine open roles in Oslo',
    text: signed('your careers page lists nine open engineering roles. May I send you two profiles?'),
  },
  {
    id: 'block',
    title: 'A funding rumour as fact',
    shows: 'BLOCK',
    about: 'The record is not sure of the round, the mail is. Write "reportedly" and it passes.',
    record: { ...PERSON, funding_confidence: 'low' },
    subject: 'Congratulations',
    text: signed(
      'congratulations on closing your $21M Series B. This is the moment to grow the team; may I send you two profiles?',
    ),
  },
  {
    id: 'penalise',
    title: 'A timeline without the caveat health care needs',
    shows: 'PENALISE',
    about:
      'The prospect is regulated and the mail promises a date without saying what compliance may add to it.',
    record: { ...PERSON, company: 'Brightwell Health', industry: 'health care', regulated: 'hipaa' },
    subject: 'Patient portal',
    text: signed('we can have three engineers working on your patient portal within two weeks.'),
  },
  {
    id: 'doubt',
    title: 'A CTO, headcount unknown',
    shows: null,
    about: 'Doubt is a hold: whether rule 3 fires depends on a number that the record does not have.',
    record: { ...PERSON, recipient_role: 'cto', title: 'Chief Technology Officer', headcount: null },
    subject: 'Nine open roles in Oslo',
    text: signed('your careers page lists nine open engineering roles. May I send you two profiles?'),
  },
];
