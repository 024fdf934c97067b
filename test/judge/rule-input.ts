import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import type { RuleInput } from '../../src/judge/rule.ts';
import { fold } from '../../src/message/fold.ts';

/** A record with nothing in it that any rule minds; `over` sets what a case is about. */
export function prospectWith(over: Partial<ProspectSnapshot> = {}): ProspectSnapshot {
  return {
    prospect_id: 'p1',
    address: null,
    name: null,
    company: 'Halvorsen Freight',
    headcount: 240,
    funding_stage: 'series_b',
    funding_amount_usd: null,
    funding_confidence: 'high',
    disqualifiers: [],
    opt_out_channels: [],
    thread_id: 'thread_halvorsen_vpe',
    recipient_role: 'vp_eng',
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
    ...over,
  };
}

/** What a rule reads, for a plain draft without quotes; judged as of 4 March 2026, a Wednesday. */
export function inputFor(
  prospect: ProspectSnapshot,
  body: string,
  over: { subject?: string; today?: string } = {},
): RuleInput {
  const subject = over.subject ?? null;
  return {
    draft: {
      subject,
      body,
      segments: [{ kind: 'new', start: 0, end: body.length }],
      hidden: [],
      links: [],
      attachments: [],
    },
    subject: fold(subject ?? ''),
    body: fold(body),
    prospect,
    channel: 'email',
    today: over.today ?? '2026-03-04',
    rubric: {
      version: 'test',
      rules: {
        disqualifier: 'enforce',
        opt_out: 'enforce',
        c_level: 'enforce',
        thread_leak: 'enforce',
        low_confidence_funding: 'enforce',
        prior_commitment: 'enforce',
        soft_rejection: 'enforce',
        regulated_caveat: 'enforce',
        funding_tier: 'enforce',
        generic_peers: 'enforce',
      },
      c_level: { headcount_over: 2000, titles: [] },
      stale_after_days: null,
      disqualifiers: { known: [] },
      funding: { trusted: ['high', 'medium'] },
      peers: { placeholders: ['acme', 'initech', 'globex', 'contoso'], reuse_limit: 3 },
      regulated: [
        {
          name: 'finance',
          industries: ['financial services', 'banking', 'bank', 'fintech', 'insurance', 'payments'],
          caveats: [],
        },
        {
          name: 'healthcare',
          industries: ['healthcare', 'pharma', 'hospital', 'medical'],
          caveats: ['dtac'],
        },
        { name: 'government', industries: ['government', 'defence', 'public sector'], caveats: [] },
        { name: 'education', industries: ['education', 'schools'], caveats: [] },
      ],
    },
  };
}
