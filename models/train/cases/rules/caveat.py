"""
regulated_caveat (PENALISE): the prospect is regulated (or bound to like care), the mail promises a timeline and does not
say what vetting, reviews or audits add to it. Hard negatives: the caveat in many wordings, no timeline, a time of
something else (a call, a contract, a past project), the same words to an unregulated prospect. Hard positives: what
looks like a caveat (paperwork, certificates, commercial conditions) and adds no time for checks.
"""

import re
from datetime import timedelta

from ..grammar import expand
from ..scene import Scene, Variant
from ..world import INDUSTRIES
from . import caveat_words as words
from .commitment import MONTHS, month_start, upper, written

SPELT = "zero one two three four five six seven eight nine ten eleven twelve".split()


def timeline(rng, today) -> tuple[str, str | None]:
    """(when: "in two weeks", span: "two weeks" or None)"""
    if rng.random() < 0.62:
        n = rng.randint(2, 10)
        unit = rng.choice(["weeks", "weeks", "weeks", "days", "business days", "working days", "months"])
        n = rng.choice([2, 3, 4, 6]) if unit == "months" else rng.choice([5, 7, 10, 14, 20, 30]) if "days" in unit else n
        count = SPELT[n] if n < 13 and rng.random() < 0.55 else str(n)
        span = rng.choice([f"{count} {unit}"] * 5 + [f"{n}-{n + rng.choice([1, 2])} {unit}", f"{SPELT[min(n, 10)]} to {SPELT[min(n, 10) + 2]} {unit}" if n <= 10 else f"{n} {unit}", "a fortnight", "a month", "a single quarter", "one week", "30 days", "a week and a half"])
        return rng.choice([f"in {span}", f"in {span}", f"within {span}", f"within {span}", f"in under {span}", f"inside {span}", f"in less than {span}", f"in as little as {span}", f"{span} from signature", f"in about {span}", f"no later than {span} after kick-off"]), span
    day = today + timedelta(days=rng.randint(8, 120))
    ahead = month_start(today, rng.randint(1, 5))
    month = MONTHS[ahead.month - 1]
    quarter = (month_start(today, rng.randint(3, 6)).month + 2) // 3
    return rng.choice([f"by {written(rng, day, today)}"] * 4 + [f"before {written(rng, day, today)}", f"by the end of {month}", f"before the end of {month}", f"in early {month}", f"in {month}", f"by mid-{month}", "next month", "by the end of next month", f"in Q{quarter}", f"early in Q{quarter}",
                       "next week", "by the end of the quarter", "this month", "before the month is out", f"from {written(rng, day, today)} on", "by next Friday", f"at the latest on {written(rng, day, today)}", "within the month", "from next month on"]), None


ARTICLE = re.compile(r"\b([Aa]) ([aeio])(?!ne\b|ne-)")
CASUAL = (("We will ", "We'll "), ("You will ", "You'll "), ("I am ", "I'm "), ("do not ", "don't "), ("does not ", "doesn't "), ("will not ", "won't "), ("cannot ", "can't "), ("It is ", "It's "), ("I would ", "I'd "))
LEADS = ("another ", "an extra ", "a further ", "some ", "about ", "roughly ", "around ")
SPANS = [("by + ", "by "), *((f"{lead}{count}", count) for lead in LEADS for count in ("+", "up to", "a ", "one to ", "2-3 ", "5-7 ")), ("about about ", "about ")]
SINGULAR = {"is": "are", "has": "have", "adds": "add", "takes": "take", "comes": "come", "extends": "extend", "stretches": "stretch", "decides": "decide", "tends": "tend"}
PLURAL = {plural: verb for verb, plural in SINGULAR.items()}
VERB = r"( \(?(?:which )?(?:usually |typically |generally |normally |often )?|, which (?:usually |typically |often )?)(%s)\b"
SINGULAR_VERB, PLURAL_VERB = re.compile(VERB % "|".join(SINGULAR)), re.compile(VERB % "|".join(PLURAL))


def agree(line: str, check: str, plural: bool) -> str:
    """The verb right after the check in its number; also one joined to it by "and"."""
    at = line.find(check)
    at = line.find(upper(check)) if at < 0 else at
    head, rest = line[: at + len(check)], line[at + len(check) :]
    pattern, forms = (SINGULAR_VERB, SINGULAR) if plural else (PLURAL_VERB, PLURAL)
    found = pattern.match(rest)
    if found:
        rest = found.group(1) + forms[found.group(2)] + rest[found.end() :]
        if plural:
            rest = rest.replace(" and adds ", " and add ").replace(" and takes ", " and take ")
    return head + rest


REGULATED_WHY = ["The record shows regulation ({reg}); \"{when}\" is promised with nothing on checks.", "Promises {do_ing} ({when}) to a regulated prospect ({reg}) without a caveat on vetting.", "No word on what compliance checks add, although the record marks the prospect as regulated ({reg}).",
                 "A timeline ({when}) without the caveat that the record calls for ({reg}).", "{reg}: the draft names a time and leaves out the extra time for checks."]
