"""
c_level (ESCALATE): a C-level recipient at a company of more than 2000 people. Hard negatives: exactly 2000, a VP of a
giant, a former CTO, a chief of staff, a mail that gives another headcount than the record.
"""

from ..grammar import expand
from ..scene import Scene, Variant
from ..world import C_TITLES, NEAR_C, PLAIN_ROLES

LINES = [
    "[At|With] {n} [people|employees|staff], [small delays add up|every process change is felt|hand-offs multiply].",
    "A [{n}-person|company of {n} people] [organisation|team] [needs|deserves] [something sturdier than spreadsheets|more than a point fix].",
    "I [imagine|guess|assume] [running|leading] {n} people leaves [little|no] time for [vendor mails|this sort of thing], so I will be brief.",
    "You [answer|are responsible] for {n} people, so I will keep it short.",
]


def over(rng):
    return rng.choice([2001, 2002, 2010, 2050, 2100, rng.randint(2001, 2400), rng.randint(2001, 5000), rng.randint(3000, 20000), rng.randint(20000, 300000)])


def under(rng):
    return rng.choice([2000, 2000, 1999, 1998, 1950, rng.randint(1500, 2000), rng.randint(200, 2000), rng.randint(5, 900)])


def role_of(rng):
    """(recipient_role, title or None, extra signals, title to name)"""
    key = rng.choice(list(C_TITLES) + ["c_level", "c_level", "cto", "ceo"])
    title = rng.choice(C_TITLES[key])
    shape = rng.random()
    if shape < 0.4:
        return rng.choice([key, key.upper() if key != "c_level" else key]), None, {}, title if key != "c_level" else "C-level"
    if shape < 0.65:
        return title, None, {}, title
    if shape < 0.85:
        return "c_level", None, {rng.choice(["recipient_title", "job_title", "title"]): title}, title
    return rng.choice(["c_level", key]), title, {}, title


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    big, small = over(rng), under(rng)
    spoken = rng.choice([big, small, rng.randint(40, 9000)])
    text = [expand(rng, rng.choice(LINES), n=f"{spoken:,}" if scene.chance(0.7) else str(spoken))] if scene.chance(0.3) else []
    role, title, signals, named = role_of(rng)
    if scene.chance(0.2):
        signals = {**signals, rng.choice(["escalation_rule", "company_size", "region"]): rng.choice(["c_level_gt_2000", "large", "EMEA"])}
    plain = rng.choice(PLAIN_ROLES[rng.choice(list(PLAIN_ROLES))])
    plain_role = rng.choice([plain, "vp_eng", "other", "founder", plain])
    near = rng.choice(NEAR_C)

    def made(fires, count, role, title, signals, why, kind):
        record = {"headcount": count, "recipient_role": role, "title": title, "available_signals": signals}
        return Variant(fires, list(text), "open", record, why, kind)

    why_not_role = expand(rng, rng.choice(["{role} is not C-level[, whatever the headcount|].", "The recipient is {role}, [below|not at] C-level.", "No C-level recipient, so size does not matter."]), role=plain_role)
    return [
        made(True, big, role, title, signals, expand(rng, rng.choice([
            "The recipient is {named} at a company of {n} people, [more than|above|over] 2000[; a person takes over|].", "[A|The] {named} of {n} employees must be [handed|passed] to the account owner.",
            "C-level ({named}) and {n} staff: escalate.", "{n} people is over 2000 and {named} is C-level."]), named=named, n=big), "large"),
        made(False, small, role, title, signals, expand(rng, rng.choice([
            "{named} is C-level, but {n} people is not over 2000.", "Headcount {n} does not exceed 2000.", "[At|With] {n} employees the company is not large enough to escalate."]), named=named, n=small), "small"),
        made(False, big, plain_role, None, {}, why_not_role, "not C-level"),
        made(False, big, near, None, {}, f"{near} is not C-level.", "near C-level"),
    ]
