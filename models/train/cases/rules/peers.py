"""
generic_peers (PENALISE): the companies named as peers or references are placeholders, well-known names of another city and
trade, or names the record calls reused or of elsewhere. Hard negatives: the same names with a record that vouches for them,
real names that fit city and trade, companies named as tools, former employers or the prospect's customers, no name at all.
"""

from ..grammar import draw, tidy
from ..scene import Scene, Variant
from ..world import INDUSTRIES, PLACES
from .leak import DISTRACT, merged
from .peers_words import ANY_TRADE, CLICHE_ROWS, FAMILY, PLACEHOLDER, PLACEWORD, REAL_ROWS, TRADE

COUNTRY = dict(PLACES)
ALIKE = [  # trades so close that a peer of one may pass for the other
    {"fintech", "payments", "banking", "wealth management", "accounting", "insurance", "insurtech"}, {"healthcare", "healthtech", "biotech", "medical devices", "pharmaceuticals", "dental care", "veterinary care", "elder care"},
    {"e-commerce", "retail", "fashion", "jewellery", "toys", "furniture", "textiles", "pet supplies", "personal care", "sports"}, {"food and beverage", "restaurants", "catering", "agriculture", "agritech", "wine and spirits", "hospitality", "hotels"},
    {"logistics", "freight", "shipping", "warehousing", "mobility", "automotive", "rail", "aviation", "marine", "aerospace", "packaging"}, {"energy", "solar", "utilities", "water", "oil and gas", "cleantech", "mining", "chemicals", "waste management"},
    {"developer tools", "cybersecurity", "cloud infrastructure", "data analytics", "machine learning", "martech", "adtech", "telecoms", "electronics", "semiconductors", "robotics", "design", "legaltech", "human resources", "recruitment", "staffing"},
    {"media", "publishing", "gaming", "music", "film", "events", "printing", "design", "sports", "adtech", "marketing agency"}, {"travel", "hospitality", "hotels", "events", "aviation", "mobility"}, {"education", "edtech", "universities", "childcare"},
    {"real estate", "proptech", "property management", "architecture", "construction", "facilities management"}, {"manufacturing", "automotive", "electronics", "robotics", "chemicals", "packaging", "textiles", "furniture", "food and beverage", "medical devices", "semiconductors", "aerospace"}]
NEAR = {trade: set().union({trade}, *(group for group in ALIKE if trade in group)) for trade in INDUSTRIES}

