"""
low_confidence_funding (BLOCK): the mail states an amount or round of the prospect's own funding as fact while
funding_confidence is low, insufficient_signal or missing. Hard negatives: the same words with a high or medium record,
a hedge that governs the claim, a question, a mail that leaves the funding out, money that is not the prospect's raise.
Hard positives: a hedge that governs something else, a claim that a question presupposes.
"""

import re

from ..grammar import expand
from ..scene import Scene, Variant
from ..world import INDUSTRIES
from . import funding_words as words

ROUNDS = {
    "seed": ["seed round", "seed round", "seed", "seed funding round", "Seed round"],
    "series_a": ["Series A", "Series A", "Series A round", "A round", "series A", "Series-A", "A-round"],
    "series_b": ["Series B", "Series B", "Series B round", "B round", "series B", "Series-B", "B-round"],
    "series_c": ["Series C", "Series C", "Series C round", "C round", "series C", "Series-C", "C-round"],
    "public": ["secondary offering", "follow-on offering", "post-IPO placement", "convertible issue", "share placement"],
}
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS = "January February March April May June July August September October November December".split()
LETTERS = re.compile(r"\b([Aa]) (?=(?:[aeio]|u(?!ni|se|k)|A-|A round|8|11\b|18\b|(?:US)?[$€£] ?(?:8|11\b|18\b)|EV |HR |IT |SEC ))")


def tidy(text: str) -> str:
    """Articles before vowels, capitals at sentence starts, one full stop at the end of each sentence."""
    text = LETTERS.sub(r"\1n ", text).replace("an US$", "a US$")
    text = re.sub(r"(^|(?<!Inc)[.?!] )([a-z])", lambda found: found.group(1) + found.group(2).upper(), text)
    return text.replace("!;", "!").replace("..", ".").replace("  ", " ").strip()


def contract(text: str) -> str:
    for long, short in (("I am ", "I'm "), ("I will ", "I'll "), ("it is ", "it's "), ("It is ", "It's "), ("could not ", "couldn't "), ("do not ", "don't "),
                        ("I have ", "I've "), ("We have seen", "We've seen"), ("I would ", "I'd "), ("would not ", "wouldn't "), ("cannot ", "can't "),
                        ("was not ", "wasn't "), ("you have ", "you've "), ("is not ", "isn't "), ("has not ", "hasn't "), ("have not ", "haven't "), ("will not ", "won't ")):
        text = text.replace(long, short)
    return text.replace("I've no ", "I have no ").replace("I've it ", "I have it ").replace("you've room", "you have room").replace("you've plans", "you have plans").replace("you've or haven't raised", "you have or haven't raised")


def number_words(n: int) -> str | None:
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    return f"{ONES[n // 100]} hundred" if n % 100 == 0 and n < 1000 else None


