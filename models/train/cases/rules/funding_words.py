"""Words of the funding module: what mails say around a raise. Pieces are templates of grammar.expand."""

# Per offer: do = what the prospect could do (infinitive), thing = an area of theirs, ours = what the seller does.
DOMAINS = {
    "engineers": {
        "do": """add a couple of senior backend people|staff the data platform properly|clear the integration backlog|get the mobile rewrite moving|
            put a dedicated squad on reliability|fill the open platform roles|bring in test automation engineers|take the on-call load off the core team""",
        "thing": "the engineering backlog|platform reliability|your open backend roles|release cadence|the mobile codebase|test coverage|on-call load|developer hiring",
        "ours": """we place embedded engineering squads|we run a vetted bench of backend and data engineers|we lend out platform engineers to product teams|
            our developers sit inside client sprints|we recruit and manage remote squads|we supply engineers who own a service end to end""",
    },
    "software": {
        "do": """retire the shared spreadsheets|replace the old ticketing tool|move approvals out of email|automate the order desk|
            give the field crews one app|tidy up the customer portal|link the warehouse and the web shop|drop the manual re-keying""",
        "thing": "order handling|the approval chain|the customer portal|double data entry|reporting|the ticket queue|your internal tooling|contract storage",
        "ours": """our software takes approvals out of the inbox|we build a workflow tool for operations teams|our product keeps orders and stock in one place|
            we sell a no-nonsense document portal|our app replaces the paper job sheet|we make planning software for busy back offices""",
    },
    "security": {
        "do": """harden the cloud accounts|get a second pair of eyes on the firewall rules|bring phishing drills in|sort out who has admin rights|
            put proper logging in place|have the public API tested|close the gaps in device management|rehearse an incident""",
        "thing": "access control|phishing|laptop encryption|supplier risk|the patching backlog|incident response|cloud permissions|alert fatigue",
        "ours": """we test web applications for a living|we run a managed detection service|our team reviews cloud set-ups|
            we handle security monitoring for mid-sized firms|we do penetration tests and plain-English reports|our tool watches admin rights""",
    },
    "logistics": {
        "do": """consolidate the carrier contracts|cut empty miles|open a second cross-dock|renegotiate the parcel rates|
            get pallets tracked end to end|outsource the returns flow|balance stock between depots|book reefer space with less fuss""",
        "thing": "last-mile cost|carrier performance|the returns flow|pallet tracking|customs paperwork|depot staffing|demurrage bills|route planning",
        "ours": """we run a groupage network across the region|our platform compares carriers by lane|we look after customs clearance for importers|
            we operate shared warehouses|our drivers cover the awkward postcodes|we audit freight invoices""",
    },
    "hr": {
        "do": """review the benefits package|get payroll off spreadsheets|write a proper pay structure|bring the onboarding up to scratch|
            train the line managers|survey the staff honestly|tidy the holiday rules|give managers a decent handbook""",
        "thing": "payroll|staff turnover|benefits|line-manager training|absence tracking|the pay structure|performance reviews|onboarding of starters",
        "ours": """we run outsourced payroll|our HR desk answers managers' questions|we benchmark pay by role|
            we sell a people platform for shift workers|our advisers write handbooks people read|we design benefits for mixed workforces""",
    },
    "finance": {
        "do": """tighten the month-end close|get a grip on supplier spend|forecast cash properly|bring expense cards in|
            review the billing flow|hand the ledgers to a managed team|hedge the currency exposure|chase fewer late invoices""",
        "thing": "month-end|cash forecasting|supplier spend|late payers|expense claims|the billing flow|VAT returns|currency exposure",
        "ours": """we provide fractional finance directors|our tool closes the books with fewer journals|we manage receivables for B2B sellers|
            we do bookkeeping for multi-entity groups|our cards come with sane controls|we forecast cash for seasonal businesses""",
    },
    "energy": {
        "do": """put solar on the depot roof|get the meters read half-hourly|replace the old chillers|review the supply contract|
            fit chargers for the fleet|insulate the cold store|switch the site to heat pumps|cut the peak-time load""",
        "thing": "the power bill|peak demand|the roof space|heating costs|EV charging|the supply contract|compressed air leaks|metering",
        "ours": """we lease rooftop solar to industrial sites|our engineers trim peak demand|we install chargers for mixed fleets|
            we buy power for groups of firms|our meters show waste room by room|we retrofit chillers and boilers""",
    },
    "health": {
        "do": """offer staff a proper health check|bring physio on site|cut waiting times at the front desk|reduce missed appointments|
            give clinicians better rotas|digitise the consent forms|set up a wellbeing line|modernise the booking desk""",
        "thing": "missed appointments|staff wellbeing|clinic rotas|the booking desk|sick days|referral letters|patient reminders|ergonomics",
        "ours": """we run occupational health days|our booking desk software fills cancelled slots|we send reminders patients act on|
            we provide visiting physiotherapists|our rota tool suits small clinics|we set up wellbeing support for shift staff""",
    },
    "training": {
        "do": """train the team leads|refresh the safety modules|run a sales-writing workshop|upskill the analysts|
            put supervisors through coaching|build a proper induction|teach SQL to the ops people|get presentation coaching for the sales crew""",
        "thing": "supervisor skills|induction|sales coaching|spreadsheet skills|safety refreshers|presentation skills|the apprentice programme|language classes",
        "ours": """we run short workshops for team leads|our coaches sit in on real sales calls|we write e-learning people finish|
            we teach data skills to non-technical staff|our trainers come to the shop floor|we design inductions for hourly workers""",
    },
    "data": {
        "do": """agree one set of revenue figures|move the warehouse off that ageing server|clean up the customer records|get forecasting out of Excel|
            give the analysts a proper pipeline|put definitions behind the dashboards|track stock-outs by store|label the training data""",
        "thing": "data quality|the dashboards|demand forecasting|duplicate customers|the reporting queue|event tracking|the warehouse bill|master data",
        "ours": """we build data pipelines and hand over the keys|our analysts clean customer records|we forecast demand by product line|
            we run managed warehouses for lean teams|our tool finds duplicate accounts|we help teams settle on one definition per metric""",
    },
    "marketing": {
        "do": """refresh the product pages|test a second ad channel|get case studies written|sort the email list|
            rework the trade-show stand|measure what the ads bring in|localise the website|brief a proper photo shoot""",
        "thing": "paid search|lead quality|the website copy|trade shows|email deliverability|brand photography|search rankings|product videos",
        "ours": """we write case studies buyers read to the end|our studio shoots product video|we manage paid search for niche B2B|
            we translate and localise web shops|our team audits ad spend|we run small, stubbornly practical PR campaigns""",
    },
    "facilities": {
        "do": """renegotiate the cleaning contract|refit the second floor|get the lifts serviced on schedule|rethink the desk layout|
            bring waste collection under one supplier|fix the air handling|sort reception cover|audit the fire doors""",
        "thing": "the cleaning contract|desk space|air quality|lift maintenance|reception cover|waste collection|the fit-out|access cards",
        "ours": """we look after multi-site cleaning|our fitters refurbish working offices|we maintain lifts and air handling|
            we manage waste for light industry|our desk runs reception for shared buildings|we survey buildings and fix what we find""",
    },
}
DOMAINS = {key: {kind: [" ".join(one.split()) for one in words.split("|")] for kind, words in bank.items()} for key, bank in DOMAINS.items()}

