"""
The case generator: labelled drafts in groups of counterfactuals. All mails of a group share scene, wording and layout;
they differ in one matter, so that wording alone cannot tell their labels apart.

    python -m cases.generate --count 200000 --seed 1 > cases.jsonl
"""

import argparse
import json
import sys
from dataclasses import dataclass, field
from random import Random

from .attacks import plant
from .mail import assemble, skeleton, typos
from .natural import Natural, place, scene_of
from .phrases import DISTRACTORS
from .record import LISTS, apply, base_record
from .rules import c_level, caveat, commitment, disqualifier, funding, leak, opt_out, peers, rejection, tier
from .scene import Variant
from .world import scene as draw_scene

# Name, module, decision, in the rubric's order; and how often a group is about it.
RULES = [
    ("disqualifier", disqualifier, "SUPPRESS", 7),
    ("opt_out", opt_out, "SUPPRESS", 7),
    ("c_level", c_level, "ESCALATE", 12),
    ("thread_leak", leak, "BLOCK", 17),
    ("low_confidence_funding", funding, "BLOCK", 13),
    ("prior_commitment", commitment, "BLOCK", 14),
    ("soft_rejection", rejection, "BLOCK", 15),
    ("regulated_caveat", caveat, "PENALISE", 12),
    ("funding_tier", tier, "PENALISE", 12),
    ("generic_peers", peers, "PENALISE", 13),
]
NAMES = [name for name, *_ in RULES]
MODULE = {name: module for name, module, *_ in RULES}
DECISION = {name: decision for name, _, decision, _ in RULES}
WEIGHTS = [weight for *_, weight in RULES]
NOTHING = ["Nothing in the mail or on the record speaks against it.", "No rule applies.", "The mail fits the record.", "None of the conditions is met.", "Fine to send: no rule fires."]

OWN_THREAD = [
    ("in", "Thanks, could you send a few details?"), ("out", "Following up on my note from last week."), ("in", "Happy to take a look."), ("in", "Who else do you work with?"),
    ("out", "Here is the overview I mentioned."), ("in", "Bit busy, try me again later in the month."), ("in", "What does it cost?"), ("out", "Good to meet you at the fair."),
    ("in", "I'm not the right person but I can pass it on."), ("in", "Ok."), ("in", "Sounds interesting. How does it work?"), ("out", "Would a short call help?"),
]


@dataclass
class Sources:
    """What the generator borrows: sentences of plain English, and mails that people wrote. Both may be empty."""

    prose: list[str] = field(default_factory=list)
    naturals: list[Natural] = field(default_factory=list)


def group(rng: Random, sources: Sources, focus: str | None = None) -> list[dict]:
    """One group of counterfactual cases."""
    natural = rng.choice(sources.naturals) if sources.naturals and rng.random() < 0.3 else None
    focus = focus or rng.choices(NAMES, WEIGHTS)[0]
    if natural and not natural.allows(focus):
        natural = None
    scene = scene_of(rng, natural) if natural else draw_scene(rng)
    focal = MODULE[focus].variants(scene)
    keep = rng.sample(focal, min(len(focal), 4))
    companions = [(name, one) for name, one in _companions(rng, scene, focus, focal) if natural is None or natural.allows(name)]
    said = focal + [one for _, one in companions]
    talk = {focus, *[name for name, _ in companions]}
    background = [one for name, one in _background(rng, scene, talk, said) if natural is None or (natural.allows(name) and name != "generic_peers")]
    base = apply(natural.record if natural else base_record(scene, staged="funding_tier" in talk), background)
    for make in rng.sample(DISTRACTORS, rng.choice([0, 0, 1, 2, 3, 5])):
        key, value = make(rng)
        base["available_signals"].setdefault(key, value)
    if not scene.loose and natural is None and rng.random() < 0.3:
        base["thread"] = base["thread"] + [{"direction": way, "text": text} for way, text in rng.sample(OWN_THREAD, rng.randint(1, 3))]
    if natural is None and rng.random() < 0.5:
        base["thread_id"] = f"thread_{rng.choice('abcdefgh')}{rng.randint(10, 9999)}"
    skel = None if natural else skeleton(scene, sources.prose)
    layout = rng.getrandbits(32)
    slips = rng.getrandbits(32) if rng.random() < 0.12 else None
    attacked = rng.getrandbits(32) if rng.random() < 0.08 else None
    number = rng.getrandbits(60)

    made = []
    for variant in keep:
        present = sorted([(focus, variant), *companions], key=lambda pair: NAMES.index(pair[0]))
        record = apply(base, [one for _, one in present])
        words = [variant, *[one for _, one in companions]]
        subject, draft = place(natural, words, layout) if natural else assemble(skel, words, scene.size)
        if slips is not None:
            draft = typos(Random(slips), draft)
        if attacked is not None:
            record, subject, draft = plant(Random(attacked), record, subject, draft)
        fired = [(name, one) for name, one in present if one.fires]
        rule, why = (fired[0][0], fired[0][1].why) if fired else ("none", variant.why if rng.random() < 0.7 and variant.why else rng.choice(NOTHING))
        made.append({
            "pair": f"{number:x}", "focus": focus, "kind": variant.kind, "today": scene.today.isoformat(),
            "record": record, "subject": subject, "draft": draft,
            "rule": rule, "gold": DECISION.get(rule, "PASS"), "why": why,
            "wrong": _wrong(rng, rule, focus, focal),
        })
    return made


