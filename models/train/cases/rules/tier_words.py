"""Words of the tier module: how one speaks to companies of each stage. Classes hold the first and last stage they fit."""

# low, high: index into seed, series_a, series_b, series_c, public. state: a clause on the prospect now; help: after "help
# you"; who: a company of that kind (singular); fact: a noun phrase of their life; past: what later companies look back on.
CLASSES = {
    "seed": dict(
        low=0, high=0,
        state="""you are [still|only now] looking for your [first|very first] {hire}|the MVP is [still|] [taking shape|half built|held together with tape]|[founders|the two founders|you founders] still [answer every support mail|do everything|write the code and the invoices]|
            the runway is counted in months|product-market fit is [still|] [a guess|ahead of you|the open question]|the whole company fits around one [table|desk]|you are [just|only just] getting [off the ground|started]|there is no {hire} on the payroll yet|
            your prototype has its first [ten users|handful of testers]|every pound of runway counts|the idea is still being tested on real people|you [sell|are selling] to your first friendly customers|payroll is [one|a] line long|nobody has a job title yet""",
        help="""hire your [first|very first] {hire} without [burning|eating] the runway|get the MVP [out of the garage|in front of real users|built on a shoestring]|find product-market fit [before the runway ends|while money is tight]|stretch the runway [by a few months|as far as it goes]|
            turn a prototype into a [first|real] product|find [cheap|affordable] first [engineers|people] to build with|free the founders from [doing everything|support mails|bookkeeping at night]|win your [first|very first] ten customers|launch from [a garage|a kitchen table]|
            set up [payroll for three|the first bank account and ledger|the first proper laptop policy]|go from idea to [first version|MVP]|build the founding team|make the [first|very first] key hire""",
        who="""a founder duo with a prototype|a five-person outfit with an MVP|a team that [has yet to launch|is about to ship its first version]|a pre-launch company|a start-up of four [people|friends] and a dog|a company that is just getting started|a garage start-up|a founding team before its first {hire}|
            a brand-new venture|a bootstrapping start-up [off to a first customer|without a payroll]""",
        fact="runway measured in months|a founding team of three|an MVP still in the making|a first {hire} still to find|no customers beyond the first few|founders who do everything|a prototype and a dream",
        past="the garage days|the MVP|your first hires|the days when the founders did everything|that kitchen table|the first prototype"),
    "early": dict(
        low=0, high=1,
        state="""you are [still|] an early-stage [start-up|company]|you are a small start-up [finding its feet|with everything to prove]|a handful of people [carry|run] the whole company|it is early days for [you|{company}]|you are [building|putting together] your initial team|there are more ideas than people[ at your start-up|]""",
        help="""[build|put together] your initial team [on a small budget|cheaply|without agency fees]|make the [first few|first handful of] hires|get early traction [cheaply|on a start-up budget]|move fast as a young start-up[ should|]|keep start-up costs [tiny|low] while you [find your feet|test the market]|
            build [an initial team|a first team] at start-up prices""",
        who="an early-stage start-up|a young start-up|a start-up with [fewer than ten|a handful of] people|a small founder-led start-up|an early venture with a tiny budget",
        fact="a start-up budget|a tiny, founder-led team|early traction and little else|a first small office", past="the early days|the start-up phase"),
    "series_a": dict(
        low=1, high=1,
        state="""the first repeatable sales [are coming in|have shown up]|you are [hiring|looking for] your first VP[ of sales| of anything|]|the team is [growing from ten to thirty|past its first ten people]|the founders are handing over [sales|support] to the first real [team|managers]|you [have|finally have] product-market fit and [no|hardly any] processes|
            the first sales team is [being built|taking shape]|a first layer of managers is [forming|missing]|your first finance hire is [overdue|due]|you are past the MVP and [building|assembling] the core team""",
        help="""build the team [from ten to thirty|beyond its first ten people]|make the first sales [repeatable|less of a fluke]|hire your first VP[ of sales| of engineering|]|hand over from founder-led sales to a [first|small] sales team|write the first [sales playbook|onboarding plan|pricing page]|
            put a first layer of [process|management] in place|move from the MVP to a product that [scales|holds up]|turn early traction into a repeatable [motion|sales process]|recruit the first head of [people|finance|support]""",
        who="a company with its first [dozen|fifteen] people|a team moving on from founder-led sales|a company on the way from ten to thirty staff|a start-up about to hire its first VP|a company with fresh product-market fit and a first sales team",
        fact="a first VP to find|a team growing out of its first dozen|founder-led sales coming to an end|the first repeatable sales|a first layer of managers", past="the first dozen people|founder-led sales|your first VP|the move from ten to thirty"),
    "grown": dict(
        low=2, high=4, fit=("series_b", "series_c"),
        state="""each department [has|now has] its own [budget and head|hiring plan]|sales, support and product each [have|run] their own [managers|hiring]|middle management [runs|carries] the day-to-day|your [regional|department] heads [plan|negotiate] their own budgets|
            you are scaling [whole departments|department by department]|five departments hire in parallel|several product lines [share|compete for] the same people|the org chart has [four|several] layers by now""",
        help="""scale [each department|whole departments] [without chaos|in step]|keep [a dozen|many] department heads [aligned|in step]|give middle managers [a proper start|some backing]|run hiring in five departments at once|align sales, support and product [departments|teams of dozens each]|
            keep several product lines staffed [at once|without quarrels over people]|roll a process out across all departments""",
        who="a company with a head for each department|a company with several layers of managers|a company of many departments|a company with middle management in place",
        fact="departments that hire in parallel|several layers of management|a budget per department|middle managers in every department|several product lines to staff", past="the first departments|that doubling of departments"),
    "series_b": dict(
        low=2, high=2,
        state="""the shortcuts of your start-up days [start|begin] to slow [releases|delivery]|the [first|one] growth team is [doubling|splitting in two]|you are a scale-up with [brand-new|fresh] departments|departments are being [created|set up] faster than [the processes|their tools]|
            you are just past the start-up phase and scaling [department by department|fast]|the engineering debt of the early days is [only now|just] coming due[ while the growth team doubles|]|headcount doubles [every year|year after year] and the first middle managers arrive""",
        help="""build out [your first growth teams|the growth team] as a scale-up|pay down the debt of your start-up years [while growth goes on|without stopping features]|replace the tools you bought as a start-up|
            bring in your first middle managers|double headcount again without [losing|diluting] the start-up culture""",
        who="a scale-up with [its first|brand-new] middle managers|a scale-up whose early shortcuts begin to hurt|a scale-up that doubles headcount every year",
        fact="headcount that doubles every year|early engineering debt coming due|brand-new departments|a first growth team and a first set of middle managers", past="the scale-up years|the days of doubling headcount"),
    "series_c": dict(
        low=3, high=3,
        state="""you are [preparing for|getting ready for|edging towards] [an IPO|the stock market]|hundreds of [engineers|people] ship from [several|three] regions|the acquisitions have to be [integrated|folded in]|governance has to be [IPO-ready|fit for a listing]|regional heads run [their own|separate] P&Ls|
            M&A targets are on the table|you operate [multi-region|across continents] on the way to a listing|hundreds of [developers|engineers] work on one platform|pre-IPO [audits|housekeeping] [takes|take] over the calendar""",
        help="""get governance [IPO-ready|ready for a listing]|integrate [the companies you acquire|acquired teams] [across regions|into one platform]|coordinate hundreds of engineers [across regions|on three continents]|prepare [the numbers|controls] for an IPO|
            run a multi-region organisation [of hundreds|with regional P&Ls]|standardise [procurement|hiring] over [six|several] regions before the listing|handle pre-IPO [due diligence|scrutiny]|give the board pre-IPO [comfort|reporting]|harmonise tools after [a string of|several] acquisitions""",
        who="a pre-IPO company with hundreds of engineers|a multi-region group on the way to a listing|a late-stage company that buys competitors|a company with regional P&Ls and IPO plans|an acquisitive, late-stage group",
        fact="pre-IPO governance|acquisitions on [two|three] continents|hundreds of engineers in several regions|a board that talks about the listing|regional P&Ls", past="the road to the IPO|the pre-IPO years|your first acquisitions"),
    "enterprise": dict(
        low=3, high=4, fit=("public",),
        state="""a group of your size [has|carries] [layers of governance|heavy governance]|global procurement has a say in every [purchase|order]|your [global|worldwide] organisation spans [many|a dozen] business units|enterprise [architecture boards|governance] [sign|signs] off every change""",
        help="""roll out [globally|across a dozen business units]|satisfy enterprise governance [boards|and global procurement]|standardise [tools|suppliers] across your global organisation|manage thousands of [seats|licences] in one enterprise agreement|align business units on [four|three] continents""",
        who="a global enterprise|an enterprise with a dozen business units|a large group with worldwide operations|an enterprise with its own procurement department",
        fact="a dozen business units|global procurement rules|operations on four continents|enterprise architecture boards", past="the first global rollout|the first business units"),
    "public": dict(
        low=4, high=4,
        state="""your shareholders [read|watch] every [number|line]|quarterly guidance leaves [little|no] room for surprises|the audit committee [asks|wants to know] about every [control|supplier]|earnings season [sets|dictates] the calendar|as a listed company you [answer to the market|live by the quarter]|SOX-level controls apply to every [change|purchase]|
            analysts [pick apart|study] each quarterly report|the share price [reacts to|feels] every [outage|misstep]|investor relations [signs off|reads] every [release|announcement]|you are publicly listed""",
        help="""give the audit committee [clean evidence|what it asks for]|protect quarterly guidance from [cost surprises|supplier trouble]|keep SOX-level controls [without slowing teams|in shape]|explain [margins|costs] to shareholders [each|every] quarter|
            go into earnings season [without surprises|calmly]|meet the disclosure duties of a listed [company|group]|shield the share price from [outages|bad headlines]|satisfy external auditors and [shareholders|the stock exchange]|brief investor relations [before|ahead of] the earnings call""",
        who="a listed company|a publicly traded group|a company with an audit committee and quarterly earnings|a listed group under SOX-level controls|a stock-exchange name like yours".replace(" like yours", ""),
        fact="quarterly guidance|an audit committee|shareholders who want dividends|SOX-level controls|earnings calls every quarter|a share price to protect", past="the listing|the first earnings call|the bell at the exchange"),
}
for bank in CLASSES.values():
    for key in ("state", "help", "who", "fact", "past"):
        depth, parts, part = 0, [], ""
        for letter in " ".join(bank[key].split()):
            depth += (letter == "[") - (letter == "]")
            if letter == "|" and depth == 0:
                parts.append(part.strip())
                part = ""
            else:
                part += letter
        bank[key] = [*parts, part.strip()]