# What the seller makes of the news; sayable whether the news is sure or not.
TAILS = [
    "[this looks like|it looks like|this may be|this could be] [a good|a sensible|the right|a natural] [moment|time|point] to {do}",
    "I would [expect|imagine] {thing} to be [somewhere on|near the top of|on] your list",
    "it [might|may] be worth [a look at|a second look at|looking again at] {thing}",
    "{thing} {is} [usually|often|generally] [the next thing to need attention|what comes up next|where the pressure shows first]",
    "you [may|might|could] [finally|now|at last|] have room to {do}",
    "the [obvious|usual|natural] next step [for many|at this point] is to {do}",
    "[I suspect|my guess is] someone has [already|] asked you to {do}",
    "I thought [it worth asking|I would ask|of asking] about {thing}",
    "[we|our team] [could|would be glad to] help you {do}",
    "[perhaps|maybe] someone should [take a look at|ask about] {thing}",
    "there [may|might|could] be a [case|reason] to {do} [sooner rather than later|before it gets harder|while attention is on it]",
    "[now seems|this seems] [as good a time as any|an apt moment] to talk about {thing}",
    "[people|others] in {industry} [tend to|often] {do} [around|at] this point",
    "{thing} [deserve{s}|merit{s}|could use] [some|proper|a little more] attention",
]
FOLLOWS = [
    "[In short|Briefly|For context], {ours}.",
    "[Would it help to compare|Is it worth comparing|Would you be open to comparing|Care to compare] notes on {thing}?",
    "[How are you handling|Who looks after|What do you do about|Who keeps an eye on] {thing} [today|at the moment|right now|these days]?",
    "[Happy to|I can|Glad to] [share|send|show you] [what we learned about {thing}|a short note on {thing}|how others in {industry} approach {thing}].",
    "{ours}[, mostly for {industry} firms|, for companies like yours|, and not just for big names|].",
    "If {thing} {is} [under control|in hand|already sorted], [ignore me|feel free to ignore this|no harm done].",
    "[Most|Many] [{industry} teams|people in {industry}] I [speak|talk] to [bring up|mention|grumble about] {thing} first.",
    "[One question|A quick question|Just one question]: {is} {thing} [yours to fix|on your desk|something you look after]?",
    "[We|Our team] [would|could] help you {do}.",
    "[No pitch deck|No slides|Nothing fancy], [just|only] a [frank|plain|straight] chat about {thing}.",
    "",
    "",
    "",
]
# {np}: the raise as a thing; {cl}: as a statement; {ger}: as an act. All of these state it as fact.
FIRE = [
    "[Congratulations|Congrats|Well done|Hats off|Kudos] on {np} - {tail}.",
    "[Congratulations|Many congratulations|Congrats] on {np}! [I|We] [was|were] [pleased|glad|thrilled] to [read|hear] it.",
    "[Big|Huge|Warm|Belated] congratulations on {np}; {tail}.",
    "[I saw|I read|I noticed|We noticed|I see] that {cl}, [so|and] {tail}.",
    "[Saw|Noticed|Read] that {cl} - {tail}.",
    "[Now that|Seeing as|Given that|Since] {cl}, {tail}.",
    "With {np} [behind you|in the bank|done|secured|wrapped up|under your belt], {tail}.",
    "[After|Following|In the wake of|Fresh off|Hot on the heels of] {np}, {tail}.",
    "{Np} [tells me|tells us|suggests|says] [a lot|that growth is on the agenda|you have plans]: {tail}.",
    "{Np} [gives|buys|leaves] you [the room|the means|enough] to {do}.",
    "{Np} [is|was] [great|impressive|no small] news [for {industry}|for anyone in {industry}|], and {tail}.",
    "How do you [plan|intend] to [spend|use] {money}? [Many|Some] in {industry} [start with|begin with] {thing}.",
    "What does {np} [mean|change] for {thing}?",
    "{Cl}, [and|so|and to my mind] {tail}.",
    "{Cl}. [That|It] [usually|often|normally] [means|brings] questions about {thing}.",
    "[As|Because] {cl}, [I assume|I imagine|I would guess] {thing} [matter{s} more than before|{is} getting a fresh look|{is} being looked at].",
    "It is [good|great|lovely] to see {industry} [doing well|thriving|moving]: {cl}, and {tail}.",
    "[The reason for my note|Why I am writing|My reason for writing]: {cl}, and {tail}.",
    "[Few|Not many] {industry} [companies|firms] [manage|pull off] {np_bare} [in this market|in a year like this|these days]. {Tail}.",
    "{Company} is [clearly|plainly|obviously] [on a roll|going places|on the move] - {cl}.",
    "[Part of|A slice of|Some of] {money} [could|might|may] [well|] go [on|into|towards] {thing}.",
    "[Investors|Your investors|Your backers] [clearly|obviously|evidently] [believe in|like|rate] what you do: {cl}.",
    "You {ger_past} and [I imagine|presumably|no doubt] {thing} [{is} next|come{s} next|{is} on the list].",
    "Having {pp}, you [could|might|may] [want|like] to {do}.",
    "[Ever since|Since] {ger}, [you will have heard|you have probably heard|I am sure you have heard] from [every vendor going|half the market|plenty of sellers]; [one more|here is one more], about {thing}.",
    "[Closing words first|Good news first|First things first]: [congrats|well done] on {np}. {Tail}.",
    "[The|Your] board will [want|expect] {money} to [show|pay off|count], and {thing} [{is}|may be] a [fair|good|sensible] place to start.",
    "{Np} [caught|got] [my|our] [eye|attention][, and|; ] {tail}.",
    "[Nice|Great|Strong|Good] [work|going|job] on {np}. {Tail}.",
    "Re {np}: {tail}.",
    "{Np} [marks|opens] [an exciting|a pivotal|a new] chapter for [you|the team|everyone there], and {tail}.",
    "[As|While] you [settle in|plan ahead|take stock] after {np}, {tail}.",
    "{Np}, [nice|impressive|well played|great stuff]. {Tail}.",
    "[Thrilled|Delighted|Pleased|Happy] to [see|hear about|read about] {np}; {tail}.",
    "[Just|Only] [read|heard|seen] about {np}, [great news|what a result|and good for you]. {Tail}.",
    "[Let me start with|I must begin with] [a well done|my congratulations]: {cl}. {Tail}.",
    "[Not every|Hardly any] {industry} [company|firm] can say it {ger_past}. {Tail}.",
    "{Cl}, [and yet|but] [I wonder|the question is] [whether|if] {thing} [{has} kept up|{is} keeping pace|{has} had a look-in].",
    "[Because|Since|As] {cl}, [procurement|finance|your manager] [may|might] [finally|now] [say yes|nod] if you want to {do}.",
    "[You will be|I am sure you are] [busy|swamped] [with|since|after] {np}, so [briefly|in one line]: {ours}.",
    "[My colleague|A colleague of mine|Our analyst] [pointed out|told me|flagged] that {cl}, and {tail}.",
    "[Everyone|The whole of {industry}|Half of {city}] is [talking about|buzzing about] {np}, [so|and] I [will|shall] [keep this to|stick to] {thing}.",
]

