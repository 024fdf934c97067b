"""Mails written by people, with their records, as the rest of a generated case: the rules' sentences are set among theirs."""

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from .scene import Person, Scene, Variant
from .world import STAGES, amount, headcount, person, scene

# Words that another rule could read once the record is changed.
TIME = re.compile(r"\b(weeks?|months?|days?|tomorrow|quarter|by (?:the )?\d|january|february|march|april|may|june|july|august|september|october|november|december|\d{1,2}(?:st|nd|rd|th))\b", re.I)
MONEY = re.compile(r"[$€£]|\b(?:rounds?|rais\w+|series|seed|fund\w*|invest\w*|capital|million)\b", re.I)
STAGE = re.compile(r"\b(?:founders?|first (?:hire|two|engineer)\w*|board|audit|ipo|shareholders?|seed|series|start-?ups?|mvp|listed|earnings|runway)\b", re.I)


@dataclass
class Natural:
    """A mail that passes as its record stands."""

    record: dict
    today: date
    subject: str | None
    paragraphs: list[str]
    rule: str  # what its author wrote it about

    def allows(self, rule: str) -> bool:
        """Whether nothing in the mail would trip `rule` once the record is changed for it."""
        text = " ".join(self.paragraphs)
        if rule == self.rule:
            return False
        if rule in ("regulated_caveat", "prior_commitment"):
            return not TIME.search(text) and self.rule not in ("regulated_caveat", "prior_commitment")
        if rule == "low_confidence_funding":
            return not MONEY.search(text)
        if rule == "funding_tier":
            return not STAGE.search(text)
        return True


PROBE_RULE = {"A07": "disqualifier", "E03": "opt_out", "G03": "c_level", "E01": "thread_leak", "B04": "low_confidence_funding",
              "C02": "prior_commitment", "D05": "soft_rejection", "C04": "regulated_caveat", "B03": "funding_tier", "E02": "generic_peers"}


def load(path: str) -> list[Natural]:
    """The passing cases of a file that render-cases.ts wrote."""
    made = []
    for line in Path(path).read_text().splitlines():
        case = json.loads(line)
        if case["gold"] == "PASS":
            paragraphs = [part for part in re.split(r"\n\s*\n", case["draft"]) if part.strip()]
            made.append(Natural(case["record"], date.fromisoformat(case["today"]), case["subject"], paragraphs, PROBE_RULE.get(case.get("probe"), "none")))
    return made


def scene_of(rng: Random, natural: Natural) -> Scene:
    """A scene with the record's own company, recipient and place, where it tells them."""
    made = scene(rng)
    record = natural.record
    made.today = natural.today
    made.company = record["company"] or made.company
    made.city, made.country = record["city"] or made.city, record["country"] or made.country
    made.industry = record["industry"] or made.industry
    names = (record["name"] or made.person.full).split()
    made.person = Person(names[0], names[-1], record["recipient_role"] or "other", record["title"])
    made.colleague = person(rng)
    if record["funding_stage"] in STAGES:
        made.stage = record["funding_stage"]
        made.amount = record["funding_amount_usd"] or amount(rng, made.stage)
    made.headcount = min(record["headcount"] or headcount(rng, made.stage), 2000)
    return made


def place(natural: Natural, said: list[Variant], layout: int) -> tuple[str | None, str]:
    """Subject and text with what each rule says in it, after the greeting and before the sign-off."""
    rng = Random(layout)
    paragraphs = list(natural.paragraphs)
    for variant in said:
        at, joined = rng.random(), rng.random() < 0.4
        if not variant.text:
            continue
        block = " ".join(variant.text)
        last = len(paragraphs) - 1 if len(paragraphs) > 2 else len(paragraphs)
        number = min(1, last) + int(at * (last - min(1, last) + 1))
        if joined and 0 < number <= last and len(paragraphs) > 2:
            paragraphs[number - 1] += " " + block
        else:
            paragraphs.insert(number, block)
    return natural.subject, "\n\n".join(paragraphs)