# Speaks of the prospect as a company of that kind.
FRAMES = [
    "[While|When|Now that] {state}, {tail}.",
    "[I imagine|I assume|My guess is|I gather|No doubt] {state}, [so|and] {tail}.",
    "{State}, [and|so] {tail}.",
    "[At this point|Right now|These days|As things stand], {state}; {tail}.",
    "We [can|could|would|would love to] help you {help}[, and {thing} is part of it|, {thing} included|, starting with {thing}|].",
    "[Let us|We would like to|I would like to] help [{company}|you|your team] {help}.",
    "[Want|Looking|Hoping] to {help}? [{Ours}|We can help|That is our trade|We do that].",
    "{Ours}, and it helps [companies at your point|people in your position|teams like yours] {help}.",
    "For {who} [like yours|like you|such as {company}|such as yours], {tail}.",
    "As {who}, you [may|might|will|probably] [want|like|need] to {do}.",
    "[Being|Since you are] {who}, {company} [may|might|could] [find it hard to|wish to|want to] {do}.",
    "With {fact}, {tail}.",
    "With {fact}, [{thing} [cannot wait|can get ugly]|it is [hard|tricky] to {do}].",
    "{Fact} [and|plus] {thing}: [that is a lot|no easy mix|quite a combination]. {Ours}.",
    "[Because|Since] {state}, [it makes sense|it pays|you may want] to {do}[ now| early| properly|].",
    "[Our pitch|The idea|My offer] in [one line|short]: we help you {help}.",
    "[{Ours}|We do one thing well]: [made|priced|built] for {who} such as [{company}|yours].",
    "[How|By what means] do you {do} [when|while] {state}?",
    "[What keeps you busy|I suppose what matters now|What comes first], I [assume|guess], is how to {help}.",
    "{company} looks like {who}, [so|and] {tail}.",
    "[Not easy|Never easy|A tall order]: {fact}, and [somebody|someone] still has to {do}.",
    "If the goal is to {help}, {thing} [{is} where to start|{is} a good start|deserve{s} a look].",
    "[You have|You live with] {fact}, [so|which is why] {tail}.",
    "[Congratulations on how far you have come|Impressive work so far]: {state}, and {tail}.",
    "[Our|This] package [suits|is cut for] {who}, [so it should suit {company}|{company} for one|such as {company}].",
    "[Teams|People] [in your shoes|at your stage] want to {help}; {tail}.",
    "I [wanted|would like] to ask how {company} plans to {help}.",
]
# The stage is a client's, not the prospect's.
STORY = [
    "[One of our|A] {other} [clients|customers] was {who} when we [met|started]; [we learned a lot there|today they {do_s}|that job taught us about {thing}].".replace("[One of our|A] {other} [clients|customers]", "[One of our {other} clients|A {other} client of ours|A customer in {other}]"),
    "[For a|At a] {other} client - {who} - we [fixed|sorted out|took care of] {thing}; [your case is another one|you are elsewhere, of course|yours is a different story].",
    "[Years ago|In the past|At my last job] I worked for {who}, [and|where] {thing} [was the sore point|kept us up|came last].",
    "[We ourselves|Our own company] [started as|began as] {who_start}, [so|and] we [know|remember] {thing} [well|from both sides].",
    "[My brother runs|A friend of mine runs|My neighbour works at] {who} and [complains|talks] about {thing} [all the time|too].",
    "[Our last case study|Our newest write-up] is about {who} in {other}; [what it says on {thing} travels well|the part on {thing} applies anywhere].",
]
PAST = [
    "You have come [a long way|far] since {past}, and {thing} [has|may have] [changed|moved on] too.".replace("[has|may have]", "may have"),
    "[Much has|A lot has] changed at {company} since {past}; {tail}.",
    "[You have|{company} has] left {past} [well|long] behind, [and|so] {tail}.",
    "[Some habits|A few tools|Some contracts] [date back|go back] to {past}, I [imagine|suppose]; {thing} might be among them.",
    "[You will|You may] remember {past}[ fondly|]; life was simpler then, {thing} included.",
]
AHEAD = [
    "[Should you ever|If you one day|If {company} should one day] [have|face] {fact}, {thing} will [matter|be asked about].",
    "[You do not|{company} does not] have {fact} [to deal with|to worry about], [luckily|which helps]; {tail}.",
    "[It is a long road|There is a long road] from here to {fact}, [but|and] {thing} [can|could] be sorted [now|before then].",
    "[Unlike|In contrast to] {who}, you can [decide|choose] [quickly|without ten meetings]; {tail}.",
]
# Says nothing of a stage.
NEUTRAL = [
    "{Ours}, [whatever the size of the company|for firms of any size|for firms large and small].", "We [can|could] help you {do}.", "[Would it help|Might it make sense] to {do}?", "{Tail}.", "[Large or small|Young or old|Whatever its age], [most|nearly every] {industry} [company|firm] [has trouble with|struggles with] {thing}.",
    "[I looked at|I read] your [site|job ads|product pages] and [wondered|asked myself] who [looks after|handles] {thing}.", "[In {city}|Around {city}], [people|firms] [often|mostly] {do} [themselves|with local suppliers].", "[If|Where] {thing} [slow{s} you down|cost{s} you hours], {ours}.",
    "[The reason I write|Why I write]: {thing}. {Ours}.", "[Our price|Our fee] does not depend on company size[; it depends on {thing}|].", "[Happy|Glad] to show how we {do} for others in {industry}.", "[One|A single] [question|thing]: how do you {do} today?",
]
TAILS = [
    "{thing} [tend{s} to|often] get[|] [left behind|forgotten]".replace("[tend{s} to|often] get[|]", "may get"), "{thing} [may|might] be [worth a look|next]", "it [could|might|may] be [time|worth it] to {do}", "I [wondered about|thought of asking about|wanted to bring up] {thing}", "[we could|we would] help you {do}",
    "{thing} [deserve{s}|need{s}] [a closer look|some care|attention]", "[somebody|someone] [still|] has to {do}", "my [question|suggestion] is [simple|short]: {do_q}", "you may [want|like] to {do}", "there is a [cheap|simple|sensible] way to {do}", "[few|not many] find the time to {do}", "the next [step|job] might be to {do}",
]
HIRES = {"engineers": "engineer|developer", "software": "ops hire|office manager", "security": "security hire|IT person", "logistics": "warehouse hand|dispatcher", "hr": "HR person|employee", "finance": "bookkeeper|finance hire", "energy": "facilities hire|technician", "health": "nurse|receptionist",
         "training": "team lead|sales rep", "data": "analyst|data hire", "marketing": "marketer|salesperson", "facilities": "office manager|assistant"}
HIRES = {key: text.split("|") for key, text in HIRES.items()}
START = "a garage start-up|two people and a laptop|a five-person outfit|a bootstrapped start-up|a tiny founding team".split("|")
NAMES = {"seed": "seed", "series_a": "Series A", "series_b": "Series B", "series_c": "Series C", "public": "public"}