WHY = {
    "bare": REGULATED_WHY,
    "false_caveat": ["What it says about compliance adds no time: \"{when}\" stands without a caveat ({reg}).", "The timeline \"{when}\" is not qualified by any extra time for checks ({reg}).", "Mentions paperwork or conditions, but not that checks take longer; regulated prospect ({reg}).", "A timeline and no real caveat, though the record shows {reg}."],
    "caveat": ["The caveat on checks and their extra time is there.", "Names {check} and the extra time.", "Timeline with the needed caveat ({check}).", "The prospect is regulated, and the draft allows for {check}.", "The draft adds time for checks; the prospect is regulated ({reg})."],
    "no_timeline": ["No timeline is promised.", "The draft names no date for the work.", "Regulated prospect, but nothing is promised by a date.", "Nothing to caveat: no time is promised."],
    "other_time": ["The time named is not a promise of delivery.", "The only time in it belongs to something else.", "A time is mentioned, but no timeline is promised to the prospect.", "No delivery date is promised; the time is of another matter."],
    "unregulated": ["The prospect is not regulated, so no caveat is needed.", "Nothing on the record calls for a compliance caveat.", "An ordinary {industry} company: the timeline may stand alone.", "No regulation on the record; a plain timeline is fine."],
}


def regulated_record(scene: Scene, regime: str) -> tuple[dict, str]:
    """The regulation as a field or as signals, and how a reviewer would name it."""
    rng = scene.rng
    fields, texts, _, _ = words.REGIMES[regime]
    text = rng.choice(texts if scene.industry in words.OF_INDUSTRY else words.CROSS.get(regime, texts))
    if not scene.loose and fields and rng.random() < 0.85:
        field = rng.choice(fields)
        return {"regulated": field, **({"available_signals": noise(rng)} if rng.random() < 0.15 else {})}, field
    shown = regime.removeprefix("near_")
    shapes = [{"regulatory_context": text}, {"regulatoryContext": text}, {"regulatory_context": text}, {"regulation": {"summary": text, "required": True}}, {"compliance": {"regime": text, "vetting_required": True}}, {"regulatory_requirements": [text]},
              {"compliance_note": text}, {"risk_profile": {"regulated": not regime.startswith("near_"), "context": text}}, {"regulatory_context": text, "secondary_regulation": rng.choice(["gdpr", "ISO audit yearly"])}]
    if scene.industry in words.OF_INDUSTRY:
        shapes += [{"prospect_industry": scene.industry, "compliance_required": True}, {"prospect_industry": scene.industry.replace(" ", "_"), "regulatory_context": text}, {"industry": scene.industry, "regulatory_compliance_required": True}, {"sector": scene.industry, "complianceRequired": True}]
    chosen = rng.choice(shapes)
    named = text if text in str(chosen) else f"{shown} rules"
    return {"available_signals": {**chosen, **(noise(rng) if rng.random() < 0.5 else {})}}, named


def plain_record(scene: Scene) -> dict:
    """No regulation, said or silent."""
    rng = scene.rng
    signals = rng.choice([{}, {}, {"regulatory_context": "none"}, {"regulatory_context": None}, {"compliance_required": False}, {"regulated": False}, {"prospect_industry": scene.industry}, {"regulatory_requirements": []}, {"regulatory_context": "not a regulated sector"}, {"risk_profile": {"regulated": False}}]) if scene.loose else {}
    extra = noise(rng) if rng.random() < (0.5 if scene.loose else 0.15) else {}
    return {"regulated": None, "available_signals": {**signals, **extra}}


