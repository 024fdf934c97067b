import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { prospectFromContext } from '../../src/evaluate/context.ts';
import { type Known, knownOf } from '../../src/labels/scrub/known.ts';
import { Scrubber } from '../../src/labels/scrub/scrubber.ts';

export const KEY = Buffer.alloc(32, 7);

/** A record with a thread, and with words of another company's thread. */
export function sampleProspect(changes: Partial<ProspectSnapshot> = {}): ProspectSnapshot {
  return {
    ...prospectFromContext({
      prospect_id: 'prospect_4711',
      address: 'ruth.kessler@harbourlane.com',
      name: 'Ruth Kessler',
      company: 'Harbour Lane Ltd',
      headcount: 140,
      funding_stage: 'series_b',
      funding_amount_usd: 20_000_000,
      funding_confidence: 'high',
      thread_id: 'thread_9001',
      recipient_role: 'vp_eng',
      account_owner: 'tom.adeyemi@benchworks.io',
      available_signals: { referrer_name: 'Ada Brandt', phone: 442079460958, customer: 'Quellhof' },
    }),
    thread: [
      {
        threadId: 'thread_9001',
        direction: 'in',
        person: 'Ruth Kessler',
        role: 'VP Engineering',
        at: '2026-05-01T10:00:00.000Z',
        text: 'Call me on +44 20 7946 0958. – Ruth',
      },
    ],
    foreign: [
      {
        scope: 'other_company',
        source: 'threads.thread_7777 (José Núñez, CTO)',
        threadId: 'thread_7777',
        text: 'We at Marelda lose two engineers a month, José Núñez told us.',
      },
    ],
    ...changes,
  };
}

export const OWNERS = [
  {
    thread: 'thread_7777',
    company: 'Marelda GmbH',
    domain: 'marelda.de',
    name: 'José Núñez',
    address: 'jose@marelda.de',
  },
];

export const HEADERS =
  'from: Tom Adeyemi <tom.adeyemi@benchworks.io>\nto: Ruth Kessler <ruth.kessler@harbourlane.com>';

export function knownFor(body: string, prospect = sampleProspect(), headers = HEADERS): Known {
  return knownOf({ prospect, draft: { subject: null, body }, headers, owners: OWNERS });
}

/** The body as scrubbed for the sample record. */
export const scrubbed = (body: string, prospect = sampleProspect()): string =>
  new Scrubber(knownFor(body, prospect), KEY).text(body);
