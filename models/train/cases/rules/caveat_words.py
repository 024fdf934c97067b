"""Words of the caveat module: what is delivered by when, what checks add, and what only looks like a timeline or a caveat."""

# (do: "have two engineers onboarded", thing: "onboarding", state: subject and "live" word as "your new squad|at work")
DELIVERIES = {
    "engineers": """onboard two engineers;onboarding;the new engineers;up to speed|have a squad in place;the squad set-up;the squad;at work|place a senior developer;placement;your developer;in the sprint|
        hand you a working team;team set-up;your team;productive|put three contractors to work;contractor onboarding;the contractors;on board|embed a platform pair;the ramp-up;the pair;shipping code""",
    "software": """have the portal live;the portal rollout;the portal;live|switch you over to the new tool;the switch-over;the new tool;in use|get the booking desk online;the booking desk set-up;the booking desk;online|
        roll out the app to every branch;the branch rollout;every branch;connected|migrate your records;the migration;your records;in the new system|set up single sign-on;the sign-on project;single sign-on;switched on|have the ticket queue running;the set-up;the queue;running""",
    "security": """complete the penetration test;the penetration test;the report;in your hands|have monitoring switched on;the monitoring set-up;monitoring;active|roll out the password vault;the vault rollout;the vault;in use|
        cover every laptop;the laptop rollout;every laptop;covered|connect your logs;log onboarding;your logs;connected""",
    "logistics": """take over the depot shuttle;the takeover;the shuttle;running|open your share of the warehouse;the warehouse move-in;the stock;on our shelves|put the first vans on your routes;the route start;the vans;on the road|
        connect your order feed;the order-feed hook-up;the feed;flowing|equip all trucks with trackers;the tracker fit;all trucks;tracked""",
    "hr": """run your first payroll;the payroll move;payroll;with us|have all staff enrolled;enrolment;all staff;enrolled|launch the benefits page;the benefits launch;the benefits page;open|fill both vacancies;the search;both vacancies;filled|
        supply six temps;the temp supply;six temps;on shift""",
    "finance": """take over the ledgers;the ledger handover;the ledgers;in our care|close a month with the new tool;the first close;the first close;done|issue the expense cards;the card rollout;the cards;in every wallet|start chasing your receivables;the receivables start;receivables;on our desk|
        set up the cash forecast;the forecast set-up;the forecast;ready""",
    "energy": """have the panels on the roof;the roof install;the panels;producing|fit all chargers;the charger fit;the chargers;in service|install the meters;the meter install;the meters;reading|replace both chillers;the chiller swap;the new chillers;cooling""",
    "health": """open the staff clinic;the clinic set-up;the clinic;open|bring two nurses on site;the nurse placement;two nurses;on site|switch on patient reminders;the reminder set-up;reminders;going out|digitise the consent forms;the form project;the forms;paperless""",
    "training": """train all supervisors;the supervisor course;all supervisors;trained|launch the e-learning;the e-learning launch;the modules;online|run the first workshop series;the workshop series;the first group;finished|put coaches on the floor;the coaching start;the coaches;on the floor""",
    "data": """deliver the dashboards;the dashboard project;the dashboards;on screen|connect all five sources;the source hook-up;all five sources;connected|clean the customer file;the clean-up;the customer file;clean|move the warehouse;the warehouse move;the new warehouse;serving queries|
        hand over a forecast model;the model hand-over;the model;in use""",
    "marketing": """relaunch the website;the relaunch;the new website;public|produce the video series;the video production;the videos;cut and graded|start the campaign;the campaign start;the campaign;running|translate the catalogue;the translation;the catalogue;in four languages""",
    "facilities": """take over cleaning on both sites;the cleaning takeover;both sites;covered|refit the second floor;the refit;the second floor;ready for use|staff the reception;the reception start;reception;staffed|renew the access system;the access-card swap;the new cards;in use""",
}
MORE = {
    "engineers": "lend you an SRE rota;the rota hand-over;on-call cover;in place|staff the data team;team staffing;the data team;staffed|hire your Kotlin lead;the search for a lead;the Kotlin lead;hired|add a QA pod;the QA start;the QA pod;testing",
    "software": "retire the old archive;the archive migration;the old archive;switched off|install the kiosk app;the kiosk install;the kiosks;working|move contracts out of email;the contract clean-up;every contract;searchable|link tills and stock;the till project;tills and stock;linked|set up the chatbot;the chatbot build;the chatbot;answering",
    "security": "replace the VPN;the VPN swap;the new VPN;carrying traffic|encrypt the backups;the backup project;the backups;encrypted|run the phishing drill;the phishing drill;the results;on your desk|review the cloud accounts;the cloud review;the findings;with you",
    "logistics": "move 900 pallets;the pallet move;the pallets;shelved|set up the returns desk;the returns set-up;returns;flowing|start the night trunk;the night-trunk start;the night trunk;rolling|clear the customs backlog;the customs job;the backlog;cleared",
    "hr": "write the handbook;the handbook project;the handbook;in print|bring in a pay structure;the pay project;the pay structure;in force|hire four nurses;the nurse search;all posts;filled|switch the rota tool;the rota switch;the new rotas;published",
    "finance": "migrate the invoices;the invoice migration;the invoices;in one system|file the VAT returns;the VAT catch-up;the returns;filed|bring in an interim controller;the interim search;a controller;at work|automate reconciliations;the reconciliation build;reconciliations;automatic",
    "energy": "switch your tariff;the tariff switch;the new tariff;in force|insulate the cold store;the insulation job;the cold store;insulated|commission the battery;the battery commissioning;the battery;storing power|fit heat pumps;the heat-pump job;the heat pumps;heating",
    "health": "open the vaccination room;the room set-up;the vaccination room;open|start the physio days;the physio start;physio;bookable|staff the night ward;the ward staffing;the night ward;staffed|connect the lab portal;the lab link;lab results;online",
    "training": "certify the forklift drivers;the forklift course;the drivers;certified|coach the sales team;the coaching round;the sales team;coached|teach SQL to the analysts;the SQL course;the analysts;trained|record the induction;the induction build;the induction;online",
    "data": "merge the customer files;the merge;one customer file;in use|speed up the nightly jobs;the tuning;the nightly jobs;faster|build the stock forecast;the forecast build;the stock forecast;running|label 50,000 images;the labelling;the images;labelled",
    "marketing": "rebuild the shop pages;the rebuild;the shop pages;online|print the brochures;the print job;the brochures;delivered|stage the open day;the open-day planning;the open day;planned|audit the ad accounts;the ad audit;the audit;on paper",
    "facilities": "replace the fire doors;the fire-door swap;the fire doors;hung|move 80 desks;the desk move;the desks;moved|service the lifts;the lift service;the lifts;serviced|start the waste round;the waste start;the waste round;running",
}
DELIVERIES = {key: f"{text}|{MORE[key]}" for key, text in DELIVERIES.items()}
DELIVERIES = {key: [tuple(" ".join(part.split()) for part in one.split(";")) for one in text.split("|")] for key, text in DELIVERIES.items()}

