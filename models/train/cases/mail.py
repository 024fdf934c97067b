"""Puts a mail together: greeting, opening, body, ask, sign-off, with the rules' sentences among them."""

from dataclasses import dataclass
from random import Random

from .grammar import expand
from .offers import OFFERS
from .phrases import ASKS, BODIES, CLOSINGS, GREETINGS, OPENINGS, POSTSCRIPTS, SUBJECTS
from .scene import Scene, Variant

# How many neutral sentences of each kind, by size of the mail.
PLAN = {
    "short": {"open": (0, 1), "offer": (0, 1), "body": (0, 0)},
    "medium": {"open": (1, 1), "offer": (1, 3), "body": (0, 1)},
    "long": {"open": (1, 2), "offer": (2, 5), "body": (1, 4)},
}


@dataclass
class Skeleton:
    """The part of a mail that its counterfactuals share."""

    subject: str | None
    greeting: str
    open: list[str]
    body: list[str]
    ask: str
    closing: str
    layout: int  # seed of how sentences fall into paragraphs and where the rules' sentences go


def skeleton(scene: Scene, prose: list[str]) -> Skeleton:
    """Draws the neutral part. `prose` = sentences of plain English, some of which stand in longer mails, so that strange text means nothing."""
    rng = scene.rng
    offer = OFFERS[scene.offer]
    slots = {
        "first": scene.person.first, "last": scene.person.last, "full": scene.person.full, "sender": scene.sender,
        "seller": scene.seller, "company": scene.company, "industry": scene.industry, "city": scene.city,
        "country": scene.country, "topic": rng.choice(offer["topics"]), "city2": scene.city,
        "slug": "".join(rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(6)),
    }

    def some(bank: list[str], share: tuple[int, int]) -> list[str]:
        return [expand(rng, template, **slots) for template in rng.sample(bank, min(len(bank), rng.randint(*share)))]

    plan = PLAN[scene.size]
    offered = some(offer["what"], plan["offer"]) + (some(offer["detail"], (0, plan["offer"][1] - 1)) if plan["offer"][1] > 1 else [])
    body = offered + some(BODIES, plan["body"])
    if prose and scene.size != "short" and scene.chance(0.3):
        for _ in range(rng.choice([1, 1, 2])):
            body.insert(rng.randint(0, len(body)), rng.choice(prose))
    ask = expand(rng, rng.choice(offer["ask"] + ASKS + ASKS), **slots) if scene.size != "short" or scene.chance(0.5) else ""
    bare = scene.size == "short" and scene.chance(0.5)
    signed = scene.size != "short" or scene.chance(0.3)
    closing = "\n".join(filter(None, [rng.choice(CLOSINGS), scene.sender + (f" {rng.choice('ABCDGHKLMNPRST')}." if scene.chance(0.1) else ""),
                                      scene.seller if scene.chance(0.35) else ""])) if signed else ""
    if signed and scene.chance(0.18):
        closing += "\n\n" + expand(rng, rng.choice(POSTSCRIPTS), **slots)
    subject = expand(rng, rng.choice(SUBJECTS), **slots) if scene.chance(0.55 if scene.size == "short" else 0.75) else None
    return Skeleton(
        subject=subject,
        greeting="" if bare else expand(rng, rng.choice(GREETINGS), **slots),
        open=some(OPENINGS, plan["open"]),
        body=body,
        ask=ask,
        closing=closing,
        layout=rng.getrandbits(32),
    )


def assemble(skel: Skeleton, said: list[Variant], size: str) -> tuple[str | None, str]:
    """Subject and text of the mail with what each rule says in it; the same skeleton gives the same rest."""
    rng = Random(skel.layout)
    opening, body, ending = list(skel.open), list(skel.body), [skel.ask] if skel.ask else []
    subject = skel.subject
    for variant in said:
        at = rng.random()
        if variant.subject is not None:
            subject = variant.subject
        if not variant.text:
            continue
        block = " ".join(variant.text)
        if variant.place == "open":
            opening.insert(round(at * len(opening)), block)
        elif variant.place == "close":
            ending.insert(round(at * len(ending)), block)
        else:
            body.insert(round(at * len(body)), block)
    # A mail with nothing in it is none.
    blocks = [*opening, *body, *ending] or ["Following up on my last note."]
    if size == "short":
        text = " ".join(filter(None, [skel.greeting, *blocks]))
    else:
        paragraphs: list[str] = []
        for part in (opening, body, ending):
            for block in part:
                if paragraphs and part is body and rng.random() < 0.45:
                    paragraphs[-1] += " " + block
                else:
                    paragraphs.append(block)
        gap = "\n" if rng.random() < 0.12 else "\n\n"
        text = gap.join(filter(None, [skel.greeting, *paragraphs]))
    if skel.closing:
        text += "\n\n" + skel.closing
    return subject, text


def typos(rng: Random, text: str) -> str:
    """A few slips of the kind people and careless engines make."""
    letters = list(text)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(1, max(2, len(letters) - 2))
        if not (letters[at].isalpha() and letters[at - 1].isalpha()):
            continue
        slip = rng.random()
        if slip < 0.4:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        elif slip < 0.7:
            letters[at] = ""
        elif slip < 0.85:
            letters[at] = letters[at] * 2
        else:
            letters[at] = letters[at].lower()
        letters = [one for one in letters if one]
    return "".join(letters)
