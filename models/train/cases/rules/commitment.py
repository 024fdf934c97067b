"""
prior_commitment (BLOCK): the mail promises a person, a crew or other capacity for a time at which the record has them
committed, without saying so. Hard negatives: the commitment is over (often by days, or by a year), starts after a short
job, is of somebody else or cancelled; the mail tells it, or promises only what comes after it, or promises nothing.
Hard positives: the promise falls a few days before the end; what the mail discloses is about others.
"""

from datetime import date, timedelta

from ..grammar import expand
from ..scene import Scene, Variant
from ..world import FIRST, LAST
from . import commitment_words as words

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SHE = set("""Ada Adwoa Agnes Aisha Alessia Amara Ana Anneke Astrid Beatriz Brigid Carmen Chloe Claire Dalia Deborah Deepa Edith Efua Elena Emma Esther Eva
Fatima Fiona Gita Greta Hana Hannah Helen Ines Ingrid Irene Isla Jasmine Jelena Joan Julia Karen Katya Keisha Lara Laura Leila Linh Lisa Liv Lucia Maeve
Maja Maria Marta Mei Mia Mira Nadia Naomi Nina Nora Olga Paola Petra Pia Pooja Priya Rachel Rita Rosa Ruth Sabine Samira Sana Sara Selam Silvia Sofia Teresa
Thandi Tigist Ursula Valeria Vera Wanjiru Yara Yasmin Zainab Zara Zoe""".split())
HE = set("""Akira Alan Amir Anders Anil Anton Arjun Ben Bilal Bongani Bruno Carlos Chidi Connor Daan Daniel Dawit Diego Dmitri Eli Emeka Erik Felix Florian
Frank George Hassan Henrik Hugo Ian Ibrahim Ivan Jack James Javier Jens Joel Jonas Juan Kamal Karim Kenji Kofi Kwame Lars Leo Liam Luis Luka Magnus Malik
Marco Mehmet Miguel Milan Mohamed Neil Nikos Noah Oliver Omar Oscar Patrick Paul Rafael Rahul Ravi Ryan Saul Sergei Simon Stefan Sunil Tariq Theo Tom Tomas
Victor Vikram Will Yonas Yuki""".split()) - {"Yuki"}
SMALL = "a an the two three four five six".split()


