"""What one generated mail is about, and what a rule adds to it."""

from dataclasses import dataclass, field
from datetime import date
from random import Random


@dataclass
class Person:
    first: str
    last: str
    role: str  # as in recipient_role: "cto", "vp_eng", "founder", "other" or a free title
    title: str | None = None

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"


@dataclass
class Scene:
    """Facts fixed for a mail; rules read them and never change them."""

    rng: Random
    today: date
    sender: str  # first name of who signs
    seller: str  # the sender's company
    offer: str  # key of offers.OFFERS: what is sold ("engineers", "software", "services" ...)
    company: str  # the prospect's company
    industry: str
    city: str
    country: str
    person: Person  # the recipient
    colleague: Person  # somebody else at the prospect's company
    stage: str  # seed, series_a, series_b, series_c, public
    amount: int  # dollars raised
    headcount: int
    # True: facts stand in available_signals under free keys, as engines send them; False: in fields of the CRM mirror.
    loose: bool
    # "short": one or two sentences in all; "medium"; "long": 60 to 200 words.
    size: str
    british: bool

    def pick(self, *options):
        """One of the options, or of the one list given."""
        return self.rng.choice(options[0] if len(options) == 1 and not isinstance(options[0], str) else options)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share


@dataclass
class Variant:
    """
    One way a rule's matter can stand: what the record says, what the mail says, and whether the rule fires. Variants
    of one call are counterfactuals of each other: the same facts and, where only the record differs, the same words.
    """

    fires: bool
    text: list[str] = field(default_factory=list)  # sentences for the mail, in order, kept together
    place: str = "body"  # "open", "body" or "close" of the mail
    # Changes to the record (see record.py): plain fields are set, lists extended, signals merged.
    record: dict = field(default_factory=dict)
    why: str = ""  # one sentence on the finding, or on why there is none
    kind: str = ""  # names the situation, for counting ("hedged", "expired" ...)
    subject: str | None = None  # a subject line that belongs to it, seldom