# {n}: the names; the first block says nothing of place or trade, the second claims them.
NAMING = """[Companies|Firms|Teams|Businesses] [like|such as] {n} [use|rely on|work with|trust] {seller}[ to get more done|, and you could be next|].
[We have|We've] [helped|worked with|supported] [firms|companies|peers] [like|such as] {n}[ with the same problem|].
[Peers|Companies] [like|such as] {n} [saw|reported|noticed] [fewer errors|shorter queues|a calmer month end|less rework] [after|since] [working with us|the change].
{n} [already use|have been using|already work with|chose] {seller}[, and the results speak for themselves|].
[You may|Perhaps you] know {n}; [we do this for them|they had the same question].
[Our|Recent] [clients|customers] include {n}[, among others|].
[Think of|Take] {n}: [the same|a similar] [start|problem], and [now|today] [a quiet process|far less paperwork].
[What|The approach that] worked [for|at] {n} [should|could|would] work [for|at] {company} [too|as well].
[If|When] you [look at|compare yourself with] {n}, [you will see|it is easy to see] [what|how much] {company} [could gain|leaves on the table].
[I can|Happy to|We can] [put you in touch|connect you] with [people|users] at {n}.
[The teams|Your peers] at {n} [chose|picked|went with] {seller} [for|because of] [the plain reports|the support|our way of working].
{company} [reminds me of|is not unlike|resembles] {n}, [who we know well|which we support].
[Similar companies|Comparable firms]: {n}. [Each|All] of them [saved|won back] [hours|time] [every week|each month].
[How|Ask yourself how] do {n} [manage it|do it]? [With|Through] {seller}, [in part|mostly].
[Case studies|Stories] from {n} are [on our site|attached|a click away], [should you be curious|if you like].
[Following|After] [our work|projects] [with|for] {n}, we [know|understand] [how|where] [such teams|companies like yours] [lose time|struggle].
[Like|Much like] {n}, {company} [could|may] [find|see] [quick|early] [wins|gains] here.
[The|Our] [method|approach] [was|is] [tried|tested] at {n}.
[Leaders|Managers] at {n} [told us|say] they [would not go back|wish they had begun sooner].
Why did {n} [sign|come to us]? [Because of|For] [the people|the details|our follow-through].
[Even|Already] {n} [moved|switched] to {seller}, [which says a lot|and for good reason].
[References|People to ask] [are|include] {n}[; ring them|, if you want a second voice|].
[It|This] is [what|the thing] {n} [value|praise] [most|] in our work.
[Firms|Players] on the level of {n} [settle|go] for {seller}.
[Working|Side by side] with {n}, we [found|learnt] [which steps|what] [can go|matter].
[See|Look at] how {n} [benefit|do it] [with us|today]; [I think|in my view] {company} [fits|belongs] in that [row|group].""".split("\n")
CLAIMING = """[Other|Some] {industry} [firms|companies] in {city}, [such as|like|among them] {n}, [work with|use|trust] {seller}.
[In|Around] {city} we [already|] [support|work with] {n}, [both close to|not far from] what {company} does.
[Your|The] neighbours in {industry}, {n}, [had|faced] the same [question|bottleneck].
[Peers|Colleagues] in {city} ([{n}|for instance {n}]) [went|have gone] [this way|down this road].
[As|Being] a {industry} company in {city}, you [may|will] know {n}; [we work with them|they are clients].
{n} and other {industry} [teams|firms] in {city} [asked|came to] us [for|about] this.
[Within|In] {industry}, {n} are [probably|perhaps] the [closest|nearest] to {company}; [both|all of them] [use|rely on] us.
[Close to home|Near you]: {n} in {city}, [who|which] we [support|help].""".replace("{n} in {city}, [who|which] we", "{n} in {city}, who we").replace(", [both close to|not far from] what {company} does", ", not far from what {company} does").replace("[both|all of them] [use|rely on] us", "they [use|rely on] us").split("\n")

