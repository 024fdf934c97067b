import { keyText } from './signals.ts';

/** A company so well known that drafts cite it anywhere: where it is at home and what it does. */
export interface KnownCompany {
  name: string;
  /** ISO 3166 country codes. */
  countries: string[];
  families: string[];
}

/** One line a company: name | countries | industry families. Public knowledge, not the CRM's. */
const TABLE = `
Uber|US|mobility,delivery
Lyft|US|mobility
Bolt|EE|mobility,delivery
Airbnb|US|travel
Booking.com|NL|travel
Expedia|US|travel
Tripadvisor|US|travel
Stripe|US,IE|fintech,devtools
Square|US|fintech,ecommerce
Block|US|fintech
PayPal|US|fintech,ecommerce
Plaid|US|fintech,devtools
Brex|US|fintech
Ramp|US|fintech
Chime|US|fintech
Robinhood|US|fintech
Coinbase|US|fintech
Affirm|US|fintech,ecommerce
Monzo|GB|fintech
Revolut|GB|fintech
Wise|GB|fintech
Starling|GB|fintech
Starling Bank|GB|fintech
Checkout.com|GB|fintech,ecommerce
GoCardless|GB|fintech
N26|DE|fintech
Klarna|SE|fintech,ecommerce
Adyen|NL|fintech,ecommerce
Mollie|NL|fintech,ecommerce
Qonto|FR|fintech
Trade Republic|DE|fintech
Nubank|BR|fintech
Flutterwave|NG,US|fintech,ecommerce
Paystack|NG|fintech,ecommerce
Interswitch|NG|fintech
Kuda|NG|fintech
Moniepoint|NG|fintech
M-Pesa|KE|fintech
Safaricom|KE|telecom,fintech
Jumia|NG|ecommerce,logistics
Konga|NG|ecommerce
Takealot|ZA|ecommerce
Yoco|ZA|fintech
Discovery|ZA|insurance,health
Lemonade|US|insurance
Root|US|insurance
Oscar|US|insurance,health
Wefox|DE|insurance
Amazon|US|ecommerce,logistics,cloud
Walmart|US|ecommerce
eBay|US|ecommerce
Etsy|US|ecommerce
Shopify|CA|ecommerce
Zalando|DE|ecommerce
ASOS|GB|ecommerce
Ocado|GB|ecommerce,food,logistics
Deliveroo|GB|delivery,food
Just Eat|GB,NL|delivery,food
DoorDash|US|delivery,food
Instacart|US|delivery,food,ecommerce
Glovo|ES|delivery,food
Delivery Hero|DE|delivery,food
HelloFresh|DE|food,ecommerce
Alibaba|CN|ecommerce,cloud
Flexport|US|logistics
FedEx|US|logistics
DHL|DE|logistics
Maersk|DK|logistics
Netflix|US|media
Spotify|SE|media
Disney|US|media
TikTok|CN|media
Twitch|US|media,gaming
Epic Games|US|gaming
Roblox|US|gaming
Unity|US|gaming,devtools
Meta|US|media
Facebook|US|media
Twitter|US|media
LinkedIn|US|media,hr
Snap|US|media
Pinterest|US|media,ecommerce
Google|US|cloud,media
Microsoft|US|cloud,devtools
Apple|US|hardware,media
IBM|US|cloud
Oracle|US|cloud
SAP|DE|cloud
Salesforce|US|saas
HubSpot|US|saas
Zendesk|US|saas
Slack|US|saas
Zoom|US|saas
Notion|US|saas
Asana|US|saas
Atlassian|AU|saas,devtools
Canva|AU|saas,media
Figma|US|saas,devtools
Miro|US,NL|saas
Dropbox|US|saas,cloud
DocuSign|US|saas,legal
Workday|US|saas,hr
Personio|DE|saas,hr
Deel|US|saas,hr
Rippling|US|saas,hr
GitHub|US|devtools
GitLab|US,NL|devtools
Vercel|US|devtools,cloud
Netlify|US|devtools,cloud
Datadog|US|devtools,cloud
Snowflake|US|data,cloud
Databricks|US|data,cloud
MongoDB|US|data,devtools
Twilio|US|devtools,telecom
Cloudflare|US|cloud,security,devtools
HashiCorp|US|devtools,cloud
Linear|US|devtools,saas
Raycast|GB|devtools
Mintlify|US|devtools
Supabase|US|devtools,data
CrowdStrike|US|security
Okta|US|security,saas
Palo Alto Networks|US|security
Darktrace|GB|security
Snyk|GB,US|security,devtools
OpenAI|US|ai
Anthropic|US|ai
DeepMind|GB|ai
Hugging Face|US,FR|ai,devtools
Mistral|FR|ai
Palantir|US|data,ai,defence
Tesla|US|automotive,energy
Volkswagen|DE|automotive
BMW|DE|automotive
Toyota|JP|automotive
SpaceX|US|aerospace
Airbus|FR,DE|aerospace
Boeing|US|aerospace
Octopus Energy|GB|energy
Northvolt|SE|energy,manufacturing
Siemens|DE|manufacturing,energy,health
Shell|GB,NL|energy
BP|GB|energy
Babylon|GB|health
Babylon Health|GB|health
Teladoc|US|health
Doctolib|FR,DE|health
Kry|SE|health
Ro|US|health
Hims|US|health
League|CA|health
Maple|CA|health
Dialogue|CA|health
Pfizer|US|health
Novartis|CH|health
Roche|CH|health
AstraZeneca|GB|health
Flatiron Health|US|health
Duolingo|US|education
Coursera|US|education
Udemy|US|education
Khan Academy|US|education
Chegg|US|education
uLesson|NG|education
Andela|NG,US|hr,education
Zillow|US|property
Opendoor|US|property
WeWork|US|property
Rightmove|GB|property
Vodafone|GB|telecom
MTN|ZA|telecom
Goldman Sachs|US|fintech
JPMorgan|US|fintech
HSBC|GB|fintech
Barclays|GB|fintech
Lloyds|GB|fintech
Deutsche Bank|DE|fintech
BBVA|ES|fintech
Nike|US|ecommerce
IKEA|SE,NL|ecommerce
Accenture|IE,US|consulting
Deloitte|GB,US|consulting
McKinsey|US|consulting
Lufthansa|DE|aerospace,travel
British Airways|GB|aerospace,travel
Ryanair|IE|aerospace,travel
easyJet|GB|aerospace,travel
Emirates|AE|aerospace,travel
Delta|US|aerospace,travel
Delta Air Lines|US|aerospace,travel
United Airlines|US|aerospace,travel
American Airlines|US|aerospace,travel
Southwest|US|aerospace,travel
Alaska Airlines|US|aerospace,travel
JetBlue|US|aerospace,travel
Rolls-Royce|GB|aerospace,manufacturing
BAE Systems|GB|defence,aerospace
Lockheed Martin|US|defence,aerospace
Raytheon|US|defence,aerospace
Hilton|US,GB|travel
Marriott|US,GB|travel
Hyatt|US|travel
Accor|FR|travel
Premier Inn|GB|travel
Travelodge|GB|travel
Disneyland|US|travel,media
Nestlé|CH|food
Nestle|CH|food
Unilever|GB,NL|food,ecommerce
Procter & Gamble|US|ecommerce
Danone|FR|food
Kraft Heinz|US|food
Kellogg's|US|food
PepsiCo|US|food
Pepsi|US|food
Coca-Cola|US|food
Coca Cola|US|food
Starbucks|US|food
McDonald's|US|food
Burger King|US|food
Domino's|US,GB|food
Greggs|GB|food
Heineken|NL|food
Diageo|GB|food
AB InBev|BE|food
Red Bull|AT|food
H&M|SE|ecommerce
Zara|ES|ecommerce
Inditex|ES|ecommerce
Uniqlo|JP|ecommerce
Adidas|DE|ecommerce
Gucci|IT|ecommerce
L'Oréal|FR|ecommerce
Sephora|FR|ecommerce
Glossier|US|ecommerce
Allbirds|US|ecommerce
Warby Parker|US|ecommerce
Patagonia|US|ecommerce
Gymshark|GB|ecommerce
Peloton|US|ecommerce,hardware
Casper|US|ecommerce
Target|US|ecommerce
Costco|US|ecommerce,food
Home Depot|US|ecommerce
Best Buy|US|ecommerce
Macy's|US|ecommerce
Tesco|GB|ecommerce,food
Sainsbury's|GB|ecommerce,food
Asda|GB|ecommerce,food
Morrisons|GB|ecommerce,food
Waitrose|GB|ecommerce,food
Marks & Spencer|GB|ecommerce,food
M&S|GB|ecommerce,food
John Lewis|GB|ecommerce
Aldi|DE|ecommerce,food
Lidl|DE|ecommerce,food
Carrefour|FR|ecommerce,food
Boots|GB|ecommerce,health
Argos|GB|ecommerce
UPS|US|logistics
Royal Mail|GB|logistics
DPD|GB,FR|logistics
XPO|US|logistics
Schneider|US|logistics
J.B. Hunt|US|logistics
Ford|US|automotive
General Motors|US|automotive
Honda|JP|automotive
Nissan|JP|automotive
Mercedes|DE|automotive
Mercedes-Benz|DE|automotive
Audi|DE|automotive
Porsche|DE|automotive
Volvo|SE|automotive
Renault|FR|automotive
Ferrari|IT|automotive
Bosch|DE|manufacturing,automotive
Caterpillar|US|manufacturing,construction
John Deere|US|manufacturing,agriculture
General Electric|US|manufacturing,energy
Honeywell|US|manufacturing,aerospace
3M|US|manufacturing
Philips|NL|health,manufacturing
Sony|JP|media,hardware,gaming
Samsung|KR|hardware,telecom
LG|KR|hardware
Intel|US|hardware
Nvidia|US|hardware,ai
AMD|US|hardware
Dell|US|hardware
Cisco|US|hardware,telecom,security
Adobe|US|saas,media
ServiceNow|US|saas
Intuit|US|saas,fintech
Xero|NZ|saas,fintech
Trello|US|saas
Airtable|US|saas
Monday.com|IL|saas
Mailchimp|US|saas
YouTube|US|media
Instagram|US|media
Reddit|US|media
BBC|GB|media
HBO|US|media
Warner Bros|US|media
Nintendo|JP|gaming
Ubisoft|FR|gaming
Electronic Arts|US|gaming
AT&T|US|telecom
Verizon|US|telecom
T-Mobile|US,DE|telecom
BT|GB|telecom
ExxonMobil|US|energy
Chevron|US|energy
British Gas|GB|energy
Ørsted|DK|energy
Johnson & Johnson|US|health
Merck|US,DE|health
GSK|GB|health
Sanofi|FR|health
Bayer|DE|health,agriculture
Moderna|US|health
Biogen|US|health
Kaiser Permanente|US|health
Mayo Clinic|US|health
CVS|US|health,ecommerce
Morgan Stanley|US|fintech
JP Morgan|US|fintech
JPMorgan Chase|US|fintech
Citi|US|fintech
Citibank|US|fintech
Bank of America|US|fintech
Wells Fargo|US|fintech
American Express|US|fintech
Visa|US|fintech
Mastercard|US|fintech
BlackRock|US|fintech
Santander|ES,GB|fintech
NatWest|GB|fintech
UBS|CH|fintech
BNP Paribas|FR|fintech
ING|NL|fintech
Allianz|DE|insurance
AXA|FR|insurance
Aviva|GB|insurance
Geico|US|insurance
State Farm|US|insurance
Progressive|US|insurance
PwC|GB,US|consulting
KPMG|GB,NL|consulting
EY|GB,US|consulting
Bain|US|consulting
Capgemini|FR|consulting
Infosys|IN|consulting
Harvard|US|education
MIT|US|education
Pearson|GB|education
Savills|GB|property
Foxtons|GB|property
Zoopla|GB|property
Redfin|US|property
Lego|DK|ecommerce,manufacturing
Dyson|GB|hardware,ecommerce
Reebok|US|ecommerce
NASA|US|aerospace,government
`;

