"""
Companies for the generic_peers rule: real ones by city and industry, the clichés with their homes, placeholders, and the
parts of invented names that only the record vouches for.
"""

# City | industries (as in world.INDUSTRIES) | companies that surely are peers there.
REAL = """
London|fintech,payments,banking|Monzo,Starling Bank,Wise,Revolut,ClearBank,OakNorth,Curve,Zopa
London|insurance,insurtech|Aviva,Cuvva,Zego,Marshmallow,Hiscox,Beazley
London|healthtech,healthcare|Huma,Cera,Thriva,Zava
London|developer tools,cloud infrastructure|Snyk,Tyk,Humanloop
London|e-commerce,fashion,retail|ASOS,Farfetch,Depop,Lyst,Vinterior
London|restaurants,food and beverage|Pret A Manger,Wagamama,Leon,Dishoom,Nando's
London|media,publishing|The Economist,The Guardian,Penguin Random House,Bloomsbury
London|energy,utilities,cleantech|Octopus Energy,Tem,Centrica
London|edtech,education|Multiverse,FutureLearn,MyTutor,Pearson
London|legal services|Slaughter and May,Linklaters,Mishcon de Reya,Clifford Chance
London|gaming|King,Hutch,Splash Damage,Mediatonic
Leeds|banking,fintech|Leeds Building Society,First Direct,Vanquis
Leeds|retail,e-commerce|Asda,Pharmacy2U
Manchester|e-commerce,fashion,retail|boohoo,AO World,THG,PrettyLittleThing,N Brown
Manchester|utilities,water|United Utilities
Bristol|aerospace,aviation|Airbus Bristol,Vertical Aerospace,GKN Aerospace
Bristol|energy,utilities|Ovo Energy,Good Energy
Edinburgh|fintech,wealth management,banking|FNZ,Baillie Gifford,Standard Life,FreeAgent,Tesco Bank
Edinburgh|travel,gaming|Skyscanner,Rockstar North
Cardiff|insurance,insurtech|Admiral,Confused.com,GoCompare
Belfast|cybersecurity,fintech|Rapid7 Belfast,FinTrU,Anaeko
Dublin|payments,fintech|Fenergo,TransferMate,Wayflyer,Fexco
Dublin|food and beverage|Glanbia,Guinness,Greencore
Berlin|fintech,banking,payments|N26,Trade Republic,Solaris,Mambu,Raisin,Moss
Berlin|e-commerce,fashion,retail|Zalando,Home24
Berlin|mobility,automotive|Tier Mobility,Share Now,FreeNow
Berlin|insurtech,insurance|wefox
Berlin|travel|GetYourGuide,Omio,HomeToGo
Berlin|food and beverage,restaurants|Delivery Hero,HelloFresh,Flink,Infarm
Munich|automotive,mobility|BMW,FlixBus,Sono Motors
Munich|insurance,insurtech|Allianz,Munich Re,ottonova
Munich|data analytics,human resources|Celonis,Personio
Hamburg|shipping,logistics,freight|Hapag-Lloyd,HHLA,Hamburg Sud
Hamburg|e-commerce,retail|Otto,About You,Tchibo
Hamburg|media,publishing|Gruner + Jahr,Der Spiegel,Die Zeit
Cologne|insurance|AXA Germany,Gothaer,DEVK
Vienna|education,edtech|GoStudent
Vienna|payments,fintech|Bitpanda,Bluecode
Zurich|insurance,insurtech|Zurich Insurance,Swiss Re
Zurich|banking,wealth management|UBS,Julius Baer,Vontobel,Zurcher Kantonalbank
Geneva|banking,wealth management|Pictet,Lombard Odier,Union Bancaire Privee,Mirabaud
Paris|fintech,payments,banking|Qonto,Lydia,Spendesk,Swile,Pennylane
Paris|healthtech,healthcare|Doctolib,Alan,Owkin
Paris|e-commerce,fashion,retail|Vestiaire Collective,Veepee,Sezane,ManoMano
Paris|mobility|BlaBlaCar
Lyon|biotech,pharmaceuticals|bioMerieux,Sanofi Pasteur,Boehringer Ingelheim Lyon
Madrid|mobility,travel|Cabify
Madrid|banking|Santander,BBVA,Bankinter
Madrid|energy,utilities|Endesa,Repsol,Naturgy
Barcelona|travel|TravelPerk,eDreams ODIGEO
Barcelona|e-commerce,retail,fashion|Wallapop,Mango,Privalia,Desigual
Lisbon|energy,utilities|EDP,Galp
Lisbon|travel,hospitality,hotels|Pestana,Vila Gale
Porto|fashion,e-commerce|Farfetch Porto,Salsa Jeans,Parfois
Milan|fashion,retail|Prada,Armani,Versace,Moncler
Milan|fintech,payments|Satispay,Scalapay,Nexi
Turin|automotive|Fiat,Iveco
Rome|energy,utilities|Enel,Acea,Eni
Amsterdam|payments,fintech,banking|Adyen,Mollie,bunq,Bux
Amsterdam|travel|Booking.com,Travelbird
Amsterdam|food and beverage,restaurants|Just Eat Takeaway,Heineken
Rotterdam|shipping,logistics,freight,warehousing|Port of Rotterdam,ECT,Broekman Logistics,Samskip
Brussels|insurance|Ageas,AG Insurance,Belfius
Copenhagen|wine and spirits,food and beverage|Carlsberg,Mikkeller
Copenhagen|fintech,payments|Pleo,Lunar,Nets
Copenhagen|shipping,freight,logistics|Maersk,Torm,Norden
Copenhagen|food and beverage|Too Good To Go,Joe & the Juice
Aarhus|energy|Vestas
Stockholm|fintech,payments,banking|Klarna,Tink,Trustly,Zettle,Anyfin
Stockholm|gaming|Mojang,Paradox Interactive,DICE,Avalanche Studios
Stockholm|healthtech,healthcare|Kry,Doktor.se
Gothenburg|automotive,mobility|Volvo Cars,Polestar,Zenseact
Malmo|gaming|Massive Entertainment,Tarsier Studios
Oslo|e-commerce,media|Schibsted,Oda,Finn.no
Oslo|fintech,payments|Vipps,Dintero
Helsinki|gaming|Supercell,Rovio,Remedy
Helsinki|food and beverage,logistics|Wolt
Helsinki|rail,manufacturing|Kone,VR Group
Tallinn|mobility|Bolt,Starship Technologies
Tallinn|fintech,payments|Wise Tallinn,LHV,Montonio
Riga|fintech|Mintos,Twino
Vilnius|fashion,e-commerce|Vinted
Vilnius|cybersecurity|Nord Security,Surfshark
Warsaw|gaming|CD Projekt,11 bit studios
Warsaw|healthtech|DocPlanner
Prague|e-commerce,retail|Alza,Rohlik
Prague|cybersecurity|Avast
Brno|e-commerce|Notino
Budapest|travel,aviation|Wizz Air
Budapest|media,design|Prezi
Bucharest|e-commerce,retail|eMAG,Fashion Days
Bucharest|cybersecurity|Bitdefender
Athens|food and beverage|efood
Istanbul|e-commerce,retail|Trendyol,Hepsiburada,Getir
Istanbul|aviation,travel|Turkish Airlines,Pegasus
Istanbul|gaming|Peak Games,Dream Games
Tel Aviv|cybersecurity|Wiz,Claroty,Armis
Dubai|aviation,travel|Emirates,flydubai,dnata
Dubai|e-commerce,retail|noon,Namshi,Mumzworld
Dubai|real estate,proptech|Emaar,Damac,Property Finder,Bayut
Riyadh|food and beverage,restaurants|Jahez,HungerStation
Riyadh|payments,fintech|Tamara,STC Pay,Geidea
Cairo|fintech,payments|Fawry,Paymob,MNT-Halan
Cairo|mobility|Swvl
Cairo|healthtech,healthcare|Vezeeta
Casablanca|banking|Attijariwafa Bank,BMCE Bank,Banque Populaire
Lagos|fintech,payments|Flutterwave,Paystack,Interswitch,PiggyVest,Carbon
Lagos|banking|GTBank,Zenith Bank,Access Bank,First Bank
Lagos|e-commerce,retail|Jumia,Konga,Jiji
Lagos|logistics,freight|Kobo360,GIG Logistics,Sendbox
Lagos|solar,energy|Rensource,Lumos,Arnergy
Accra|fintech,payments|Zeepay,Hubtel,expressPay
Accra|healthtech,healthcare|mPharma
Dakar|payments,fintech|Wave,InTouch
Nairobi|payments,fintech|M-Pesa,Pesapal,Cellulant,Tala Kenya
Nairobi|agritech,agriculture|Twiga Foods,Apollo Agriculture,Pula
Nairobi|solar,energy|M-KOPA,d.light,SunCulture
Nairobi|banking|Equity Bank,KCB,Co-operative Bank
Kampala|mobility,logistics|SafeBoda
Kigali|healthcare,logistics|Zipline Rwanda
Addis Ababa|fintech,payments,banking|Kacha,Dashen Bank,ArifPay,Awash Bank
Addis Ababa|mobility|Ride Ethiopia,Feres
Addis Ababa|aviation|Ethiopian Airlines
Cape Town|insurance,insurtech|Sanlam,Old Mutual
Cape Town|e-commerce,retail|Takealot,Yuppiechef,Superbalist,Woolworths SA,Pick n Pay
Cape Town|fintech,payments|Yoco,Jumo
Johannesburg|insurance,insurtech|Discovery,Naked,Pineapple,OUTsurance
Johannesburg|banking,fintech|Standard Bank,Nedbank,FNB,TymeBank
Johannesburg|mining|Anglo American Platinum,Sibanye-Stillwater,Gold Fields
New York|media,publishing|The New York Times,Conde Nast,Vox Media,HarperCollins
New York|fintech,insurtech,insurance|Lemonade,Betterment,Oscar Health,Stash,Ramp
New York|healthtech,healthcare|Zocdoc,Ro,Oscar Health,Flatiron Health
New York|e-commerce,fashion,retail|Etsy,Warby Parker,Rent the Runway,Macy's
Boston|biotech,pharmaceuticals|Moderna,Vertex,Biogen,Ginkgo Bioworks
Boston|e-commerce,furniture|Wayfair
Boston|robotics|Boston Dynamics,iRobot,Locus Robotics
Boston|martech|HubSpot,Klaviyo
Austin|human resources,developer tools|Indeed
Austin|e-commerce,retail,food and beverage|Whole Foods,Kendra Scott,Yeti
Dallas|aviation|American Airlines,Southwest Airlines
Dallas|telecoms|AT&T
Denver|restaurants,food and beverage|Quiznos
Chicago|logistics,freight|project44,FourKites,Echo Global Logistics,Coyote Logistics
Chicago|restaurants,food and beverage|McDonald's,Portillo's,Grubhub
Atlanta|payments,fintech|Global Payments,Greenlight,Kabbage
Atlanta|logistics,freight|UPS,Stord
Atlanta|aviation,travel|Delta Air Lines
Seattle|real estate,proptech|Zillow,Redfin
Seattle|retail,e-commerce|Nordstrom,Zulily,REI
Portland|fashion,sports|Nike,Columbia Sportswear
San Francisco|fintech,payments|Stripe,Block,Plaid,Chime,Affirm,Brex
San Francisco|travel,hospitality|Airbnb
San Francisco|mobility|Uber,Lyft,Cruise
San Francisco|developer tools,cloud infrastructure|GitHub,Docker,LaunchDarkly,PagerDuty
Los Angeles|media,film,music|Hulu,Universal Music,Lionsgate
Los Angeles|gaming|Riot Games,Scopely
San Diego|biotech,pharmaceuticals|Illumina,Neurocrine,Halozyme
San Diego|semiconductors,electronics|Qualcomm
Minneapolis|medical devices|Medtronic,Inspire Medical
Minneapolis|retail|Target,Best Buy
Columbus|insurance,insurtech|Nationwide,Root Insurance,Beam
Raleigh|gaming,developer tools|Epic Games,Red Hat
Miami|shipping,travel|Royal Caribbean,Carnival,Norwegian Cruise Line
Toronto|fintech,banking|Wealthsimple,Koho,Borrowell,TD Bank,Scotiabank
Toronto|healthtech,healthcare|League,Maple,PocketHealth
Vancouver|gaming|EA Vancouver,Relic,The Coalition
Vancouver|fashion,retail|Lululemon,Arc'teryx,Aritzia
Montreal|gaming|Ubisoft Montreal,Behaviour Interactive,Eidos-Montreal
Montreal|insurance,healthtech|Dialogue
Calgary|oil and gas,energy|Suncor,Enbridge,Cenovus,Imperial Oil
Calgary|fintech|Neo Financial,Helcim
Mexico City|fintech,payments|Clip,Konfio,Stori,Bitso
Mexico City|food and beverage|Bimbo,Gruma,Coca-Cola FEMSA
Bogota|e-commerce,logistics,food and beverage|Rappi,Merqueo
Bogota|aviation|Avianca
Sao Paulo|fintech,payments,banking|Nubank,PagSeguro,Stone,Creditas
Sao Paulo|e-commerce,retail|Magazine Luiza,Netshoes,Dafiti
Buenos Aires|e-commerce,payments|Mercado Libre,Uala,Tiendanube
Santiago|retail,e-commerce|Falabella,Cencosud,Ripley
Santiago|food and beverage|NotCo,CCU
Bengaluru|fintech,payments|PhonePe,Razorpay,CRED,Zerodha
Bengaluru|e-commerce,retail,fashion|Flipkart,Myntra,Meesho,BigBasket
Bengaluru|logistics|BlackBuck,Porter
Bengaluru|edtech,education|Byju's,Unacademy,Vedantu
Mumbai|banking,fintech|HDFC Bank,ICICI Bank,Kotak Mahindra
Mumbai|e-commerce,fashion,personal care|Nykaa,Purplle,Tata Cliq
Pune|automotive|Bajaj Auto,Force Motors
Hyderabad|pharmaceuticals,biotech|Dr. Reddy's,Bharat Biotech,Aurobindo
Singapore|mobility,food and beverage|Grab,Foodpanda Singapore
Singapore|e-commerce,retail|Shopee,Lazada,Carousell
Singapore|banking|DBS,OCBC,UOB
Singapore|aviation|Singapore Airlines,Scoot
Kuala Lumpur|banking|Maybank,CIMB,Public Bank
Kuala Lumpur|aviation|AirAsia,Malaysia Airlines
Jakarta|e-commerce,retail|Tokopedia,Bukalapak,Blibli
Jakarta|mobility,payments|Gojek,OVO,Dana
Manila|payments,fintech|GCash,Maya
Manila|restaurants,food and beverage|Jollibee,Max's
Tokyo|e-commerce,retail|Rakuten,Mercari,ZOZO
Tokyo|fintech,payments|PayPay,Freee,Money Forward
Osaka|electronics,manufacturing|Panasonic,Keyence,Daikin
Seoul|e-commerce,retail|Coupang,Kurly,Musinsa
Seoul|gaming|Nexon,Krafton,Netmarble
Sydney|fintech,payments|Airwallex Sydney,Tyro,Zip
Sydney|design,developer tools|Canva,Atlassian
Melbourne|fintech,payments|Airwallex,Afterpay
Melbourne|e-commerce,retail|Kogan,Myer,Catch
Brisbane|aviation|Virgin Australia
Auckland|fintech,payments|Sharesies,Windcave,Pushpay
Auckland|aviation|Air New Zealand
"""

