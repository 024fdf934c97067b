"""
soft_rejection (BLOCK): the recipient declined a subject and the draft pushes it again, openly, politely, in other words, as
a case study or as a small pilot. Hard negatives: the same push with nothing declined, with another subject declined, after
the recipient reopened it, or of the half that was welcome; a mail that drops the subject, or gives just what was asked for.
"""

from datetime import timedelta

from ..grammar import draw, tidy
from ..scene import Scene, Variant
from .leak import DISTRACT, merged
from .rejection_words import BANK

DOMAIN = {"engineers": "engineering"}
BY_DOMAIN: dict[str, list[dict]] = {}
for _subject in BANK:
    BY_DOMAIN.setdefault(_subject["domain"], []).append(_subject)

DECLINE = """{S} is not [a priority|on our list|a topic] [this year|right now|for us|at the moment].
We [looked at|discussed|considered] {s} and [decided against it|it is not for us|will leave it].
We tried {s} [once|two years ago|before], it didn't stick.
[Please|Kindly] [don't raise|don't bring up|don't mention] {s} again.
[Thanks, but|Sorry,|Honestly,] we don't [want|need] {s}.
No to {s}. [Anything else we can talk about|The rest we can discuss|Please move on].
{S} is [premature|too early|too much|overkill] for [us|our size|a team like ours].
[I asked around|I checked with the team]: nobody [wants|sees a need for] {s}.
[The board|My boss|Management] [turned down|said no to] {s}.
We're [happy|fine] [as we are|with what we have], {s} is [off the table|not something we plan].
I don't [believe in|see the point of] {s}, [sorry|to be frank].
We have [decided|agreed] not to [pursue|go for] {s}.
[We|Our people] had a bad time with {s}. Not again.
{S}: [no thanks|not for us|we pass|we'll pass on that].
[Maybe some day|It may come one day], but {s} isn't [something we want to discuss|happening] now.
[Legal|The works council|Our IT] [has ruled out|won't allow] {s}.
As I [said|told you] [on the phone|last time], {s} is not [of interest|for us].""".split("\n")
SHORT_DECLINE = ["Not right for our team size.", "Not a priority.", "We'll pass, thanks.", "No, thank you. Not for us.", "We tried it, it didn't work here.", "Not interested, please move on.", "We decided against it.", "Doesn't fit how we work.",
                 "Our parent company handles that.", "Too early for us.", "Sounds nice but no.", "We have no use for it.", "Not this year.", "The team voted no.", "I'd rather not.", "We're sticking with what we have."]
SUGGESTED = ["Have you thought about {s}?", "We think {s} could help {company}.", "May I tell you about {s}?", "My suggestion would be {s}.", "Would {s} be of interest?", "A quick idea: {s}."]

