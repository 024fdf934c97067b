"""
What sellers write about what they sell: sentences that trip no rule (no funding, no promised dates or people, no named
peers, no company stage, nobody's confidences). Keys as in world.OFFER_KEYS.
"""

OFFERS: dict[str, dict[str, list[str]]] = {
    "engineers": {
        "topics": ["platform work", "the mobile app", "backend engineering", "test automation", "the data platform", "legacy code", "release engineering", "frontend work", "API design"],
        "what": [
            "{seller} [places|lends|seconds] [senior|experienced] [engineers|developers] [into existing teams|to product teams], [managed by you|under your own leads].",
            "We [build|run] [small|embedded] engineering teams that [work inside your repository|use your tools and your review rules].",
            "[Our|The] engineers [join your stand-ups|sit in your channels] and [write code|ship] under your [conventions|standards].",
            "What we do is [simple|narrow]: [vetted|tested] engineers [for product teams|who stay], and [a lead who answers for the work|one person to call].",
            "We [take over|look after] the [unglamorous|dull] half of engineering: [upgrades, tests and build times|migrations and flaky tests].",
            "{seller} is an engineering [partner|firm] for [product companies|software teams] that [cannot find|struggle to keep] the people they need.",
            "We work with [Go, Python and TypeScript|Java and Kotlin|React and Node|Rust and C++|Elixir and Ruby], [mostly on|chiefly for] {topic}.",
            "Think of us as [extra hands|a second bench] for {topic}, [without the recruiter fees|with the notice period of a coffee subscription].",
        ],
        "detail": [
            "[Everybody|Each engineer] has passed a [paid|live] [trial|pairing session] on [real code|a ticket of yours].",
            "You [interview|meet] every engineer [yourself|first] and [can say no|may turn anyone down].",
            "Code, reviews and documents [stay|remain] in your [accounts|systems].",
            "If [somebody|a person] does not fit, you [say so|tell us] and [we swap|we replace] them at our cost.",
            "[Two thirds|Most] of our people have [more than six|at least seven] years of [practice|production work].",
            "We [measure|report] cycle time and escaped defects [every month|openly], [good or bad|whatever they say].",
            "[Handover notes|Runbooks] are [part of|written into] the [contract|scope], not an afterthought.",
            "[Rates are|Pricing is] [flat|per month], [notice is|with a notice of] thirty days, and there [is no|are no] [placement fee|finder's fees].",
        ],
        "ask": ["[Shall I|Should I|May I] send [two|three|a few] [anonymised profiles|sample profiles]?", "Would [a look at|seeing] [sample code reviews|a sample sprint report] [help|be useful]?", "Who [looks after|decides on] {topic} at {company}?"],
    },
    "software": {
        "topics": ["approvals", "contract renewals", "stock counts", "customer onboarding", "shift planning", "quote building", "expense claims", "field service", "support tickets"],
        "what": [
            "{seller} [takes|moves] {topic} [out of|away from] spreadsheets [and inboxes|].",
            "Our [tool|product|platform] [keeps|puts] {topic} in one [place|list], with [an owner|a name] and a [reason|history] for every change.",
            "We make software for {topic} that [people actually use|needs no training course|your team can change itself].",
            "With {seller}, {topic} [becomes|turns into] a [checklist|queue] [anyone can follow|that a new colleague understands].",
            "{seller} [reads|watches] the [systems|mailboxes] you have and [flags|shows] where {topic} [stalls|goes wrong].",
            "[In short|Put plainly]: fewer [clicks|copies|handovers] in {topic}, and [an audit trail|a record] you can [show|trust].",
            "It [sits beside|plugs into] your [ERP|CRM|ticket system] and [asks nothing|needs nothing] of [IT|your engineers].",
        ],
        "detail": [
            "[Imports|Exports] are [plain CSV|open], so [leaving|switching] is as easy as [joining|starting].",
            "Roles and permissions [follow|come from] your directory.",
            "It [runs|works] in the browser and [on a phone|offline on tablets].",
            "[Every|Each] change is [logged|kept] and can be [undone|reversed].",
            "[Seats|Users] are unlimited; you pay for [volume|what passes through].",
            "The [search|report builder] is what [users|people] [mention|praise] first.",
            "[Alerts|Reminders] go where your [people|colleagues] already are, [chat or mail|be it chat or e-mail].",
        ],
        "ask": ["[Can I|May I|Could I] show you [the tool|it] on [your own data|one of your lists]?", "Would a [sandbox|trial account] [help|make sense]?", "Is {topic} [yours|on your desk], or [someone else's|should I ask a colleague]?"],
    },
    "security": {
        "topics": ["phishing drills", "access reviews", "penetration testing", "vendor risk", "incident response", "secrets management", "endpoint hardening"],
        "what": [
            "{seller} [runs|does] {topic} for [teams|companies] without a [large|dedicated] security [department|staff].",
            "We [test|probe] what an attacker would [try|reach] first and [write it up|explain it] in [plain words|language a board can read].",
            "Our [analysts|people] [watch|read] your [logs|alerts] [day and night|at night] and [wake you|call] only when it [matters|counts].",
            "[Half|Most] of the findings we [report|write] come with [a patch|the fix], not [just|only] a [score|colour].",
            "{seller} turns {topic} into a [routine|habit] rather than a [yearly scramble|fire drill].",
        ],
        "detail": [
            "[Nothing|No agent] is installed on [servers|laptops] to [begin|start].", "[Each|Every] finding names [the file, the line and the owner|who can fix it].",
            "The [report|write-up] is [ten|a dozen] pages, [not two hundred|short enough to read].", "False alarms are [counted|published] each [month|quarter].",
            "[Testers|Our people] are [certified|named], and you [see|get] their CVs.", "We [retest|look again] [for free|at no charge] once [things are fixed|you have patched].",
        ],
        "ask": ["[Would|Could] a [sample report|redacted report] be [useful|of use]?", "Who [owns|handles] {topic} on your side?", "[Shall|Should] I send [the scope|our checklist]?"],
    },
    "logistics": {
        "topics": ["pallet moves", "cold-chain deliveries", "returns", "cross-border freight", "last-mile routes", "container bookings", "yard slots"],
        "what": [
            "{seller} [moves|handles] {topic} for [shippers|brands] that are [tired of|done with] phone calls and PDFs.",
            "We [match|pair] part loads with [carriers|hauliers] [already on the road|passing your door].",
            "Our [planners|dispatchers] [watch|follow] each [load|consignment] and [tell|warn] you before [the customer does|your customer notices].",
            "[One|A single] [tariff|rate card] covers {topic}, [fuel|tolls] included.",
            "{seller} [shows|tells] you which lanes [lose money|cost too much] and [why|what to do].",
        ],
        "detail": [
            "[Drivers|Crews] [scan|photograph] every [handover|drop].", "Claims are [settled|answered] by [a person|a named clerk].", "[Emissions|CO2] per [shipment|drop] are on the invoice.",
            "[Temperature|Door] logs are [open|visible] to you [live|as they come].", "We [invoice|bill] once a month, [by lane|per depot].", "[Waiting time|Detention] is [shown|listed] by site.",
        ],
        "ask": ["[May|Could|Can] I [quote|price] [two|three] of your [lanes|routes]?", "Would a lane [review|analysis] be [welcome|useful]?", "Who [books|plans] {topic} for {company}?"],
    },
    "hr": {
        "topics": ["payroll", "absence tracking", "interview scheduling", "onboarding paperwork", "exit interviews", "benefits enrolment", "pay reviews"],
        "what": [
            "{seller} [takes|lifts] {topic} [off|from] the people team's [desk|plate].", "We [run|look after] {topic} for [employers|companies] in [several countries|more than one country].",
            "[Managers|Team leads] [answer|settle] {topic} in [chat|two clicks], and HR [sees|keeps] the [record|overview].",
            "{seller} [checks|reads] [pay slips|time sheets] for [slips|errors] before they [go out|are paid].",
            "Our [helpdesk|advisers] [answer|answers] staff questions about {topic} [in eleven languages|the same day].",
        ],
        "detail": [
            "[Leave|Holiday] rules per country are [kept|maintained] by [our lawyers|us].", "[Employees|Staff] see their own [data|file], and only [that|theirs].", "[Nothing|No data] leaves the [region|country].",
            "The [yearly|annual] [audit|check] is [ready|one export].", "[Survey|Pulse] answers are [anonymous|grouped], with a minimum of [five|eight].", "Corrections are [shown|marked], never [silent|hidden].",
        ],
        "ask": ["Would a [comparison|side-by-side] with your [current|present] provider [help|be fair]?", "[Shall|May] I send our [price list|one-pager]?", "Is {topic} [with you|in your hands]?"],
    },
    "finance": {
        "topics": ["invoice matching", "month-end close", "collections", "cash forecasting", "VAT returns", "card spend", "intercompany postings"],
        "what": [
            "{seller} [shortens|speeds up] {topic} by [matching|pairing] [lines|documents] [nobody wants to read|by itself].", "We [automate|handle] {topic} and [leave|keep] the [odd|hard] cases [to people|for your team].",
            "[Reminders|Dunning letters] [sound|read] like [you|your team], and [stop|pause] when a [dispute|question] is open.",
            "{seller} [reads|takes in] [supplier invoices|bank lines] and [posts|books] them with [the reason|a trail].",
            "Our [bookkeepers|accountants] [close|reconcile] [alongside|with] your team, [in your ledger|in your own system].",
        ],
        "detail": [
            "[Auditors|Your auditor] [gets|get] a [login|read-only view].", "It [knows|learns] your [chart of accounts|cost centres] from [last year's ledger|history].", "[Four-eyes|Approval] rules are [yours|set by you].",
            "[Fees|Prices] are per [document|entity], [not per seat|without seats].", "Bank [feeds|connections] are [read-only|one-way].", "Every [posting|match] shows [why|its evidence].",
        ],
        "ask": ["[Could|May] I run [a sample|fifty invoices] through it [for you|and send the result]?", "Would you [see|look at] a [sample|worked] close?", "[Who|Which colleague] [owns|runs] {topic}?"],
    },
    "energy": {
        "topics": ["rooftop solar", "heat recovery", "metering", "compressed air", "EV charging", "lighting", "cold-store cooling"],
        "what": [
            "{seller} [finds|measures] where [sites|buildings] [waste|lose] power, starting with {topic}.", "We [finance|install] and [maintain|run] {topic}; you [pay|are charged] per kilowatt-hour [saved|used].",
            "Our [sensors|meters] [clip on|fit] without [cutting|stopping] [anything|the line].", "{topic} is [often|usually] the [cheapest|quickest] [place|thing] to [start|look].",
            "{seller} [reads|compares] your [half-hourly data|bills] and [shows|lists] the [five|ten] largest [leaks|drains].",
        ],
        "detail": [
            "[Grants|Subsidies] are [checked|applied for] by us.", "[Roof|Load] surveys are [free|included].", "[Savings|Results] are [verified|checked] by [an outside engineer|a third party].",
            "[You|The site] [keep|keeps] the [meters|data] [if we part ways|afterwards].", "The [dashboard|monthly sheet] fits on [one page|a phone].", "[Night|Weekend] load [tells|shows] most of the story.",
        ],
        "ask": ["[Could|May|Can] I look at [one site|a year of bills]?", "Would a [desk|free] survey [be of interest|help]?", "Who [looks after|runs] the [buildings|sites]?"],
    },
    "health": {
        "topics": ["appointment reminders", "referral letters", "stock of consumables", "instrument tracking", "rota planning", "patient feedback", "clinical coding"],
        "what": [
            "{seller} [helps|supports] [clinics|practices|labs] with {topic}.", "We [cut|reduce] [missed appointments|paperwork] by [writing|asking] the way [people|patients] [talk|read].",
            "[Nurses|Clinicians] [dictate|tap], and {topic} [is done|follows].", "{seller} [keeps|holds] {topic} [tidy|in order] so that [staff|the front desk] can [look up|see people].",
        ],
        "detail": [
            "[Letters|Texts] are [plain|short] and [translated|available in nine languages].", "[Stock|Cupboards] [reorder|are counted] by [scan|weight].", "[Nothing|No] clinical [decision|judgement] is [automated|made by software].",
            "[Front desks|Receptions] [learn|pick] it up in [an hour|a morning].", "It [prints|works] where the [wifi|network] does not.",
        ],
        "ask": ["[May|Could] I send a [short film|two-page summary]?", "Would your [practice|ward] manager [be the person|know best]?", "Is {topic} a [sore point|worry] at {company}?"],
    },
    "training": {
        "topics": ["forklift refreshers", "first aid", "feedback talks", "negotiation", "SQL for analysts", "safety briefings", "report writing", "customer calls"],
        "what": [
            "{seller} [teaches|trains] {topic} [on site|in small groups], with [your|real] [cases|examples].", "We [swap|replace] slides with [practice|exercises], [also|even] for {topic}.",
            "[People|Participants] [leave|go home] with [a thing they made|something they use], not a [folder|binder].", "{topic}, in [ninety minutes|half a day], for [six|ten] [people|colleagues] at a time.",
        ],
        "detail": [
            "[Trainers|Coaches] have [done|worked in] the job.", "[Certificates|Records] go to [your HR system|the safety file].", "We [test|ask] again [later|after a while], and [tell|show] you what stuck.",
            "[Places|Seats] are [swappable|transferable].", "[Groups|Classes] can [mix|combine] sites.", "[No|There is no] [homework|exam].",
        ],
        "ask": ["[Shall|May] I send the [outline|syllabus]?", "Would a [taster|trial class] [help|suit you]?", "Who [plans|books] courses at {company}?"],
    },
    "data": {
        "topics": ["pipeline monitoring", "data contracts", "report clean-up", "customer matching", "forecasting", "warehouse costs", "metric definitions"],
        "what": [
            "{seller} [works on|is about] {topic}, [the part|that bit] between the source and the [slide|decision].", "We [find|spot] [broken|late] [tables|loads] before [the meeting|anyone reads them].",
            "{seller} [maps|traces] where a [number|figure] comes from, [column by column|back to the source].", "[Analysts|Teams] use us to [agree|settle] what [active|churned|shipped] means, once.",
        ],
        "detail": [
            "[Queries|Checks] run in your [warehouse|account]; [data stays|nothing leaves].", "[Owners|People] get [a message|one alert], not [forty|a flood].", "[Rules|Tests] are [plain SQL|text files] in your repository.",
            "[Costs|Credits] per [report|team] are [shown|listed].", "It [learns|sees] [seasons|weekends] and [keeps quiet|does not cry wolf].",
        ],
        "ask": ["[May|Could] we [look at|profile] one [table|schema]?", "Would a [lineage|cost] map of [one domain|a schema] [help|be worth a look]?", "Who [answers|signs] for the numbers?"],
    },
    "marketing": {
        "topics": ["trade-fair follow-up", "product pages", "case studies", "search ads", "newsletters", "packaging copy", "local listings"],
        "what": [
            "{seller} [writes|makes] {topic} [people finish|that sound like you].", "We [handle|look after] {topic} for [technical|dry] subjects, [gladly|with engineers on staff].",
            "[Half|Much] of {topic} is [saying less|leaving things out]; that is [our|what we are paid for] [craft|job].", "{seller} [tests|tries] {topic} with [real|actual] buyers and [shows|sends] you the [clips|recordings].",
        ],
        "detail": [
            "[Drafts|Layouts] come with [two|three] [versions|openings].", "You [own|keep] [all files|the sources].", "[Results|Numbers] are [counted|reported] by [enquiry|order], not [clicks|likes].",
            "[One|A single] editor [stays|remains] with you.", "We [say no|turn work down] when [words|ads] are not the [problem|cure].",
        ],
        "ask": ["[May|Shall] I [mark up|rewrite] one page [for free|as a sample]?", "Would a [teardown|critique] of {topic} [help|amuse you]?", "Who [approves|reads] {topic} before it goes out?"],
    },
    "facilities": {
        "topics": ["cleaning", "lift maintenance", "waste sorting", "reception cover", "pest control", "grounds", "fire-door checks"],
        "what": [
            "{seller} [looks after|handles] {topic} for [offices|sites] like [yours|{company}'s].", "We [bundle|combine] {topic} with the [rest|other trades], [one|with a single] [number|invoice].",
            "[Crews|Teams] [sign in|check in] by [phone|badge], so [you see|it is clear] [who came|what was done].", "{topic} is [checked|inspected] by [someone else|another person] than [did it|the crew].",
        ],
        "detail": [
            "[Complaints|Snags] [close|are closed] with a [photo|picture].", "[Consumables|Supplies] are [in the price|included].", "[Staff|Crews] are [employed|on our payroll], not [gig workers|subcontracted].",
            "[Sites|Buildings] can [join|leave] [singly|one by one].", "The [site|service] book is [online|open to you].",
        ],
        "ask": ["[May|Could] we [walk|see] one [building|site] with you?", "Would a [fixed|written] quote [help|be useful]?", "Who [manages|signs off] {topic}?"],
    },
}
