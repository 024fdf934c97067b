import { describe, expect, it } from 'vitest';
import { prospectFromContext } from '../../src/evaluate/context.ts';
import { genericPeers } from '../../src/judge/rules/generic-peers.ts';
import { inputFor } from './rule-input.ts';

const BREWER = { industry: 'brewing', city: 'Bristol' };
const CLINIC = { industry: 'dental clinics', city: 'Boston' };
const HAULIER = { industry: 'road haulage', city: 'Leeds' };
const GROCER = { industry: 'grocery retail', city: 'Cork' };
const USED = { peersUsedElsewhere: { 't-1': ['Wold Top', 'Moor Beer'], 't-2': ['Wold Top', 'Moor Beer'] } };

const FIRES: [record: object, draft: string][] = [
  [BREWER, "The whole crowd's at it: Tesla, Netflix and HSBC, all on subscriptions now."],
  [BREWER, 'Peers such as Boeing, Pfizer and Adobe already plan this way, just like you could.'],
  [BREWER, 'Volkswagen, AXA and Verizon made the move last year, so you would be in good company.'],
  [BREWER, 'Your peers, Brewery Company One and Brewery Company Two, have it in place.'],
  [BREWER, 'Firms like Customer A and Customer B cut their waste by a tenth.'],
  [BREWER, 'Companies such as Company Name and Client Two trust us.'],
  [{ ...BREWER, available_signals: USED }, 'Wold Top and Moor Beer are the two I would compare you with.'],
  [
    { ...BREWER, available_signals: { peers_used_in_other_threads: ['Arbor Ales'] } },
    'We helped Arbor Ales do the same.',
  ],
  [
    { ...BREWER, available_signals: { notes: { previously_cited_peers: 'Arbor Ales, Wiper and True' } } },
    'Breweries like Arbor Ales and Wiper and True use us.',
  ],
  [
    { ...BREWER, available_signals: { history: { last_used_peers: ['Arbor Ales'] } } },
    'Others in Bristol, such as Arbor Ales, use it.',
  ],
  [
    { ...BREWER, available_signals: { peer_usage: { 'Arbor Ales': 9 } } },
    'Breweries like Arbor Ales use it.',
  ],
  [
    { ...BREWER, available_signals: { peers: [{ name: 'Arbor Ales', times_used: 12 }] } },
    'Breweries like Arbor Ales use it.',
  ],
  [CLINIC, 'Clinics like Spotify, Nike and Goldman Sachs fill their cancellations with us.'],
  [CLINIC, 'We did the same for Ryanair and Lego.'],
  [CLINIC, 'Our references:\n- Toyota\n- Marriott\n- Accenture'],
  [CLINIC, 'Dental Practice One and Dental Practice Two, your neighbours, joined in May.'],
  [CLINIC, 'Trusted by Shell, Intel and Coca-Cola.'],
  [HAULIER, 'Other hauliers, including Etsy, Duolingo and Sephora, have cut empty miles.'],
  [HAULIER, 'Gucci and Airbnb have gone down the same road and are clients of ours.'],
  [HAULIER, 'Your competitors at LogiCorp and Haulage Firm B run it.'],
  [HAULIER, 'BBC, Bayer and Lufthansa are all doing it, your competitors too.'],
  [GROCER, 'Retailers like Example Ltd, Sample Co and ShopCorp are on board.'],
  [GROCER, 'Lockheed Martin, KPMG and NASA do it, and so could you: same problem, same fix.'],
  [GROCER, 'Companies like [Peer 1] and [Peer 2] saw fewer write-offs.'],
  [GROCER, 'Grocers such as Roblox and Okta count stock with us.'],
];

const PASSES: [record: object, draft: string][] = [
  [BREWER, 'Breweries like Arbor Ales and Moor Beer already plan this way.'],
  [
    { ...BREWER, available_signals: USED },
    'Left Handed Giant, round the corner from you, is the one I would compare you with.',
  ],
  [
    { ...BREWER, available_signals: { local_peers: ['Wiper and True'] } },
    'Breweries like Wiper and True use us.',
  ],
  [BREWER, 'It works with Xero and Shopify out of the box.'],
  [BREWER, 'I saw your cans in Tesco and Waitrose last week, and the new label stands out.'],
  [BREWER, 'Our founders spent ten years at Google and Amazon before this.'],
  [BREWER, 'You sell through Sainsbury’s and Asda, so the case size is set for you.'],
  [BREWER, 'Starting with Tesla, the whole idea of leasing came from cars.'],
  [CLINIC, 'Tufts Dental and Gentle Dental run late clinics on Wednesdays, and so could you.'],
  [CLINIC, 'The reminder goes out by WhatsApp or by mail from Microsoft Outlook.'],
  [CLINIC, 'Firms like yours lose two chairs a week to no-shows.'],
  [CLINIC, 'We have no names to drop in Boston yet.'],
  [CLINIC, 'It reads from Salesforce, HubSpot or a spreadsheet.'],
  [CLINIC, 'Visa and Mastercard raised their fees in April, as you will have seen on your statement.'],
  [BREWER, 'We post samples with couriers we work with, so parcels go by DPD and FedEx.'],
  [CLINIC, 'Our engineers came from Netflix and Apple.'],
  [HAULIER, 'DPD and Royal Mail already run pools of this kind.'],
  [HAULIER, 'You carry for Tesco, Asda and Lidl, who all fine late slots.'],
  [HAULIER, 'Volvo and Scania both send the data we need from the cab.'],
  [HAULIER, 'Your Mercedes and Volvo units report in different formats.'],
  [HAULIER, 'Eddie Stobart and Turners are both within ten miles of you and both have it.'],
  [GROCER, 'Dunnes and Musgrave have it in their Cork shops, so your customers know it.'],
  [GROCER, 'Suppliers like Nestlé and Danone will send you the file.'],
  [GROCER, 'You stock Heineken, Diageo and Red Bull, and each has its own portal.'],
  [GROCER, 'FinTech and PropTech are not my trade; shelves are.'],
  [{ industry: 'banking', city: 'London' }, 'Banks like Monzo, Starling and NatWest have done the same.'],
  [{ industry: 'airlines', city: 'Dublin' }, 'Carriers such as Ryanair and easyJet do it at the gate.'],
];

describe('generic_peers over frames, lists and placeholders', () => {
  it.each(FIRES)('%j fires on: %s', (record, draft) => {
    const prospect = prospectFromContext({ prospect_id: 'p', company: 'Quayside', ...record });
    expect(genericPeers.check(inputFor(prospect, draft)).fired).toBe(true);
  });

  it.each(PASSES)('%j passes: %s', (record, draft) => {
    const prospect = prospectFromContext({ prospect_id: 'p', company: 'Quayside', ...record });
    expect(genericPeers.check(inputFor(prospect, draft)).fired).toBe(false);
  });
});
