"""The record as the gate's snapshot holds it, and how rules add to it."""

from copy import deepcopy

from .scene import Scene, Variant
from .world import C_TITLES

LISTS = ("disqualifiers", "opt_out_channels", "commitments", "thread", "foreign", "peers")


def base_record(scene: Scene, staged: bool) -> dict:
    """
    Fields as in the gate's ProspectSnapshot: prospect_id, name, company, headcount, recipient_role, title,
    funding_stage, funding_amount_usd, funding_confidence, industry, city, country, regulated, thread_id, lists of
    disqualifiers, opt_out_channels, commitments {subject, type, starts, ends, note}, thread {direction, text},
    foreign {source, text}, peers {name, city, industry, timesUsed}, and available_signals (free JSON).

    No rule fires on it by itself, though much on it looks as if: unsure funding that no mail mentions, giants whose
    recipient is no chief. `staged`: some rule's text goes by the company's stage, so the record must tell it.
    """
    rng = scene.rng
    known = not scene.loose
    role, title = scene.person.role, scene.person.title
    chief = scene.person.role in C_TITLES or any(title in titles for titles in C_TITLES.values())
    headcount = scene.headcount
    if not chief and scene.chance(0.2):
        headcount = rng.choice([2001, 2400, rng.randint(2001, 9000), rng.randint(5000, 90000)])
    elif not staged and scene.chance(0.25):
        headcount = rng.choice([2000, rng.randint(2, 2000), rng.randint(20, 400)])
    if scene.chance(0.12) and title:
        role = "c_level" if chief else "other"
    shown = known and scene.chance(0.5) or role in ("other", "c_level") and scene.chance(0.7)
    unstaged = not staged and scene.chance(0.4)
    if unstaged:
        confidence = rng.choice(["insufficient_signal", "insufficient_signal", "low", "high", None])
    else:
        confidence = rng.choice(["high"] * 6 + ["medium"] * 2 + ["low", "insufficient_signal"])
    return {
        "name": scene.person.full if known and scene.chance(0.8) else None,
        "company": scene.company,
        "headcount": headcount,
        "recipient_role": role,
        "title": title if shown else None,
        "funding_stage": None if unstaged else scene.stage,
        "funding_amount_usd": rng.choice([None, 0]) if unstaged else scene.amount,
        "funding_confidence": confidence,
        "industry": scene.industry if known and scene.chance(0.8) else None,
        "city": scene.city if known and scene.chance(0.7) else None,
        "country": scene.country if known and scene.chance(0.4) else None,
        "regulated": rng.choice(["false", "no", "none"]) if scene.chance(0.06) else None,
        "thread_id": None,
        "disqualifiers": [],
        "opt_out_channels": [],
        "commitments": [],
        "thread": [],
        "foreign": [],
        "peers": [],
        "available_signals": {},
    }


def apply(record: dict, variants: list[Variant]) -> dict:
    """The record with what each variant says about it."""
    result = deepcopy(record)
    for variant in variants:
        for key, value in variant.record.items():
            if key in LISTS:
                result[key] = result[key] + deepcopy(value)
            elif key == "available_signals":
                result[key] = {**result[key], **deepcopy(value)}
            else:
                result[key] = deepcopy(value)
    return result