# Reads as a push whether or not something was declined.
PUSH = """{S} [would|could|can] [really |] {b} [at {company}|for you|in a firm like yours][, and {b2}|].
I [think|believe|am convinced] {s} [would|could] {b}; [happy to share|I can send|shall I send] a [case study|short case study].
[Attached|Below] is a case study in which {s} [helped to {b}|made the difference].
[We could|Why not|Let us] start {s} [small|with one team|on one site|as a pilot], [just to see|and judge by results].
A [small|modest|low-risk] pilot of {s} [would|could] show whether it can {b}.
[Would you|Could you] [give|spare] {s} [a chance|a second look|ten minutes]? It [would|could] {b}.
[Firms|Teams|Companies] [of your size|like yours|in {industry}] [often|mostly] find that {s} can {b}.
The [case|argument|reason] for {s} is [simple|plain]: it [would|can] {b}[ and {b2}|].
[Think of|Picture] {s} as [a way|the quickest way] to {b}.
[What if|Suppose] {s} could {b} [at hardly any cost|without any upheaval|and pay for itself]?
[I'd|I would] [suggest|recommend|propose] {s}, [as|because] it [would|could] {b}.
[Our|The] [numbers|figures|data] show that {s} can {b}, [so|and] [I would love to show you how|it deserves a look].
{S} is [where|how] {company} could [win most|gain quickly]: it would {b}.
[How about|What about] {s}? It [could|would] {b}, and [we do the set-up|the effort on your side is small].
For {company}, {s} [would|could] [pay off|be worth it] [quickly|soon enough], [if only|not least] to {b}.
[Can I|May I] [walk you through|show you|send you something on] {s}? It [tends to|should|would] {b}.
[Nothing|Few things] [would|could] {b} [as well as|like] {s}[, in my view|, if you ask me|].
[Our|My] [offer|proposal] [stands|is ready]: {s}, [with a free trial|at a friendly price|set up by us].
[Wouldn't|Would] it help to {b}? [That is|This is] what {s} [does|is for].
[If you want to|To] {b}, {s} is [still|] the [obvious|natural|shortest] [route|answer].
[Two|Three] reasons for {s}: it would {b}, and it would {b2}.
{S} [need not|does not have to] be [big|costly]; [even|already] a small [version|start] would {b}.
[You would be surprised|Many are surprised] how [well|soon] {s} can {b}.
[We|I] [have put|put] together a [short|one-page] [business case|plan] for {s} at {company}: it should {b}.
[Say the word|Say yes] and we will set up {s} [for you|on trial], [chiefly|mainly] to {b}.""".split("\n")
# These own up to the refusal and push all the same.
BUT = """I hear you[ on {s}|], but it [really |] would {b}[, so let me send a case study|; may I show you how|].
I [understand|respect|accept] your [view|decision|position] on {s}, [but|yet|though] it [would|could] {b}.
I know you [said no to|passed on|ruled out|were not keen on] {s}; [still|even so|all the same], it [would|could] {b}.
[One more|A last|Another] [thought|word|try] on {s}: [others who said no at first|those who hesitated] now use it to {b}.
[While|Although] {s} [may not be|is not] [a priority|on your list], [it is worth|I would urge] [a second look|another thought]: it would {b}.
[Coming|Circling] back to {s}, [as|because] I [still|honestly] [think|believe] it would {b}.
[Fair enough|Understood|Noted] on {s}. [That said|However|Still], [a small trial|one pilot team] would {b} [without much risk|at no cost].
You [may|might] [want|like] to [reconsider|rethink] {s}: it [could|would] {b}.
[Not to press|Without wanting to push], but {s} [would|could] {b}, [and|so] I [would hate|am loath] to [drop it|let it go].
[Perhaps|Maybe] I [explained|put] {s} badly. [In short|Put simply], it [would|could] {b}.
[I realise|I know] {s} [did not land|was a no] last time; [what if|suppose] we [only tried|started with] a [slice|small part] of it?
Your [concern|doubt|objection] about {s} is [common|fair], and [yet|still] it [would|can] {b}.
[Before|Rather than] [closing|shelving] {s} [for good|altogether], [let me show|allow me to show] you how it would {b}.
[I will not|I don't want to] [nag|insist], [only|but] {s} really [would|could] {b}.
Since we last spoke I [found|came across] a [stronger|better] case for {s}: it [would|can] {b}.
[Even|Especially] with your [doubts|objections], {s} [would|should] {b}; [shall we|can we] [try it|talk it through]?
[A call of|Give me] ten minutes and I will [change your mind|win you over] [on|about] {s}.""".split("\n")
REFRAMED = """[What about|How about|Have you thought of] {o} instead? It [would|could] {b}.
[Let's|Let us] not call it {s}. [Think of it as|Call it] {o}: it would {b}.
[Put|Leave] the name aside: {o} would {b}.
A [lighter|gentler|different] [angle|route]: {o}, [which could|so as to] {b}.
[Have you ever|Did you ever] [considered|thought about] {o}? It [would|could] {b}.
[We have a|There is a] case study on {o} that [shows|proves] how it can {b}.
[My|Our] [new|fresh] idea for {company}: {o}, [to|which would] {b}.
[May I|Can I] [suggest|propose] {o}? [Few|No other] [measures|steps] {b} [as quickly|so well].
{O} [would|could] {b}, [and|so] I [would like to|want to] [set up a trial|show you more].
[Quite a few|Many] [firms|teams] in {industry} [go for|settle on] {o} to {b}.""".replace("Did you ever] [considered|thought about]", "Did you ever] [consider|think about]").replace("[Have you ever|Did", "[Would you ever|Did").replace("[measures|steps] {b}", "[measures|steps] would {b}").split("\n")

