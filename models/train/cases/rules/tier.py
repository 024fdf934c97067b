"""
funding_tier (PENALISE): the mail speaks to a company of another stage, two steps or more away from the record's. Hard
negatives: the same words to a company that they fit, a client's or the seller's own stage, the prospect's past, a stage
that may come one day, words that fit any stage. Neighbouring stages are never told apart.
"""

from ..grammar import expand
from ..scene import Scene, Variant
from ..world import INDUSTRIES, STAGES, amount
from . import tier_words as words
from .caveat import ARTICLE, upper
from .funding_words import DOMAINS, NOISE

STAFF = {"seed": (3, 14), "series_a": (18, 70), "series_b": (90, 400), "series_c": (350, 1500), "public": (700, 1990)}


def far(bank: dict, stage: str) -> bool:
    at = STAGES.index(stage)
    return at - bank["high"] >= 2 or bank["low"] - at >= 2


def fits(bank: dict, stage: str) -> bool:
    return stage in bank.get("fit", STAGES[bank["low"] : bank["high"] + 1])


def record_of(scene: Scene, stage: str) -> dict:
    """A record of that stage, with raised money and staff to match."""
    rng = scene.rng
    low, high = STAFF[stage]
    staff, raised = round(low * (high / low) ** rng.random()), amount(rng, stage)
    if stage == scene.stage:
        raised = scene.amount
        staff = scene.headcount if low <= scene.headcount <= high else staff
    signals = {}
    if scene.loose and rng.random() < 0.6:
        signals = rng.choice([{"funding_tier": stage}, {"stage": words.NAMES[stage]}, {"companyStage": stage}, {"funding_history": [{"stage": stage, "amount_usd": raised}]}, {"employees": staff}, {"company_profile": {"stage": words.NAMES[stage], "staff": staff}},
                              {"lifecycle": "listed" if stage == "public" else stage}, {"growth_note": rng.choice(["hiring steadily", "flat headcount", "new office", "site expansion"])}, {"ticker": "yes"} if stage == "public" else {"last_round": words.NAMES[stage]}])
    if rng.random() < (0.5 if scene.loose else 0.15):
        for key in rng.sample(list(NOISE), rng.randint(1, 2)):
            signals[key] = rng.choice(NOISE[key])
    return {"funding_stage": stage, "funding_amount_usd": raised, "headcount": staff, "available_signals": signals}