TOOLS = ["Slack", "Stripe", "Shopify", "Jira", "GitHub", "Zoom", "Notion", "Dropbox", "Google Sheets", "Microsoft Teams", "Salesforce", "HubSpot", "Xero", "Amazon S3", "Zapier", "Asana", "Figma", "SAP", "QuickBooks", "Okta", "Outlook", "WhatsApp"]
AS_TOOL = """[We|Our product] [connect|connects] to {n} [out of the box|without extra cost], [so|and] nothing [is typed twice|changes for your people].
[It|The set-up] [works|runs] [inside|on top of] {n}, [no new login|with the accounts you have].
[Do you|Does your team] [still|] [use|live in] {n}? [Our|The] [add-on|connector] [reads|fits] [both|that].
[Reports|Alerts|Reminders] [arrive|appear] in {n}, where [people|your colleagues] [look|are] anyway.
[Exports|Data] [to|from] {n} [is|are] part of the [basic|standard] plan.
[Moving|Switching] [away from|off] {n} is [not needed|not what I suggest].
[We|Our people] [can|will] [work|collaborate] in your {n}[ rather than|, not in] a tool of ours.
[No|There is no] need to [leave|replace] {n}; [we plug in|our part sits behind it].""".replace("[We|Our product] [connect|connects]", "[Our product connects|The tool connects|Our module links]").replace("[It|The set-up] [works|runs]", "[It|The set-up] [works|runs]").replace("[Exports|Data] [to|from] {n} [is|are] part", "[Exports to|Imports from] {n} are part").split("\n")
ALUMNI = """[Our|The] [delivery lead|head of support|product lead|chief analyst] [came from|spent six years at|used to work for] {a}[, and it shows|].
[Two|Three|Several] of [us|our team] [learnt the trade|began] at {n}.
[Before|Prior to] {seller}, [our founder|I] [worked|was] at {a}.
[Our|The] trainers [are former|come from the] {a} [staff|people|ranks].
[One|A colleague] of ours [wrote|built] [the first|an early] [version|tool] of this [while at|in his days at|back at] {a}.
[I|We] [heard|saw] a [talk|panel] by somebody from {a} [on|about] [this|queues], and [it made me think of you|your situation came to mind].""".replace("[One|A colleague] of ours", "[One|A colleague] of ours").split("\n")
CUSTOMERS = """[Your|The] work for {a} [caught my eye|is impressive], [the way it was documented most of all|down to the small print].
[I saw|Noticed] that {company} [supplies|counts] {a} [as a client|among its clients|], which [must mean|implies] [tough|strict] [audits|delivery rules].
[With|Having] customers [like|such as] {a}, {company} [must|will] [get|face] [demanding|long] [questionnaires|service levels].
[Serving|Supplying] {a} [is no small thing|means strict rules], [and you seem to manage|as your team knows].
[Does|Is it] {a}, as your customer, [ask|asking] for [special|separate] reports?""".replace("[I saw|Noticed] that {company} [supplies|counts] {a} [as a client|among its clients|], which", "[I saw|Noticed] that {company} counts {a} among its clients, which").replace("[Does|Is it] {a}, as your customer, [ask|asking] for", "Does {a}, as your customer, ask for").replace("[With|Having] customers", "With customers").split("\n")
NO_NAME = """[Teams|Firms|Companies] like yours in {city} [often|mostly] [lose|spend] [hours|half a day] [on this|each week].
[A|One] [client|company] in {industry} [about|roughly] your size [halved|cut] its [rework|paper] with us.
[Other|Some] {industry} [firms|companies] [near|around] {city} [tell|told] us [the same|much the same].
[We|Our team] [work|works] with [several|a handful of] {industry} [firms|businesses], [none of which I may name here|names on request].
[I would rather not|I won't] drop names; [ask|tell me] [what you need|which kind of reference helps] and I [will find|can find] one.
[Nobody|No one] likes name-dropping, so [just this|only this]: [your trade|{industry}] is [half|most] of what we do.
[References|Names] from {city} [are|come] [on request|when you want them], [with their consent|after I have asked them].
[In|Within] {industry}, [the pattern|the story] is [nearly|almost] always the same: [too many lists|nobody owns the list].""".replace("[We|Our team] [work|works]", "We [also|] work").split("\n")
PEERS_OF_OWN = """[I read|Read] [your|the] [post|article] on how {company} [differs|sets itself apart] [from the crowd|in {industry}].
{company} [has|seems to have] a [name|reputation] in {city}, [and not by chance|for good reason].
[How|In what way] does {company} [decide|choose] [between|among] [suppliers|partners] in {city}?""".split("\n")

