"""Words of the commitment module: who or what can be promised, and the sentences that promise it."""

# Per trade: roles of a person; teams (noun phrases after "our"); bounded = a job with a clear, short length; work = what they
# would do for the prospect (after "start", "take on"); at = where they are committed.
TRADES = {
    "software": dict(
        role="backend engineer|senior Go developer|fullstack engineer|platform engineer|mobile developer|data engineer|SRE|test automation engineer|front-end lead|Kotlin developer",
        team="two backend engineers|Node.js pair|platform squad|mobile squad|React trio|three data engineers|QA pod|Rust pair|infrastructure squad|payments squad",
        bounded="a two-day code audit|a three-day architecture review|a one-day load test|a four-day spike|a two-day pairing session",
        work="your API work|the checkout rewrite|your data pipeline|the mobile release|your cloud move|the integration backlog|your test suite",
        at="a telecoms rebuild|a bank's mobile app|a ticketing platform|a logistics portal"),
    "security": dict(
        role="penetration tester|incident responder|cloud security engineer|SOC analyst|AppSec consultant",
        team="red team|pen-test pair|SOC crew|forensics unit|cloud security pair",
        bounded="a two-day external test|a one-day tabletop exercise|a three-day configuration review",
        work="your external test|the firewall review|your alert tuning|the access clean-up", at="a retail group's red-team job|a port operator's review"),
    "installation": dict(
        role="lead installer|master electrician|commissioning engineer|site foreman|rigging supervisor",
        team="north install crew|south install crew|heat-pump crew|rooftop solar crew|cabling crew|racking fitters|lift installation crew|signage fitters",
        bounded="a one-day fit|a two-day survey|a three-day cabling job|a half-day commissioning visit",
        work="your rooftop job|the warehouse racking|your charger roll-in|the cold-store refit|your shop signage", at="a hospital wing|a stadium roof|a distribution park"),
    "training": dict(
        role="sales trainer|safety instructor|leadership coach|SQL instructor|forklift instructor",
        team="training pair|coaching team|forklift instructors|workshop team|German-speaking trainers",
        bounded="a two-day workshop|a half-day refresher|a one-day course|a three-session course",
        work="your team-lead workshop|the safety refresher|your sales course|the induction course", at="a supermarket chain's academy|an airport programme"),
    "legal": dict(
        role="employment solicitor|contracts paralegal|IP counsel|property solicitor|licensing lawyer",
        team="contracts desk|lease review team|paralegal pool|disclosure team|trademark desk",
        bounded="a two-day contract review|a one-day data-room read|a three-day lease review",
        work="your lease reviews|the supplier contracts|your trademark filings|the tender papers", at="a merger file|a long trial|a housing dispute"),
    "haulage": dict(
        role="heavy-haul driver|dispatch planner|reefer driver|transport planner",
        team="five reefer trucks|two low-loaders|night-trunk fleet|three curtain-siders|moffett truck|six vans from the east depot|tanker fleet",
        bounded="a two-day move|a weekend relocation|a one-day shuttle|a three-day run",
        work="your Rotterdam lane|the depot shuttle|your chilled lane|the store deliveries|the machine move", at="a grocery chain's Christmas run|a wind-farm haul"),
    "lab": dict(
        role="microbiologist|lab technician|materials scientist|test engineer",
        team="wet-lab slots|climate chamber|two mass-spec slots|vibration rig|EMC chamber|anechoic room",
        bounded="a two-day test run|a one-day trial|a three-day soak test",
        work="your shelf-life samples|the seal tests|your coating trials|the noise measurements", at="a battery programme|a cosmetics study"),
    "implementation": dict(
        role="implementation manager|ERP consultant|migration lead|CRM consultant|solutions architect|onboarding specialist",
        team="implementation crew|migration squad|ERP pair|onboarding team|CRM pair|go-live desk",
        bounded="a two-day scoping session|a three-day data check|a one-day configuration workshop",
        work="your ERP clean-up|the CRM set-up|your data move|the ledger migration", at="a hotel group|a packaging plant|a food importer"),
    "finance": dict(
        role="interim controller|fractional finance director|payroll specialist|tax adviser|management accountant",
        team="month-end team|payroll desk|interim finance pair|bookkeeping pod",
        bounded="a two-day ledger review|a one-day cash workshop|a three-day audit prep",
        work="your month-end|the payroll change|your cash forecast|the ledger clean-up", at="a carve-out|a brewery group"),
    "care": dict(
        role="occupational therapist|visiting physiotherapist|locum nurse|occupational health nurse",
        team="mobile health-check van|two locum nurses|physio pair|vaccination team",
        bounded="a two-day health-check|a one-day clinic|a half-day flu clinic",
        work="your health days|the on-site clinic|your ergonomic reviews", at="a shipyard|a school district"),
    "manufacturing": dict(
        role="CNC programmer|maintenance engineer|toolmaker|process engineer|welding inspector",
        team="five-axis cell|injection line two|night shift on line three|tooling crew|powder-coating line|prototype cell",
        bounded="a two-day prototype run|a one-day trial run|a three-day changeover",
        work="your bracket order|the prototype parts|your spare-part run|the housing samples", at="a rail order|an agricultural machine contract"),
    "media": dict(
        role="copywriter|motion designer|video producer|art director|technical translator|photographer",
        team="film crew|photo studio|translation pair|design pod|drone crew",
        bounded="a two-day shoot|a one-day photo session|a three-day edit",
        work="your product film|the trade-fair stand|your catalogue|the manual translations", at="a car launch|a museum campaign"),
    "data": dict(
        role="data scientist|analytics engineer|BI consultant|ML engineer|data steward",
        team="analytics pod|BI pair|machine-learning squad|labelling crew|dashboards team",
        bounded="a two-day data audit|a one-day dashboard clinic|a three-day forecast check",
        work="your demand forecast|the dashboards|your customer records|the churn model", at="an airline's pricing work|a pharmacy chain"),
    "facilities": dict(
        role="site manager|lift engineer|fire-safety surveyor|HVAC technician|cleaning supervisor",
        team="night cleaning crew|HVAC crew|window crew|refurbishment crew|reception pool|grounds team",
        bounded="a two-day deep clean|a one-day survey|a weekend desk move",
        work="your second floor|the air handling|your reception cover|the fire-door survey", at="a shopping centre|a university campus"),
}
TRADES = {key: {kind: text.split("|") for kind, text in bank.items()} for key, bank in TRADES.items()}
OFFER_TRADES = {"engineers": ["software", "software", "data"], "software": ["implementation", "software"], "security": ["security"], "logistics": ["haulage"], "hr": ["training", "finance"],
                "finance": ["finance"], "energy": ["installation"], "health": ["care"], "training": ["training"], "data": ["data"], "marketing": ["media"], "facilities": ["facilities", "installation"]}