# Names everybody drops | where they are at home (cities) | their trades (industries a peer could be in).
CLICHES = """
Uber|San Francisco|mobility,logistics,food and beverage,restaurants,freight,automotive
Airbnb|San Francisco|travel,hospitality,hotels,real estate,proptech,property management
Stripe|San Francisco,Dublin|fintech,payments,banking,developer tools,accounting
Netflix|San Francisco,Los Angeles|media,film,music,gaming,publishing
Spotify|Stockholm|music,media,film,publishing
Shopify||e-commerce,retail,fashion,martech,payments
Amazon|Seattle|e-commerce,retail,logistics,cloud infrastructure,warehousing,freight,publishing,media,toys
Google|San Francisco|adtech,cloud infrastructure,machine learning,martech,data analytics,media,developer tools,cybersecurity
Tesla|Austin,San Francisco|automotive,energy,solar,mobility,cleantech,robotics,manufacturing
Slack|San Francisco|developer tools,cloud infrastructure,machine learning,data analytics
Dropbox|San Francisco,Dublin|cloud infrastructure,developer tools,cybersecurity
Meta|San Francisco,Seattle|adtech,media,martech,machine learning,gaming
Microsoft|Seattle|cloud infrastructure,developer tools,gaming,cybersecurity,machine learning,data analytics,electronics
Salesforce|San Francisco|martech,cloud infrastructure,data analytics,developer tools
Zoom|San Francisco|telecoms,cloud infrastructure,developer tools,electronics
DoorDash|San Francisco|food and beverage,restaurants,logistics,catering,mobility
Revolut|London|fintech,banking,payments,wealth management,accounting
Monzo|London|fintech,banking,payments,accounting
Klarna|Stockholm|fintech,banking,payments,e-commerce,retail
N26|Berlin|fintech,banking,payments
Pinterest|San Francisco|media,adtech,design,martech,fashion
Coinbase|San Francisco,New York|fintech,payments,banking,wealth management
Peloton|New York|fitness,sports
Notion|San Francisco|developer tools,education,edtech
Disney|Los Angeles|media,film,toys,travel,events,publishing,sports,hospitality
Nike|Portland|fashion,sports,retail,e-commerce,textiles,fitness
Coca-Cola|Atlanta|food and beverage,wine and spirits,restaurants,packaging,catering
Wise|London,Tallinn|fintech,banking,payments,accounting
"""