# {when}: "in two weeks", "by 1 June"; {long}: "two weeks" (only with a duration).
PROMISE = [
    "We [can|could|will] {do} {when}.",
    "[We would|We'd] {do} {when}[, start to finish|, all in|, no drama|].",
    "{When}, {state} [is|would be|will be] {live}.",
    "{State} [will be|would be|can be] {live} {when}.",
    "[Expect|You can expect|Count on] {state} to be {live} {when}.",
    "[Sign|Give us the nod|Say yes] and {state} [will be|would be] {live} {when}.",
    "[Our|The] [plan|proposal|offer] is [simple|short|plain]: {do} {when}.",
    "[I can|I am able to|I could] [promise|commit to|guarantee] this: we {do} {when}.",
    "[Once|As soon as] you [sign|give the go-ahead], we {do} {when}.",
    "{Thing} [will be|would be|can be] [done|finished|complete|wrapped up] {when}.",
    "[Most of the work is|The groundwork is|The template is] [ready|done], so we can {do} {when}.",
    "[It is realistic|It is entirely possible|We are confident] [for us|] to {do} {when}.".replace("[It is realistic|It is entirely possible|We are confident] [for us|]", "[It is realistic|It is entirely possible]"),
    "[We are confident|I am sure|No doubt] we can {do} {when}.",
    "[What would it be worth|What would it mean] to have {state} {live} {when}? [We can do that|That is what we offer|We will do it].",
    "Our [standard|usual|normal] [process|approach|method] lets us {do} {when}.",
    "[If we start|Starting] [now|today|right away], {state} [is|will be] {live} {when}.",
    "{When} is [when|the point at which] {state} [would be|will be] {live}.",
    "We [aim to|are set to|intend to] {do} {when}, [and we keep our dates|and that is firm|as we do everywhere].",
    "You [will|would] [have|see] {state} {live} {when}.",
    "[Picture this|Here is the offer|In one line]: {state} {live} {when}.",
    "[No long project|No endless project|Nothing long-winded]: {thing} is [through|done|behind you] {when}.",
    "[Our people|Our crew|The team] can {do} {when}, [with little effort on your side|without tying up your staff|and you hardly notice].",
    "[By our reckoning|As far as I can tell|On our side], we can {do} {when}.",
    "[Best of all|What is more|On top of that], we {do} {when}.",
    "[Leave it|Leave {thing}] to us and {state} [will be|is] {live} {when}.",
]
PROMISE_LONG = [
    "{Thing} [takes|will take|would take] {long}[ from signature| from kick-off|, start to finish|, no more|].",
    "[Allow|Plan|Reckon on] {long} for {thing}, [then|after that] {state} [is|will be] {live}.",
    "[It takes us|We need] {long} to {do}.",
    "[From kick-off|From signature|From your go-ahead] to {state} being {live} is {long}.",
    "{Long} [after you sign|after kick-off|from your go-ahead], {state} [will be|would be] {live}.",
    "{Long} [is all we need|is what it takes|and we are done]: {state} [will be|is] {live}.",
    "[Our average|Our norm|The usual span] for {thing} is {long}, [and yours will be no different|yours included|and we will hold to it with you].",
    "{Thing} [runs|lasts] {long}. [Not longer|That is it|Done].",
    "Onboarding is [expected to take|going to take|set to take] {long}; [then|after which] we {do}.",
]

