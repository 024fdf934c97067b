"""Sentences from templates: `[one|other]` is a choice (nests, may be empty), `{slot}` a value."""

import re
from random import Random

SLOT = re.compile(r"\{(\w+)\}")
BEFORE_POINT = re.compile(r"\s+([,.;:?!])")
SPACES = re.compile(r"[ \t]{2,}")
ARTICLE = re.compile(r"\b([Aa]) (?=[aeiouAEIO])(?!uni|use|usa|eu|one|once|US|UK|UAT|user|util|urin)")

_parsed: dict[str, list] = {}


def draw(rng: Random, template: str, slots: dict | None = None) -> str:
    """The template with its choices drawn and its slots filled, exactly as it stands. Unknown slots stay."""
    parts = _parsed.get(template)
    if parts is None:
        parts = _parsed[template] = _parse(template)[0]
    out: list[str] = []
    _say(rng.random, parts, out)
    text = "".join(out)
    if slots and "{" in text:
        text = SLOT.sub(lambda found: str(slots.get(found[1], found[0])), text)
    return text


def expand(rng: Random, template: str, **slots: str) -> str:
    """One sentence with its spaces put right. `«Name»` becomes a literal `[Name]`, as engines leave unfilled placeholders."""
    text = SPACES.sub(" ", BEFORE_POINT.sub(r"\1", draw(rng, template, slots))).strip()
    return text.replace("«", "[").replace("»", "]")


def tidy(text: str) -> str:
    """One sentence (or more) with a capital first, single spaces and a/an put right."""
    text = ARTICLE.sub(r"\1n ", " ".join(text.split()).replace(" ,", ",").replace(" .", "."))
    return text[:1].upper() + text[1:]


def _parse(template: str, at: int = 0, inside: bool = False) -> tuple[list, int]:
    """Literals and choices, a choice being a list of such sequences; with the position behind them."""
    options, parts, start = [], [], at
    while at < len(template):
        mark = template[at]
        if mark == "[" or (inside and mark in "|]"):
            if at > start:
                parts.append(template[start:at])
            if mark == "[":
                choice, at = _parse(template, at + 1, True)
                parts.append(choice)
                start = at
                continue
            options.append(parts)
            parts, start = [], at + 1
            if mark == "]":
                return options, at + 1
        at += 1
    if start < len(template):
        parts.append(template[start:])
    return parts, at


def _say(chance, parts: list, out: list[str]) -> None:
    for part in parts:
        if part.__class__ is str:
            out.append(part)
        else:
            _say(chance, part[int(chance() * len(part))], out)