PLACEHOLDER = [
    "Company [A|B|C|X|Y|Z|1|2|3]", "«[Peer|Peer Company|Similar Company|Company|Client|Reference|Competitor] [1|2|3|A|B]»", "[XYZ|ABC|DEF|AAA|QRS] [Ltd|Inc.|Corp|GmbH|Company|Group|Co.]", "[Tech|Data|Info|Cyber|Biz|Soft|Net|Web]Corp",
    "[Global|United|General|Universal|Premier|Total][ |][Solutions|Industries|Enterprises|Services|Systems]", "[Startup|Company|Firm|Brand|Client|Customer|Business][X|Y|Z| X| Y| Z| A| B]", "[Acme|Acme Corp|Acme Inc.|ACME Ltd|Widgets Inc.|Foo Inc.|FooBar Ltd|Example Corp|Example Ltd|Sample Company]",
    "[Next|Inno|Innovate|Future|Smart|Prime|Best][Tech|Gen Solutions|Corp|Systems|Co]", "[Data|Cloud|Analytics|Web|Marketing|Health|Energy|Logistics] [Solutions|Inc.|Corp|Co|Company]", "{{peer_company[_1|_2|]}}", "<[peer|company|client|name] [1|2|here]>", "[Fin|Med|Edu|Retail|Logi|Agri]Tech [Inc.|Corp|Company]",
    "[Client|Customer|Firm|Peer] [A|B|#1|#2|No. 3|X]", "[Alpha|Beta|Gamma|Delta] [Corp|Company|Inc.]", "«[insert peer|insert company|insert name here|name of peer|TBD|local peer]»", "[Big|Leading|Major|Top] [Company|Co|Corp] [Inc.|Ltd|One]",
]