SKILL = "a calm head under pressure|a good eye for detail|plenty of field experience|a decade in the trade|solid references|a knack for messy projects|strong client manners|eleven years behind {them}|deep experience".split("|")

# {who} is the person ("Dawit Bekele"), {role} the trade, {start}: "on Monday", {free}: "from Monday".
PERSON = [
    "{who} can start {start}[ and stay as long as you need| and work your hours|, on site or remotely| - that is the whole offer|, if you want {them}].",
    "[As things stand|As it happens|Luckily|If you like|For the record], {who} [could|can|would be able to] [start|begin] on {work} {start}.",
    "{who}, [our|a] {role}, is [free|available] {free} and [could|can] take on {work}.",
    "[I would|I'd|We would] put {who} on {work} {start}.",
    "You [would|will] [have|get] {who}, a {role} with {skill}, {start}.",
    "{Start}, {who} [could|can] [start on|pick up|take over] {work}.",
    "[Good news|Glad to say|Happy to report]: {who} is [available|free] {free}[, should you want {a_role}|, and knows {work_kind} inside out|].",
    "Our {role} {who} [has room|has space|is open] for {work} {free}.",
    "[Shall|Should|May] [I|we] [book|line up|pencil in|schedule] {who} for {work} {start}? {They} {has} {skill} and {is} ready.",
    "{who} is ready to [go|start|begin] {start}[ - a {role} with {skill}|, and {work} would suit {them}|].",
    "If {work} is [pressing|urgent|stuck], {who} [can|could] be with you {start}.",
    "[We can offer|I can offer|I am offering] you {who} {free}: {a_role} with {skill}.",
    "{who} ({role}) is [on the bench|between projects|unassigned] and could [join|start] {start}.",
    "For {work} I [have|had] {who} in mind; {they} [can|could] [start|begin] {start}.",
    "Say the word and {who}, {a_role}, [starts|begins] {start}.",
    "[One name|A name] for {work}: {who}. {They} [can|could] be [with you|at your desk|on it] {start}.",
    "{who} would be a [strong|good|natural] [fit|match] for {work} and [can|could] [start|join you] {start}.",
    "{role_cap} {who} is [yours|at your disposal|there for you] {free} if you [want|need] {them}.",
    "[Meet|Let me introduce] {who}: {a_role}, {skill}, [available|free] {free}.",
    "We [have|can put] {who} [free|at your service] {free} for {work}.",
    "{They_cap} [has|have] {skill}." ,
    "{who} [has|will have] the time to [take on|look after|handle] {work} {free}.",
    "[No waiting|No queue|No lead time]: {who} [begins|starts] on {work} {start}.",
    "{work_cap} [could|can] be in {whos} hands {start}.",
    "I [checked|looked] and {who} [can|could] [do|take] {work} {start}.",
    "{who} [joins|would join] your [people|team|crew] {start}, [full time|on site|remotely], to [take on|handle] {work}.",
    "{who} - {role}, {skill} - can [jump in|step in|get going] {start}.",
    "[Would|Does] {start} suit you? {who} [could|can] then [start|begin] on {work}.",
    "Thanks to a gap in the calendar, {who} is [free|available] {free} for {work}.",
    "[We have kept|We kept|We are keeping] {who} [free|clear] for {work} {free}.",
]
PERSON.remove("{They_cap} [has|have] {skill}.")
TEAM = [
    "Our {team} {is} [free|available] {free}[ and used to tight spaces| and happy to travel|, should you want help| - that is the whole offer| and keen to get on with it].",
    "Our {team} [could|can] [start|begin] on {work} {start}.",
    "[We have|We've got] our {team} ready {start}[ for {work}|, so {work} need not wait|].",
    "{Start}, our {team} [can|could] [be on site|get going|take on {work}].",
    "[You can have|You could have|We can offer you] our {team} {free}[ for {work}|].",
    "[I would|I'd|We would] [send|assign|give] our {team} to {work} {start}.",
    "Our {team} {has} [room|a gap|space] for {work} {free}.",
    "[Shall|Should] [I|we] [reserve|book|pencil in] our {team} for {work}? {It_is} free {free}.",
    "If {work} is [pressing|urgent|stuck], our {team} [can|could] be [with you|yours] {start}.",
    "[There is no wait|No queue|No waiting list]: our {team} [can|could] [start|take] {work} {start}.",
    "{work_cap} [can|could] go to our {team} {start}.",
    "We [can|could] [put|set] our {team} [to work|on the job] {start}[, on {work}|].",
    "Our {team}, [with|bringing] {skill_team}, [can|could] [begin|start] {start}.",
    "[Good news|Glad to say]: our {team} {is} unbooked {free}.",
    "I [checked|looked]: our {team} [can|could] take {work} {start}.",
    "The calendar of our {team} is [clear|open] {free}, [so|which means] {work} could [begin|start] {start}.",
    "[Count on|You can count on] our {team} {free} for {work}.",
    "[Thanks to a gap|As luck has it], our {team} {is} [yours|available] {free}.",
    "Our {team} {is} [standing by|ready to go] and [can|could] [start|begin] {start}.",
    "Would {start} suit you? Our {team} [could|can] then [start on|take] {work}.",
    "We [guarantee|promise] our {team} for {work} {free}.",
    "[Say yes|Say the word] and our {team} [starts|is with you|gets going] {start}.",
    "Our {team} {is} at your disposal {free}, [mainly|ideally] for {work}.",
    "{work_cap} [would fit|might suit|would suit] our {team}, which {is} open {free}.",
    "We [kept|have kept] our {team} clear for [you|{work}] {free}.",
]
# A job with a clear length; {within} is a stretch of time ("next week").
BOUNDED_PERSON = [
    "{who} [can|could] do {bounded} {within}.",
    "[I can|We can] [send|offer|give] you {who} for {bounded} {within}.",
    "{who}, our {role}, has time for {bounded} {within}.",
    "{Within}, {who} [could|can] come [by|over] for {bounded}.",
    "[How about|What about|Fancy] {bounded} with {who} {within}? {They} {is} free then.",
    "[Book|Take] {who} for {bounded} {within}; {they} {has} {skill}.",
    "{who} is free for {bounded} {within}, [start to finish|all in|nothing longer].",
]
BOUNDED_TEAM = [
    "Our {team} [can|could] do {bounded} {within}.",
    "We [have|can offer] our {team} for {bounded} {within}.",
    "{Within}, our {team} {is} free for {bounded}.",
    "[How about|What about] {bounded} with our {team} {within}? {It_is} free then.",
    "Our {team} {has} [room|a gap] for {bounded} {within}, [start to finish|nothing longer].",
]
# {until}: "31 August", {after}: a start after it; {job}: where they are.
TOLD_PERSON = [
    "{who} is [committed|engaged|booked] [on|with] {job} until {until}, so {after} is the earliest {they} could [start|begin] on {work}.",
    "[One caveat|To be open|To be straight|Please note]: {who} is [tied up|on {job}] until {until} and only free [afterwards|after that].",
    "{who} [would suit|would be right for] {work}, [but|though] {they} {is} [not free|taken|unavailable] until {until}.",
    "After {until}, once {job} is [done|finished], {who} could [start|begin] on {work}; not before.",
    "{who} [finishes|wraps up] {job} on {until}; [from then on|after that] {they} could take on {work}.",
    "I would [love|like] to offer {who}, but {they} {is} [committed|booked] until {until}. [If you can wait|If that works], {after} is [realistic|possible].",
    "{who} is [currently|at present] on another [project|engagement] [through|until] {until}[, so think of {after} at the earliest|, and could join you once that ends|].",
    "[Best|Ideal] for {work} is {who}, {a_role} - [engaged elsewhere|with another client] until {until}, [free|available] after.",
    "{who} cannot [start|join] before {after}: {they} {is} [committed|promised] to {job} until then.",
    "Not until {after}, I am afraid: {who} is [on|busy with] {job} until {until}.",
]
TOLD_TEAM = [
    "Our {team} {is} [booked|committed|taken] until {until}, so {after} is the earliest for {work}.",
    "[One caveat|To be open|Please note]: our {team} {is} on {job} until {until} and only free afterwards.",
    "After {until}, once {job} is [done|finished], our {team} could take {work}; not before.",
    "I would [like|love] to offer our {team}, but {it_is} [booked|reserved] until {until}; {after} is [realistic|possible].",
    "Our {team} [cannot|can not] [start|begin] before {after}; [until {until}|until then] {it_is} tied up with {job}.",
    "For {work} I have our {team} in mind, [busy|engaged] on {job} until {until} and open from {after}.",
]
NO_PROMISE_PERSON = [
    "{who}, our {role}, [wrote|put together|published] [a short guide|an article|a checklist] on {work_kind} that [you may like|might interest you].",
    "[Our|Your fellow] {role} {who} [spoke|gave a talk] about {work_kind} at a [trade fair|meet-up] [last year|in spring].".replace("[Our|Your fellow]", "Our"),
    "{who} [built|set up] our [method|checklist|approach] for {work_kind}, [which|and it] [holds up well|has aged well].",
    "[I learned|We all learned] {work_kind} from {who}, our {role}[, who has {skill}|].",
    "You can read {whos} [notes|write-up|case study] on {work_kind} [on our site|here|in the attachment].",
    "The [attached|enclosed] [note|one-pager] on {work_kind} is by {who}, our {role}.",
    "{who} [checked|reviewed] this [note|summary] before I sent it, so the part on {work_kind} [is sound|should hold].",
]
NO_PROMISE_TEAM = [
    "Our {team} [wrote|put together] a [short guide|checklist] on {work_kind} that [you may like|might interest you].",
    "[The photos|The case study] on our site [show|shows] our {team} at work on [a past job|an earlier job].".replace("[The photos|The case study] on our site [show|shows]", "The case study on our site shows"),
    "Our {team} [taught|showed] us most of what we know about {work_kind}.",
    "[Ask me|Feel free to ask] how our {team} [approaches|goes about] {work_kind}.".replace("[approaches|goes about]", "would go about"),
    "The [attached|enclosed] [note|one-pager] on {work_kind} comes from our {team}.",
]
# The disclosure is about somebody else; the promise stands.
STRAY_PERSON = [
    "{other} is [busy|tied up|booked] until {until}, but {who} can [start|begin] on {work} {start}.",
    "{who} [can|could] start {start}[ on {work}|]; {other} [is|will be] on another job until {until}.",
    "[Unlike|In contrast to] {other}, who is committed until {until}, {who} is [free|available] {free}.",
    "{who} has [just|now] [come off|rolled off] {job} and can [start|begin] {start}.",
    "[Our|The] other people are [booked|taken] for now, yet {who} can [start|join you] {start}.",
]
STRAY_TEAM = [
    "Most of our [crews|people|teams] are [busy|booked] until {until}, but our {team} can [start|begin] {start}.",
    "Our {team} [can|could] [start|begin] on {work} {start}, [even though|although] others are booked until {until}.",
    "Our {team} {has} [just|now] [come off|finished] {job} and can [start|begin] {start}.",
]
FOLLOW = [
    "[Shall I|Should I|Want me to] [send|share] [the profile|a profile|details|a rate card|references]?", "[Would that help|Would that suit you|Is that of use|Does that fit]?", "[Rates|Terms] as [discussed|usual|on our site].",
    "[Tell me|Let me know] what [matters most|you would need] for {work}.", "[References|Two references] on request.", "[We|Our people] know {work_kind} well.", "[No|There is no] obligation, of course.",
    "[It|That] would [take some load off|ease the pressure on] your [own people|team].", "[My first thought|The obvious use] was {work}.",
    "[You keep|The choice stays] [full control|with you] over {work}.", "[Travel and tools|Tools and insurance|Parking and tools] [are|come] [included|at no extra charge].", "[Day rates|Fixed prices|Half days] are [possible|fine] too.",
    "[One invoice|A single contract], [no agency chain|nothing hidden|plain terms].", "[Past clients|Earlier customers] in {industry} [asked us back|came back for more|tend to stay].", "[Happy|Glad] to [talk through|explain] how we [handle|run] {work_kind}.",
    "[A short|A ten-minute|A quick] [call|chat] [is enough|will do] to [set it up|sort the details].", "[Handover notes|Clear documentation|Weekly notes] [are|come] [part of the deal|as standard].", "", "", "", "", "",
]
WORK_KIND = {"software": "release engineering|legacy rewrites|API design", "security": "tabletop exercises|access reviews", "installation": "rooftop surveys|safe rigging", "training": "adult learning|safety briefings", "legal": "lease clauses|contract playbooks",
             "haulage": "load planning|chilled transport", "lab": "sample handling|chamber testing", "implementation": "data migration|user acceptance", "finance": "month-end routines|cash planning", "care": "ergonomics|on-site clinics",
             "manufacturing": "tool changeovers|prototype runs", "media": "product film|technical translation", "data": "forecast checks|data clean-ups", "facilities": "fire-door surveys|air handling"}