DROP = """[Understood|Noted|Fair enough|Clear|Got it] on {s}[;|,] [I will leave it there|consider it dropped|I won't raise it again|that is settled].
[Understood|All right|Okay]: no {s}. [I have noted it|It is off my list|You will not hear about it again].
Thanks for [being clear|the straight answer|telling me] [about|on] {s}; [we will drop it|I have taken it off|that's closed].
{S} is off the table, [understood|and I respect that|as you asked].
You were clear [about|on] {s}, so [no more of that|I leave it out|this mail is about something else].
[I take|Taking] your point on {s}, [and will not come back to it|and have struck it from our notes].
[Fine|Fair], {s} is not for {company}. [No further mails on that|I'll let it rest].
[Point taken|I hear you]: {s} is not what you need, and I will not bring it up again.
[To confirm|Just to confirm]: we have [removed|struck|taken out] {s} [from the proposal|from your file], as you wished.""".split("\n")
PIVOT = """[Something else|A different matter]: [how do you handle|are you looking at|would you consider] {t}?
[Instead|On another note|Separately], {t} [could|would|might] {b}, [if that is closer to home|should it be on your list].
[Would|Could] {t} be [more useful|closer to what you need]? It [can|could] {b}.
[May I ask|Let me ask] about {t} instead? [It is a separate piece of work|The two have nothing to do with each other].
[Quite apart from that|Unrelated]: {t} [could|might] {b}.
[Moving on|Shifting focus] to {t}: it [could|would] {b}, [and I can send details|if that helps].""".split("\n")
ASK_OPEN = """What is [on top of|first on] your list [instead|right now|at the moment]?
[Is there|Do you see] [another|some other] [area|field] where [we could help|an outside view helps]?
What [would|could] be [useful|of use] to you [instead|now]?
If [nothing else|there is nothing else], I will [leave you in peace|close the file].
[Could you|Would you] tell me what [matters|counts] most to {company} [now|at present]?
[Happy|Glad] to help with whatever [is|stands] higher on your list.""".split("\n")
FRESH = """[Have you looked|Are you looking] at {t} [at {company}|] [lately|of late]? It [could|would] {b}.
{T} [could|can|would] {b}, and [I can|we could] show you [how|what it takes].
[A|One] [question|thought]: [would|could] {t} help {company} to {b}?
We [also|] [do|offer|look after] {t}, [which can|mainly to] {b}.
[I would like to|May I] [introduce|mention|describe] {t}: it [can|could] {b}.
[This|Today's] note is about {t}, [plain and simple|and nothing else]: it can {b}.
[Teams|People] [in {industry}|of your kind] use {t} to {b}[ and {b2}|].""".split("\n")
REOPEN = """[Let's|Let us] [look at|talk about] {s} again in {month}.
{S} may come up again [in|from] {month}, [write to me then|contact me then].
[Come back|Get back] to me about {s} in {month}, then we [can talk|have time].
From {month} on I am open to {s}.""".split("\n")
NOT_BEFORE = """Not before {month} {year}. Please don't raise {s} until then.
{S} is closed until {month} {year}, please hold off.
[No|Nothing] on {s} before {month} {year}, please.
We can look at {s} in {month} {year}, not earlier. Please wait until then.""".split("\n")
CHANGED = ["Things have changed here: {s} is of interest after all. What would you suggest?", "I was wrong about {s}. Please send your proposal.", "We talked again, and {s} is back on the list. Tell me more.", "You can pitch {s} again, my team wants it now.",
           "Change of mind on {s}: go ahead and make your case.", "{S} has become a need. What do you have?"]