const COMPANIES = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [name = '', countries = '', families = ''] = line.split('|');
      return [name.toLowerCase(), { name, countries: countries.split(','), families: families.split(',') }];
    }),
);

/** Words of an industry's name and the families they mean; the first word listed names the family. */
const FAMILIES: [family: string, words: RegExp][] = [
  ['insurance', / (?:insur\w*) /],
  [
    'fintech',
    / (?:fin ?tech|financ\w*|bank\w*|neobank\w*|payments?|lending|wealth\w*|crypto\w*|trading|capital markets|credit|mortgages?) /,
  ],
  [
    'health',
    / (?:health\w*|medical|med ?tech|bio ?tech\w*|pharma\w*|hospitals?|clinical|life sciences?|telemedicine|wellness|care) /,
  ],
  [
    'ecommerce',
    / (?:e commerce|ecommerce|retail\w*|marketplaces?|fashion|apparel|clothing|footwear|giftware|consumer goods|homeware|furniture|cosmetics|beauty|d2c|dtc) /,
  ],
  [
    'logistics',
    / (?:logistic\w*|supply chain|shipping|freight|warehous\w*|fulfil\w*|trucking|haulage|hauliers?|couriers?|parcels?|distribution|3pl) /,
  ],
  ['mobility', / (?:mobility|ride ?(?:hailing|sharing)|transport\w*) /],
  ['delivery', / (?:delivery|quick commerce) /],
  [
    'food',
    / (?:food\w*|grocer\w*|restaurants?|catering|baker\w*|brew\w*|beverages?|drinks?|dair\w*|produce|butchers?|coffee|confection\w*|snacks?|pubs?) /,
  ],
  ['travel', / (?:travel\w*|hospitality|tourism|hotels?|airlines?|leisure|resorts?) /],
  ['media', / (?:media|entertainment|streaming|publishing|advertising|ad ?tech|social|music|content) /],
  ['gaming', / (?:gaming|games?|esports) /],
  ['education', / (?:edu\w*|ed ?tech|learning|schools?|universit\w*) /],
  [
    'property',
    / (?:prop ?tech|real estate|estate agen\w*|lettings?|property|housing|construction|builders?) /,
  ],
  ['energy', / (?:energy|clean ?tech|climate\w*|renewables?|solar|utilit\w*|oil|gas|power|nuclear) /],
  ['agriculture', / (?:agri\w*|farm\w*) /],
  ['automotive', / (?:automotive|cars?|vehicles?|ev) /],
  ['aerospace', / (?:aero\w*|aviation|air|airlines?|space\w*) /],
  ['defence', / (?:defen[cs]e|military) /],
  ['government', / (?:government|public sector|gov ?tech) /],
  [
    'manufacturing',
    / (?:manufactur\w*|industrial|engineering|robotics|hardware|machin\w*|plastics|steel|packaging) /,
  ],
  ['telecom', / (?:telecom\w*|telco\w*|connectivity) /],
  ['legal', / (?:legal\w*|law) /],
  ['hr', / (?:hr|hr ?tech|recruit\w*|talent|staffing|workforce) /],
  ['security', / (?:cyber\w*|security|infosec) /],
  ['devtools', / (?:developer|dev ?tools?|devops|api|open source|infrastructure) /],
  ['data', / (?:data|analytics|bi) /],
  ['ai', / (?:ai|artificial intelligence|machine learning|ml) /],
  ['cloud', / (?:cloud|hosting) /],
  ['consulting', / (?:consult\w*|professional services|agency) /],
];
/** Any digital company is a peer in these. */
const WIDE = / (?:software|saas|tech|technology|it|internet|startups?|b2b|enterprise) /;

/** All of them. */
export const KNOWN_COMPANIES: readonly KnownCompany[] = [...COMPANIES.values()];

const NAME_WORDS = new Set(
  KNOWN_COMPANIES.flatMap(({ name }) => name.toLowerCase().match(/\p{L}{4,}/gu) ?? []),
);

/** True for a word of such a name. `word` is lower case. */
export function isCompanyWord(word: string): boolean {
  return NAME_WORDS.has(word);
}

/** The entry of a well-known company, whatever the case of its name; null for any other. */
export function knownCompany(name: string): KnownCompany | null {
  return COMPANIES.get(name.trim().toLowerCase()) ?? null;
}

/** Families an industry's free spelling means; null when it is unknown or as wide as "software". */
export function industryFamilies(industry: string): string[] | null {
  const words = keyText(industry);
  const families = FAMILIES.filter(([, pattern]) => pattern.test(words)).map(([family]) => family);
  if (families.length > 0) return families;
  return WIDE.test(words) || words.trim() === '' ? null : [words.trim()];
}