# The same with a hedge that governs the claim.
HEDGED = [
    "If the [reports|press reports|stories|headlines] [are right|are to be believed|hold up], {cl}; [in that case|if so], {tail}.",
    "[Rumour has it|Word is|The word on the street is|Word has it] that {cl} - [correct me if I am wrong|do correct me|tell me if that is off], but {tail}.",
    "[I have seen|We have seen|I came across] [an unconfirmed|a single, unverified|one unsourced] [report|mention|note] that {cl}[, which I could not check|, so treat it with caution|]; {tail}.",
    "{Company} has [reportedly|apparently|supposedly|allegedly] {pp}, [so|and] {tail}.",
    "You [reportedly|apparently|supposedly] {ger_past}[, though I could not confirm it|, if a blog is to be trusted|, or so one blog says|]; {tail}.",
    "[I could not|We could not|I was unable to] [verify|confirm] [it|this], but [one blog|a newsletter|one database|a forum post] [claims|says|has it] that {cl}. {Tail}.",
    "[Signals|The signals we have|A few signals] [suggest|point to the possibility] that {company} may have {pp}; {tail}.",
    "[Am I right that|Is it true that|Is it right that] {cl}? I [only|] [have it|saw it] [second-hand|from an unverified source]; [either way|in any case], {tail}.",
    "[Not sure how reliable this is|I would not swear to it|Unconfirmed, I know], but [I read|it is said|people say] that {cl} - {tail}.",
    "[According to|Going by] [an unconfirmed report|an unverified listing|a rumour], {cl}. [Please correct me if that is wrong|Correct me if not|It may well be wrong]; {tail}.",
    "[Assuming|If] [the rumour|what I read|that blog post] about {npi} is [true|right|accurate], {tail}.",
    "[There is talk of|There are rumours of|One hears of] {npi} - [unconfirmed|not confirmed|nothing official] [as far as I can tell|from what I can see], so I will not [lean on it|assume it]; {tail}.",
    "[It looks as if|It seems] {cl}, [though the source is thin|although I could not confirm it|but the source is one blog]; {tail}.",
    "[Crunchbase|One data provider|A deal tracker] [lists|shows] {npi} for {company} but [flags it as unverified|marks it incomplete|gives no source], [so I will not quote it as fact|so please correct me]. {Tail}.",
    "I [may|might|could] [well|] be wrong that {cl}; [either way|regardless|wrong or right], {tail}.",
    "[Possibly|Perhaps] {cl} - [I have it from|that is from] [a rumour|an unverified post|one unnamed source] [only|and nothing else]. {Tail}.",
    "[Our|The] [data|records] [hint|suggest], without [confirmation|proof], that {cl}. [If that is off|If not], [tell me|do say]; {tail}.",
]
HEDGED_AMOUNT = [
    "[We|I] [saw|have seen|came across] [an unconfirmed|an unverified|a rumoured] figure of {noun} for [your latest raise|your last raise|{company}] - [correct me if it is off|I cannot vouch for it|treat it as hearsay]; {tail}.",
    "[Based on available data|Going by the data available], you raised approximately {noun}[, though I could not confirm it|, but please correct me|]; {tail}.",
    "[Figures|Numbers] [of|around|near] {noun} are [doing the rounds|being mentioned|floating about], [unconfirmed|none of them confirmed], so I [leave them be|will not lean on them]. {Tail}.",
    "[A figure|The number] of {noun} [appears|turns up] in [one listing|a single blog post], which I cannot [verify|confirm]; {tail}.",
]