def _companions(rng: Random, scene, focus: str, focal: list[Variant]) -> list[tuple[str, Variant]]:
    """Up to two other matters, mostly ones that do not fire; those that would contradict the focus are left out."""
    taken, signals = _keys(focal)
    made = []
    for name in rng.sample(NAMES, rng.choice([0, 0, 1, 1, 2])):
        # A promised date is a promised timeline too: these two would trip each other.
        if name == focus or {name, focus, *[one for one, _ in made]} >= {"regulated_caveat", "prior_commitment"}:
            continue
        options = MODULE[name].variants(scene)
        wanted = rng.random() < (0.3 if NAMES.index(name) > NAMES.index(focus) else 0.12)
        fitting = [one for one in options if one.fires == wanted]
        if not fitting:
            continue
        variant = rng.choice(fitting)
        fields, keys = _keys([variant])
        if fields & taken or keys & signals:
            continue
        taken |= fields
        signals |= keys
        made.append((name, variant))
    return made


# Rules that need words in the mail: what the record says alone fires none of them.
SPOKEN = ("thread_leak", "prior_commitment", "soft_rejection", "regulated_caveat", "generic_peers")


def _background(rng: Random, scene, talk: set[str], said: list[Variant]) -> list[tuple[str, Variant]]:
    """What the record says of matters that the mail does not touch, so that a record alone is never the reason."""
    taken, signals = _keys(said)
    made = []
    for name in SPOKEN:
        if name in talk or rng.random() > 0.22 or {name, *talk} >= {"regulated_caveat", "prior_commitment"}:
            continue
        variant = rng.choice(MODULE[name].variants(scene))
        fields, keys = _keys([variant])
        if fields & taken or keys & signals:
            continue
        taken |= fields
        signals |= keys
        made.append((name, Variant(False, record=variant.record)))
    return made


def _keys(variants: list[Variant]) -> tuple[set[str], set[str]]:
    """The plain fields and the signals that these variants set."""
    fields = {key for variant in variants for key in variant.record if key not in LISTS and key != "available_signals"}
    return fields, {key for variant in variants for key in variant.record.get("available_signals", {})}


def _wrong(rng: Random, rule: str, focus: str, focal: list[Variant]) -> dict:
    """A wrong answer that could be believed, for the preference pair."""
    if rule == "none":
        blamed = [(focus, one) for one in focal if one.fires] or [("generic_peers", None)]
        name, one = rng.choice(blamed)
        return {"rule": name, "gold": DECISION[name], "why": one.why if one else "The mail looks generic."}
    if rng.random() < 0.75:
        fine = [one.why for one in focal if not one.fires and one.why]
        return {"rule": "none", "gold": "PASS", "why": rng.choice(fine or NOTHING)}
    others = [name for name in NAMES if DECISION[name] != DECISION[rule]]
    name = rng.choice(others)
    return {"rule": name, "gold": DECISION[name], "why": f"The mail breaks the rule {name.replace('_', ' ')}."}


def cases(seed: int, count: int, sources: Sources):
    """`count` cases of the stream that `seed` names."""
    rng = Random(seed)
    made = 0
    while made < count:
        for case in group(rng, sources):
            yield case
            made += 1
            if made == count:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for case in cases(options.seed, options.count, Sources()):
        sys.stdout.write(json.dumps(case, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