# Caveats as a clause after the promise (", plus …") and as a sentence of their own. {check}, {adds}: "seven business days".
CAVEAT_CLAUSE = [
    ", plus [about|roughly|around|another|some] {adds} for {check}",
    ", with [about|roughly|another|some] {adds} on top for {check}",
    ", though {check} [usually|typically|normally] [adds|add] {adds}",
    ", subject to {check}, which [usually|typically|often] [adds|takes] {adds} more",
    " - [add|allow|budget] {adds} for {check}",
    ", not counting {check}, [which can add {adds}|usually {adds} more]",
    ", once {check} [is|has been] [through|cleared] ([expect|plan on] {adds} for that)",
    ", before {check} [is|are] counted, which [adds|add] {adds}",
    ", [but|yet] {check} [will|may|can] [push|extend] that by {adds}",
    ", and then {adds} for {check}",
    ", subject to {check}, which may [push it back|take longer|add time]",
    " - {check} may [move|delay] that[, depending on your side|, as happens elsewhere|]",
    ", [provided|as long as] {check} [is|has been] [through|cleared] by then; [if not|otherwise], it [slips|moves] [accordingly|by {adds}]",
]
CAVEAT_SENTENCE = [
    "Please [allow|add|plan for|budget] [another|an extra|a further] {adds} for {check}.",
    "[One caveat|One note|A word of caution|Important]: {check} [usually|typically|generally] adds {adds} {for_you}.",
    "{For_you_cap}, {check} [comes|come] on top: [count on|expect|reckon with] {adds}.",
    "[That|This] does not include {check}, which [adds|may add|tends to add] {adds}.",
    "{Check} [adds|will add|can add] {adds} to that {for_you}.",
    "[Because|As|Since] you {handle}, {check} is needed [first|too] and [adds|takes] {adds}.",
    "[The date|That timing|The timeline] [shifts|moves|slips] by {adds} [for|because of|owing to] {check}.",
    "[Bear in mind|Keep in mind|Do note] that {check} [extends|stretches] [this|the schedule] by [about|roughly|some] {adds}.",
    "All of this [is|remains] subject to {check}, [so|and] it may [well|] take {adds} longer.",
    "[I would|I'd|We would] add {adds} of [slack|buffer] for {check}, [given your regulator|as your sector requires it|as is right in your field].",
    "[The clock|That clock] only starts once {check} [is|has been] [done|signed off], [usually|typically] {adds} [later|after signature].",
    "[Until|Before] {check} [is|has been] [complete|through], nobody [starts|gets access]; [that is|expect] {adds} [extra|more].",
    "{Check} [might|may|could] [delay|postpone] that, [in our experience|judging by others in your field] by {adds}.",
    "{Check} may [well|] push [this|the date] back; [we will know how far|we can say by how much] once [your side has started|the forms are in].",
    "[This is the schedule|That is the pace] without {check}; with that [included|counted], [it takes longer|think of {adds} more].",
    "[Realistically|In practice|To be fair], {check} must [come first|be cleared first|be done before], and [only then|not earlier] does that [period|schedule] [start|begin].",
    "[How long {check} takes is up to your side|Your people set the pace of {check}]; [most need|plan for] {adds} [on top|extra].",
]
CHECKS_ANY = """background checks|enhanced background checks|your compliance review|vendor vetting|the vendor risk review|your security assessment|a data-protection review|your third-party risk process|
the regulator's paperwork|identity and reference checks|an audit of our controls|your information-security sign-off""".replace("\n", "").split("|")
ADDS = """two weeks|three weeks|a week|a fortnight|seven business days|five business days|ten working days|5-7 business days|10 business days|one to two weeks|2-3 weeks|four weeks|a month|eight working days|up to ten days|+7 business days|a couple of weeks""".replace("\n", "").split("|")

