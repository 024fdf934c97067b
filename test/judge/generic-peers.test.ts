import { describe, expect, it } from 'vitest';
import type { Peer, ProspectSnapshot } from '../../src/crm/prospect.ts';
import { genericPeers } from '../../src/judge/rules/generic-peers.ts';
import { inputFor, prospectWith } from './rule-input.ts';

const peer = (name: string, over: Partial<Peer> = {}): Peer => ({
  name,
  city: 'Porto',
  industry: 'healthtech',
  timesUsed: 0,
  ...over,
});
const porto = { city: 'Porto', industry: 'healthtech' };
const table = {
  ...porto,
  peers: [
    peer('Sword Clinics'),
    peer('Ribeira Labs'),
    peer('Maresia Health', { timesUsed: 9 }),
    peer('Douro Cargo', { industry: 'logistics' }),
    peer('Alster Medizin', { city: 'Hamburg' }),
  ],
};
const leeds = { city: 'Leeds', industry: 'fintech' };

type Case = [draft: string, record: Partial<ProspectSnapshot>];

const FIRES: Case[] = [
  ['Companies like Acme and Initech already work this way.', porto],
  ['We have helped firms such as TechWorks, DataCorp and InfoSolutions grow.', porto],
  ['Peers such as Company A and Company B saw results in weeks.', {}],
  ['Startup X, Startup Y and Startup Z use our bench.', {}],
  ['We worked with GlobalTech Solutions and Innovate Systems on the same problem.', {}],
  ['Clients include:\n- ABC Corp\n- XYZ Ltd\n- DEF Inc', {}],
  ['Similar teams at CloudSoft and NextGen Technologies cut their backlog.', porto],
  ['Companies like [Peer Company] and [Similar Company 2] trust us.', {}],
  ['Teams like yours, for instance at {{peer_1}}, have done this.', {}],
  ['Health companies like Uber and Netflix scale with us.', porto],
  ['Monzo, Revolut and Starling all extended their teams with us.', porto],
  ['We have supported clinics like Maresia Health through such a phase.', table],
  ['Peers such as Douro Cargo went the same way.', table],
  ['We ran the same programme at Alster Medizin last year.', table],
  ['Lenders like Nubank and Paystack hire this way.', leeds],
  ['Businesses like Shopify, Zalando and eBay rely on us for engineers.', leeds],
  ['Similar companies include 1) TechSoft, 2) Digital Systems Inc. and 3) Smart Solutions.', {}],
  [
    'Firms like Fenwick Pay rely on us.',
    { ...leeds, available_signals: { overused_peers: ['Fenwick Pay', 'Cawood'] } },
  ],
  ['Other payment firms, such as FinTech Solutions and PayCorp, moved faster with us.', leeds],
  ['I thought of you because of our work for Globex and Customer 3.', leeds],
  [
    'Hi Ana,\n\nTwo months ago a clinic group asked us for three backend engineers while their own search dragged on. We had them working within the sprint. Companies like HealthTech Solutions and MedSystems have since asked for the same.\n\nWould it help if I sent two profiles?\n\nBest,\nJoris',
    porto,
  ],
];

const PASSES: Case[] = [
  ['Companies like Sword Clinics and Ribeira Labs already work this way.', table],
  ['We have helped Kaldera Saúde and Vento Clínico through such a phase.', porto],
  ['Your team knows Kubernetes, AWS and Terraform, I read.', porto],
  ['Our engineers work with tools like Snowflake, Databricks and Datadog.', porto],
  ['Languages such as Go, Rust and Kotlin are what they write.', porto],
  ['We place people in cities like Lagos, Nairobi and Kigali.', porto],
  ['I read about Halvorsen Freight and its new depot.', porto],
  ['Companies like Halvorsen Freight rarely find Go engineers.', porto],
  ['Companies like yours rarely find Go engineers.', porto],
  ['Hi Ana,\n\nWould Tuesday suit?\n\nBest,\nJoris Acker', porto],
  ['Peers like Monzo and Starling extend their teams this way.', leeds],
  ['Neobanks such as Revolut hire in waves.', leeds],
  ['You moved off Oracle last spring, according to your blog.', porto],
  ['Tom and Marta from our side would join.', porto],
  ['Teams at GitLab and Supabase hire this way.', { city: 'Madrid', industry: 'developer tools' }],
  [
    'Software companies like Atlassian and Notion do so too.',
    { city: 'San Francisco', industry: 'software' },
  ],
  [
    'We supported firms such as Nordlys Data and Fjord Analytics.',
    { city: 'Bergen', industry: 'data analytics' },
  ],
  [
    'Peers like Fenwick Pay work this way.',
    { ...leeds, available_signals: { verified_peers: ['Fenwick Pay'] } },
  ],
  [
    'Firms like TechPay Systems already do.',
    { ...leeds, available_signals: { local_peers: 'TechPay Systems, Cawood' } },
  ],
  ['We are not another TechCorp; we are eleven people in Leeds.', leeds],
  ['I saw the CTO role on LinkedIn and the piece in TechCrunch.', leeds],
  ['We worked with lenders in Leeds and York on the same problem.', leeds],
  ['We have engineers with Salesforce, SAP and Oracle experience.', leeds],
  ['Our clients in Series B see hiring take five months.', leeds],
  ['Congratulations on the partnership with Google.', porto],
  ['Having worked with Kestrel Bank and Aire Lending, we know the PRA rules.', leeds],
];

describe('generic_peers', () => {
  it.each(FIRES)('fires on: %s', (draft, record) => {
    const result = genericPeers.check(inputFor(prospectWith(record), draft));
    expect(result.fired).toBe(true);
    if (result.fired)
      for (const span of result.spans) expect(draft.slice(span.start, span.end)).toBe(span.text);
  });

  it.each(PASSES)('passes: %s', (draft, record) => {
    expect(genericPeers.check(inputFor(prospectWith(record), draft)).fired).toBe(false);
  });

  it('counts a peer as used up only above the limit', () => {
    const draft = 'Clinics like Sword Clinics work this way.';
    const used = (timesUsed: number) =>
      prospectWith({ ...porto, peers: [peer('Sword Clinics', { timesUsed })] });
    expect(genericPeers.check(inputFor(used(3), draft)).fired).toBe(false);
    expect(genericPeers.check(inputFor(used(4), draft)).fired).toBe(true);
  });
});