def ordinal(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def written(rng, day: date, today: date) -> str:
    """A day as a mail writes it, the year only where it is needed or by chance."""
    month, n = MONTHS[day.month - 1], day.day
    year = f" {day.year}" if day.year != today.year or rng.random() < 0.15 else ""
    comma = f",{year}" if year else ""
    return rng.choice([f"{n} {month}{year}", f"{n} {month}{year}", f"{month} {n}{comma}", f"{month} {ordinal(n)}{comma}", f"{ordinal(n)} {month}{year}", f"{n} {month[:3]}{year}" if month != "May" else f"{n} May{year}",
                       f"the {ordinal(n)} of {month}{year}", f"{DAYS[day.weekday()]} {n} {month}{year}", day.isoformat() if rng.random() < 0.5 else f"{n} {month}{year}"])


def month_start(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def promise(rng, today: date) -> tuple[str, str, date, date]:
    """(start adverbial, free adverbial, earliest, latest day meant)."""
    shape = rng.random()
    if shape < 0.4:
        monday = today + timedelta(days=7 - today.weekday())
        day_name = rng.randrange(5)
        named = today + timedelta(days=(day_name - today.weekday() - 1) % 7 + 1)
        week = today + timedelta(days=7)
        return rng.choice([("right away", "right now", today, week), ("immediately", "immediately", today, week), ("straight away", "straight away", today, week), ("tomorrow", "from tomorrow", today + timedelta(days=1), today + timedelta(days=1)),
                           ("today", "as of today", today, today), ("this week", "this week", today, week), ("next week", "from next week", monday, monday + timedelta(days=6)), ("at once", "at once", today, week),
                           ("as soon as you like", "as soon as you like", today, today + timedelta(days=10)), ("the day you sign", "from the day you sign", today, today + timedelta(days=21)), ("within days", "within days", today, week),
                           (f"on {DAYS[day_name]}", f"from {DAYS[day_name]}", named, named), (f"this coming {DAYS[day_name]}", f"from this coming {DAYS[day_name]}", named, named), ("now", "now", today, week), ("from day one", "today", today, week),
                           ("on short notice", "on short notice", today, today + timedelta(days=14)), ("in a few days", "in a few days", today, today + timedelta(days=10)), ("early next week", "from early next week", monday, monday + timedelta(days=3)),
                           ("within the week", "within the week", today, week), ("without delay", "without delay", today, week)][:20])
    if shape < 0.75:
        day = today + timedelta(days=rng.choice([rng.randint(4, 20), rng.randint(10, 60), rng.randint(30, 150)]))
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        text = written(rng, day, today)
        if rng.random() < 0.2:
            return f"as of {text}", f"as of {text}", day, day
        return f"on {text}", f"from {text}", day, day
    ahead = rng.randint(1, 5)
    first = month_start(today, ahead)
    after = month_start(today, ahead + 1)
    month = MONTHS[first.month - 1] + (f" {first.year}" if first.year != today.year and rng.random() < 0.5 else "")
    quarter = month_start(today, 3 - (today.month - 1) % 3)
    options = [(f"in early {month}", f"from early {month}", first, first + timedelta(days=9)), (f"in mid-{month}", f"from mid-{month}", first + timedelta(days=9), first + timedelta(days=20)),
               (f"in late {month}", f"from late {month}", first + timedelta(days=19), after - timedelta(days=1)), (f"at the start of {month}", f"from the start of {month}", first, first + timedelta(days=6)),
               (f"in {month}", f"from {month}", first, after - timedelta(days=1)), (f"towards the end of {month}", f"from the end of {month}", first + timedelta(days=19), after + timedelta(days=2)),
               (f"in the first week of {month}", f"from the first week of {month}", first, first + timedelta(days=7)), (f"early in Q{(quarter.month + 2) // 3}", f"from early Q{(quarter.month + 2) // 3}", quarter, quarter + timedelta(days=31)),
               ("next month", "from next month", month_start(today, 1), month_start(today, 2) - timedelta(days=1)), (f"on the 1st of {month}", f"from the 1st of {month}", first, first)]
    found = rng.choice(options)
    return found if found[2] > today else options[0]


def stretch(rng, today: date) -> tuple[str, date, date]:
    """A bounded stretch of time for a short job."""
    monday = today + timedelta(days=7 - today.weekday())
    first = month_start(today, rng.randint(1, 3))
    day = today + timedelta(days=rng.randint(5, 50))
    return rng.choice([("next week", monday, monday + timedelta(days=6)), ("the week after next", monday + timedelta(days=7), monday + timedelta(days=13)), ("this week", today, today + timedelta(days=6)), ("within the next ten days", today, today + timedelta(days=10)),
                       (f"in the first week of {MONTHS[first.month - 1]}", first, first + timedelta(days=7)), (f"in {MONTHS[first.month - 1]}", first, month_start(first, 1) - timedelta(days=1)),
                       (f"in the week of {written(rng, day, today)}", day - timedelta(days=6), day + timedelta(days=6)), (f"on {written(rng, day, today)}", day, day + timedelta(days=5))])


def gap(rng) -> int:
    """Days between two dates: often few, at times months."""
    return rng.choice([rng.randint(1, 3), rng.randint(2, 14), rng.randint(10, 60), rng.randint(30, 150), rng.randint(90, 420)])


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeioAEIO" or noun[:2] in ("ML", "SR") else f"a {noun}"


def held(scene: Scene, subject: str, role: str, person: bool, starts: date | None, ends: date, kind: str, note: str | None) -> dict:
    """The commitment as the record tells it: a field of the CRM, or signals of many shapes."""
    rng = scene.rng
    first, until = starts.isoformat() if starts else None, ends.isoformat()
    if not scene.loose or rng.random() < 0.2:
        return {"commitments": [{"subject": subject, "type": kind, "starts": first, "ends": until, "note": note}]}
    key = rng.choice(["bench_engineer", "consultant", "proposed_person", "specialist", "resource", "candidate"]) if person else rng.choice(["team", "crew", "resource", "capacity", "unit"])
    noted = {rng.choice(["bench_note", "note", "resource_note"]): note} if note and rng.random() < 0.6 else {}
    who = upper(subject) if not person else subject
    shapes = [
        {f"{key}_name": subject, **({"bench_role": role} if rng.random() < 0.5 else {}), "committed_until": until, **noted},
        {f"{key}_name": subject, "availability_date": (ends + timedelta(days=1)).isoformat(), **noted},
        {f"proposed_{key}" if not key.startswith("proposed") else key: {"name": subject, "committed_until": until, **({"role": role} if rng.random() < 0.4 else {})}},
        {"bench_commitments": [{"name": subject, "from": first, "until": until, "type": kind}]},
        {"prior_commitments": [{"who": subject, "starts": first, "ends": until, "type": kind}]},
        {"priorCommitments": [{"subject": subject, "startDate": first, "endDate": until, "type": kind}]},
        {"bookings": [{"resource": subject, "start": first, "end": until, "status": kind}]},
        {"capacity_calendar": {subject: {"from": first, "to": until, "status": kind}}},
        {"resource_note": f"{who} committed until {written(rng, ends, date(1, 1, 1))}" + (f" ({note})" if note else "")},
        {"bench_note": f"{who}: {note or kind}, ends {until}", "bench_subject": subject},
        {f"{key}Name": subject, "committedUntil": until, **({"committedFrom": first} if first else {})},
        {f"{key}_name": subject, "booked_until": until, "booking_type": kind, **noted},
        {"allocation": {"subject": subject, "allocated_to": "another client", "end_date": until, "start_date": first}},
    ]
    if starts is not None and (starts > scene.today):
        shapes = [shapes[3], shapes[4], shapes[5], shapes[6], shapes[7], shapes[12]]
    elif kind in words.OVER:
        shapes = [{"bench_commitments": [{"name": subject, "from": first, "until": until, "status": kind}]}, {"prior_commitments": [{"who": subject, "starts": first, "ends": until, "type": kind}]},
                  {"bookings": [{"resource": subject, "start": first, "end": until, "status": kind}]}, {"resource_note": f"Booking of {subject} until {until} was {'released' if kind == 'none' else kind.replace('_', ' ')}."}]
    return {"available_signals": rng.choice(shapes)}


def noise(scene: Scene, record: dict) -> dict:
    rng = scene.rng
    if rng.random() < (0.5 if scene.loose else 0.15):
        extra = rng.choice([{"prospect_urgency": rng.choice(["need_start_within_4_weeks", "none stated", "this_quarter"])}, {"open_roles": rng.randint(0, 14)}, {"tech_stack": rng.choice([["python"], ["java", "aws"], []])}, {"email_open_rate": rng.choice([0.18, 0.4])},
                            {"lead_score": rng.randint(10, 95)}, {"last_contact": (scene.today - timedelta(days=rng.randint(3, 200))).isoformat()}, {"notes": rng.choice(["asked for rates once", "prefers phone", "met at fair"])}, {"newsletter": True}])
        record = {**record, "available_signals": {**record.get("available_signals", {}), **extra}}
    return record


WHY = {
    "fires": ["{who} {is} committed until {ends}, yet the draft promises {them_obj} {start}.", "The record has {who} committed until {ends}; the draft offers a start {start} and does not say so.", "Promises {who} {start} despite a commitment that runs to {ends}.",
              "The promised time ({start}) falls inside the commitment of {who}, which ends {ends}.", "{who} cannot be there {start}: committed until {ends}.", "Undisclosed commitment of {who} until {ends} conflicts with \"{start}\"."],
    "over": ["The commitment of {who} ended on {ends}, before today ({today}).", "{who} {is} free again: the commitment ran out on {ends}.", "Expired on {ends}; nothing stands against the promise.", "Today is {today}, and the commitment ended {ends}."],
    "ends_before": ["The commitment ends {ends}, before the promised start ({start}).", "{who} {is} free by then: committed only until {ends}.", "The start promised ({start}) lies after the commitment's end, {ends}.", "A start {start} comes after {ends}, so it can be kept."],
    "later": ["The commitment of {who} only starts on {starts}, after the short job offered.", "Committed from {starts} on; the offer is over by then.", "The job offered ends before the commitment begins ({starts}).", "No overlap: the commitment starts {starts}."],
    "told_wrong": ["The draft has {who} free before the commitment ends on {ends}.", "Names an end that is too early: {who} {is} committed until {ends}.", "The record says {ends}, later than the end the draft gives for {who}.", "The promised start is still inside the commitment, which runs to {ends}."],
    "else": ["The commitment on record is of {other}, not of {who}.", "{who} {is} not committed; {other} is.", "The record ties up {other}, whom the draft does not offer.", "Somebody else ({other}) is committed; the promise stands."],
    "none": ["No commitment of {who} on the record.", "The record knows of nothing that ties up {who}.", "Nothing on the record rules the promise out.", "There is no commitment to conflict with.", "{who} {is} not committed anywhere according to the record."],
    "cancelled": ["The commitment of {who} was {kind}, so it rules nothing out.", "The entry is marked {kind}; {who} {is} free.", "A commitment of type {kind} does not bind {who}.", "The booking is {kind}, so the promise can be kept."],
    "told": ["The draft says that {who} {is} committed until {ends}.", "The commitment until {ends} is disclosed.", "It tells openly when {who} {is} free.", "The draft discloses the commitment and promises nothing before its end.", "{who} {is} committed, and the draft says so."],
    "no_promise": ["{who} {is} mentioned, but no availability is promised.", "No start or capacity is promised.", "The draft names {who} without offering {them_obj}.", "Committed until {ends}, but the draft makes no promise about it."],
    "stray": ["What the draft discloses is about others; {who} {is} committed until {ends} and still promised {start}.", "{who} {is} committed until {ends}, and the draft does not say that.", "The promise of {who} {start} hides a commitment until {ends}.", "The draft passes {who} off as free; the record says committed until {ends}."],
}


def variants(scene: Scene) -> list[Variant]:
    rng = scene.rng
    pick = rng.choice
    today = scene.today
    trade = pick(words.OFFER_TRADES[scene.offer]) if scene.offer in words.OFFER_TRADES and rng.random() < 0.5 else pick(list(words.TRADES))
    bank = words.TRADES[trade]
    person = rng.random() < 0.55
    taken = {scene.person.first, scene.colleague.first, scene.sender}
    name, other = rng.sample([one for one in rng.sample(FIRST, 6) if one not in taken], 2)
    full, other_full = f"{name} {pick(LAST)}", f"{other} {pick(LAST)}"
    role, team = pick(bank["role"]), pick(bank["team"])
    who = pick([full, full, name]) if person else f"our {team}"
    subject = full if person else team
    other_subject = other_full if person else pick([one for one in bank["team"] if not set(one.split()) & set(team.split()) and rng.random() < 0.5] or words.OTHER_TEAM)
    they, them = ("she", "her") if name in SHE else ("he", "him") if name in HE else ("they", "them")
    plural = team.endswith("s") and not team.endswith("ss")
    job, work = pick(bank["at"]), pick(bank["work"])
    bounded = rng.random() < 0.3
    if bounded:
        within, low, high = stretch(rng, today)
        start = free = within
    else:
        start, free, low, high = promise(rng, today)
    low = max(low, today)

    # The end of an active commitment: after the promised time for the record that conflicts.
    ends = high + timedelta(days=gap(rng))
    starts = pick([today - timedelta(days=rng.randint(2, 400)), today - timedelta(days=rng.randint(2, 60)), None])
    kind, note = pick(words.TYPES), pick(words.NOTES)
    note = note and note.replace("{job}", job)
    skill = pick(words.SKILL).replace("{them}", them)
    after_day = ends + timedelta(days=rng.randint(1, 10))
    until = written(rng, ends, today) if ends.day < 20 or rng.random() < 0.7 else pick([f"the end of {MONTHS[ends.month - 1]}" + (f" {ends.year}" if ends.year != today.year else "")])
    after = pick([written(rng, after_day, today), f"the week after {written(rng, ends, today)}"]) if not until.startswith("the end") else "the month after"
    slots = {"who": who, "whos": who + "'s", "role": role, "a_role": article(role), "role_cap": upper(role), "start": start, "free": free, "Start": upper(start), "within": start, "Within": upper(start), "work": work, "work_cap": upper(work),
             "work_kind": pick(words.WORK_KIND[trade]), "skill": skill, "skill_team": pick(["good references", "plenty of site hours", "a long track record", "strong references"]), "team": team, "bounded": pick(bank["bounded"]), "job": job, "until": until, "after": after,
             "city": scene.city, "industry": scene.industry, "seller": scene.seller, "other": other_full, "they": they, "them": them, "They": upper(they)}
    if person:
        slots |= {"is": "are" if they == "they" else "is", "has": "have" if they == "they" else "has"}
    else:
        slots |= {"is": "are" if plural else "is", "has": "have" if plural else "has", "It_is": "They are" if plural else "It is", "it_is": "they are" if plural else "it is"}
    casual = rng.random() < 0.5
    sloppy = rng.random() < 0.05

    def said(frames: list[str], tail: bool = True) -> list[str]:
        lines = ([lead] if lead and tail else []) + [expand(rng, pick(frames), **slots)] + ([follow] if follow and tail else [])
        done = []
        for line in lines:
            line = line.replace(" - ", dash)
            line = upper(line)
            for a, b in (("? they", "? They"), (". they", ". They"), ("a SRE", "an SRE"), ("a ERP", "an ERP"), ("a ML", "an ML"), ("a HVAC", "an HVAC"), ("a implem", "an implem"), ("a incid", "an incid"), ("a inter", "an inter"), ("a occup", "an occup"), ("a employ", "an employ"), ("a IP ", "an IP "),
                         ("a onboard", "an onboard"), ("a art ", "an art "), ("a analytics", "an analytics"), ("a AppSec", "an AppSec"), ("Would on ", "Would "), ("Would in ", "Would "), ("Would at ", "Would "), ("Would as of ", "Would ")):
                line = line.replace(a, b)
            if casual:
                for a, b in (("I would ", "I'd "), ("We have ", "We've "), ("cannot ", "can't "), ("I am ", "I'm "), ("is not ", "isn't "), ("It is ", "It's "), (" it is ", " it's ")):
                    line = line.replace(a, b)
            done.append(line.replace("'", "").replace(";", ",").lower() if sloppy else line)
        return done

    dash = pick([" - ", " - ", " — ", " – "])
    follow = upper(expand(rng, pick(words.FOLLOW), **slots)) if scene.size != "short" or rng.random() < 0.3 else ""
    lead = upper(expand(rng, pick(words.LEAD), **slots)) if scene.size != "short" and rng.random() < 0.35 else ""
    offers = (words.BOUNDED_PERSON if person else words.BOUNDED_TEAM) if bounded else (words.PERSON if person else words.TEAM)
    text = said(offers)
    place = pick(["body", "body", "body", "open", "close"])
    shown = who if person else f"the {team}"

    def why(key: str, ends: date = ends, starts: date | None = starts, kind: str = kind) -> str:
        frame = pick(WHY[key])
        line = frame.format(who=shown, **{"is": "is" if person or not plural else "are"}, ends=ends.isoformat(), starts=starts.isoformat() if starts else "", start=start, today=today.isoformat(), other=other_subject, kind=kind.replace("_", " "), them_obj="them")
        return upper(line)

    def record(subject=subject, starts=starts, ends=ends, kind=kind):
        return noise(scene, held(scene, subject, role, person, starts, ends, kind, None if kind in words.OVER else note))

    found = []

    def add(fires, text, record, key, **facts):
        found.append(Variant(fires, list(text), place, record, why(key, **facts), key))

    active = record()
    add(True, text, active, "fires")
    # The same words, another record.
    options = ["over", "over", "else", "none", "cancelled"]
    if low - today > timedelta(days=3):
        options += ["ends_before"] * 4
    if bounded:
        options += ["later"] * 4
    for key in dict.fromkeys(rng.choices(options, k=rng.choice([1, 2, 2, 3]))):
        if key == "over":
            ended = pick([today - timedelta(days=gap(rng)), ends.replace(year=today.year - 1, day=min(ends.day, 28)) if ends.year != today.year else ends.replace(year=ends.year - 1, day=min(ends.day, 28))])
            began = ended - timedelta(days=rng.randint(20, 300))
            add(False, text, record(starts=began, ends=ended), key, ends=ended)
        elif key == "ends_before":
            ended = low - timedelta(days=pick([1, 2, 3, rng.randint(1, 10), rng.randint(1, 40)]))
            ended = max(ended, today + timedelta(days=1))
            add(False, text, record(ends=ended), key, ends=ended)
        elif key == "later":
            begins = high + timedelta(days=pick([rng.randint(12, 30), rng.randint(20, 90), rng.randint(60, 200)]))
            add(False, text, record(starts=begins, ends=begins + timedelta(days=rng.randint(20, 300))), key, starts=begins)
        elif key == "else":
            add(False, text, record(subject=other_subject), key)
        elif key == "cancelled":
            over = pick(words.OVER)
            add(False, text, record(kind=over), key, kind=over)
        else:
            empty = pick([{}, {}, {"available_signals": {"bench_status": "available", "name": subject}}, {"available_signals": {"prior_commitments": []}}]) if scene.loose else {}
            add(False, text, noise(scene, empty), key)
    # The same record, other words.
    choices = rng.sample(["told", "no_promise", "stray", "again"] + (["told_wrong"] if (ends - today).days > 40 else ["told"]), rng.choice([1, 2, 2, 3]))
    for key in choices:
        if key == "told":
            add(False, said(words.TOLD_PERSON if person else words.TOLD_TEAM), active, key)
        elif key == "told_wrong":
            wrong = today + (ends - today) * pick([0.2, 0.35, 0.5, 0.6])
            told, begin = written(rng, wrong, today), written(rng, wrong + timedelta(days=rng.randint(1, 4)), today)
            slots |= {"until": told, "after_start": f"on {begin}", "After_start": f"From {begin}"}
            add(True, said(words.TOLD_WRONG_PERSON if person else words.TOLD_WRONG_TEAM), active, key)
            slots |= {"until": until}
        elif key == "no_promise":
            add(False, said(words.NO_PROMISE_PERSON if person else words.NO_PROMISE_TEAM, False), active, key)
        elif key == "stray":
            add(True, said(words.STRAY_PERSON if person else words.STRAY_TEAM), active, key)
        else:
            add(True, said(offers), active, "fires")
    if sum(one.fires for one in found) < 2 and rng.random() < 0.8:
        # Another record that rules the same words out: the end only just after the promised time.
        near = high + timedelta(days=rng.randint(1, 6))
        add(True, text, record(ends=near), "fires", ends=near)
    if len(found) < 3:
        add(False, said(words.TOLD_PERSON if person else words.TOLD_TEAM), active, "told")
    return found