# Invented but specific names.
FAMILY = """Harrow Penhale Marchetti Okonjo Lindqvist Varga Tamm Bexley Duarte Novotny Achterberg Salinas Kipkemboi Mazur Fairhurst Brandvold Trevanion
Castellan Osterman Haddad Ruhr Velasco Kariuki Thornbury Wexford Aalto Pemberton Zielinski Matsuda Corrigan Baptiste Ndiaye Rosenlund Falconer Moretti Ashdown
Vandermeer Sorensen Ilves Quiroga Bhatt Lockhart Dragan Eriksen Galloway Hartono Iyer Juarez Kowal Leclerc Mbatha Nakagawa Ostrow Pelletier Rautio Stavros Tembo
Ulrich Voss Wainwright Yeboah Zapata Almeida Bjornstad Cavendish Demetriou Edgecombe Fonseca Gustafson Holloway Ivanov""".split()
PLACEWORD = """Brook Mill Quay Castle Abbey Harbour Market Station Canal Chapel Orchard Tower Garden Hill Meadow Bridge Lantern Copper Saddle Anvil Compass Cobble
Linen Barley Heron Badger Plover Marten Juniper Tamarind Baobab Acacia Marula Saffron Cardamom Indigo Ochre Flint Slate Basalt Amber""".split()
TRADE = {
    "fintech": ["Pay", "Ledger", "Finance", "Credit"], "insurance": ["Mutual", "Insurance", "Cover", "Underwriting"], "insurtech": ["Cover", "Claims"], "banking": ["Bank", "Savings", "Trust"], "payments": ["Pay", "Wallet"],
    "healthcare": ["Clinics", "Care", "Hospital Group"], "healthtech": ["Health", "Care"], "biotech": ["Bio", "Therapeutics"], "pharmaceuticals": ["Pharma", "Remedies"], "e-commerce": ["Online", "Direct", "Shop"], "retail": ["Stores", "Retail", "Outfitters"],
    "logistics": ["Haulage", "Logistics", "Cargo"], "freight": ["Freight", "Forwarding"], "shipping": ["Shipping", "Lines"], "warehousing": ["Storage", "Warehousing"], "energy": ["Energy", "Power"], "solar": ["Solar"], "utilities": ["Utilities"], "construction": ["Builders", "Construction"],
    "education": ["Schools", "Academy"], "edtech": ["Learning", "Classroom"], "legal services": ["Solicitors", "Law"], "hotels": ["Hotels", "Inns"], "restaurants": ["Kitchens", "Grill"], "manufacturing": ["Works", "Castings"], "agriculture": ["Farms", "Growers"], "agritech": ["Agri", "Fields"],
    "gaming": ["Games", "Interactive"], "media": ["Media", "Press"], "travel": ["Travel", "Tours"], "cybersecurity": ["Security", "Defence"], "real estate": ["Estates", "Lettings"], "staffing": ["Staffing", "People"], "recruitment": ["Recruitment", "Search"],
}
ANY_TRADE = ["& Sons", "Group", "Partners", "Brothers", "House", "Collective", "& Co", "Union"]


def parse(text):
    return [tuple(part.split(",") for part in line.split("|")) for line in text.strip().splitlines()]


REAL_ROWS = [(city[0], set(trades), names) for city, trades, names in parse(REAL)]
CLICHE_ROWS = [(name[0], set(homes), set(trades)) for name, homes, trades in parse(CLICHES)]
