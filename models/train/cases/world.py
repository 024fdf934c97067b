"""People, companies and places that the mails are about. All invented, but for cities and industries."""

from datetime import date, timedelta
from random import Random

from .rules.peers_words import REAL_ROWS
from .scene import Person, Scene

FIRST = """Ada Adwoa Agnes Aisha Akira Alan Alessia Amara Amir Ana Anders Andrea Anil Anneke Anton Arjun Astrid Ayo Beatriz Ben
Bilal Bongani Brigid Bruno Camille Carlos Carmen Chidi Chloe Claire Connor Daan Dalia Daniel Dawit Deborah Deepa Diego Dmitri
Edith Efua Elena Eli Emeka Emma Erik Esra Esther Eva Fatima Felix Fiona Florian Frank Gabriel Gaby George Gita Grace Greta Hana
Hannah Hassan Helen Henrik Hugo Ian Ibrahim Ines Ingrid Irene Isla Ivan Jack Jade James Jan Jasmine Javier Jean Jelena Jens Joan
Joel Jonas Joy Juan Julia Kaan Kamal Karen Karim Katya Keisha Kenji Kofi Kwame Lara Lars Laura Leila Leo Liam Linh Lisa Liv Lucia
Luis Luka Maeve Magnus Maja Malik Marco Maria Marta Mei Mehmet Mia Miguel Milan Mira Mohamed Nadia Naomi Neil Nia Nikos Nina Noah
Noor Nora Obi Olga Oliver Omar Oscar Paola Patrick Paul Petra Pia Pooja Priya Rachel Rafael Rahul Ravi Renee Rita Robin Rosa Ruth
Ryan Sabine Sam Samira Sana Sara Saul Selam Sergei Shauna Silvia Simon Sofia Stefan Sunil Suki Tariq Teresa Theo Thandi Tigist
Tom Tomas Uma Ursula Valeria Vera Victor Vikram Wanjiru Wei Will Yara Yasmin Yonas Yuki Zainab Zara Zoe""".split()
LAST = """Abebe Adeyemi Ahmed Alvarez Andersen Baker Banda Barros Becker Bekele Bianchi Boateng Brennan Campbell Castro Chen Choi
Cohen Costa Cruz Dahl Das Delgado Demir Diaz Dlamini Dubois Duffy Eze Farah Ferrari Fischer Flores Fofanah Foster Fraser Garcia
Gallagher Ghosh Gomez Gupta Haile Hansen Harris Hassan Hayashi Hoffman Hughes Hussein Ibrahim Ito Jansen Jensen Johnson Jones Kamau
Kaplan Kaya Keller Kelly Khan Kim Kowalski Kumar Laurent Lee Lewis Lindberg Lopez Mbeki Mahmoud Martin Mensah Meyer Mishra Moore
Moreau Morris Murphy Mwangi Nair Nakamura Ndlovu Nguyen Nilsson Novak Nowak Okafor Okonkwo Olsen Ortiz Osei Owusu Park Patel Peters
Petrov Popescu Quinn Rahman Reid Reyes Rossi Roy Ruiz Russo Sato Schmidt Schneider Silva Singh Smith Sow Suzuki Tadesse Takahashi
Tan Taylor Tesfaye Thomas Traore Tran Turner Vargas Walker Wang Weber White Williams Wilson Wong Wright Yamamoto Yilmaz
Young Zhang Zimmermann""".split()