WHY_PLACEHOLDER = ["{n} are placeholders, not companies.", "The peers named ({n}) are no real names.", "Unfilled or generic names: {n}.", "{n} stand in for peers that nobody filled in.", "Generic company names ({n}) instead of peers from {city}.", "Nobody in {industry} knows {n}; these are made-up stand-ins."]
WHY_CLICHE = ["{n} have nothing to do with {industry} in {city}.", "The usual big names ({n}), neither of {city} nor of {industry}.", "{n} are of another place and trade than {company}.", "No peers of a {industry} company in {city}: {n}.", "Reference names of the wrong city and industry ({n}).", "{n} are clichés, not peers of {company}."]
WHY_REUSED = ["{n} were used for many prospects already.", "The record flags {n} as reused.", "The same peers ({n}) went to prospect after prospect.", "Overused names: {n}.", "{n} are no longer specific; the record shows how often they were sent."]
WHY_ELSEWHERE = ["By the record {n} belong to {place}, not to {city}.", "{n} are {trade} companies in {place} by the record.", "The record places {n} elsewhere ({trade}, {place}).", "Not peers of {company}: {n} are {trade} firms of {place}.", "Wrong place and trade for {n}: {trade} in {place}."]
WHY_VOUCHED = ["The record lists {n} as peers in {city}.", "{n} are on the list of local peers and hardly used.", "The record vouches for {n}.", "{n} fit {city} and {industry} by the record.", "Named peers ({n}) come from the record's own list."]
WHY_REAL = ["{n} are {industry} companies of {city}.", "{n} really are peers there.", "The names fit both {city} and {industry}.", "{n} are known {industry} names in {city}.", "Specific peers: {n} share city and trade with {company}."]
WHY_TOOL = ["{n}: named as tools, not as peers.", "The names are products it works with, no references.", "Software in use is mentioned: {n}.", "No peer is named, only tools ({n}).", "An integration is described, nobody is held up as a peer."]
WHY_ALUMNI = ["{n} is where people worked before, not a peer.", "A former employer ({n}) is no reference customer.", "{n} is mentioned as somebody's background.", "It tells of a person's past at {n}.", "No peer is named; {n} is only a place of earlier work or a talk."]
WHY_CUSTOMER = ["{n} is the prospect's own customer, not a peer.", "It speaks of a client of {company}.", "{n} buys from {company} and is not held up as a peer.", "A customer of the prospect is named, no reference of ours.", "The name belongs to the prospect's client list."]
WHY_NO_NAME = ["No company is named.", "It speaks of firms like theirs without a name.", "There are no peer names to judge.", "No names are dropped at all.", "The mail keeps references anonymous."]


# Frames whose verb wants several names.
PLURAL = ("already use|", "All]", "[value|praise]", " do {n} ", "[benefit|do it]", "References|")
FOR_ONE = {id(NAMING): [frame for frame in NAMING if not any(mark in frame for mark in PLURAL)]}