SEND_ME = ["Not now. But send me {doc} on {s} for our files.", "We will not buy {s} this year; still, {doc} on it would be welcome.", "No decision on {s} for now, please mail me {doc} so that I have it.", "{S} is a topic for later. Could you send {doc} I can keep?"]
DOC = ["a one-page summary", "the price list", "the data sheet", "a short overview", "the technical notes", "your white paper", "the terms"]
GIVEN = """As you asked, here is {the} on {s}; [no reply needed|nothing to do on your side|file it and forget it].
{The} on {s} that you wanted is attached, [for your files|no need to answer].
You asked for {the} on {s}: [attached|it is below], and [that is all from me|nothing more].
Here is {the} on {s} you [requested|asked me to send]. [I won't follow up on it|You know where to find me].""".split("\n")
MIXED = """{S} yes, {t} no.
We want to [hear more|know more] about {s}, but [please stop|not a word more] about {t}.
{T} is [out|not for us]. {S} [sounds good|is of interest], [go on|tell me more].
[No|No thanks] to {t}. {S}, on the other hand, [interests us|could fit].
Of your [two|] ideas I like {s}. {T} we have ruled out.""".split("\n")
OTHERWISE = ["Thanks, will read it.", "Busy week, sorry.", "Good to know, thanks.", "Interesting, I will forward it.", "Please send me more.", "Can you call on Monday?", "Who else uses it?", "What does it cost?"]
MONTHS = "January February March April May June July August September October November December".split()

WHY_FIRES = ["{r} declined {s}, and the mail pushes it again.", "{S} was turned down, yet the draft comes back to it.", "The record holds a no to {s}; this is the same subject once more.", "It doubles down on {s} after a refusal.",
             "The prospect said no to {s} and is asked again.", "Pushing {s} ignores what the prospect wrote.", "The same idea ({s}) is offered again after it was rejected."]
WHY_REFRAMED = ["“{o}” is {s} under another name, and {s} was declined.", "In other words, but the same: {s}, which {r} turned down.", "After the no, {s} returns as {o}.", "The synonym does not help: {s} was refused.", "It rewords {s} after a no."]
WHY_NONE = ["Nothing was declined, so {s} may be proposed.", "The record holds no refusal of {s}.", "No rejection stands against this pitch.", "{r} never turned {s} down.", "There is no earlier no to {s} on record."]
WHY_OTHER = ["What was declined is {t}, not {s}.", "The no concerned {t}; {s} is another subject.", "{T} was refused and is not mentioned.", "The mail pitches {s}, which nobody has declined.", "A different subject; the no was to {t}."]
WHY_DROP = ["The mail accepts the no to {s} and moves on.", "{S} is only mentioned to drop it.", "It acknowledges the refusal and does not push.", "The decision on {s} is respected.", "No second push: {s} is closed."]
WHY_REOPEN = ["{r} reopened {s}, so it may be raised.", "The later message invites {s} again.", "The refusal of {s} was taken back.", "Raising {s} now is what {r} asked for.", "The prospect named this time for {s}."]


def _cap(text):
    return text[:1].upper() + text[1:]


class _Talk:
    """A subject and another one, with words for both."""

    def __init__(self, scene: Scene):
        rng = scene.rng
        domain = DOMAIN.get(scene.offer, scene.offer)
        pool = BY_DOMAIN.get(domain, BANK) if scene.chance(0.6) else BANK
        self.scene, self.subject = scene, rng.choice(pool)
        same = scene.chance(0.4)
        self.other = next(o for o in iter(lambda: rng.choice(BY_DOMAIN[self.subject["domain"]] if same else BANK), None) if o is not self.subject)
        self.s, self.t = self.subject["name"], self.other["name"]
        self.o = rng.choice(self.subject["others"])

    def slots(self, about=None):
        """Words for a text that speaks of one subject (and drops the other)."""
        scene, subject = self.scene, about or self.subject
        benefits = list(subject["benefits"])
        scene.rng.shuffle(benefits)
        return {"s": self.s, "S": _cap(self.s), "t": self.t, "T": _cap(self.t), "o": self.o, "O": _cap(self.o), "b": benefits[0], "b2": benefits[1],
                "company": scene.company, "industry": scene.industry, "r": scene.person.first}

    def say(self, frames, about=None, **more):
        return tidy(draw(self.scene.rng, self.scene.pick(frames), {**self.slots(about), **more}))

    def swapped(self, frames):
        """The frame with the other subject in the place of the subject."""
        slots = self.slots(self.other)
        slots.update(s=self.t, S=slots["T"], t=self.s, T=slots["S"])
        return tidy(draw(self.scene.rng, self.scene.pick(frames), slots))


