"""
opt_out (SUPPRESS): the prospect opted out of e-mail or of everything. Hard negatives: opted out of SMS, LinkedIn or
the telephone only; a mail that speaks of unsubscribing to somebody who never did.
"""

from ..grammar import expand
from ..scene import Scene, Variant

STOP = [["email"], ["all"], ["email", "sms"], ["sms", "email"], ["linkedin", "email"], ["email", "linkedin", "sms"], ["all", "email"],
        ["Email"], ["e-mail"], ["ALL"], ["phone", "email"]]
OTHER = [["sms"], ["linkedin"], ["phone"], ["sms", "linkedin"], ["whatsapp"], ["post"], ["linkedin", "phone"], ["SMS"], ["fax"], ["call", "sms"]]

LINES = [
    "If you would rather not hear from me, [a one-word reply|just say so|tell me] and I will [stop|take you off the list].",
    "You can unsubscribe [below|with one click|at any time].", "Reply STOP and that is the end of it.",
    "I know you asked [us|me] not to [text|ring|call]; hence this [note|mail].",
    "[Switching|Moving] to e-mail, as LinkedIn [messages|notes] [get lost|are easy to miss].",
    "I tried [you on LinkedIn|your phone] [last week|on Monday] and thought [mail|e-mail] [might be easier|suits you better].",
]


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    text = [expand(rng, rng.choice(LINES))] if scene.chance(0.35) else []
    signals = {}
    if scene.chance(0.4):
        signals = rng.choice([
            {"opt_out_date": f"{rng.randint(2023, 2026)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"}, {"opt_out_reason": rng.choice(["unsubscribed", "reply", "form"])},
            {"email_open_rate": round(rng.random(), 2)}, {"intended_channel": "email"}, {"preferred_channel": rng.choice(["phone", "linkedin", "email"])},
            {"last_email_interaction": f"202{rng.randint(2, 6)}-0{rng.randint(1, 9)}-11"}, {"contact_preference": rng.choice(["mornings", "short mails", "no calls"])}])
    made = []
    for channels, fires in [(rng.choice(STOP), True), (rng.choice(STOP), True), (rng.choice(OTHER), False), ([], False)]:
        named = " and ".join(channels)
        if fires:
            why = expand(rng, rng.choice(["The prospect opted out of {named}[, and this is an e-mail|].", "Opted out: {named}. [No mail may go.|]", "[An|The] opt-out for {named} covers this e-mail.",
                                          "The recipient [does not want|asked for no] mail (opted out of {named})."]), named=named)
            extra = dict(signals)
            if scene.chance(0.15):
                extra[rng.choice(["email_opt_out", "opt_out_email", "unsubscribed", "gdpr_erasure_request"])] = True
        else:
            why = expand(rng, rng.choice(["The opt-out [covers|is for] {named} only[; e-mail is fine|].", "E-mail is not opted out of."]), named=named) if channels else "The prospect opted out of nothing."
            extra = {} if any("opt_out" in key for key in signals) and not channels else dict(signals)
        made.append(Variant(fires, list(text), rng.choice(["open", "close"]) if not text else "close", {"opt_out_channels": channels, "available_signals": extra}, why,
                            "opted out" if fires else "other channel" if channels else "none"))
    return made