# regime: (values of `regulated`, texts for the signals, checks, what the prospect does)
REGIMES = {
    "health": (["hipaa", "HIPAA", "healthcare", "health", "nhs", "cqc"], ["HIPAA covered entity", "NHS supplier, DSPT required", "CQC-registered provider", "HIPAA/GDPR compliance required", "handles protected health information"],
               ["HIPAA training and review", "the information-governance review", "PHI access approval", "clinical-safety sign-off"], "handle patient data"),
    "pharma": (["gxp", "GxP", "pharma", "fda"], ["GxP environment, FDA inspected", "MHRA-licensed manufacturer", "21 CFR Part 11 applies", "GMP site"], ["GxP training", "computer system validation", "supplier qualification", "quality-unit approval"], "work under GxP"),
    "finance": (["finance", "fca", "financial_services", "sox", "pci"], ["FCA regulated firm", "Lloyd's syndicate, PRA oversight", "BaFin-supervised lender", "SOX controls in scope", "PCI-DSS level 1 merchant", "FINRA member"],
                ["regulatory reference checks", "the outsourcing notification", "the SOX control review", "fit-and-proper checks", "sanctions screening"], "are a supervised firm"),
    "insurance": (["insurance", "solvency_ii"], ["Solvency II undertaking", "PRA-authorised insurer", "state-licensed insurance carrier"], ["the outsourcing notification", "the Solvency review", "regulatory reference checks"], "are a licensed insurer"),
    "government": (["government", "defence", "public_sector", "fedramp"], ["SC clearance required", "DSTL framework contractor", "FedRAMP moderate in scope", "ITAR-controlled work", "ministry supplier, security vetting required"],
                   ["security clearance", "SC vetting", "export-licence screening", "baseline personnel vetting"], "work on government contracts"),
    "education": (["education", "dbs", "ferpa"], ["staff in contact with pupils need DBS checks", "FERPA applies to student records", "safeguarding duties", "COPPA, under-13 users"], ["DBS checks", "safeguarding checks", "the student-data agreement", "barred-list checks"], "look after children and their records"),
    "aviation": (["aviation", "airport"], ["EASA Part-145 organisation", "airside access needs vetting", "CAA-approved operator"], ["airside pass vetting", "five-year employment checks", "the EASA supplier audit"], "work airside"),
    "energy": (["nuclear", "energy", "critical_infrastructure"], ["ONR-licensed nuclear site", "NERC CIP in scope", "critical infrastructure under NIS2", "Ofgem-licensed supplier"], ["site vetting", "NERC CIP access checks", "nuclear baseline checks", "the site safety induction"], "run critical infrastructure"),
    "legal": (["legal", "sra"], ["SRA-regulated firm", "client confidentiality undertakings required", "bar-regulated practice"], ["conflict checks", "confidentiality undertakings", "SRA outsourcing checks"], "hold privileged files"),
    "data": (["gdpr", "GDPR", "data_protection", "pci"], ["PCI-DSS applies to card data", "GDPR Article 9 data, DPIA required", "biometric data, DPA review mandatory"], ["the data-protection impact assessment", "the PCI access review", "your DPO's review"], "hold sensitive personal data"),
    # Not formally regulated, yet the same care is due.
    "near_health": ([], ["not formally regulated but processes patient data for clinics", "no licence of its own; stores medical records for customers", "hospital supplier, vetting demanded by hospitals"], ["background checks", "patient-data training", "your customers' vetting"], "process patient data"),
    "near_finance": ([], ["not FCA regulated but handles consumer financial data", "no bank licence, yet bound by bank's outsourcing rules", "stores payroll and account data; vetting of all suppliers required"], ["background checks", "the supplier vetting", "your bank partner's review"], "handle account data"),
}
OF_INDUSTRY = {
    "health": "healthcare healthtech medical_devices dental_care elder_care", "pharma": "pharmaceuticals biotech medical_devices", "finance": "fintech banking payments wealth_management accounting", "insurance": "insurance insurtech",
    "government": "government defence aerospace", "education": "education edtech universities childcare", "aviation": "aviation", "energy": "energy utilities water oil_and_gas", "legal": "legal_services legaltech",
}
OF_INDUSTRY = {industry.replace("_", " "): regime for regime, names in OF_INDUSTRY.items() for industry in names.split()}
# Industries that nobody takes for regulated; the others are only used where the record says what they are.
ORDINARY = set("""e-commerce|retail|fashion|restaurants|catering|agriculture|logistics|freight|warehousing|automotive|mobility|construction|proptech|real estate|property management|architecture|manufacturing|robotics|electronics|packaging|textiles|
furniture|developer tools|data analytics|machine learning|martech|adtech|media|publishing|gaming|music|film|sports|travel|hospitality|hotels|events|human resources|recruitment|staffing|consulting|marketing agency|design|printing|
facilities management|personal care|fitness|pet supplies|jewellery|toys|cloud infrastructure""".replace("\n", "").split("|"))

