"""The rest of a mail: greetings, openings, asks, closings, postscripts, subjects. None of it trips a rule."""

GREETINGS = ["Hi {first},", "Hello {first},", "Dear {first},", "{first},", "Hey {first},", "Good morning {first},", "Hi {first} -", "Hi there,", "Hello,",
             "Hi,", "Dear {full},", "Dear Ms {last},", "Dear Mr {last},", "Morning {first},", "Hi {first}!", "Good afternoon,", "Hi «Name»,", "Hello «First Name»,",
             "Greetings {first},", "{first} -", ""]

OPENINGS = [
    "I [came across|read about|saw] {company} [while looking at|in a list of|when reading about] [{industry} firms|{industry}] [in {city}|near {city}|in {country}].",
    "[Your|The] [talk|panel|interview] [on|about] [maintenance|hiring|quality|service|buying habits] [stayed with me|was refreshingly honest|made me think].",
    "[Saw|Noticed|I see] {company} is [looking for|hiring|advertising for] [a buyer|two analysts|an operations lead|several engineers|a data engineer|service staff].",
    "[A quick note|Writing|Just a line], as {company} [keeps coming up|was mentioned] when we [ask|talk to] [customers|people] [about|in] {industry}.",
    "[Following up on|Coming back to|Picking up] my [note|mail|message] [from last week|of Tuesday|about {topic}].",
    "[Thanks for|Thank you for] [getting back to me|your reply|the quick answer|the honest answer|taking my call].",
    "[Congratulations on|Well done with] the [new site|new website|award|product launch|anniversary|new warehouse|rebrand].",
    "[Do you|Does {company}] [still|already] [handle|manage|run] {topic} [by hand|in-house|in a spreadsheet|with the old system]?",
    "[I will be|I'll be] [brief|short]: {seller} [works on|does] {topic}.",
    "[Someone|A customer] [in {industry}|of ours] [told|showed] me how [much time|many hours] {topic} [eats|takes], and I [wondered|asked myself] how it is at {company}.",
    "[My name is|I'm|I am] {sender} [and I work at|from|with] {seller}.",
    "[Not sure|I'm not sure|No idea] whether {topic} [is|falls] [under you|on your desk], so [forgive|excuse] the [cold mail|cold note].",
    "[It was good|Nice|Lovely] to [meet|talk] [at the fair|at the meet-up|on the phone|in {city}].",
    "[I read|Read] [your|the] [annual review|blog post|customer story] on [packaging|night shifts|onboarding|uptime] [twice|with interest].",
    "[Most|Many] [teams|firms] in {industry} [tell|told] us the same [thing|story]: {topic} [works|is fine] until [it does not|somebody is ill].",
    "[Three|Two] [people|managers] in {industry} [asked|wrote to] me about {topic} [this month|lately].",
    "How does {company} [deal with|go about] {topic} [when it gets busy|on a bad day|in high season]?",
    "[As promised|As agreed], [here is|this is] the [summary|outline|short version] [of what we do|you asked for].",
    "[Hope|I hope] [the week is going well|you are well|this finds you well|your quarter is off to a good start].",
    "{city} [keeps|is] [turning up|all over] in our [pipeline|visitor log], {company} [among them|included].",
    "[This is|Consider this] a [one-off|single] mail about {topic}; [no sequence, no chasing|no drip campaign behind it].",
    "[Your|The] [job ad|advert] for [a planner|a controller|a site manager|a developer] [says|mentions] {topic}[, which is what we do|, hence this mail|].",
    "[Looking at|Going by] the [reviews|careers page|press page], {company} [takes|puts] [service|quality|craft] [seriously|first].",
]

BODIES = [
    "[Customers|Clients|Users] [say|tell us] the [first|biggest] [surprise|change] is how [quiet|boring|calm] {topic} [becomes|gets].",
    "[A|One] [client|customer] [of about your size|in another trade|in {country}] [went from|cut] [nine steps to four|two days to three hours|forty mails a week to six] [this way|with us].",
    "[There is no|You need no] [big project|steering committee|migration] [behind it|for that].",
    "[I am|We are] [happy|glad] to [be told|hear] that [you have this covered|it is all under control].",
    "[The usual|A fair] [objection|worry] is [cost|effort|change fatigue], [and it is fair|so let me be open about it|which I understand].",
    "[I have attached|Attached is|Below is] [nothing|no brochure]: [just|only] [the idea|a question].",
    "[If|In case] {topic} [is|runs] [smooth|fine], [please ignore this|all the better].",
    "[What|The thing] I [like|value] about {industry} is that [nobody|no one] [has patience|pays] for [buzzwords|slideware].",
    "[People|Readers] [often|sometimes] ask [who else|what else] we do; the [short|honest] answer is [not much|very little besides {topic}].",
    "[We|Our team] [visited|spent a day at] a [site|depot|clinic|plant] [like|similar to] yours and [counted|wrote down] every [workaround|paper form].",
    "[You|Your team] would [keep|stay in charge of] [the decisions|the customer contact|the knowledge].",
    "[I can|We can] [share|send] the [numbers|calculation|notes] [as a plain file|in one page].",
    "[The|Our] [team|founders] [came from|grew up in] {industry}, [which helps|for what it is worth].",
    "[None|Nothing] of this [needs|requires] your [IT|legal|procurement] [people|department] [at first|to begin with].",
    "[It|This] [may|might] be [nothing for you|a poor fit], and then a [short no|one-line no] is [perfect|very welcome].",
    "[Feel free|You are welcome] to [forward|pass on] this to [whoever|the person who] [owns|minds] {topic}.",
]

