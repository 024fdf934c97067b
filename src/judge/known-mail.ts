import type { AdapterInput } from './adapter/adapter.ts';

const BODY = 'Hello, would a short call next week be useful?';

/** A mail that no model can have trouble with: tells whether the adapter fails on everything or on one mail. */
export const KNOWN_MAIL: AdapterInput = {
  draft: {
    subject: 'A short call',
    body: BODY,
    segments: [{ kind: 'new', start: 0, end: BODY.length }],
    hidden: [],
    links: [],
    attachments: [],
  },
  prospect: {
    prospect_id: 'known-mail',
    address: null,
    name: null,
    company: 'Example',
    headcount: 100,
    funding_stage: 'series_a',
    funding_amount_usd: null,
    funding_confidence: 'high',
    disqualifiers: [],
    opt_out_channels: [],
    thread_id: null,
    recipient_role: 'other',
    title: null,
    industry: null,
    city: null,
    country: null,
    regulated: null,
    account_owner: null,
    available_signals: {},
    commitments: [],
    thread: [],
    foreign: [],
    peers: [],
    updated_at: null,
  },
  channel: 'email',
  today: '2026-01-15',
};