PLACES = [tuple(row.split("|")) for row in """London|United Kingdom
Leeds|United Kingdom
Manchester|United Kingdom
Bristol|United Kingdom
Edinburgh|United Kingdom
Cardiff|United Kingdom
Belfast|United Kingdom
Dublin|Ireland
Cork|Ireland
Berlin|Germany
Munich|Germany
Hamburg|Germany
Cologne|Germany
Leipzig|Germany
Vienna|Austria
Zurich|Switzerland
Geneva|Switzerland
Paris|France
Lyon|France
Nantes|France
Madrid|Spain
Barcelona|Spain
Valencia|Spain
Lisbon|Portugal
Porto|Portugal
Milan|Italy
Turin|Italy
Rome|Italy
Amsterdam|Netherlands
Rotterdam|Netherlands
Utrecht|Netherlands
Brussels|Belgium
Ghent|Belgium
Copenhagen|Denmark
Aarhus|Denmark
Stockholm|Sweden
Gothenburg|Sweden
Malmo|Sweden
Oslo|Norway
Bergen|Norway
Helsinki|Finland
Tallinn|Estonia
Riga|Latvia
Vilnius|Lithuania
Warsaw|Poland
Krakow|Poland
Prague|Czechia
Brno|Czechia
Budapest|Hungary
Bucharest|Romania
Athens|Greece
Istanbul|Turkey
Tel Aviv|Israel
Dubai|United Arab Emirates
Riyadh|Saudi Arabia
Cairo|Egypt
Casablanca|Morocco
Lagos|Nigeria
Abuja|Nigeria
Accra|Ghana
Dakar|Senegal
Nairobi|Kenya
Kampala|Uganda
Kigali|Rwanda
Addis Ababa|Ethiopia
Cape Town|South Africa
Johannesburg|South Africa
Durban|South Africa
New York|United States
Boston|United States
Austin|United States
Dallas|United States
Denver|United States
Chicago|United States
Atlanta|United States
Seattle|United States
Portland|United States
San Francisco|United States
Los Angeles|United States
San Diego|United States
Phoenix|United States
Minneapolis|United States
Columbus|United States
Raleigh|United States
Miami|United States
Toronto|Canada
Vancouver|Canada
Montreal|Canada
Calgary|Canada
Mexico City|Mexico
Bogota|Colombia
Sao Paulo|Brazil
Buenos Aires|Argentina
Santiago|Chile
Bengaluru|India
Mumbai|India
Pune|India
Hyderabad|India
Singapore|Singapore
Kuala Lumpur|Malaysia
Jakarta|Indonesia
Manila|Philippines
Tokyo|Japan
Osaka|Japan
Seoul|South Korea
Sydney|Australia
Melbourne|Australia
Brisbane|Australia
Auckland|New Zealand""".split("\n")]

INDUSTRIES = """fintech|insurance|insurtech|banking|payments|accounting|wealth management|healthcare|healthtech|biotech|medical devices|pharmaceuticals|
dental care|veterinary care|e-commerce|retail|fashion|food and beverage|restaurants|catering|agriculture|agritech|logistics|freight|shipping|
warehousing|automotive|mobility|aviation|aerospace|rail|construction|proptech|real estate|property management|architecture|energy|solar|
utilities|water|oil and gas|cleantech|manufacturing|robotics|electronics|semiconductors|packaging|chemicals|textiles|furniture|telecoms|
developer tools|cybersecurity|cloud infrastructure|data analytics|machine learning|martech|adtech|media|publishing|gaming|music|film|
sports|travel|hospitality|hotels|events|education|edtech|universities|nonprofit|charity|government|defence|legal services|legaltech|
human resources|recruitment|staffing|consulting|marketing agency|design|printing|waste management|security services|facilities management|
personal care|fitness|childcare|elder care|pet supplies|jewellery|toys|wine and spirits|mining|marine""".replace("\n", "").split("|")