ASKS = [
    "[Would|Could] you [have|spare] [fifteen|20|ten|30] minutes [next week|this week|on Thursday|after the holidays]?", "[Is it|Would it be] worth a [short call|chat|coffee]?",
    "[Open|Happy|Free] to [talk|chat|compare notes]?", "[Does|Would] [Tuesday|Wednesday at ten|Friday morning] [suit|work for] you?", "[Shall|Should] I [send|share] [more|a summary|the details]?",
    "[Any|Some] interest?", "[Worth|Is that worth] a [look|conversation]?", "[May|Can] I [call|ring] you [on Monday|some time]?", "[Who|Which colleague] would be the right [person|one] to ask?",
    "[Let me know|Tell me] what you [think|make of it].", "[Reply|Answer] with a yes and I will [send|draft] [it|an outline].", "[What|How] [do|would] you [think|see it]?",
    "[Are you|Would you be] [around|free] for a [quick|short] [call|intro]?", "[If|Should] that [sounds|sound] [useful|interesting], I am [happy|glad] to [explain|show more].",
    "[How|In what way] are you [handling|solving] this [today|now]?", "[Could|May] I [ask|put] [two|three] questions about [it|how you do this]?", "",
]

CLOSINGS = ["Best,", "Best regards,", "Kind regards,", "Thanks,", "Cheers,", "Many thanks,", "Regards,", "All the best,", "Warm regards,", "Sincerely,", "Speak soon,", "Thank you,", "Yours,", "-", "Talk soon,", "Have a good week,"]

POSTSCRIPTS = ["P.S. [The coffee is on us|Loved the photos on your site|Your careers page made me smile].", "PS: [no slides, promise|I read every reply myself].", "[If you would rather not hear from me|If this is not for you], [just say so|a short reply will do].",
               "Sent from my phone", "{seller} | {city2}", "Book a slot: https://cal.example/{slug}", "Unsubscribe: https://mail.example/u/{slug}"]

SUBJECTS = ["[Question|Quick question] about {topic}", "{topic} at {company}", "{company} and {seller}", "[An idea|A thought|Idea] for {company}", "{first}, a [short|quick] question", "Re: {topic}", "[Following up|Checking in]", "Re: our [call|chat]",
            "[Hello|Greetings] from {seller}", "{company} x {seller}", "[Fewer|Less] [spreadsheets|headaches] in {topic}", "[Ten|15] minutes on {topic}?", "[Introduction|Intro]: {sender} at {seller}", "{topic}", "[Notes|Summary] from {city}", "FYI", "[Can I help|Worth a look]?", "Fwd: {topic}"]

# Keys of free signals that say nothing to any rule.
DISTRACTORS = [
    lambda r: ("tech_stack", r.sample(["Python", "Go", "Kafka", "React", "Snowflake", "SAP", "Salesforce", "Kotlin", "AWS", "Terraform", "dbt", "Rust", "PHP"], r.randint(1, 4))),
    lambda r: ("open_roles", r.randint(0, 14)), lambda r: ("openRoles", {"engineering": r.randint(0, 9), "sales": r.randint(0, 5)}),
    lambda r: ("email_open_rate", round(r.random(), 2)), lambda r: ("website", r.choice(["checked", "new in spring", "https://www.example.com"])),
    lambda r: ("lead_source", r.choice(["trade fair", "webinar", "list import", "inbound form", "referral"])), lambda r: ("score", r.randint(1, 100)),
    lambda r: ("last_touch", f"202{r.randint(3, 7)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"), lambda r: ("timezone", r.choice(["CET", "EST", "PST", "GMT", "IST", "EAT"])),
    lambda r: ("notes", r.choice(["met at a fair", "prefers mornings", "replied once", "new in role", "asked for prices in spring", "-"])),
    lambda r: ("hiring_signal_brief", {"role_count": r.randint(1, 9), "primary_stack": r.choice(["Go", "Java", "Python", "Ruby"]), "ai_maturity_score": r.randint(0, 3)}),
    lambda r: ("news", r.choice(["opened a second site", "won a design award", "new website", "none found"])), lambda r: ("languages", ["en"]),
    lambda r: ("crm_stage", r.choice(["new", "contacted", "meeting", "nurture"])), lambda r: ("using_competitor_product", r.choice([False, "unknown"])),
    lambda r: ("segment", r.choice(["mid-market", "regional", "core", "tier 2"])), lambda r: ("persona", r.choice(["technical", "economic buyer", "user"])),
    lambda r: ("sequence_step", r.randint(1, 5)), lambda r: ("bench_summary", {}), lambda r: ("linkedin", r.choice([True, "active", "https://linkedin.example/in/x"])),
]