# Says that it leaves the funding out, or that it does not know.
DISAVOWED = [
    "I [could not|was not able to] [verify|confirm] [your round|your funding|any funding news], so I [will leave it out|leave it aside|skip it] and [talk about|stick to|speak to] {thing}.",
    "[Sources|Databases|The databases] [disagree|contradict each other] [on|about] your funding; rather than guess, [I will ask|let me ask] about {thing}.",
    "[We have|I have] no [verified|reliable|solid] [funding data|information on your funding] [for {company}|], [and do not need any|which is fine]: {thing} {is} [the point|what I am writing about].",
    "[You have not|{Company} has not] [announced|published|disclosed] any funding [that I can find|as far as I can see], and [it makes no odds|that changes nothing|it does not matter here]; {tail}.",
    "[What you have or have not raised|Your finances|How you are funded] [is|are] [none of my business|not my concern]; {thing} [{is}|might be].",
    "I [do not know|have no idea] [whether you have raised|if you have taken outside money|how {company} is funded], so I will [stick to|start from] {thing}.",
]
ASKED = [
    "[Did|Have] you [close the round|raise in the end|take outside money|find your investors][ yet|], or is [that|it] still [open|ahead|up in the air]? {Tail_plain}",
    "[Are you|Is {company}] [bootstrapped|self-funded] or [backed|investor-funded]? [It|That] [changes|shapes] how I would [approach|think about] {thing}.",
    "[Have you raised|Has {company} raised|Is there outside money], if I may ask? [It decides|That decides] whether {thing} {is} [worth raising|a topic].",
    "[May I ask|Can I ask|Could you say] whether {company} has [ever|] [raised|taken investment]? {Tail_plain}",
    "[Is a raise|Is a round|Is new funding] [on the cards|planned|something you are thinking about]? {Tail_plain}",
]
NO_CLAIM = [
    "[Whenever you next raise|If you ever raise|Should you raise one day|When the time comes to raise], {thing} [{is} something investors ask about|will come up in diligence|tend{s} to come up].",
    "[Bootstrapped or funded|Funded or not|Whether backed or bootstrapped|With or without investors], [most|many] {industry} [firms|companies] [struggle with|worry about|get stuck on] {thing}.",
    "[Raising money|Fundraising] is [one thing|hard enough]; {thing} {is} [another|often harder].",
    "[Investors|Lenders|Buyers] [like|prefer] to see {thing} [in order|under control|in good shape], [whenever|if ever] that [matters|day comes].",
    "[You do not|Nobody] [need|needs] a [big|fresh] [round|raise] to {do}.",
    "[This is not|I am not sending] one of those [funding-news|congratulations-on-your-round] [mails|emails]; [it is|I am writing] about {thing}.",
    "{ours}, [for|with] [funded and bootstrapped|backed and self-financed] [firms|companies] alike.",
]
OTHER_MONEY = [
    "[A client of ours|One of our clients|A customer] in {other} raised {noun} [{when}|] and [came to us|called us] [to {do}|about {thing}].",
    "[When|After] [a client of ours|one of our {other} customers] [closed|raised] {its} {round}, [the first call was|they rang us] about {thing}.",
    "[Our pricing starts at|Packages start at|A typical project costs] {price}, [which usually covers|and that covers] {thing}.",
    "[Last year|In the past year] we [saved|spared] [a|one] {other} [group|firm|company] {noun} [by helping them {do}|on {thing} alone|].",
    "[Late payments|Downtime|Waste|Rework] [cost|costs] {industry} [firms|companies] {noun} [a year|annually][, by one estimate|], and {thing} {is} [where it starts|part of it].",
    "[We|Our company] [closed|announced] our own {round} [{when}|] and [put|are putting] [it|the money] into [better support|the product|{thing}].",
    "[A|One] {other} [company|group] with {noun} in revenue [uses|trusts] us [to {do}|for {thing}].",
    "[A contract|An order book|A tender] worth {noun} [can|could] [stall|slip] over {thing}; {tail}.",
    "[We cover|Our policy covers|Our liability cover runs] up to {noun}, [so|and] {thing} [{is} in safe hands|need not keep you up].",
    "The [market|spend|budget] for {thing} [in {other}|] [passed|reached|topped] {noun} [last year|recently], [yet|and] few [firms|teams] [get it right|talk about it].",
    "[Our founder|Our managing director] [sold|ran] a {other} business [worth|turning over] {noun} before [starting {seller}|this], and [knows|understands] {thing} [well|first-hand].",
]
# A hedge that governs something else: the claim stays a fact.
STRAY_HEDGE = [
    "[Congratulations|Congrats] on {np}. [Reportedly|Apparently|Rumour has it] {thing} {is} [giving you trouble|next on the list|under review], [so|and] {tail}.",
    "I [may|might] be wrong about {thing}, but {cl}, and {tail}.",
    "[Correct me if I am wrong about {thing}|Tell me if {thing} {is} not yours]: {cl}, so {tail}.",
    "[I could not confirm who owns|I am not sure who owns|I have no idea who handles] {thing}, but [since|now that] {cl}, {tail}.",
    "[It is confirmed|There is no doubt|Confirmed, then]: {cl}. {Tail}.",
    "[If|Provided] {thing} [{is} on your list|interest{s} you], {money} [makes it affordable|gives you the means|pays for it].",
    "Perhaps {thing} {is} [not a worry|in hand] - [still|even so], {np} [deserves|calls for] [congratulations|a well done].",
    "{Np} [is|was] [well earned|well deserved]. [Supposedly|By all accounts|It seems] {thing} {is} what [everyone in {industry}|every {industry} firm] [asks about|worries about].",
]