def declined(scene: Scene, subject: str, said: str, short: bool, proposed: str) -> dict:
    """The record of a refusal. `short`: the words alone do not name the subject."""
    if not scene.loose:
        thread = [{"direction": "in", "text": said}]
        if short or scene.chance(0.5):
            thread.insert(0, {"direction": "out", "text": proposed})
        if scene.chance(0.25):
            thread.append({"direction": "out", "text": scene.pick(["Thank you for the answer.", "Thanks for letting us know.", "Understood, thanks."])})
        return {"thread": thread}
    label = scene.pick(["previously_suggested_gap", "previously_suggested", "previous_suggestion", "suggested_topic", "pitched"])
    named = {label: subject}
    choices = [
        {**named, "prospect_rejection": said},
        {**named, "prospect_rejection": said, "rejection_strength": scene.pick(["soft", "medium", "hard"]), "rejection_count": scene.pick([1, 1, 2, 3])},
        {**named, "rejection": True, "prospect_response": said},
        {"rejection": {"topic": subject, "quote": said, "channel": scene.pick(["email", "call", "reply"])}},
        {"declinedTopics": [{"topic": subject, "reply": said}]},
        {"rejectedSuggestion": subject, "rejectionReason": said},
        {"topics": {"declined": [subject], "open": []}, "last_reply": said},
        {"thread_history": [{"from": "us", "text": proposed}, {"from": "prospect", "text": said}]},
        {"prior_outreach": [{"topic": subject, "outcome": "declined", "reply": said}]},
    ]
    if not short:
        choices += [{"stated_preference": said}, {"prospect_rejection": said}, {"last_inbound": said}, {"conversation_notes": f"Prospect wrote: {said}"}]
    else:
        choices += [{"declined_topics": [subject]}, {"previous_rejection": subject, "rejection_reason": said}]
    return {"available_signals": scene.pick(choices)}


def replied(scene: Scene, lines: list[tuple[str, str]], dates: list | None = None) -> dict:
    """A thread of (direction, text), as CRM mirror or signals."""
    if not scene.loose:
        return {"thread": [{"direction": d, "text": t} for d, t in lines]}
    named = [{"from": "prospect" if d == "in" else "us", "text": t, **({"date": dates[i].isoformat()} if dates else {})} for i, (d, t) in enumerate(lines)]
    return {"available_signals": {scene.pick(["thread_history", "conversation", "emailThread", "message_log", "previous_messages"]): named}}


def _extra(scene):
    return {"available_signals": dict(scene.rng.sample(DISTRACT, scene.rng.choice([1, 2])))} if scene.chance(0.35) else {}