WORK_KIND = {key: text.split("|") for key, text in WORK_KIND.items()}
OTHER_TEAM = "second survey crew|graphics desk|helpdesk night team|drilling crew|audit pair|spare forklift|Lyon warehouse bay|print line four|interpreting pool|catering van|crane two|archive team".split("|")

TYPES = "full_time|project|client_project|secondment|booked|reserved|retained|assigned|contract|allocation|engagement|on_site".split("|")
OVER = "cancelled|released|none|withdrawn|called_off".split("|")
NOTES = ["{job}", "engaged with another client", "committed to another customer", "on {job}", "promised elsewhere", "billable, not movable", "signed order", None, None]

# Wrong about the end: the record has them committed for longer.
TOLD_WRONG_PERSON = [
    "{who} [finishes|wraps up] [another job|{job}] on {until}; [from then on|after that] {they} can take on {work}.",
    "{who} is [booked|committed|engaged elsewhere] until {until} and [can|could] [start|begin] on {work} {after_start}.",
    "[Only|Just] until {until} is {who} [tied up|taken]; {work} [can|could] [start|begin] {after_start}.",
    "[To be open|Please note], {who} is on {job} until {until}. {After_start} {they} [can|could] [be with you|start].",
    "{who} [comes|rolls] off {job} on {until}, [so|which means] {work} [can|could] [start|begin] {after_start}.",
]
TOLD_WRONG_TEAM = [
    "Our {team} {is} [booked|committed|taken] until {until} and [can|could] [start|begin] on {work} {after_start}.",
    "[Only|Just] until {until} {is} our {team} [tied up|taken]; {work} [can|could] [start|begin] {after_start}.",
    "[To be open|Please note], our {team} {is} on {job} until {until}. {After_start} {work} can [start|begin].",
]
# May stand before any of these.
LEAD = [
    "[Good|Decent|Reliable] help with {work_kind} is [hard|not easy] to [find|come by] in {city}.",
    "[I gather|I imagine|My guess is] {work} [has waited|has been waiting] for [a free pair of hands|somebody's attention|the right people].",
    "[Few|Not many] {industry} [firms|teams] have [spare hands|people to spare] for {work}.",
    "[You may|Perhaps you] [remember|recall] us from [a trade fair|an earlier note|the newsletter]; we [supply|lend out] people for {work_kind}.",
    "[Agencies|Recruiters|Other suppliers] [send|offer] CVs; [we|I] [would rather|prefer to] [name names|be concrete].",
    "About {work}: [I have an idea|a thought|here is a concrete offer|let me be specific].",
    "[Capacity|Staffing] is [the usual|the classic] [sticking point|bottleneck] with {work}.",
    "We [look after|handle] {work_kind} for [several|a number of|quite a few] {industry} [firms|companies].",
    "[Rather than|Instead of] [a brochure|a sales deck|another pitch], [a concrete offer|one concrete thing|something practical].",
    "[In case|If] {work} [is still on the list|is still undone|still needs an owner]: [read on|this may help|here is an option].",
    "[People|Managers] in {industry} [tell|keep telling] me that {work_kind} [eats|takes] [more hours than planned|most of their Fridays].",
    "[Being based near|With people around|Having worked across] {city}, [we can be practical|we know the local quirks].",
    "{seller} [has done|has been doing] {work_kind} [for years|since the early days|longer than most].",
]