WHY = {
    "misfit": ["Language for {fit} companies (\"{cue}\"), but the prospect is {stage}.", "\"{cue}\" speaks to a {fit} company; the record says {stage}.", "The prospect is {stage} with {staff} people, yet the draft talks as if it were {fit}.", "Wrong stage: {fit} talk to a {stage} company.", "A {stage} company is addressed as {fit} (\"{cue}\")."],
    "fits": ["The language fits a {stage} company.", "\"{cue}\" suits the stage on the record ({stage}).", "The record says {stage}, and the draft speaks accordingly.", "Stage and language agree: {stage}.", "Right for {stage}."],
    "story": ["The stage it speaks of is somebody else's.", "\"{cue}\" describes another company, not the prospect.", "It tells of a client or of the seller, not of the prospect's stage.", "The {fit} language is about a third party."],
    "past": ["It speaks of the prospect's past, not of today.", "A look back only; nothing wrong about the present stage ({stage}).", "The early days are named as past."],
    "ahead": ["The later stage is named as not theirs.", "It says that this is not the prospect's stage today.", "A possible future or a contrast, no misplaced stage language."],
    "neutral": ["Nothing in it is tied to a stage.", "Stage-neutral language.", "It would fit a company of any stage, {stage} included.", "No stage is implied."],
}


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    pick = rng.choice
    offer = scene.offer if scene.offer in DOMAINS and rng.random() < 0.6 else pick(list(DOMAINS))
    domain = DOMAINS[offer]
    usable = [one for one in words.CLASSES.values() if far(one, scene.stage) or fits(one, scene.stage)]
    bank = pick(usable)
    thing, thing_tail = rng.sample(domain["thing"], 2)

    def about(thing: str) -> dict[str, str]:
        many = thing.endswith("s") and not thing.endswith("ss")
        return {"thing": thing, "is": "are" if many else "is", "s": "" if many else "s"}

    do = pick(domain["do"])
    base = {"do": do, "do_q": do, "do_s": "run it on their own", "ours": pick(domain["ours"]), "hire": pick(words.HIRES[offer]), "industry": scene.industry, "company": scene.company, "city": scene.city, "seller": scene.seller, "other": pick(INDUSTRIES), "who_start": pick(words.START)}
    base["Ours"] = upper(base["ours"])
    tail = expand(rng, pick(words.TAILS), **base, **about(thing_tail))
    casual, sloppy = rng.random() < 0.5, rng.random() < 0.05
    dash = pick([" - ", " - ", " — ", " – "])
    cue = ""

    def said(frames: list[str], bank: dict = bank) -> list[str]:
        nonlocal cue
        frame = pick(frames)
        slots = {**base, **about(thing), "tail": tail, "Tail": upper(tail)}
        for key in ("state", "help", "who", "fact", "past"):
            if "{" + key + "}" in frame or "{" + upper(key) + "}" in frame:
                slots[key] = cue = expand(rng, pick(bank[key]), **base)
                slots[upper(key)] = upper(slots[key])
        cue = base["who_start"] if "{who_start}" in frame else cue
        line = upper(expand(rng, frame, **slots)).replace(" - ", dash).replace("? we ", "? We ").replace("Inc..", "Inc.")
        line = ARTICLE.sub(r"\1n \2", line).replace("a HR ", "an HR ").replace("a IT ", "an IT ").replace("a MVP", "an MVP")
        if casual:
            for long, short in (("We would ", "We'd "), ("we would ", "we'd "), ("you are ", "you're "), ("You are ", "You're "), ("do not ", "don't "), ("does not ", "doesn't "), ("cannot ", "can't "), ("I would ", "I'd "), ("it is ", "it's ")):
                line = line.replace(long, short)
        return [line.replace("'", "").replace(";", ",").lower() if sloppy else line]

    far_stages = [one for one in STAGES if far(bank, one)]
    fit_stages = [one for one in STAGES if fits(bank, one)]
    bad_stage = scene.stage if scene.stage in far_stages else pick(far_stages)
    good_stage = scene.stage if scene.stage in fit_stages else pick(fit_stages)
    bad_record, good_record = record_of(scene, bad_stage), record_of(scene, good_stage)
    text = said(words.FRAMES)
    if rng.random() < 0.2:
        text += said(words.FRAMES)
    place = pick(["open", "body", "body", "close"])
    name = {0: "seed", 1: "Series A", 2: "Series B", 3: "Series C", 4: "public"}
    fit = name[bank["low"]] if bank["low"] == bank["high"] else f"{name[bank['low']]} or {name[bank['high']]}"

    def add(fires: bool, text: list[str], record: dict, key: str, fit: str = fit) -> None:
        line = pick(WHY[key]).format(fit=fit, cue=cue, stage=words.NAMES[record["funding_stage"]], staff=record["headcount"])
        found.append(Variant(fires, list(text), place, record, line, key))

    found: list[Variant] = []
    add(True, text, bad_record, "misfit")
    add(False, text, good_record, "fits")
    others = [one for one in far_stages if one != bad_stage]
    if others and rng.random() < 0.5:
        add(True, text, record_of(scene, pick(others)), "misfit")
    # The same far record, other words.
    if rng.random() < 0.6:
        add(True, said(words.FRAMES), bad_record, "misfit")
    if rng.random() < 0.5:
        add(False, said(words.STORY), bad_record, "story")
    if rng.random() < 0.4:
        early = bank["high"] < STAGES.index(bad_stage)
        add(False, said(words.PAST if early else words.AHEAD), bad_record, "past" if early else "ahead")
    if rng.random() < 0.2:
        add(False, said(words.NEUTRAL), bad_record, "neutral")
    if rng.random() < 0.45 or len(found) < 3:
        right = pick([one for one in words.CLASSES.values() if fits(one, bad_stage)])
        add(False, said(words.FRAMES, right), bad_record, "fits")
    if sum(one.fires for one in found) < 2 and rng.random() < 0.85:
        wrong = pick([one for one in words.CLASSES.values() if far(one, good_stage)])
        other_fit = name[wrong["low"]] if wrong["low"] == wrong["high"] else f"{name[wrong['low']]} or {name[wrong['high']]}"
        add(True, said(words.FRAMES, wrong), good_record, "misfit", other_fit)
    return found