def _plain(scene: Scene) -> list[Variant]:
    talk = _Talk(scene)
    rng, slots, extra = scene.rng, talk.slots(), _extra(scene)

    def why(frames):
        return scene.pick(frames).format(**slots)

    short = scene.chance(0.3)
    proposed = talk.say(SUGGESTED)
    said = scene.pick(SHORT_DECLINE) if short else talk.say(DECLINE)
    no = merged(declined(scene, talk.s, said, short, proposed), extra)
    said_other = said if short else talk.swapped(DECLINE)
    no_other = merged(declined(scene, talk.t, said_other, short, talk.swapped(SUGGESTED)), extra)
    push = [talk.say(PUSH)]
    if scene.chance(0.2):
        push.append(scene.pick(["Shall we talk it over?", "May I send the details?", "Is that worth a short call?", "What do you think about giving it a go?", "I am glad to explain the steps.", "Tell me when it suits you to talk."]))
    made = [Variant(True, push, "body", no, why(WHY_FIRES), "push")]
    if scene.chance(0.55):
        if scene.chance(0.5):
            nothing = merged(replied(scene, [("out", proposed), ("in", rng.choice(OTHERWISE))]), extra)
        else:
            nothing = extra
        made.append(Variant(False, push, "body", nothing, why(WHY_NONE), "nothing declined"))
    made.append(Variant(False, push, "body", no_other, why(WHY_OTHER), "another subject declined"))
    if scene.chance(0.6):
        made.append(Variant(True, [talk.say(BUT)] + ([talk.say(PUSH)] if scene.chance(0.15) else []), "body", no, why(WHY_FIRES), "but"))
    if scene.chance(0.6):
        reframed = [talk.say(REFRAMED)]
        made.append(Variant(True, reframed, "body", no, why(WHY_REFRAMED), "reframed"))
        if scene.chance(0.4):
            made.append(Variant(False, reframed, "body", no_other, why(WHY_OTHER), "reframed, another subject declined"))
    drop = talk.say(DROP)
    tail = rng.random()
    if tail < 0.5:
        moved = [drop, talk.say(PIVOT, about=talk.other)]
    elif tail < 0.85:
        moved = [drop, talk.say(ASK_OPEN)]
    else:
        moved = [drop]
    made.append(Variant(False, moved, "open" if scene.chance(0.4) else "body", no, why(WHY_DROP), "dropped"))
    if scene.chance(0.3):
        made.append(Variant(True, [talk.say(["Noted what you wrote on {s}.", "Fair enough about {s}, I understand.", "You were clear about {s}.", "Understood on {s}, of course."]), talk.say(["Still, it would {b}, so here is a case study.", "All the same, a small pilot of it would {b}.", "Even so, I think it would {b}; may I show you?",
                                                                                                     "But let me send one more example of how it can {b}.", "Only, {o} would {b}, and I would hate to see you miss it."])], "body", no, why(WHY_FIRES), "noted, then pushed"))
    if scene.chance(0.4):
        made.append(Variant(False, [talk.say(FRESH, about=talk.other)], "body", no, f"{_cap(talk.t)} is another subject than the declined {talk.s}.", "fresh subject"))
    return made[:8]


def _mixed(scene: Scene) -> list[Variant]:
    """One idea liked, the other refused, in one message; the roles change."""
    talk = _Talk(scene)
    slots, extra = talk.slots(), _extra(scene)
    text = [talk.say(PUSH)]
    liked, refused = talk.say(MIXED), talk.swapped(MIXED)
    ask = ("out", f"Two ideas for you: {talk.s} and {talk.t}. Any preference?")
    good, bad = (merged(replied(scene, [ask, ("in", said)]), extra) for said in (liked, refused))
    return [
        Variant(False, text, "body", good, scene.pick(["{r} likes {s}; only {t} was refused.", "The no was to {t}.", "{S} is welcome by the last message.", "The mail takes up the idea that was liked."]).format(**slots), "welcome half"),
        Variant(True, text, "body", bad, scene.pick(["{r} ruled out {s} and liked {t}; the mail pushes {s}.", "Of two ideas, {s} was the refused one.", "{S} was turned down in the last message.", "It pushes the half that was declined."]).format(**slots), "refused half"),
        Variant(True, [talk.say(BUT)], "body", bad, scene.pick(WHY_FIRES).format(**slots), "but"),
        Variant(False, [talk.say(DROP), talk.say(PIVOT, about=talk.other)], "body", bad, scene.pick(WHY_DROP).format(**slots), "dropped"),
    ]