# Company names: a stem and an ending, or two words.
STEM = """Acre Alder Amber Anchor Apex Arbor Ash Atlas Aurora Axle Bay Beacon Birch Bloom Blue Bolt Bram Bridge Bright Brook Cable
Calder Canyon Cedar Cirrus Clay Cliff Cobalt Copper Coral Cove Crest Dart Delta Drift Dune East Elm Ember Fable Fair Fern Field Fjord
Flint Forge Fox Glade Glen Gold Granite Green Grove Gull Harbor Haven Hawk Hazel Heath Helio Heron High Hill Hollow Iron Isle Ivy
Jade Juniper Kelp Kestrel Kite Lake Lark Laurel Ledger Lily Lime Linden Loch Lumen Lynx Maple Marsh Meadow Mercer Merlin Mesa Mill
Mint Moor Moss Nimbus North Nova Oak Oat Ocean Olive Onyx Orchard Otter Owl Palm Peak Pebble Pike Pine Pixel Plum Polar Poplar Quarry
Quartz Quill Rain Raven Reed Ridge River Robin Rock Rook Rowan Saffron Sage Salt Sand Sea Shale Silver Slate Snow South Sparrow Spruce
Star Stone Storm Summit Swift Tally Tern Thistle Tide Timber Topaz Trail Tulip Umber Vale Vector Verve Vine Violet Wave West Wheat
Willow Wind Wolf Wood Wren Yarrow Zephyr""".split()
END = """works ware labs ly ify base hub point path line port stack loop grid flow mark yard gate desk deck cart ship house
field craft bank vault lens mind mill sense scope cast sync wire link dock layer pulse path rail track lane store trade""".split()
KIND = """Labs|Systems|Analytics|Health|Energy|Logistics|Foods|Group|Partners|Robotics|Software|Technologies|Insurance|Capital|
Studios|Media|Freight|Clinics|Hotels|Retail|Learning|Networks|Security|Biotech|Motors|Textiles|Farms|Brewing|Legal|Finance|Mobility|
Aviation|Marine|Homes|Interiors|Diagnostics|Payments|Cloud|Data|Solutions|Manufacturing|Packaging|Holdings|Supply|Care""".replace("\n", "").split("|")
FORM = ["", "", "", "", "", "", " Ltd", " Inc.", " GmbH", " AB", " PLC", " BV", " LLC", " SA", " Pty"]

# What is sold; offers.py has the sentences.
OFFER_KEYS = ("engineers", "software", "security", "logistics", "hr", "finance", "energy", "health", "training", "data",
              "marketing", "facilities")

# Role as the record spells it, and titles that go with it.
PLAIN_ROLES: dict[str, list[str]] = {
    "vp_eng": ["VP Engineering", "VP of Engineering", "Vice President, Engineering"],
    "founder": ["Founder", "Co-founder", "Founder and Managing Director"],
    "other": ["Head of Operations", "Procurement Manager", "Operations Director", "Office Manager", "IT Manager",
              "Head of People", "Finance Manager", "Head of Data", "Product Manager", "Plant Manager", "Practice Manager",
              "Regional Director", "Sales Director", "Marketing Manager", "Engineering Manager", "Principal Engineer",
              "Head of Procurement", "Director of Nursing", "Fleet Manager", "Supply Chain Lead", "Head of Claims",
              "Facilities Lead", "Talent Partner", "Warehouse Manager", "Senior Buyer", "Head of Engineering"],
}
C_TITLES = {
    "cto": ["CTO", "Chief Technology Officer"],
    "ceo": ["CEO", "Chief Executive Officer", "Chief Executive"],
    "cfo": ["CFO", "Chief Financial Officer"],
    "coo": ["COO", "Chief Operating Officer"],
    "cio": ["CIO", "Chief Information Officer"],
    "ciso": ["CISO", "Chief Information Security Officer"],
    "cmo": ["CMO", "Chief Marketing Officer"],
    "cpo": ["CPO", "Chief Product Officer", "Chief People Officer", "Chief Procurement Officer"],
    "chro": ["CHRO", "Chief Human Resources Officer"],
    "cdo": ["CDO", "Chief Data Officer", "Chief Digital Officer"],
    "cro": ["CRO", "Chief Revenue Officer", "Chief Risk Officer"],
    "c_level": ["CEO", "CTO", "CFO", "Chief Operating Officer", "Chief Medical Officer", "Chief Product Officer",
                "Chief Commercial Officer", "Chief Strategy Officer"],
}
# Look like the C-level and are not.
NEAR_C = ["Chief of Staff", "Former CTO", "Assistant to the CEO", "Executive Assistant to the CFO", "CEO Office Manager",
          "Deputy CFO", "VP reporting to the CTO", "Office of the CIO, Programme Lead", "ex-CEO, now Adviser",
          "Head of the CTO Office", "EVP Sales", "SVP Operations", "Managing Director", "General Manager", "Board Observer"]

