"""
Subjects a prospect may decline. One line each: the name // other words for the same thing ## what it would do (base form).
Blocks are domains; two lines never mean the same thing.
"""

SUBJECTS = """
# engineering
data mesh // domain-owned data products // federated data ownership ## take load off the central data team // let each domain own its tables
GraphQL // a typed query layer in front of your APIs // one graph for all clients ## end over-fetching in the apps // spare the frontend team many endpoints
microservices // splitting the monolith // breaking the codebase into small services ## let teams release on their own // keep one bug from stopping everything
Kubernetes // moving to K8s // container orchestration ## cut the cost of idle servers // make releases dull
serverless // functions instead of servers // pay-per-call computing ## do away with patching // make quiet hours cost nothing
a Rust rewrite // rewriting the core in Rust // the memory-safe rewrite ## halve memory use // get rid of a whole class of crashes
test automation // automated regression tests // a robot for the regression suite ## free testers from repetition // catch slips before customers do
pair programming // coding in pairs // two engineers at one screen ## spread knowledge // make reviews shorter
feature flags // toggles for every release // switching features on by customer ## make releases reversible // let sales choose who sees what
a mobile app // the native iOS and Android version // going mobile ## reach customers on the move // lift repeat orders
event sourcing // keeping every state change as an event // an append-only log of changes ## give you a full history // make audits painless
a design system // one shared component library // a common UI kit ## make screens look alike // save designers double work
platform engineering // an internal developer platform // a paved road for developers ## shorten onboarding // take tickets off the ops desk
offshore developers // a development team abroad // engineers in another time zone ## widen the talent pool // lower the cost of the backlog
observability // tracing across services // one view of logs, metrics and traces ## find faults sooner // shorten incident calls
the API gateway // a single front door for your APIs // one managed entry point for APIs ## tidy up authentication // make rate limits simple
low-code tools // drag-and-drop app building // apps without programmers ## let business users help themselves // shrink the IT queue
chaos testing // breaking things on purpose // planned failure drills in production ## show weak spots early // build trust in failover
staff augmentation // contract engineers in your team // temporary developers ## fill gaps without new headcount // steady the roadmap
code review as a service // outside reviewers for your code // paid second eyes on pull requests ## raise code quality // help juniors learn
# data
a data warehouse // one central analytics store // pulling all reporting data into one place ## end arguments over numbers // make reports quick
a machine learning team // hiring data scientists // in-house ML ## forecast demand // spot odd orders
the AI chatbot // an assistant that answers customers // automated chat ## take simple questions off the phones // answer at night
reverse ETL // syncing the warehouse back into the CRM // pushing model scores to sales tools ## give sales fresh data // end CSV uploads
a data catalogue // a searchable list of tables // documenting every dataset ## let analysts find things // cut repeat questions
self-service BI // dashboards everybody can build // letting teams make their own reports ## unburden the analysts // speed up decisions
customer segmentation // grouping customers by behaviour // clustering the customer base ## sharpen campaigns // show who may leave
real-time analytics // streaming dashboards // figures by the second ## show trouble as it happens // help the night shift
master data management // one golden record per customer // deduplicating the customer base ## end double mailings // make invoices right first time
synthetic data // artificial test records // made-up data for testing ## keep real names out of tests // speed up testing
the churn model // predicting who will cancel // a score for leaving customers ## save accounts early // focus the success team
a data trust // pooling data with partners // sharing data across firms ## give you better benchmarks // open new products
# software
the SSO add-on // single sign-on // one login for all tools ## end password resets // make leavers simple
a new CRM // replacing your customer database // another sales system ## give sales one list // show where deals stall
e-signatures // digital signing // contracts signed on screen ## save printing // bring contracts back sooner
an ERP upgrade // the new ERP release // moving to the newer version of your ERP ## simplify closing // end unsupported software
expense software // an app for receipts // digital expense claims ## end lost receipts // pay people back sooner
the premium tier // our top plan // the bigger package ## unlock reporting // include priority support
the analytics module // our reporting add-on // the extra dashboards ## show trends at a glance // replace the monthly spreadsheet
the annual plan // paying yearly // a twelve-month subscription ## lower the price per seat // save an invoice a month
a customer portal // a self-service area for customers // letting customers log in and see orders ## cut phone calls // let customers check for themselves
an intranet // a staff portal // one internal site for news ## keep people informed // make policies findable
robotic process automation // software robots for clerical work // bots that copy and paste for you ## take typing off people // work through the night
field service software // an app for your technicians // mobile job sheets ## spare engineers paperwork // bring fewer repeat visits
workflow software // digital approvals // routing sign-offs by tool ## keep approvals from getting lost // show who is waiting for whom
the integration package // connectors to your other tools // linking our product to your systems ## end double typing // keep lists in step
a document archive // digitising the paper files // scanning the cellar ## free rooms // find papers in seconds
the beta programme // early access to our next version // testing our new release ## give you a say in the product // show you features first
# security
zero-trust // never trusting the network // checking every request by identity ## limit what an intruder can reach // make remote work safer
penetration testing // paid hackers // an outside attack on your systems ## show holes before others find them // please your auditors
a bug bounty // rewarding outside researchers // paying for reported bugs ## bring in fresh eyes // cost only when it works
phishing training // fake phishing mails for staff // drills against scam mails ## make people wary // lower the click rate
managed detection // a night watch on your logs // outsourced security monitoring ## catch intruders early // let your team sleep
password managers // a vault for passwords // one tool for everybody's passwords ## end sticky notes // make strong passwords easy
hardware keys // security tokens // a physical key per employee ## stop account takeovers // replace text-message codes
cyber insurance // a policy against hacking // cover for attacks ## soften the blow of an incident // give you a hotline
mobile device management // central control of phones // locking down staff phones ## let you wipe lost phones // keep apps up to date
a virtual CISO // a security chief by the day // a part-time security officer ## give you senior advice // answer customers' questionnaires
data loss prevention // scanning outgoing files // stopping leaks at the gateway ## keep files in the house // show risky habits
offline backups // copies off the network // backups on tape ## survive ransomware // calm the insurer
# logistics
fleet telematics // boxes in the vans // tracking the vehicles ## cut idling // show where each van is
route optimisation // planning tours by computer // software for shorter routes ## save fuel // fit more drops into a day
a second warehouse // another depot // more storage in the south ## shorten delivery runs // ease peak season
outsourced fulfilment // a third party packing orders // handing over the warehouse ## free your floor // absorb peaks
cross-docking // moving goods straight from dock to dock // skipping storage ## cut handling // speed goods through
parcel lockers // pick-up boxes // letting customers collect from lockers ## reduce failed deliveries // suit people who are out
drone delivery // parcels by air // flying small packages ## reach remote sites // make headlines
electric vans // an electric fleet // replacing diesel vans ## lower running cost // get you into city zones
pallet pooling // shared pallets // renting pallets ## end pallet hunting // tidy the yard
customs brokerage // a broker for customs papers // outside help with declarations ## keep lorries moving // avoid fines
freight auditing // checking freight bills // a second look at carrier invoices ## recover overcharges // show which carrier errs
RFID tags // radio labels // tagging every crate ## make counts quick // end searching
sea freight consolidation // sharing containers // part loads by sea ## lower shipping cost // cut empty space
warehouse robots // automated picking // machines in the aisles ## ease heavy lifting // keep picking steady
same-day delivery // delivering on the day of order // an express service for your customers ## win impatient buyers // lift ratings
reusable crates // boxes that come back // ending one-way cartons ## cut waste // protect goods
# hr
payroll outsourcing // handing payroll to us // pay slips from outside ## free HR // keep up with rule changes
a four-day week // a shorter working week // Fridays off ## help hiring // lower sick leave
an applicant tracking system // software for applications // one inbox for candidates ## end lost applications // speed up replies
executive search // headhunting // a search firm for top posts ## reach people who are not looking // keep the search quiet
exit interviews // talks with leavers // asking people why they go ## show why people leave // improve managers
employee surveys // pulse checks // asking staff every month ## give early warning // let quiet people speak
temp staffing // agency workers // temporary hands ## cover peaks // bridge sick leave
an apprenticeship scheme // training your own juniors // taking on apprentices ## grow loyal people // ease the skills gap
relocation packages // help for people who move // paying for moves ## widen the search // bring newcomers in smoothly
wellbeing apps // a mindfulness subscription // mental health by app ## lower stress // show that you care
leadership coaching // a coach for managers // one-to-one sessions for your leads ## calm conflicts // grow new managers
an employer of record // hiring abroad through us // staff on our foreign payroll ## let you hire anywhere // spare you a subsidiary
share options // equity for staff // giving employees a stake ## keep key people // align interests
a benefits platform // perks to choose from // flexible benefits ## let staff choose // make you attractive
recruitment video // films about working with you // a video for job seekers ## show the team as it is // draw younger people
skills testing // work samples for applicants // tests before interviews ## make hiring fairer // save interview hours
night-shift bonuses // extra pay for nights // a premium for late shifts ## fill unloved shifts // cut no-shows
psychometric tests // personality questionnaires // profiling candidates ## add a second view // spark better interviews
# finance
invoice factoring // selling your receivables // cash for open invoices ## smooth cash flow // shorten the wait for money
a corporate card // cards for staff spending // company plastic ## end out-of-pocket buying // show spend at once
outsourced bookkeeping // books kept by us // an external accounts team ## free the finance desk // keep closes on schedule
currency hedging // locking exchange rates // forward contracts ## calm import costs // make budgets firmer
equipment leasing // renting machines // monthly payments for kit ## spare your cash // keep kit modern
a tax review // looking for tax savings // a second opinion on your tax ## recover credits // settle doubts
dynamic pricing // prices that follow demand // changing prices by the hour ## lift margins // clear stock
subscription billing // recurring invoices by system // automating monthly bills ## end billing errors // make revenue steady
an ESG report // sustainability reporting // publishing your footprint ## please investors // win tenders
spend analytics // a map of supplier spending // seeing who buys what ## find double contracts // bundle orders
the early-payment discount // paying suppliers sooner for less // trading days for a discount ## earn more than the bank pays // please suppliers
debt collection // chasing overdue accounts for you // an agency for late payers ## bring in old money // spare you the phone calls
group insurance // one policy for all sites // bundling your cover ## lower premiums // end overlaps
buy now, pay later // instalments at the checkout // letting shoppers pay in parts ## raise baskets // win younger buyers
# energy
solar leasing // panels on your roof for a monthly fee // rented solar ## lower the power bill // use an empty roof
battery storage // batteries on site // storing power in the yard ## shave peaks // keep you running in a cut
heat pumps // replacing the boilers // heating without gas ## cut gas use // lower emissions
LED lighting // changing the lamps // new lights on the shop floor ## save power // brighten work
a power purchase agreement // a long-term electricity contract // fixed-price green power ## fix prices // back your climate claims
smart metering // meters that report by the minute // sub-meters on each line ## show waste // allocate cost fairly
EV chargers // charging points in the car park // plugs for electric cars ## please visitors // keep fleet cars ready
compressed-air audits // hunting leaks in the air lines // checking your compressors ## stop hissing losses // spare the compressors
green certificates // buying proof of green power // renewable guarantees ## tidy the footprint // satisfy tenders
waste-heat recovery // using warm exhaust // heating with what machines give off ## warm the hall for free // cut fuel
demand response // earning money by switching off // being paid to pause machines ## bring income // help the grid
carbon offsets // paying for trees // compensating emissions ## close the gap to net zero // please customers
# health
telemedicine // video consultations // seeing patients on screen ## spare patients travel // fill quiet hours
the patient portal // letting patients book and read results online // an online area for patients ## cut phone calls // please younger patients
electronic prescriptions // scripts by computer // paperless prescribing ## end misread scripts // save pharmacy calls
AI triage // a symptom checker at the door // software that sorts patients ## shorten queues // guide nurses
outsourced cleaning // a contractor for ward cleaning // cleaning by an outside firm ## free ward staff // keep standards even
dictation software // speech to text for doctors // notes by voice ## give doctors evenings back // make notes fuller
locum cover // temporary doctors // stand-in clinicians ## keep clinics open // ease rotas
wearables // wristbands for patients // monitoring at home ## spot trouble early // cut visits
a sterile services contract // sending instruments out // off-site sterilisation ## free a room // end bottlenecks
e-rostering // digital rotas // software for shifts ## make rotas fair // fill gaps
point-of-care testing // lab results at the bedside // small analysers on the ward ## save waiting // help decisions
a loyalty plan // monthly membership for patients // care by subscription ## steady income // bring people back
# training
e-learning // courses on screen // online modules instead of classes ## let people learn when they can // save travel
VR training // practising in a headset // simulated tasks with goggles ## let people fail safely // impress new starters
first-aid courses // teaching staff to help // emergency training ## keep sites compliant // calm nerves
sales training // a workshop for your sellers // coaching the sales floor ## lift conversion // give scripts a rest
language lessons // English classes for staff // a tutor for languages ## help mixed teams // open markets
a learning platform // one place for all courses // an LMS ## track certificates // end lost lists
train-the-trainer // teaching your own trainers // making your people teachers ## keep knowledge in house // lower course fees
safety drills // staged emergencies // practising evacuations ## show gaps // please inspectors
a mentoring scheme // pairing juniors and seniors // senior buddies ## keep newcomers // spread know-how
team off-sites // days away together // a retreat for the team ## mend rifts // give room to think
gamified quizzes // points and badges for learning // learning as a game ## make it fun // raise completion
degree sponsorship // paying for studies // part-time degrees for staff ## hold talent // raise skills
# marketing
influencer campaigns // paid posts by creators // people with followers ## reach younger buyers // give you content
a rebrand // a new name and look // changing the brand ## freshen things up // unite the sites
SEO // climbing the search results // work on search ranking ## bring visitors for free // last longer than ads
paid search // buying clicks // ads next to results ## fill the funnel // show what buyers type
podcast sponsorship // ads in podcasts // being named in a show ## reach commuters // build a voice
a loyalty card // points for shoppers // rewarding repeat buyers ## bring people back // tell you who buys
direct mail // letters on paper // post instead of pixels ## stand out // reach older clients
trade fairs // a booth at the exhibition // showing up at the expo ## meet buyers face to face // show the kit
account-based marketing // campaigns for single target firms // marketing to a short list ## focus money // help sales
marketing automation // drip mails // mails that send themselves ## nurture leads // save hours
a referral programme // rewarding customers who bring others // paying for recommendations ## bring warm leads // cost little
programmatic ads // banners bought by machine // automated media buying ## spread reach // stop manual booking
webinars // online talks // live sessions for buyers ## show expertise // collect questions
TV spots // commercials // advertising on television ## make you known // back the sales team
a chat widget // a bubble on the website // live chat for visitors ## catch visitors // answer quickly
brand tracking // asking people whether they know you // regular surveys on awareness ## show if ads work // guide spending
# facilities
desk booking // reserving seats by app // hot desking by tool ## show free desks // save space
contract catering // a canteen run by us // meals from outside ## lift lunch // end fridge wars
security guards // people at the gate // a night watchman ## deter theft // reassure staff
access badges // card entry // doors opened by chip ## end lost keys // show who is in
a coworking membership // desks outside the office // flexible office seats ## help remote staff // avoid a lease
planned maintenance // servicing before things break // a maintenance calendar ## avoid breakdowns // spread cost
waste sorting // separate bins // recycling stations ## lower collection fees // tidy the yard
meeting-room screens // video kit in the rooms // better cameras for calls ## make hybrid calls bearable // end cable hunts
outsourced reception // a front desk run by us // hired receptionists ## greet guests well // cover holidays
pest control // traps and checks // keeping rodents out ## please inspectors // protect stock
grounds care // gardeners // keeping the green tidy ## please visitors // spare the caretaker
sensor taps // taps without handles // touch-free washrooms ## save water // keep things clean
office plants // greenery by subscription // rented plants ## brighten rooms // improve air
vending machines // snacks from a box // a machine in the hall ## feed late shifts // bring small income
"""


def parse(text: str) -> list[dict]:
    subjects, domain = [], ""
    for line in text.strip().splitlines():
        if line.startswith("# "):
            domain = line[2:]
            continue
        names, benefits = (part.split(" // ") for part in line.split(" ## "))
        subjects.append({"domain": domain, "name": names[0], "others": names[1:], "benefits": benefits})
    return subjects


BANK = parse(SUBJECTS)