def _reopened(scene: Scene) -> list[Variant]:
    """A refusal taken back, or put off to a month before or after today."""
    talk = _Talk(scene)
    slots, extra = talk.slots(), _extra(scene)
    text = [talk.say(PUSH)]
    said = talk.say(DECLINE)
    first = scene.today - timedelta(days=scene.rng.randrange(200, 420))
    # The month they named lies behind us, or well ahead.
    past, ahead = scene.today - timedelta(days=scene.rng.randrange(35, 120)), scene.today + timedelta(days=scene.rng.randrange(70, 300))
    then = talk.say(REOPEN, month=f"{MONTHS[past.month - 1]} {past.year}")
    later = talk.say(NOT_BEFORE, month=MONTHS[ahead.month - 1], year=str(ahead.year))
    second = first + timedelta(days=20)
    changed = talk.say(CHANGED)
    dates = [first, second]

    def record(*lines):
        return merged(replied(scene, [("in", line) for line in lines], dates), extra)

    made = [
        Variant(False, text, "body", record(said, then if scene.chance(0.5) else changed), scene.pick(WHY_REOPEN).format(**slots), "reopened"),
        Variant(True, text, "body", record(said, later), scene.pick(["{r} wants to hear nothing of {s} until later, and that time has not come.", "{S} was put off to a date still ahead.", "The named month has not come, yet {s} is pushed.", "It is too early: {r} asked to wait with {s}."]).format(**slots), "too early"),
        Variant(True, text, "body", record(changed if scene.chance(0.5) else talk.say(OTHERWISE), said), scene.pick(["The last word on {s} is a no.", "{r} liked the idea once, but declined {s} later.", "The newer message refuses {s}.", "{S} was declined in the end, and the mail still pushes it."]).format(**slots), "declined last"),
        Variant(False, [talk.say(DROP), talk.say(ASK_OPEN)], "body", record(said), scene.pick(WHY_DROP).format(**slots), "dropped"),
    ]
    if scene.chance(0.5):
        made.append(Variant(True, [talk.say(BUT)], "body", record(said), scene.pick(WHY_FIRES).format(**slots), "but"))
        made.append(Variant(False, [talk.say(FRESH, about=talk.other)], "body", record(said), f"The mail is about {talk.t}, not about the declined {talk.s}.", "fresh subject"))
    return made


def _asked_for(scene: Scene) -> list[Variant]:
    """Declined for now, but a document was wanted."""
    talk = _Talk(scene)
    slots, extra = talk.slots(), _extra(scene)
    doc = scene.pick(DOC)
    the = "the " + doc.split(" ", 1)[1]
    asked = merged(replied(scene, [("out", talk.say(SUGGESTED)), ("in", talk.say(SEND_ME, doc=doc))]), extra)
    given = [talk.say(GIVEN, the=the, The=_cap(the))]
    return [
        Variant(False, given, "body", asked, scene.pick(["The mail sends what {r} asked for and no more.", "{r} wanted this document on {s}.", "Only the requested papers are sent.", "It answers a request, without a push.", "The document was asked for; nothing is pressed."]).format(**slots), "as asked"),
        Variant(True, [talk.say(BUT)], "body", asked, scene.pick(["{r} said not now and asked for papers only; the mail presses for {s}.", "Beyond the document wanted, {s} is pushed.", "It argues for {s} after a not-now.", "The no for now is not respected."]).format(**slots), "pushed instead"),
        Variant(False, [talk.say(FRESH, about=talk.other)], "body", asked, f"{_cap(talk.t)} has not been declined.", "fresh subject"),
        Variant(True, [given[0].split(";")[0].rstrip(".") + ".", talk.say(BUT)], "body", asked, scene.pick(["The paper was wanted, the new push for {s} was not.", "It goes beyond the request and presses {s} again.", "After sending the document the mail pushes {s}.", "{r} had said no for now, and the mail argues on."]).format(**slots), "as asked, then pushed"),
    ]


def variants(scene: Scene) -> list[Variant]:
    share = scene.rng.random()
    if share < 0.66:
        return _plain(scene)
    if share < 0.78:
        return _mixed(scene)
    if share < 0.92:
        return _reopened(scene)
    return _asked_for(scene)