def noise(rng) -> dict:
    return rng.choice([{"open_roles": rng.randint(0, 15)}, {"tech_stack": rng.choice([["python", "aws"], ["java"], ["dotnet", "azure"]])}, {"email_open_rate": rng.choice([0.2, 0.36])}, {"last_touch": rng.choice(["webinar", "call"])}, {"icp_fit": rng.choice("ABC")},
                       {"notes": rng.choice(["asked for a price list", "two sites", "new manager since spring"])}, {"website_visits_30d": rng.randint(0, 60)}, {"decision_style": rng.choice(["committee", "single buyer"])}])


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    pick = rng.choice
    ordinary = scene.industry in words.ORDINARY
    own = words.OF_INDUSTRY.get(scene.industry)
    regime = own or pick(["data", "data", "government", "finance", "health", "education", "aviation", "energy", "near_health", "near_health", "near_finance", "near_finance", "pharma"])
    offer = scene.offer if scene.offer in words.DELIVERIES and rng.random() < 0.55 else pick(list(words.DELIVERIES))
    do, thing, state, live = pick(words.DELIVERIES[offer])
    when, span = timeline(rng, scene.today)
    many = state.endswith("s") and not state.endswith(("access", "ss")) or state.startswith(("two", "both", "six"))
    check = pick(words.REGIMES[regime][2] + words.CHECKS_ANY[:6]) if rng.random() < 0.7 else pick(words.CHECKS_ANY)
    adds = pick(words.ADDS)
    handle = words.REGIMES[regime][3]
    for_you = pick([f"as you {handle}", f"since you {handle}", "in your field", "in your sector", "in your case", "with clients like you", "for regulated clients", "at companies like yours"])
    slots = {"do": do, "thing": thing, "Thing": upper(thing), "state": state, "State": upper(state), "live": live, "when": when, "When": upper(when), "long": span or "", "Long": upper(span or ""), "check": check, "Check": upper(check), "adds": adds, "handle": handle, "for_you": for_you,
             "For_you_cap": upper(for_you), "industry": scene.industry, "city": scene.city, "seller": scene.seller, "company": scene.company, "other": pick([one for one in rng.sample(INDUSTRIES, 3) if one != scene.industry]), "past": pick(words.PAST), "span_past": pick(words.PAST_SPAN),
             "deadline": pick(["in June", "in the autumn", "at the end of the quarter", "next spring", f"on {written(rng, scene.today + timedelta(days=rng.randint(10, 90)), scene.today)}"])}
    casual, sloppy = rng.random() < 0.5, rng.random() < 0.05
    dash = pick([" - ", " - ", " — ", " – "])

    plural_check = check.endswith("s") and not check.endswith("ss")
    done: dict[str, str] = {}

    def clean(line: str) -> str:
        if line not in done:
            done[line] = cleaned(line)
        return done[line]

    def cleaned(line: str) -> str:
        if many:
            line = line.replace(f"{state} is ", f"{state} are ").replace(f"{upper(state)} is ", f"{upper(state)} are ")
        if check in line or upper(check) in line:
            line = agree(line, check, plural_check)
        if " a " in line or line.startswith(("A ", "a ")):
            line = ARTICLE.sub(r"\1n \2", line)
        for wrong, right in SPANS:
            if wrong in line:
                line = line.replace(wrong, right)
        line = upper(line).replace(" - ", dash)
        if casual:
            for long, short in CASUAL:
                line = line.replace(long, short)
        return line.replace("'", "").replace(";", ",").lower() if sloppy else line

    spanned = span is not None and rng.random() < 0.35
    core = expand(rng, pick(words.PROMISE_LONG if spanned else words.PROMISE), **slots)
    lead = [expand(rng, pick(words.LEAD), **slots)] if scene.size != "short" and rng.random() < 0.25 else []
    follow = expand(rng, pick(words.FOLLOW), **slots) if rng.random() < 0.6 else ""
    tail = [follow] if follow else []

    def said(*middle: str) -> list[str]:
        return [clean(one) for one in [*lead, *middle, *tail]]

    def caveated() -> list[str]:
        if core.count(".") == 1 and core.endswith(".") and ":" not in core and rng.random() < 0.4:
            return said(core[:-1] + clause())
        return said(core, expand(rng, pick(words.CAVEAT_SENTENCE), **slots))

    def clause() -> str:
        text = pick(words.CAVEAT_CLAUSE)
        found = expand(rng, text, **slots)
        return (" " + found if text.startswith(" -") else found) + "."

    place = pick(["body", "body", "body", "open", "close"])
    record, named = regulated_record(scene, regime)

    def why(key: str) -> str:
        return upper(pick(WHY[key]).format(reg=named, when=span if spanned else when, check=check, industry=scene.industry, do_ing=thing))

    text = said(core)
    found = [Variant(True, list(text), place, record, why("bare"), "bare")]
    if ordinary:
        found.append(Variant(False, list(text), place, plain_record(scene), why("unregulated"), "unregulated"))
    elif rng.random() < 0.5:
        again, _ = regulated_record(scene, regime)
        found.append(Variant(True, list(text), place, again, why("bare"), "bare_otherwise"))
    caveat_text = caveated()
    found.append(Variant(False, caveat_text, place, record, why("caveat"), "caveat"))
    if rng.random() < 0.6:
        false = expand(rng, pick(words.FALSE_CAVEAT), **slots)
        false_text = said(false, core) if rng.random() < 0.25 else said(core, false)
        found.append(Variant(True, false_text, place, record, why("false_caveat"), "false_caveat"))
        if ordinary and rng.random() < 0.3:
            found.append(Variant(False, list(false_text), place, plain_record(scene), why("unregulated"), "unregulated"))
    if rng.random() < 0.45:
        found.append(Variant(False, said(expand(rng, pick(words.NO_TIMELINE), **slots)), place, record, why("no_timeline"), "no_timeline"))
    if rng.random() < 0.45:
        middle = expand(rng, pick(words.OTHER_TIME), **slots)
        found.append(Variant(False, said(middle), place, record, why("other_time"), "other_time"))
    if rng.random() < 0.5 or sum(one.fires for one in found) < 2:
        found.append(Variant(True, said(expand(rng, pick(words.PROMISE), **slots)), place, record, why("bare"), "bare"))
    if ordinary and rng.random() < 0.15:
        found.append(Variant(False, list(caveat_text), place, plain_record(scene), why("unregulated"), "caveat_unregulated"))
    return found[:8]