STAGES = ("seed", "series_a", "series_b", "series_c", "public")
RAISED = {"seed": (500_000, 5_000_000), "series_a": (3_000_000, 20_000_000), "series_b": (12_000_000, 60_000_000),
          "series_c": (35_000_000, 200_000_000), "public": (0, 0)}
STAFF = {"seed": (3, 40), "series_a": (15, 180), "series_b": (60, 700), "series_c": (200, 1900), "public": (400, 2000)}


def company_name(rng: Random) -> str:
    shape = rng.random()
    if shape < 0.35:
        name = rng.choice(STEM) + rng.choice(END)
    elif shape < 0.75:
        name = f"{rng.choice(STEM)}{rng.choice(['', '', rng.choice(STEM).lower()])} {rng.choice(KIND)}"
    elif shape < 0.9:
        name = f"{rng.choice(STEM)} & {rng.choice(STEM)}"
    elif shape < 0.96:
        name = f"{rng.choice(LAST)} {rng.choice(KIND)}"
    else:
        name = rng.choice(STEM) + rng.choice(["Co", "AI", "Tech", "Corp", "OS", "HQ", "X", "_"]) + rng.choice(["", "", str(rng.randint(1, 99))])
        name = name.replace("__", "_")
    return name + rng.choice(FORM)


def person(rng: Random, role: str | None = None) -> Person:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    if role is None:
        role = rng.choice(["vp_eng", "founder", "other", "other", "cto", "ceo", "cfo", "c_level", "free", "free"])
    if role == "free":
        title = rng.choice(PLAIN_ROLES[rng.choice(["vp_eng", "other", "other", "founder"])])
        return Person(first, last, title, title)
    titles = PLAIN_ROLES.get(role) or C_TITLES[role]
    title = rng.choice(titles)
    spelt = rng.choice([role, role, role, title]) if role in C_TITLES else rng.choice([role, role, role, title])
    return Person(first, last, spelt, title)


def headcount(rng: Random, stage: str) -> int:
    low, high = STAFF[stage]
    return max(2, round(low * (high / low) ** rng.random()))


def amount(rng: Random, stage: str) -> int:
    low, high = RAISED[stage]
    if high == 0:
        return 0
    value = low * (high / low) ** rng.random()
    step = 100_000 if value < 2_000_000 else 500_000 if value < 20_000_000 else 1_000_000
    return max(step, round(value / step) * step)


def scene(rng: Random) -> Scene:
    """A scene in which no rule fires: a reachable person of no large company's C-level."""
    city, country = rng.choice(PLACES)
    industry = rng.choice(INDUSTRIES)
    if rng.random() < 0.2:  # a place and trade of which real companies are known
        city, trades, _ = rng.choice(REAL_ROWS)
        industry = rng.choice(sorted(trades))
        country = next((country for name, country in PLACES if name == city), "")
    stage = rng.choice(STAGES)
    return Scene(
        rng=rng,
        today=date(2024, 1, 1) + timedelta(days=rng.randrange(365 * 5)),
        sender=rng.choice(FIRST),
        seller=company_name(rng),
        offer=rng.choice(OFFER_KEYS + ("engineers", "engineers", "software")),
        company=company_name(rng),
        industry=industry,
        city=city,
        country=country,
        person=person(rng),
        colleague=person(rng, rng.choice(["cto", "ceo", "cfo", "coo", "founder", "other", "vp_eng"])),
        stage=stage,
        amount=amount(rng, stage),
        headcount=headcount(rng, stage),
        loose=rng.random() < 0.5,
        size=rng.choice(["short", "short", "medium", "medium", "long", "long", "long"]),
        british=country in ("United Kingdom", "Ireland", "South Africa", "Australia") or rng.random() < 0.3,
    )
