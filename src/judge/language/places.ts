/** Cities and countries that mail about peers may name, with their ISO 3166 country code. */
const PLACES = new Map(
  `london:GB,manchester:GB,edinburgh:GB,glasgow:GB,bristol:GB,leeds:GB,birmingham:GB,cambridge:GB,oxford:GB,cardiff:GB,belfast:GB,liverpool:GB,
  sheffield:GB,uk:GB,united kingdom:GB,england:GB,scotland:GB,britain:GB,great britain:GB,wales:GB,dublin:IE,cork:IE,ireland:IE,paris:FR,lyon:FR,france:FR,
  toulouse:FR,berlin:DE,munich:DE,hamburg:DE,frankfurt:DE,cologne:DE,stuttgart:DE,germany:DE,amsterdam:NL,rotterdam:NL,utrecht:NL,netherlands:NL,eindhoven:NL,
  brussels:BE,belgium:BE,zurich:CH,geneva:CH,basel:CH,switzerland:CH,vienna:AT,austria:AT,madrid:ES,barcelona:ES,valencia:ES,spain:ES,lisbon:PT,porto:PT,
  portugal:PT,milan:IT,rome:IT,italy:IT,turin:IT,stockholm:SE,gothenburg:SE,sweden:SE,copenhagen:DK,denmark:DK,oslo:NO,norway:NO,helsinki:FI,finland:FI,
  tallinn:EE,estonia:EE,riga:LV,latvia:LV,vilnius:LT,lithuania:LT,warsaw:PL,krakow:PL,poland:PL,prague:CZ,budapest:HU,hungary:HU,bucharest:RO,romania:RO,
  sofia:BG,bulgaria:BG,athens:GR,greece:GR,istanbul:TR,ankara:TR,turkey:TR,kyiv:UA,ukraine:UA,tel aviv:IL,israel:IL,dubai:AE,abu dhabi:AE,
  riyadh:SA,doha:QA,cairo:EG,egypt:EG,casablanca:MA,morocco:MA,tunis:TN,lagos:NG,abuja:NG,nigeria:NG,ibadan:NG,accra:GH,ghana:GH,kumasi:GH,nairobi:KE,
  mombasa:KE,kenya:KE,kampala:UG,uganda:UG,kigali:RW,rwanda:RW,addis ababa:ET,addis:ET,ethiopia:ET,dar es salaam:TZ,tanzania:TZ,lusaka:ZM,
  harare:ZW,johannesburg:ZA,cape town:ZA,durban:ZA,pretoria:ZA,south africa:ZA,dakar:SN,senegal:SN,abidjan:CI,new york:US,new york city:US,nyc:US,
  brooklyn:US,san francisco:US,bay area:US,silicon valley:US,palo alto:US,mountain view:US,san jose:US,oakland:US,los angeles:US,san diego:US,
  seattle:US,portland:US,austin:US,dallas:US,houston:US,denver:US,boulder:US,chicago:US,boston:US,atlanta:US,miami:US,philadelphia:US,washington:US,
  detroit:US,minneapolis:US,phoenix:US,salt lake city:US,nashville:US,raleigh:US,pittsburgh:US,united states:US,america:US,california:US,texas:US,
  toronto:CA,vancouver:CA,montreal:CA,ottawa:CA,calgary:CA,waterloo:CA,canada:CA,mexico city:MX,mexico:MX,sao paulo:BR,brazil:BR,buenos aires:AR,
  argentina:AR,bogota:CO,colombia:CO,santiago:CL,chile:CL,lima:PE,bangalore:IN,bengaluru:IN,mumbai:IN,delhi:IN,new delhi:IN,hyderabad:IN,pune:IN,
  chennai:IN,india:IN,singapore:SG,jakarta:ID,indonesia:ID,manila:PH,philippines:PH,bangkok:TH,hanoi:VN,vietnam:VN,kuala lumpur:MY,malaysia:MY,
  hong kong:HK,shanghai:CN,beijing:CN,shenzhen:CN,china:CN,tokyo:JP,japan:JP,seoul:KR,korea:KR,sydney:AU,melbourne:AU,brisbane:AU,perth:AU,
  australia:AU,auckland:NZ,new zealand:NZ,europe:,africa:,asia:,east africa:,west africa:,north america:,latin america:,middle east:,emea:,apac:,
  africa's:,nordics:,dach:,benelux:,baltics:`
    .split(',')
    .map((entry): [string, string] => {
      const [place = '', country = ''] = entry.trim().split(':');
      return [place, country];
    }),
);

/** True for a city, country or region known here. */
export function isPlace(name: string): boolean {
  return PLACES.has(name.toLowerCase());
}

/** The country of a place as a record spells it ("San Francisco, CA", "GB"); null when unknown. */
export function countryOf(place: string): string | null {
  if (/^[A-Z]{2}$/.test(place.trim()) && place !== 'UK') return place.trim();
  for (const part of [place, ...place.split(/[,/(]/)]) {
    const country = PLACES.get(part.trim().toLowerCase());
    if (country !== undefined && country !== '') return country;
  }
  return null;
}