# Looks like a caveat, adds no time for checks: the promise still lacks one.
FALSE_CAVEAT = [
    "[Our team|We|Our office] [handles|takes care of|looks after] all the [compliance paperwork|contracting and compliance forms|regulatory paperwork].".replace("[Our team|We|Our office] [handles|takes care of|looks after]", "[Our team handles|Our office looks after|We take care of]"),
    "[No|There are no] [special|extra|additional] [compliance steps|checks|approvals] [needed|required] [for your sector|in your case|on your side].",
    "[Everything is|All of it is|Our set-up is] [fully|entirely] [compliant|certified|audited][, of course|, naturally| by default|].",
    "[Compliance|Audit trails|Security] [is|are] [built in|part of the product|included from day one].".replace("[Compliance|Audit trails|Security] [is|are]", "[Compliance is|Security is|Audit logging is]"),
    "[All we ask for|The only condition] is [a signed order|one contact person|access to your test data].",
    "[This assumes|That assumes] [clean data|a quick signature|one decision maker|that your summer break does not get in the way].",
    "[We hold|We have] [ISO 27001|SOC 2|the usual certificates][, so there is nothing to worry about|, should procurement ask|].",
    "[Subject to|Depending on] [stock|contract|your budget sign-off|final pricing], of course.",
    "[Your regulator|Your auditors|The auditors] will [like|approve of|be happy with] [the reports|the paper trail|how tidy it is].",
    "[Checks|Vetting|Background checks] will not [slow us down|hold anything up|cost you a day].",
    "[Another|One] [bank|hospital|ministry|school group] needed [weeks|longer] for its own checks, but [with you we skip that|you will not|yours is a simpler case].",
    "[We know|We understand] [regulated work|your rulebook|the rules in your field] [inside out|very well].",
]
# No date and no span is promised.
NO_TIMELINE = [
    "We [can|could] {do}[; the pace is set by your own checks|, at a pace your reviewers set|, whenever your side is ready|].",
    "[How long|How quickly] we can {do} depends on {check}, so I [will not|would rather not] [name a date|quote a date|guess].",
    "[I cannot|We cannot|I would not] [give|name] a date for {thing} [until|before] {check} [is|are] [under way|scoped].",
    "[Would you want|Do you need] us to {do}? [If so, tell me|Then let us talk about] what your [reviewers|auditors|risk people] [ask for|expect].",
    "[What we do|Our work] [is|comes down to]: {do}, [with compliance in mind|with audit trails throughout|and document every step].",
    "[We help|We work with] [teams|companies] [in regulated fields|under supervision] to {do}[, and compliance reports come as standard|].",
    "[When would you need|By when would you want] {state} to be {live}? [We plan backwards from there|That shapes everything else].",
    "[Timing is|The schedule is|The pace is] [yours to set|for your risk team to say|something to agree together]; [what we bring is|our part is] {thing}.",
    "[Compliance|Audit] reports are [a feature|part] of what we [sell|do], [and {thing} is another|next to {thing}].",
    "[No date from me|I will not promise speed|No rush from us]: {thing} [comes|happens] when {check} [is|are] [done|through].",
    "[I would not promise|Nobody should promise you] {when} for {thing}; {check} [decides|will decide].",
]
# A time is named, but of something else than what is promised.
OTHER_TIME = [
    "[Could we|Might we|Can we] [speak|talk] [for 15 minutes|for a quarter of an hour|briefly] [next week|on Thursday|this week]?",
    "[A|One] {other} [client|customer] [had {state} {live}|finished {thing}] {past}[; yours may differ|, which is their story, not a forecast|].",
    "[Last year|In 2023|Two years ago] we [finished|completed] {thing} for a {other} [group|firm|company] {span_past}.",
    "[The contract|Our contract|An agreement] [runs|lasts] [twelve months|for a year|24 months], [cancellable|with notice] [every quarter|at the end of each year].",
    "[I will be|We are|I am] at [the trade fair|the conference|an event] in {city} [next week|next month|in the spring] - [could we meet|shall we meet]?",
    "[Your|The] [tender|call for bids|open position] [closes|ends] {deadline}, [I read|if I read it right].",
    "[We were founded|Our company started] [fifteen years ago|in 2011|in 2016] and [have done|has done] little but {thing} since.".replace("[We were founded|Our company started] [fifteen years ago|in 2011|in 2016] and [have done|has done]", "[We started|We set out] [fifteen years ago|in 2011|in 2016] and have done"),
    "[I saw|I read] that your [new site|new branch|Leeds office] opens {deadline}; [is|might] {thing} [still open|on your list]?".replace("[is|might] {thing} [still open|on your list]", "is {thing} on your list"),
    "[May I|Can I|Shall I] send [a two-page outline|a short note] on {thing} [by Friday|this week|tomorrow]?",
    "[Our price list|The offer|This quote] [holds|is valid] until {deadline}.",
    "[You wrote|You mentioned|Your report said] that {thing} took [nine months|over a year|most of last year] [last time|under the old supplier].",
    "[We have spent|Our team has spent] [ten years|six years|a decade] on {thing}.",
]
PAST = """in three weeks last year|in eleven days back in 2024|in under a month last spring|within ten days last autumn|in six weeks, two years ago""".split("|")
FOLLOW = [
    "[Would that|Does that|Might that] [help|be of use|suit you]?", "[Who|Which person] on your side [looks after|decides on] {thing}?", "[Happy|Glad] to [explain|show] how[ it works|].", "[Shall I|Should I] send [an outline|a sample|references]?", "{Thing} [is|tends to be] where [others|most] [lose time|get stuck].",
    "[You would|You'd] have one [contact|point of contact] [throughout|for all of it].", "[The price|Pricing] is fixed.", "[Our people|We] [document|write up] [everything|each step].", "[Others|Firms] in {industry} [ask|asked] us for the same.", "[It is|This is] [what we do all day|our daily bread|our core business].",
    "[Tell me|Let me know] what [worries|holds] you [most|back].".replace("[worries|holds] you [most|back]", "[worries you most|holds you back]"), "[Training|Support|Documentation] [is|comes] included.", "[A pilot|A trial] is [possible|fine] too[, on one site|, with one team|].", "[You can|Your people can] [cancel|stop] [whenever it does not work out|without a penalty].", "[Two|Several] references in {industry} [are|come] on request.", "[Your|The] [finance manager|buyer|site lead] [gets|receives] one [invoice|bill].",
    "[Most|Nearly all] of the [work|effort] sits with us.", "[Is|Would] {city} [be|] the [only|main] site?".replace("[Is|Would] {city} [be|]", "Is {city}"), "[The fee|Our fee] [depends|hinges] on the [number of users|number of sites|volume].", "I [would|'d] [rather|sooner] show than tell.".replace("[would|'d]", "would"),
    "[Do|Would] [tell|let] me [know|]".replace("[Do|Would] [tell|let] me [know|]", "Do tell me") + " if {thing} is [not yours|handled elsewhere].", "[Hardware|Travel|Set-up] is [part of the price|covered|included].",
    "", "", "", "", "", "",
]
LEAD = [
    "[After|Since] [the last audit|the office move|the merger|the winter], {thing} may [have slipped|be overdue].".replace("the merger|", ""), "[It is|It's] [easy|tempting] to [postpone|delay] {thing}.", "{company} [came up|was mentioned] [in|at] a [round table|panel|webinar] on {thing}.", "[Good|Decent] suppliers for {thing} are [rare|hard to find] in {city}.",
    "[Your|The] [job ads|careers page|site] [mention|mentions] {thing}.".replace("[Your|The] [job ads|careers page|site] [mention|mentions]", "Your careers page mentions"), "[Spreadsheets|Paper forms|Workarounds] [only go so far|wear people out].", "[A plain|A frank|An honest] [offer|proposal], [no frills|without small print].",
    "[Changing|Switching] [supplier|systems] [sounds|looks] [harder|slower] than it is.", "[I know|I imagine] {thing} has been [on the list|talked about] [for ages|before].", "[Nobody|No one] [likes|enjoys] {thing}.", "{seller} [does|specialises in] {thing}.",
    "[Most|Many] {industry} [teams|firms] [dread|put off] {thing}.", "[One line|A word] on {thing}.", "[Speed matters|Momentum matters] [in|to] {industry}.", "[We looked at|I read up on] {company} [before writing|first].", "[About|On|Regarding] {thing}:",
]
LEAD.remove("[About|On|Regarding] {thing}:")

# How an ordinary company comes under such rules.
CROSS = {
    "health": ["HIPAA business associate for two hospitals", "NHS supplier, DSPT required", "serves clinics under HIPAA", "sells to care homes; CQC evidence demanded"],
    "pharma": ["contract supplier to GxP sites, vetting required", "stores samples for GMP customers", "packs for an MHRA-licensed maker"],
    "finance": ["issues customer credit, FCA authorised", "PCI-DSS level 1 merchant", "SOX controls in scope through parent group", "agent of a regulated payments firm"],
    "government": ["ministry framework supplier, SC clearance required", "FedRAMP moderate in scope", "ITAR-controlled work for one customer", "council contract; staff vetting required"],
    "education": ["staff work in schools, DBS checks needed", "users under 13, COPPA applies", "holds student records under FERPA", "after-school sites; safeguarding duties"],
    "aviation": ["airside contractor, vetting needed", "parts maker for EASA Part-145 shops", "airport concession, passes required"],
    "energy": ["supplier to an ONR-licensed nuclear site", "works on critical infrastructure under NIS2", "grid contractor, NERC CIP in scope"],
}
PAST_SPAN = "in three weeks|in eleven days|in under a month|within ten days|in six weeks|by the agreed day".split("|")