def joined(scene: Scene, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    last = " and " if len(names) == 2 else scene.pick([" and ", ", and ", ", ", " and "])
    return ", ".join(names[:-1]) + last + names[-1]


def placeholders(scene: Scene, count: int) -> list[str]:
    shape = scene.pick(PLACEHOLDER)
    names: list[str] = []
    for _ in range(30):
        name = draw(scene.rng, shape if scene.chance(0.5) else scene.pick(PLACEHOLDER)).replace("«", "[").replace("»", "]")
        if name not in names and name.lower() not in scene.company.lower():
            names.append(name)
        if len(names) == count:
            break
    return names


def wrong_names(scene: Scene, count: int) -> list[str]:
    """Well-known companies of another country and of no trade near the prospect's."""
    near = NEAR.get(scene.industry, {scene.industry})
    if scene.chance(0.6):
        pool = [name for name, homes, trades in CLICHE_ROWS if scene.city not in homes and trades.isdisjoint(near)]
    else:
        pool = []
        while len(pool) < count:
            city, trades, names = scene.pick(REAL_ROWS)
            # A name that has an office in the prospect's country would be arguable.
            if COUNTRY[city] != scene.country and trades.isdisjoint(near):
                pool = pool + [name for name in names if name not in pool]
    scene.rng.shuffle(pool)
    return pool[:count]


def fitting_names(scene: Scene) -> list[str]:
    return [name for city, trades, names in REAL_ROWS if city == scene.city and scene.industry in trades for name in names]


def invented(scene: Scene, count: int) -> list[str]:
    trade = TRADE.get(scene.industry, ANY_TRADE)
    names: list[str] = []
    while len(names) < count:
        first = scene.pick(FAMILY) if scene.chance(0.55) else scene.pick(PLACEWORD) + scene.pick(["gate", "field", "well", "side", "ford", "bank", "stead", "worth"]) if scene.chance(0.6) else scene.pick(FAMILY) + " " + scene.pick(PLACEWORD)
        end = scene.pick(trade) if scene.chance(0.7) else scene.pick(ANY_TRADE)
        name = f"{first} & {scene.pick(FAMILY)}" if scene.chance(0.15) else f"{first} {end}"
        if name not in names and name != scene.company:
            names.append(name)
    return names


def place(scene: Scene) -> dict:
    """Where and in what trade the record says the prospect is."""
    if not scene.loose:
        return {"city": scene.city, "industry": scene.industry}
    city, trade = scene.pick([("prospect_city", "prospect_industry"), ("city", "industry"), ("location", "industry"), ("hq_city", "vertical"), ("companyLocation", "companyIndustry"), ("company_location", "company_industry"), ("hq", "sector")])
    if scene.chance(0.15):
        return {"available_signals": {"company_profile": {city: scene.city, trade: scene.industry}}}
    return {"available_signals": {city: f"{scene.city}, {scene.country}" if scene.chance(0.2) else scene.city, trade: scene.industry}}


def vouched(scene: Scene, names: list[str]) -> dict:
    used = [scene.rng.choice([0, 0, 1, 2]) for _ in names]
    if not scene.loose:
        return {"peers": [{"name": n, "city": scene.city, "industry": scene.industry, "timesUsed": u} for n, u in zip(names, used)]}
    return {"available_signals": scene.pick([
        {"local_peers": names}, {"peer_companies": names}, {"known_peers": [{"name": n, "city": scene.city, "industry": scene.industry} for n in names]}, {"localPeers": [{"name": n, "timesUsed": u} for n, u in zip(names, used)]},
        {"peers_verified": True, "peers": names}, {"peer_research": {"city": scene.city, "industry": scene.industry, "companies": names}}, {"peer_list_checked_for_city_and_industry": names}, {"approved_references": names, "peer_reuse_count": 0}])}


def reused(scene: Scene, names: list[str]) -> dict:
    used = [scene.rng.choice([5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 21, 26, 33, 48]) for _ in names]
    if not scene.loose:
        return {"peers": [{"name": n, "city": scene.city, "industry": scene.industry, "timesUsed": u} for n, u in zip(names, used)]}
    return {"available_signals": scene.pick([
        {"reused_peer_names": names}, {"peer_usage": dict(zip(names, used))}, {"localPeers": [{"name": n, "timesUsed": u} for n, u in zip(names, used)]}, {"peers_reused_across_prospects": True, "peers": names},
        {"peer_brief": {"names": names, "reused": True}}, {"overusedPeers": names}, {"peer_note": f"{', '.join(names)} went into {max(used)} other mails this month"}, {"peer_companies": names, "peer_reuse_count": max(used)}])}


def elsewhere(scene: Scene, names: list[str], city: str, trade: str) -> dict:
    if not scene.loose:
        return {"peers": [{"name": n, "city": city, "industry": trade, "timesUsed": scene.rng.choice([0, 1, 2])} for n in names]}
    return {"available_signals": scene.pick([
        {"peer_brief_generated": names, "peer_brief_industry": trade, "peer_brief_city": city}, {"peer_brief_generated": names, "note": f"the peers listed are {trade} companies in {city}"}, {"known_peers": [{"name": n, "city": city, "industry": trade} for n in names]},
        {"peer_research": {"city": city, "industry": trade, "companies": names}}, {"peersGenerated": {"names": names, "basedOn": f"{trade}, {city}"}}])}


def _extra(scene):
    return {"available_signals": dict(scene.rng.sample(DISTRACT, scene.rng.choice([1, 2])))} if scene.chance(0.35) else {}


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    base = merged(place(scene), _extra(scene))
    count = rng.choice([1, 2, 2, 3, 3])
    slots = {"seller": scene.seller, "company": scene.company, "city": scene.city, "industry": scene.industry}

    def say(frames, names, claim=0.0):
        if len(names) > 1:
            frame = scene.pick(CLAIMING) if scene.chance(claim) else scene.pick(frames)
        else:
            frame = scene.pick(FOR_ONE.get(id(frames), frames))
        return tidy(draw(rng, frame, {**slots, "n": joined(scene, names), "a": names[0]}))

    def why(frames, names, **more):
        return tidy(scene.pick(frames).format(n=" and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0], **slots, **more))

    made: list[Variant] = []

    def add(fires, text, record, reason, kind):
        made.append(Variant(fires, text, "body", record, reason, kind))

    more = [scene.pick(["Shall I tell you more?", "A reference call can be had.", "I can show how.", "Ask me for the figures.", "The details fit on a page.", "There is a story behind it."])] if scene.chance(0.2) else []
    real = fitting_names(scene)
    use_real = len(real) >= 2
    count = max(count, 2) if use_real else count
    local = rng.sample(real, min(count, len(real))) if use_real else invented(scene, count)
    text = [say(NAMING, local, 0.35)] + more
    if use_real:
        add(False, text, base, why(WHY_REAL, local), "real and fitting")
    else:
        add(False, text, merged(base, vouched(scene, local)), why(WHY_VOUCHED, local), "vouched")
    if scene.chance(0.65):
        add(True, text, merged(base, reused(scene, local)), why(WHY_REUSED, local), "reused")
    if not use_real and scene.chance(0.45):
        near = NEAR.get(scene.industry, set())
        city = next(c for c in iter(lambda: rng.choice(PLACES)[0], None) if COUNTRY[c] != scene.country)
        trade = next(t for t in iter(lambda: rng.choice(INDUSTRIES), None) if t not in near)
        add(True, text, merged(base, elsewhere(scene, local, city, trade)), why(WHY_ELSEWHERE, local, place=city, trade=trade), "of elsewhere")

    listed = merged(base, vouched(scene, invented(scene, 2))) if scene.chance(0.5) else base
    if scene.chance(0.7):
        fake = placeholders(scene, max(2, count) if scene.chance(0.85) else 1)
        if scene.chance(0.12):
            # One good name does not save a placeholder.
            names, record = [local[0], fake[0]], base if use_real else merged(base, vouched(scene, local))
            add(True, [say(NAMING, names)], record, why(WHY_PLACEHOLDER, fake[:1]), "placeholder among good names")
        else:
            add(True, [say(NAMING, fake, 0.15)] + more, listed, why(WHY_PLACEHOLDER, fake), "placeholder")
    if scene.chance(0.65):
        wrong = wrong_names(scene, rng.choice([2, 3, 3]))
        if len(wrong) > 1:
            brief = rng.random()
            label = scene.pick(["peer_brief_generated", "peer_brief", "peers_in_draft", "suggestedPeers"])
            record = merged(base, {"available_signals": {label: wrong}}) if scene.loose and brief < 0.4 else listed
            add(True, [say(NAMING, wrong)] + more, record, why(WHY_CLICHE, wrong), "wrong place and trade")
    # Names that are no peers at all.
    for kind in rng.sample(["tool", "alumni", "customer", "no name"], 2 if len(made) < 5 else 1):
        if kind == "tool":
            names = rng.sample(TOOLS, rng.choice([1, 2]))
            add(False, [say(AS_TOOL, names)], base, why(WHY_TOOL, names), kind)
        elif kind == "no name":
            add(False, [say(NO_NAME, [""])], listed, scene.pick(WHY_NO_NAME), kind)
        else:
            known = [scene.pick(CLICHE_ROWS)[0] if scene.chance(0.5) else scene.pick(scene.pick(REAL_ROWS)[2])]
            if kind == "alumni":
                frame_names = known + [scene.pick(CLICHE_ROWS)[0]] if known[0] != "Wise" else known
                frame_names = list(dict.fromkeys(frame_names))
                add(False, [say(ALUMNI, frame_names)], base, why(WHY_ALUMNI, frame_names[:1]), kind)
            else:
                record = merged(base, {"available_signals": {scene.pick(["prospect_customers", "their_clients", "customerLogos", "case_studies_on_their_site"]): known}}) if scene.chance(0.5) else base
                add(False, [say(CUSTOMERS, known)], record, why(WHY_CUSTOMER, known), kind)
    if len(made) < 3:
        add(False, [say(PEERS_OF_OWN, [""])], base, scene.pick(WHY_NO_NAME), "own name")
    return made