def money(rng, amount: int, sign: str = "$") -> tuple[str, str]:
    """(as a noun, before a noun) in one of many spellings."""
    name = {"$": "dollars", "€": "euros", "£": "pounds"}[sign]
    code = {"$": "USD", "€": "EUR", "£": "GBP"}[sign]
    if amount < 1_000_000:
        k = f"{amount / 1000:g}"
        return rng.choice([(f"{sign}{k}k",) * 2, (f"{sign}{k}K",) * 2, (f"{sign}{amount:,}",) * 2, (f"{k}k {code}",) * 2, (f"{code} {amount:,}",) * 2, (f"{k} thousand {name}", f"{sign}{k}k")])
    m = f"{amount / 1e6:g}"
    spelt = number_words(amount // 1_000_000) if amount % 1_000_000 == 0 else None
    options = [(f"{sign}{m}M",) * 2] * 4 + [(f"{sign}{m}m",) * 2] * 2 + [
        (f"{sign}{m} million",) * 2, (f"{sign}{m} million",) * 2, (f"{m}m {code}",) * 2, (f"{m}M {code}",) * 2, (f"{sign}{amount:,}",) * 2, (f"{sign}{amount:,}",) * 2, (f"{code} {m}M",) * 2,
        (f"{code} {amount:,}",) * 2, (f"{m} million {name}", f"{m}-million-{name[:-1]}"), (f"{m} million", f"{m}-million"), (f"{sign}{m}mn",) * 2, (f"{sign}{m} mil",) * 2]
    if sign == "$":
        options += [(f"US${m} million",) * 2, (f"US${m}M",) * 2, (f"USD {m} million",) * 2]
    if spelt:
        options += [(f"{spelt} million {name}", f"{spelt.replace(' ', '-')}-million-{name[:-1]}"), (f"{spelt} million", f"{spelt.replace(' ', '-')}-million")] * 2
    if 1_000_000 <= amount < 1_000_000_000:
        figures = "seven" if amount < 10_000_000 else "eight" if amount < 100_000_000 else "nine"
        options += [(f"{figures} figures", f"{figures}-figure")]
    return rng.choice(options)


def claim(scene: Scene, kind: str, amount: int, sign: str) -> dict[str, str]:
    """The raise in its grammatical shapes: thing (np, npi), statement (cl), act (ger, ger_past, pp)."""
    rng = scene.rng
    pick = rng.choice
    noun, adj = money(rng, amount, sign) if amount else ("", "")
    rnd = pick(ROUNDS[scene.stage])
    month = MONTHS[(scene.today.month - 1 - rng.randint(1, 6)) % 12]
    when = pick([f"in {month}", f"in {month}", f"back in {month}", "last month", "last quarter", "recently", "a while back", "", "", ""])
    new = pick(["", "", "", "recent", "new", "latest", "fresh"])
    dated_when, when = when, "" if new else when
    own = pick(["your", "your", "your", f"{scene.company}'s"])
    who = "you" if own == "your" or rng.random() < 0.5 else scene.company
    have, has = ("have", "have") if who == "you" else ("has", "has")
    if kind == "both":
        np = pick([f"{own} {new} {adj} {rnd} {when}", f"the {adj} {rnd} {who} {pick(['closed', 'announced', 'raised', 'landed', 'completed'])} {when}", f"{own} {new} {rnd} of {noun} {when}",
                   f"the {noun} {who} {pick(['raised', 'took', 'brought in'])} in {'the' if scene.stage == 'public' else 'your' if who == 'you' else 'its'} {rnd}", f"{own} {rnd} ({noun})", f"{own} {adj} {rnd}"])
        thing = pick([f"a {adj} {rnd}", f"a {rnd} of {noun}", f"{noun} in a {rnd}"])
        acts = [("raised", "raised", "raising"), ("closed", "closed", "closing"), ("landed", "landed", "landing"), ("secured", "secured", "securing"), ("completed", "completed", "completing")]
        act = pick(acts if not thing.startswith(noun) else [acts[0], acts[3]])
        if thing.startswith("a ") is False and not thing.startswith(noun):
            act = acts[0]
    elif kind == "amount":
        np = pick([f"the {noun} {who} {pick(['raised', 'brought in', 'took on', 'secured', 'announced'])} {when}", f"{own} {new} {adj} raise {when}", f"{own} {pick(['fresh', 'new', ''])} {noun} in {pick(['funding', 'capital', 'equity funding', 'growth funding'])}",
                   f"{pick(['fresh', 'new'])} capital of {noun}", f"the {adj} {pick(['injection', 'funding', 'investment', 'cheque'])} from your {pick(['investors', 'backers'])}", f"the {noun} your {pick(['investors', 'backers'])} put in {when}",
                   f"{own} {adj} {pick(['investment', 'funding', 'capital raise', 'funding round'])}"])
        thing = pick([noun, noun, f"{noun} in {pick(['funding', 'new funding', 'fresh capital', 'equity'])}", f"a {adj} round"])
        act = pick([("raised", "raised", "raising"), ("secured", "secured", "securing"), ("landed", "landed", "landing"), ("closed", "closed", "closing")] if thing.startswith("a ") else
                   [("raised", "raised", "raising"), ("secured", "secured", "securing"), ("pulled in", "pulled in", "pulling in"), ("banked", "banked", "banking"), ("brought in", "brought in", "bringing in"), ("picked up", "picked up", "picking up")])
    elif kind == "round":
        np = pick([f"{own} {new} {rnd} {when}", f"the {rnd} {who} {pick(['closed', 'announced', 'raised', 'completed'])} {when}", f"closing the {rnd} {when}", f"{own} {rnd}", f"the close of {own} {rnd}"])
        thing = pick([f"{'your' if who == 'you' else 'its'} {rnd}", f"a {rnd}"])
        act = pick([("closed", "closed", "closing"), ("raised", "raised", "raising"), ("completed", "completed", "completing"), ("announced", "announced", "announcing"), ("wrapped up", "wrapped up", "wrapping up")])
    else:
        np = pick(["the raise", "your raise", "the new funding", "your new funding", "the funding round", f"{own} {new} funding round", "your fresh capital", "the investment round", f"{own} {pick(['recent', 'new'])} investment", "the new money from your investors", f"the funding {who} announced {when}"])
        thing = pick(["new funding", "a funding round", "outside money", "fresh capital", "a new investment"])
        act = pick([("secured", "secured", "securing"), ("landed", "landed", "landing"), ("taken in", "took in", "taking in"), ("raised", "raised", "raising")])
        if thing == "a funding round" and act[0] == "taken in":
            act = ("closed", "closed", "closing")
    pp, past, ing = (f"{part} {thing}" for part in act)
    when = dated_when
    just = pick(["", "", "just ", "recently "]) if when in ("", "recently") else ""
    dated = "" if when == "recently" and just else when
    cl = pick([f"{who} {past} {dated}", f"{who} {past} {dated}", f"{who} {have} {just}{pp}"])
    if kind in ("both", "amount") and rng.random() < 0.25:
        cl = pick([f"investors put {noun} into {scene.company} {when}", f"{scene.company} is {noun} {pick(['richer', 'better off'])} after {'the placement' if scene.stage == 'public' else 'the last round'}", f"your {pick(['investors', 'backers'])} {pick(['wired', 'committed', 'put in'])} {noun} {when}"])
    money_np = np if not np.startswith(("closing", "the close")) else f"your {rnd}"
    bare = thing if not thing.startswith(("your", "its")) else f"a {rnd}"
    shapes = {"np": np, "np_bare": bare, "npi": bare, "cl": cl, "ger": f"{ing} {when}", "ger_past": f"{past} {when}", "pp": pp, "noun": noun, "round": rnd, "when": when, "money": money_np}
    return {key: " ".join(value.split()) for key, value in shapes.items()}


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def signals(scene: Scene, confidence: str | None, amount: int) -> dict:
    """What an engine might add about the funding, in line with the confidence, and noise."""
    rng = scene.rng
    found = {}
    if scene.loose or rng.random() < 0.25:
        source = rng.choice({"high": words.SOURCES_HIGH, "medium": words.SOURCES_MEDIUM, "insufficient_signal": words.SOURCES_NONE}.get(confidence or "", words.SOURCES_LOW))
        shape = rng.random()
        if shape < 0.35:
            found[rng.choice(["funding_source", "fundingSource", "source", "funding_note", "funding_data_source"])] = source
        elif shape < 0.5:
            found["funding"] = {"confidence": confidence or "unknown", "source": source, **({"amount_usd": amount} if amount and rng.random() < 0.6 else {})}
        elif shape < 0.62:
            found[rng.choice(["funding_confidence", "fundingConfidence"])] = confidence or "unknown"
        elif shape < 0.72:
            found["funding_history"] = [{"stage": scene.stage, "amount_usd": amount, "source": source}]
        elif shape < 0.8:
            found["note"] = f"Funding: {source}."
        elif shape < 0.87:
            found[rng.choice(["recent_funding_news", "funding_mention"])] = True
    if rng.random() < (0.5 if scene.loose else 0.15):
        for key in rng.sample(list(words.NOISE), rng.randint(1, 3)):
            found[key] = rng.choice(words.NOISE[key])
    return found


WHY_FIRE = ["States {said} as fact although funding_confidence is {conf}.", "The draft asserts {said}, but the record's funding confidence is {conf}.",
            "Funding is {conf} on the record; the draft still presents {said} without a hedge.", "No hedge on {said} while confidence in the funding data is {conf}.",
            "Claims {said} outright; the funding data is {conf}.", "{Said} is given as certain, yet funding_confidence is {conf}."]
WHY_SURE = ["funding_confidence is {conf}, so {said} may be stated.", "The record vouches for the funding ({conf}); {said} is fine.", "Confidence {conf} allows naming {said}.",
            "{Said} is backed by a {conf}-confidence record.", "With {conf} confidence the draft may mention {said} as fact."]
WHY_HEDGED = ["The funding is mentioned only with a hedge.", "Hedged: the draft says it could not confirm the funding.", "Confidence is {conf}, but the draft does not state the funding as fact.",
              "A caveat governs the funding mention, so nothing is claimed.", "Unsure funding, and the mail says as much."]
WHY_NONE = ["No claim about the prospect's own funding is made.", "The draft states nothing about the prospect's raise.", "Money is mentioned, but not the prospect's funding." , "It makes no statement on what the prospect raised.",
            "Funding confidence is {conf}, yet the draft asserts no round or amount of the prospect."]


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    pick = rng.choice
    domain = words.DOMAINS.get(scene.offer) if rng.random() < 0.6 else None
    domain = domain or words.DOMAINS[pick(list(words.DOMAINS))]
    sign = pick(["$"] * 8 + (["£"] * 3 if scene.british else ["£"]) + ["€"])
    usd = scene.amount or rng.randint(12, 90) * 5_000_000
    rate = {"$": 1, "£": 1.25, "€": 1.1}[sign]
    step = 1_000_000 if usd >= 8_000_000 else 500_000 if usd >= 1_500_000 else 50_000
    amount = usd if sign == "$" else max(step, round(usd / rate / step) * step)
    usd = round(amount * rate)
    kind = pick(["both"] * 5 + ["amount"] * 4 + ["round"] * 3 + ["raise"] * 2)
    shapes = claim(scene, kind, amount, sign)
    things = rng.sample(domain["thing"], 3)

    def about(thing: str) -> dict[str, str]:
        many = thing.endswith("s") and not thing.endswith("ss")
        return {"thing": thing, "is": "are" if many else "is", "has": "have" if many else "has", "s": "" if many else "s"}

    base = {"do": pick(domain["do"]), **about(things[0]), "ours": pick(domain["ours"]), "industry": scene.industry, "company": scene.company, "city": scene.city, "seller": scene.seller}
    tail = expand(rng, pick(words.TAILS), **base)
    follow = expand(rng, pick(words.FOLLOWS), **{**base, **about(things[1])}) if scene.size != "short" or rng.random() < 0.3 else ""
    slots = {**base, **shapes, **about(things[2]), "do": pick(domain["do"]), "tail": tail, "Tail": capital(tail), "Np": capital(shapes["np"]), "Cl": capital(shapes["cl"]), "Company": scene.company,
             "other": pick(INDUSTRIES), "its": "its", "price": f"{sign}{pick([900, 1200, 2500, 4800, 7500, 12000, 18000]):,}", "Tail_plain": capital(tail) + "."}
    if not shapes["noun"]:
        slots["noun"] = money(rng, rng.randint(2, 40) * 1_000_000, sign)[0]
    casual = rng.random() < 0.5
    sloppy = rng.random() < 0.06
    dash = pick([" - ", " - ", " — ", " – "])

    def made(template: str, follow_up: str = follow) -> list[str]:
        line = tidy(expand(rng, template, **slots)).replace(" - ", dash)
        sentences = [line] + ([tidy(follow_up)] if follow_up else [])
        sentences = [contract(one) if casual else one for one in sentences]
        return [one.replace("'", "").replace(" I ", " i ").replace(";", ",").lower() if sloppy else one for one in sentences]

    low = pick(["low"] * 6 + ["insufficient_signal"] * 3 + [None])
    low_amount = 0 if low == "insufficient_signal" and rng.random() < 0.7 else usd
    low_record = {"funding_confidence": low, "funding_stage": scene.stage, "funding_amount_usd": low_amount, "available_signals": signals(scene, low, low_amount)}
    sure = pick(["high"] * 3 + ["medium"])
    announced = {} if sign == "$" or not shapes["noun"] else {pick(["announced_amount", "amount_as_announced", "original_currency_amount"]): f"{sign}{amount:,}"}
    sure_record = {"funding_confidence": sure, "funding_stage": scene.stage, "funding_amount_usd": usd, "available_signals": {**signals(scene, sure, usd), **announced}}
    said = {"both": f"\"{shapes['np_bare']}\"", "amount": f"a raise of {shapes['noun']}", "round": f"the {shapes['round']}", "raise": "the raise"}[kind]

    def why(frames: list[str], conf: str | None) -> str:
        return pick(frames).format(said=said, Said=capital(said), conf=conf or pick(["missing", "not given", "unknown"]))

    place = pick(["open", "open", "open", "body", "body", "close"])
    bold = made(pick(words.FIRE) if rng.random() < 0.88 else pick(words.STRAY_HEDGE))
    subject = None
    if rng.random() < 0.06:
        subject = tidy(expand(rng, pick(["{Np}", "After {np}", "Congrats on {np}", "{Np} and {thing}", "Next step after {np}"]), **slots))

    def variant(fires, text, record, why, kind, subject=None):
        return Variant(fires, list(text), place, record, why, kind, subject)

    found = [variant(True, bold, low_record, why(WHY_FIRE, low), "stated", subject), variant(False, bold, sure_record, why(WHY_SURE, sure), "vouched", subject)]
    if rng.random() < 0.45:
        other = pick([one for one in ("low", "insufficient_signal", None) if one != low])
        record = {**low_record, "funding_confidence": other, "funding_amount_usd": 0 if other == "insufficient_signal" else usd, "available_signals": signals(scene, other, 0)}
        found.append(variant(True, bold, record, why(WHY_FIRE, other), "stated_otherwise_unsure", subject))
    if rng.random() < 0.75 or len(found) < 3:
        frames = words.HEDGED + (words.HEDGED_AMOUNT * 2 if kind in ("both", "amount") else [])
        hedged = made(pick(frames))
        found.append(variant(False, hedged, low_record, why(WHY_HEDGED, low), "hedged"))
        if rng.random() < 0.15:
            found.append(variant(False, hedged, sure_record, why(WHY_SURE, sure), "hedged_vouched"))
    if rng.random() < 0.6:
        name, frames = pick([("disavowed", words.DISAVOWED), ("asked", words.ASKED), ("no_claim", words.NO_CLAIM), ("other_money", words.OTHER_MONEY), ("other_money", words.OTHER_MONEY)])
        found.append(variant(False, made(pick(frames)), low_record, why({"disavowed": WHY_HEDGED[:1] + WHY_NONE[3:], "other_money": WHY_NONE}.get(name, WHY_NONE[:2] + WHY_NONE[3:]), low), name))
    if rng.random() < 0.6:
        found.append(variant(True, made(pick(words.STRAY_HEDGE)), low_record, why(WHY_FIRE, low), "stray_hedge"))
    if rng.random() < 0.5:
        found.append(variant(True, made(pick(words.FIRE)), low_record, why(WHY_FIRE, low), "stated"))
    return found
