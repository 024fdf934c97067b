"""
disqualifier (SUPPRESS): any flag on the record fires, known or not, whatever the mail says. Hard negatives: a mail full
of offshore talk to a record without flags, a flag that is false.
"""

from ..grammar import expand
from ..scene import Scene, Variant

KNOWN = ["anti_offshore", "local_only", "do_not_contact", "competitor"]
OTHER = ["in_house_only", "no_agencies", "legal_hold", "sanctioned", "litigation", "unknown_flag", "blacklisted", "no_vendors",
         "existing_dispute", "works_council_veto", "partner_conflict", "dnc", "press_only", "no_cold_outreach", "frozen",
         "bad_debt", "under_nda", "union_agreement", "government_embargo", "ask_legal_first", "competitor_of_client"]
QUOTES = ["We only work with people who can come to our office.", "No offshore, no exceptions.", "Never again with outsourcing.",
          "Our whole team sits in one building and it stays that way.", "Please do not contact us.", "We build this with local staff.",
          "Everything is done in-house here.", "We are not open to vendors.", "Local jobs first.", "Agencies need not call."]
SOURCES = ["linkedin_post", "podcast", "job_ad", "company_blog", "call_note", "glassdoor", "procurement_policy", "reply", "conference_talk"]

REMOTE = [
    "[Our|All our|Most of our] [people|specialists|consultants] work [remotely|from {city}|from a hub two time zones away] and [overlap|share] [five|six|four] hours of your day.",
    "We [place|second|lend] [senior|experienced|vetted] [staff|people|specialists] from [Nairobi|Lagos|Warsaw|Pune|Lisbon|Addis Ababa|Manila] [on contract|by the month|as part of your team].",
    "An offshore [team|desk|squad] need not feel [far away|distant]; ours [joins|sits in on] every stand-up.",
    "[Remote|Distributed|Nearshore] teams [get a bad name|have a mixed reputation], [and often rightly|I know], so we [show|open] [the reviews|our attrition figures] before [anything else|we talk about price].",
    "I know [offshore|outsourcing|remote work] is [a touchy subject|not for everyone]; [we have a local option too|we work on site as well].",
    "[Contractors|Freelancers] are [one|only one] way to do it; [a managed team|a local hire] is another.",
    "We [compete|overlap] with nobody on your [supplier|vendor] list as far as I can [see|tell].",
    "Our [overseas|remote] [bench|crew|desk] [covers|handles] nights and weekends [so that yours does not|while yours sleeps].",
]


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    text = [expand(rng, rng.choice(REMOTE), city=rng.choice(["Kigali", "Tallinn", "Porto", "Cebu", "Accra"]))] if scene.chance(0.45) else []
    made = []

    def add(flags, signals, fires, kind, why):
        made.append(Variant(fires, list(text), "body", {"disqualifiers": flags, "available_signals": signals}, why, kind))

    extra = {}
    if scene.chance(0.3):
        extra = {rng.choice(["website", "linkedin", "crm_note", "source"]): rng.choice(["checked", "imported list", "https://example.com", "ok"])}
    for _ in range(rng.choice([1, 2])):
        flag = rng.choice(KNOWN) if scene.chance(0.65) else rng.choice(OTHER)
        flags = [flag] + ([rng.choice(OTHER + KNOWN)] if scene.chance(0.15) else [])
        flags = list(dict.fromkeys(flags))
        signals = dict(extra)
        if scene.chance(0.35):
            signals[rng.choice([f"{flag}_quote", "quote", "note", "evidence"])] = rng.choice(QUOTES)
            signals[rng.choice([f"{flag}_source", "source_of_flag"])] = f"{rng.choice(SOURCES)}_{rng.randint(2023, 2026)}_{rng.randint(1, 12):02d}"
        why = expand(rng, rng.choice([
            "The record [carries|holds|has] the disqualifier {flag}, so nothing may be sent.", "{flag} [stands|is set] on the record; [this prospect must not be mailed|the mail must not go].",
            "[Disqualified|Ruled out] by {flag}.", "The prospect is flagged {flag}[; stop| and must not be contacted|].", "Disqualifier present: {flag}."]), flag=flag)
        add(flags, signals, True, "flag", why)
    if scene.chance(0.35):
        flag = rng.choice(KNOWN[:2])
        add([], {**extra, flag: True}, True, "signal flag", f"The signals say {flag} is true, which disqualifies the prospect.")
        add([], {**extra, flag: False}, False, "flag is false", f"{flag} is false, so nothing disqualifies the prospect.")
    fine = rng.choice(["No disqualifier is on the record.", "The record holds no flag against this prospect.", "Nothing rules the prospect out.",
                       "No flag, so remote work may be offered.", "The prospect is free to be contacted."])
    add([], extra, False, "none", fine)
    return made