SOURCES_LOW = """rumour on a blog|rumoured figure in a newsletter|unsourced forum post|single tweet, since deleted|scraped from an aggregator, incomplete|
estimated by a data vendor|guess from headcount growth|second-hand from a recruiter|podcast remark, no numbers confirmed|conflicting reports|
old directory entry|inferred by model from web text|name match uncertain, may be another company|anonymous comment|auto-generated company profile""".replace("\n", "").split("|")
SOURCES_NONE = """no public filing found|nothing disclosed|contradictory sources|no announcement found|private company, no data|search returned no results|no verifiable data""".split("|")
SOURCES_HIGH = """press release on company site|SEC Form D|Companies House filing|announcement by lead investor|confirmed by founder in interview|regulatory filing|
verified funding database entry, two sources|official blog and newspaper|stock exchange notice""".replace("\n", "").split("|")
SOURCES_MEDIUM = """trade press, one article|funding database, single source|investor portfolio page|local newspaper|company LinkedIn post""".replace("\n", "").split("|")
# Signals that say nothing about funding.
NOISE = {
    "open_roles": [3, 7, 12, 0, 24], "tech_stack": [["python", "aws"], ["java", "kafka"], ["sap"], ["react", "node"], []],
    "email_open_rate": [0.12, 0.31, 0.44], "website_visits_30d": [2, 9, 41], "notes": ["met at trade fair", "prefers short mails", "asked for brochure last year", ""],
    "lead_score": [22, 48, 63, 81], "hiringSignals": [{"open": 4, "trend": "up"}, {"open": 1, "trend": "flat"}], "last_touch": ["email", "call", "webinar"],
    "region": ["EMEA", "DACH", "UKI", "APAC", "NA"], "crm_owner": ["kd", "team-2", "unassigned"], "newsletter_subscriber": [True, False],
    "recent_news_mentions": [0, 1, 2, 5], "timezone": ["Europe/Berlin", "America/Chicago", "Africa/Nairobi"], "preferred_language": ["en"],
    "growth_signals": [["new office"], ["job posts up"], []], "icp_fit": ["A", "B", "C"], "competitor_in_use": [True, False], "sources_checked": [1, 3, 4],
}
