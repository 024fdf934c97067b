/**
 * The words of business mail in plain English, for telling words from what only looks like none. Source: the lower-case words of
 * mails that this project wrote itself (`models/probes`, `models/train/authored`) and of the rules' patterns; no third party's list
 * or text is in it, so it is under the project's licence. It was gathered once and is kept by hand since: a word goes in at its
 * place in the alphabet. More words make more disguises readable and fewer sentences foreign; a foreign
 * word in it does the opposite.
 */
import { remember } from './remember.ts';
import { stem, stemOf } from './stem.ts';
import { isCommonWord, isFunctionWord } from './word-weight.ts';

const WORDS = new Set(
  `
  abandoned abandonment abbreviations able aboard about above abroad absence absolute absolutely abuse accelerat
  accelerator accept acceptable accepted accepting accepts access accessibility accession accident accordance
  according accordingly account accountant accountants accounts accreditation accrual accruals accurate acetone
  achieve achievement acknowledge acoustic acqui acquire acquired acquirer acquisition acquisitions across act action
  actions active actively activity actors actual actually actuarial actuaries actuators adapter add added adding
  additional additionally address addressed addresses adds adhesive adjacent adjective adjectives adjuster adjusters
  admin administer administration admired admission admit admits admitted adopt adopted adopting adoption ads advance
  advert advertise advertises advertising adverts advice advis advise advised advises advisor aerospace affairs
  affected affiliat affiliates afford affordable afraid africa african after afternoon afternoons afterwards again
  against age agencies agency agenda agent agents ages ago agree agreeable agreed agreement agreements agriculture
  agro agronomists ahead aid aids aim aimed aiming air aircon aircraft airfield airflow airline airlines airport aisle
  aisles alaikum alarm alarms alert alerts alginate align aligned alike all alleg alleged allegedly allergen allergens
  allergic allergy allocat allocate allocated allocation allow allowed allowing almost alone along alongside alpha
  already alright also alternativ alternative although altogether aluminium alumni always amazed amazing amazon
  american among amount ample analysis analyst analysts analytics and android angel angels angle angry angular animal
  animation anisation anization annex anniversary announc announce announced announcement announcing annoyed annoys
  annual annually anonymised another ansible answer answered answering answers antenna anti antiques anxious any
  anybody anyhow anymore anyone anything anyway anywhere apart apartment apiece apologetic apologies apologise
  apologised app apparel apparent apparently appeal appeals appear appearance appeared appendix appetite applicable
  application applications applied applies apply appointment appointments appreciate appreciated apprentice
  apprenticeship approach approv approval approvals approve approved approves approx approximately appsec apron arch
  architect architecture archive archived archives archivists are argon argue argues arguing argument aries arithmetic
  arm armed armhole around arrange arrangement array arrays arrears arrival arrive arrived arrives arriving art
  article artificial artists arvo ashes aside ask asked asking asks aspiring assembling assembly assessed assessment
  assessments assessor assessors asset assign assigned assignment assistant assistants assistive associate associates
  association assum assume assumed assuming assumption assumptions assurance assured ating ation ations ative attach
  attached attachment attachments attack attacker attempt attend attention attestation attracted attracting attrition
  auction auctioneers auctions audience audiences audio audit audited auditor auditors audits augment augmentation
  austerity australian authentication author authority auto autoclave autoclaves automated automates automatically
  automotive autumn availability available average averages aviation avocado avoid avoidable avoided awake award
  awards aware awareness away awful awkward awkwardly axles azure babysit back backed backend backer backers
  background backhauls backing backlog backups backwards bacon bad badge badger badly bafin bag bagged bagging bags
  bait bake baker bakeries bakers bakery balance balances baltics band bank banked banking banks banksmen banned
  banner banners bar barbecue barcode barely barge barley barnehage barnehager barriers barring barrister barristers
  bartenders base based baseline basement basket bass batch batches bath bathroom baths batteries battery bay bays bcc
  beach beads beagle bean beans bearing beats beauticians beautiful beautifully beauty because become becomes becoming
  bedding beds beekeepers been beeps beer before beforehand beg began begging begin beginning begins begs begun behalf
  behaves behind being belfast believe believed believes bell bellows belong belongs below belt belts bench benchmark
  bend beneath benefit benefits benelux bereavement berm beside besides best besten bet beta better betting between
  beyond bhai bicycle bicycles bid bidders bidding bids big bigger biggest bike bikes bilingual bill billed billers
  billing billion billions bills bin binary binder binders bindery binned bins biological biomedical biometrics
  birmingham biro birth biscuits bistro bit bite bites bits black blacked blacklist blade blame blank blanked blanket
  blankets blast blasting blessed blew blind block blocked blocks blog blogged bloke blokes blood bloody blue board
  boarding boards boat boats boatyard bodies body bodyshop boiler boilers bold bolt bonded bonne bonus bonuses book
  booked booking bookings bookkeeper bookkeeping bookmaker bookmakers books boolean boom boost boot booth boots
  bootstrap bootstrapped bore bored boreholes boring born borrow borrowed borrowers borrowing boss bosuns bot both
  bother bothering bothers bottle bottleneck bottles bottling bottom bought bounced bounces bound boundary bouquets
  boutiques box boxes boy braces brackets braille brake brakes braking branch branches brand branding brands brass
  brasserie brave bravo breach breached bread break breakages breakfast breaking breaks breath breathe breeding breve
  brew breweries brewery brewing bric brick bricked bricklayers bridge brief briefed briefly brigade bright brilliant
  brine bring bringing brings bristol brite british brochure broke broken broker brokers bronze bronzes brother
  brothers brought browser brutal brutally bubble buckets bucks buckwheat budget budgeted budgets buffer buffet bug
  bugger bugging bugs build builder builders building buildings builds built bulk bulletin bump bumper bunch bundle
  bundles bunker bunkering buns burden bureau buried burn burned burnout bursar burst bus buses busier busiest
  business businesses busy but buts butter button buttons buy buyer buyers buying buyout buys cab cabin cabinet
  cabinets cabins cables cache cage cake calculate calculation calculator caldicott calendar calibrated calibration
  call callback callbacks called caller callers calling calls calm calmer calmest cambridge came camera cameras
  campaign camps campus campuses cams can canadian cancel canceled cancelled cancer candid candidate candidates cannot
  canoes cans canteen canteens canyons cap capacity capital capped caps captain caption captions captive captures car
  card cardiff cards care career careers careful carefully caretaker caretakers cargo caring carnival carpenter carpet
  carried carrier carriers carries carry carrying cars cart carton cartons cartridge cartridges case caseless cases
  cash casings casino casinos casks castings castors cat catalog catalogue catch catching categories category caterer
  caterers catering catheters cattery cattle caught cause caused caution caveat ceases ceiling cell cellar cellars
  cells cent center centimetres central centrally centre centres centrifuges cents ceramics ceramists cert certain
  certainly certif certificate certificates certification certified certifier chain chaining chains chainsaw chair
  chairman chairperson chairs chairwoman chalk challenge chamber chambers chance chandlers change changed changelog
  changeover changes changing channel chap chapels chapter chapters character characters charge charged charger
  charges charging charities charity charm chart charter chartered charts chase chased chases chasing chat chatbot
  chatted chatter chatting cheap cheaper cheapest cheaply check checked checkers checklist checkout checkouts checks
  cheeky cheerful cheers cheese chef chefs chemists cheque chest chew chief child childcare children chili chilled
  chiller chillers chip chips chlorine choice choices choke choose choosing choosy chore chose chosen chunks church
  churn chute cinema cinemas cinnamon circle circumstances cited cities city claim claimant claimed claims clamp
  clarification class classified classroom classrooms clause clauses clay clean cleaned cleaner cleaning cleans
  cleansing clear clearance clearances cleared clearing clearly clears clerk clerks clever cleverer click clicked
  clicking clicks client clients climate climb clinched clinic clinical clinician clinicians clinics clip clipboard
  clips cloakroom clock clocking close closed closely closer closes closing closure closures clothes clothing cloud
  clouds clown clue cluster cluttering coach coagulant coast coasts coat coated coating coats code coded codes coding
  coffee cofounder cold collapsed colleague colleagues collect collected collection collective collects college colour
  coloured colours column combi combination combinator combo combos come comeback comes comfortable coming comma
  commanders commenc commence comment comments commerce commercial commission commissioner commit commitment
  commitments commits committed committee committees committing common commonly commune communications communit
  community commute commuting compan companies company companys comparable compare compared compares comparison
  compartment compat compensation compete competency competent competing competition competitor competitors compile
  compiled complain complained complaining complains complaints complet complete completed completely completing
  complex complian compliance compliant compliments compostable compound compounds compressed compressor compressors
  computer conceivably concentrate concept concern concerned concerning concert concierge conclude concrete condition
  conditional condolences conduct cone confection conference confessed confession confided confidence confidential
  confidentiality config configures confined confirm confirmation confirmed confirms conflict conflicting conflicts
  confuse conglomerate conglomerates congrat congrats congratulate congratulations congregation congress connect
  connected connecting connection connectivity connector consecutive consent consider considered considering
  consignment consistency console consoles consolidation constant construction consult consultancy consultant
  consultants consulting consumer consumption contact contacts container containers contains contaminat content
  context continents contingent continue continued continuity continuous contract contracted contractor contractors
  contracts contradict contradicted contributing control controller controllers controlling controls convenience
  convenient convention conversation conversations conversions converted conveyancers conveyancing conveyor convince
  convinced cook cooked cooker cookies cooking cooks coolant coolers cooling cooperative coordinator coordinators
  copied copier copies copper copy copying copywriter cordial cordiales cordon cork corner corners corporation
  corporations correct corrected correction corrective correctly corrects correspond correspondence correspondent
  corresponding corridor corroborat corrugator cosmetics cost costing costs could couldn council councils counsel
  count countdown counted counter counterbalance counterfeits counterpart counters countersign countersigns counties
  counting countries country counts county couple couplings coupon courier couriers course court courtesy courts
  cousin cover coverage covered covering covers crab crack cracked crackers crane crankshaft crash crate crates
  crating crawler crazy cream create creators credit credited creek creep crematorium crew crews crib cricket criminal
  crimp crimped crisis critical criticals criticism croissants crook crop crops cross crossed crossing crowd crown
  crowns crucial cruise crumbs crunchbase crypto cubic culling culprit cultivar culture cumprimentos cup cupboard cups
  curators curious curler currency current currently curriculum curry curse cursing curtain curve curves customer
  customers customs cut cutbacks cutover cuts cutting cvba cyber cybersecurity cycle cycles cylinder cylinders daft
  daily dairies dairy damage damaged damp dams dares dark dashboard dashboards data database datacenter datacentre
  date dated dates daughter daughters dawn day days daytime dbt dead deadline deaf deal dealer dealers dealership
  dealerships dealing dealroom dealt dear dearer dearly death debottlenecking debtor debts debug debugger debut
  decacorn decade decarbonisation decent decide decided decides deciding decision decisions deck decks declarations
  declin decline declined decontamination dedicat dedicate dedicated deductible deductions deer default defence
  deficiency definately define definite definitely definition definitions defrost degrees del delay delegate delegated
  delete deleted deliberately delicate delight delighted deliver delivered delivery delta demand demo demonstration
  demonstrator denser dental dented dentist dentistry dentists departing department departure departures dependable
  dependency depending depends deploy deployed deploying deployment deposit depot depots depth deputy derig
  desalination describe described description deserve deserves design designed designer designers designs desire desk
  desks despite destination destroy destroyed detail detailed details detect detected detection determiner dev
  developer developers development device devices devops devs devtools diagram diagrams dial dials diamond diaphoretic
  diary dictate dictating dictation did die died dies diesel dietary differ difference different differential
  differently difficult dig digger diggers digging digital digitise diligence dilution dimensions dimming diners
  dinner diocese diplomacy directed direction directions directive directly director directories directors disagree
  disagreed disappear disappears disaster disclos disclose disclosed disclosure discontinue discount discounts
  discovery discs discuss discussed discussing discussion disease dishes dishwashers dislike dismiss dismissed
  dispatch dispatched dispatcher dispatchers dispensary disposal dispute disqualif disregard disruptive dissatisfied
  distance distilleries distillery distilling distribution distributor distributors district disturb ditch divest
  dividend dividends division divisional divisions divorce django doable dobry dock docker docket docks dockside docs
  doctor doctors document documentation documents doe does doesn dog dogs doing dolerite dollar dollars dolls done
  donor donors donuts door doors dormitories doses dosing dossier dotnet dotted doubl double doubled doubles doubt
  doubted doubters doubts down download downloads downsize downsizing dozen dozens draft drafted drafting drafts
  draftsman draftsmen drags drain drains drama draughtsmen draw drawer drawers drawing drawings drawn draws dread
  dream dressers dresses drew dries drift drifts drill drilling drink drive driver drivers drives driving drone drones
  drop dropped drops drove drown drum drums dry dryer dryers drying duck duct duction ductory ducts due dug dull
  duller dummy dump dumps duplicates duration durian during dust dusty duties dye dyestuff dying dynamic dynamics each
  eager earlier earliest early earmarked earn earned earners earnings earthworks easier easiest east eastern easy eat
  eaten eating eats ecommerce econd ecosystem edinburgh edit editing edition editor education educators effect
  efficiency effluent eggs egyptian ehf eight eighteen eighty either electric electrician electricians electricity
  electrolysers electronics elevator eleven eleventh eliminat elite elixir elopment else elsewhere email emailed
  emailing emails embargo embarrassed embarrassing embarrassment embed embedded emergence emergency emeritus emirate
  emissions employ employed employee employees employer employers employment empties empty enable enclose enclosed
  enclosing enclosure encourage encrypted end ended ending ends energy enforce enforced engaged engagement engine
  engineer engineering engineers english engraved enhanced enjoy enjoyed enjoys enough enquiries enquiry ensuring
  enter entered enterprise enterprises entertainment entire entirely entities entity entrance entries entry enture
  envelope envelopes environment envy eople episode episodes equip equipment equity error escalate escaped especially
  esports espresso essential essentials established estate estates estimat estimate estimated estimates estuary etc
  etch ethics ethiopian etration euro european euros eval evaluat evaluate evaluated evaporators even evening evenings
  event events eventual ever everal every everybody everyone everything everywhere evidence evidently exact exactly
  exam example exams excellence excellent except exceptions excess exchang exchange exchanged exchanges exchanging
  excited exciting exclusive exclusively exclusivity excuse exec executive exempt exercise exhausted exhibitor
  exhibits exisitng exist existing exit expansion expect expectation expectations expected expecting expects expense
  expensive experience experienced expert expertise expir expires expiry explain explained explaining explains
  explanations explor explore exploring expo export exported exporters exporting exports exposed exposure express
  expressed expressway exten extend extended extension external extra extractor eye eyebrows eyes ezzanine face faces
  facilities facing fact factories factors factory faculty fades fail failed failing fails failure failures fair
  fairly fairs faithfully fake fall fallback falling falls false familiar families family fan fancy fans fantastic far
  fares farm farmer farmers farmhouse farms fashion fast faster father fault favor favorites favourite fax faxes
  feared fears feasible feat feature fed federal fedramp fee feed feedback feeds feel feeling feelings fees feet
  fellow felt fence fenced ferpa ferry fertilizer festival festivals fetch fever few fewer fewest fibre fiducials
  field fields fifteen fifteenth fifth fifty fight figs figure figured figures fika file filed files filing filings
  fill filled filler filling film filmed films filter filters filtration final finally finals financ finance financed
  financial financing find finding findings finds fine fines finest finger fingerprint finish finished finishing finma
  finra fintech fintechs fire fires fireside firing firm firms firmware first fiscal fish fisherman fishing fishmonger
  fit fits fitted fitter fitters fitting five fiver fix fixed fixes fixing flagged flagging flagship flaky flange
  flash flat flatmate flea fledgling fleet flexible flies flight flights float flog flood flooded floods floor floors
  flopped florist florists flotation flour flow flower flowers flown flu fluent flush flute fly flying foam focus fog
  fold folded folder folding folks follow followed following followings follows fond font food foodstuffs foot footage
  footnote footnotes footprint footwear footy for force forecast forecasting foreign foreman foremen foreperson
  foreseeable forest forges forget forging forgive forgot forgotten forklift forklifts form formal formalit format
  former formerly forms forrester forth forthcoming fortnight fortune forty forum forward forwarded forwarder
  forwarders forwards found foundation founded founder founders founding foundries foundry founds four fourteen fourth
  fps fractions fragment frame frames framework francs frank frankly fraud fray free freed freelancer freelancers
  freely frees freeze freezer freezers freight freighters frequency frequent fresh fresher freshly freundlichen
  friction friday fridge friend friendly friends frightened from front frontend fronts frost frosted froze frozen
  fruit frustrat frustrated frustration frying fuel fulfil full fullest fullstack fulltime fully fun function fund
  funded funding fundrais fundraise fundraising funds funeral funerals funnel funny furious furniture further fuss
  future gable gain gaining galleries gallery galley game games gaming gamma gap gaps garage garages garden garments
  garnered gartner gas gasket gate gates gateway gather gauge gauges gave gazettes gear gears geehrte genai general
  generally generated generation generator generators generic genset gentleman gently genuinely geographies geology
  gerbers germination gerund gesture gestures get gets getting ghanaian ghosts giftware gigabyte gigafactory github
  give given gives giving glad gladly glamorous glasgow glass glassdoor glasshouse glaze global glorified gloss
  glossary glovebox gloves glowing glue glued gluing goat goats goes going gold golf golive gone good goods google
  gorgeous gossip got governance governed government governors gown gowned gowning gowns grabs gracious grade graded
  grads gradually graduate graduated graduates grain grammar gran grand grandfather grandmother granite grant granted
  grapes grapevine graph graphic graphql graphs grateful gratitude gravel grease great green greenhouse greenhouses
  greeted greeting greetings grew grey grid grief grill grinder grinding gripper grit grocer grocers groet groeten
  gross ground groundworks group groups grow grower growers growing grown grows growth grumpiest grumpy guarantee
  guaranteed guard guardian guarding guards guess guessed guesses guessing guest guestrooms guests guidance guide
  guideline gum gun guy guys hacked had haggle hail hailing hair hairdressers half halfway hall halls hallway halved
  halves hammer hammers hand handbook handed handful handheld handing handl handle handled handler handles handling
  handoff handover hands handset handshake handsome handwriting handwritten handy hang hangar hanging hangs happen
  happened happening happens happier happiest happily happy harbour hard hardened harder hardest hardly hardness
  hardship hardware harm harmattan harness harnesses harvest harvesters harvesting has hashes hassle hate hated hates
  haul haulage hauled haulier hauliers have haven having head headache headcount headed heading headlines headmistress
  headquarters heads headset headteacher health healthier healthy hear heard hearing hears hearsay heart heartache
  heat heated heater heaters heating heats heavier heavy hectare hedged hedging heels height held hellebores hello
  helmet helmets help helpdesk helped helper helpful helping helps hem hence her herds here heroic herring herself hey
  hiccup hidden high higher highlighted highlighting highly hilsen him himself hinges hinted hints hipaa hire hired
  hires hiring his historian history hit hitrust hits hoards hockey hold holder holders holding holds hole holes
  holiday holidays holler home homeware honest honestly honesty honour honoured hoods hooks hop hope hopefully hoping
  hoppers horizon horrors hose hoses hospices hospital hospitality hospitals host hosted hostel hostels hosting hot
  hotel hotels hour hours house housebuilder household households housekeepers housekeeping houses housing housings
  how however hub hubs hubspot huge hull hulls human humidity hunch hundred hundreds hung hungry hurdle hurry hurt
  hurts husband hydrants hydraulic hydraulics hydrologist hygienist hygienists hyper hypercare hypothetical ice idea
  ideal idempotent identity idle idling ifs ignore ility illness image imagine immediate immediately impact imperative
  implement implementation implemented import important imported impossible impress impressed impression impressive
  improv improve improved improvement inaccurate inbound inbox inch inches incident incidents include included
  includes including income incoming incomplete incorporated incubator incumbent incumbents indeed independent
  independently index indexation indexed indexes indian indicat indicated induct induction industrial industries
  industry inevitable influencer influencers informality information informed infosec infra infrastructure infusion
  inherits initial initiative injection injuries injury ink inlet innkeeper input insert inserts inset inside insider
  insist insisted insists insolven inspect inspected inspection inspections inspector inspectors install installation
  installations installed installers installs instalment instance instances instead institution institutions
  instruction instructive instructor instrument instruments insur insurance insure insured insurer insurers intake
  intakes integrat integrated integrating integration intel intelligence intended intent intention inter interaction
  interchange intercompany interconnection interest interested interesting interface interim interlocutor intern
  internal internally international internet interpreter interpreters interpreting interrogated interruption
  interruptions interval interview interviewed interviews into intraoral intro introduc introduce introduced
  introduction invented inventing invention inverters invest invested investigation investing investment investor
  investors invisalign invit invitations invite inviting invoic invoice invoiced invoices involved ipsum iron
  ironically irrelevant irrespective irrigation island issue issuer issuers issues istio item items its itself jack
  jacket jackets jam jeweller jewellers jewellery jigsaws job jobs join joined joiner joinery joins joint jointly
  joints joke jokes joking journal journey journeys joy judge judged judging jump jumpers jumps junior juniors
  jurilinguists jury just justifies justify kasih kayak kayaks keen keep keeping keeps kennels kenyan kept kerb key
  keyboard keynote keys kick kickback kicked kickoff kicks kid kids killed kiln kilns kilo kilometres kilos kind
  kinder kindergarten kindergartens kindly kinds kiosk kiosks kippers kit kitchen kitchenette kitchens knew knife
  knitters knitting knitwear knock knocked knots know knowing knowledge known knows kopi korean krone kroner kronor
  kubernetes kudos lab label labeled labelled labels labor laboratory labs ladder ladies lads lady lag lah laid lake
  lambing lambs lamp lamps land landed landing landlord landlords lands landscape lane lanes language languages
  lantern lanterns laparoscopic laps lapsed lapses laptop large larger largest last lasts late lately latency later
  latest latin laugh launch launched launching launder laundries laundry law lawsuit lawyer lawyers lay layer layered
  layoff layoffs layout lead leader leaders leadership leading leads leaflet leaflets league leak leaked leaking leaks
  leap learn learned learning learns learnt lease leased leaseholders leases leasing least leave leaver leavers leaves
  leaving lecturers led ledger ledgers leeds left legacies legacy legal legally legibly legs leisure lend lender
  lenders lending length lengthens lens lenses lent lentils less lesson lessons let lets letter letters letting
  lettings lettuce level leveller levellers levels leverag levers liabilities liability liaison liberty library lice
  licence licences license licensed licensing lichen lid lids lie lies life lifesaver lift lifted lifts light lighter
  lighthouse lighting lightly lights like liked likely likes likewise limit limited limiter limits line lined linen
  lines linguist linguists lining link linked linkedin links linux list listed listen listened listeners listening
  listens listing listings lists lithium lithography litigation litigators litre little live lively liverpool lives
  living load loaded loader loaders loading loads loaf loan loaner loaners lobby local localisation locally location
  lock locked locker lockers locum locums lodge log logbook logged logger loggers logic login logins logistic
  logistics logo logs london lone lonely long longer longest look looked looking looks loom looming loop looped loops
  loose loosely lorem lorries lorry lose loses losing loss losses lost lot lots lottery loud loudly love loved lovely
  low lower lowers luck lunch lunches lunchtime luxury lying machin machine machinery machines machining machinists
  macro mad made magazine magnetic magnetically magnitude mail mailbox mailboxes mailed mailing mails main mainframe
  mainly maintenance maize make maker makers makes making man manage managed management manager managers manages
  managing manchester mandate mandates mandatory mango mangoes manicure manoeuvres manual manuals manufactur
  manufacturer manufacturing many map maple maps margin marina mark marked marker market marketing markets marking
  marks married marts marvellous mask massive master mat match matched matches matching mate material materials
  maternity math maths matri matrix matron matter matters mature maximum may maybe mazel meal meals mean means meant
  meantime meanwhile measure measured measurement measures measuring mechanic mechanics media medical medically
  medicines medium meds meet meeting meetings meets meetup megawatts mein melhores melon melt member members membranes
  memorable memory men mended mentality mention mentioned mentioning mentions menu menus merchant mercy merely merge
  merged merger merges merit merits mess messag message messaged messages messaging messing messy met metadata metal
  meter metered meters method metre metres metrics metro mezzanine micro microbial microns microphone microphones
  microservice microservices microsoft mid middle middling midnight midsummer mifid might migrate migrated migrating
  migration migrations mihi mile miles milestone military milk mill milling million millions mills min mind minds
  mindset mine mines minibus minimum ministry minority mins minus minute minutes misbehaving miserable misquot misread
  miss missed misses missing missus mistake mistaken mistakes misunderstand mix mixed mixer mixing mixture moan
  moaning mob mobile mobilis mobilisation mobility mobiliz mock mode model models moderated moderators modern
  modernisation modernise modernization modernize modest modified module moisture moment monday money monitor
  monitoring monitors monsoon month monthly months mood moon mooncake moral morale more morning mornings mortgage
  mortgages most mostly mother moths motion motor motorbike motorbikes motorway mould moulded mountain mounted mouse
  move moved movement movements mover moves moving much muddle multi multinational multinationals multipacker
  multipacks multiple mum mumbles municipality mural museum museums music mussel must mutual myself nabbed nail naira
  name named namely nameplates names naming nanoseconds napkin naptime narratives narrow narrower nascent nasdaq
  nastiest nasty national native natively natural naturally naval navigat navigate navigating near nearest nearly
  nearshore nearshoring necessary necklaces need needed needing needn needs negated negative negotiat negotiate
  negotiated negotiates negotiating negotiation negotiations neighbor neighbour neighbouring neighbours neither
  neobank neonatal nerd nervous nest net netted network neutering never nevertheless new newer newest newly news
  newsletter next nextgen nical nice nicely nicer nicest nicked nigerian night nightly nights nil nine nineteen ninety
  ninth nobody nod nodding nodes noise noisy non none nonetheless nonsense noon nor nordics normal normally north
  northerly northern nosy not note notebook notebooks noted notes nother nothing notice noticeably noticed notices
  noticing notification notified noting novel now nowadays nowhere nowt nuclear number numbered numbers nurse
  nurseries nursery nurses nursing oat object objected objection obligation observability observation obsessive
  obtained obviously occasions occupancy occupied ocean odd odour off offence offer offered offering offers office
  officer officers offices official officially offline offset offshore offshoring offsite ofgem ofsted often oil
  oilfield oils old older oldest omebody omega omeone onboard onboarded onboarding once oncology one ones ongoing
  onion onions online only onto onward open opened opener opening openings openly opens operate operated operating
  operation operational operations operative operator operators opinion opinions opportunities opportunity opposed
  opposite ops opted option optional options ora orange order ordered ordering orders ordinary organisation
  organisations original originals orthodontic orthodontics orthodontist orthopaedics osmosis ostensibly other others
  otherwise ouch ought our ours ourselves ousted out outage outbound outcome outcomes outdated outfit outfits outgoing
  outgrew outgrow outgrown outlet outlier outline outlined outlines outpatients output outreach outright outside
  outsiders outsource outsourced outsourcing outward ovens over overall overalls overdue overflow overhaul overhead
  overkill overlap overlay overlook overnight overrides overrule overrun overseas overspend overspent oversubscribed
  overtime overturn overused owe owl own owned owner owners ownership owns oxford oximetry pace pack package packages
  packaging packed packers packet packhouse packing packs pad paddles page pager pages paid pain painful painfully
  pains paint painted pair pairs pallet palletiser pallets palm pan panel panels panic paper papers paperwork
  paragraph paralegal paralegals parallel parcel parcels parent parents parish parishioners park parked parking parks
  parmi parrot part partial participant particles particular particularly parties partition partitions partner
  partnered partnering partners partnership parts parttime party pass passbook passed passenger passengers passes
  passing passport past pasted patch patent paternity path patience patient patiently patients patisserie patrol
  pattern patterns pause paused pavement pay payable paycheck payday paying payment payments payroll payrolls pays
  payslip payslips peace peak peel peeled peeling peels peers pen penalty pence pencil pencilled pending penetration
  penny pension pensioners pentest people per percent percentage perception perfect perfectly performance perhaps
  period permanent permanently permission permissions permit permits permitting person personal personalised personnel
  persons persuade peso petrochemical petrol pets pharma pharmacies pharmacist pharmacists pharmacy phase phased phone
  phoned phones phoning photo photograph photographed photographs photos photovoltaic phrase physics physio
  physiotherapy pianos pick picked picker pickers picking picks picture pictures piece pieces pier pies pig pigs
  pilates pile piles piling pilot pilots pin pinch pine pinged pinned pipe pipeline piracy pit pitch pitchbook pitched
  pitches pitching pits pity pivot place placed placeholder placeholders placement placements places plain plainly
  plan planing planked plann planned planner planning plans plant planting plants plasterers plastic plastics plate
  plates platform platforms play playbook played player players plays pleasant pleasantly please pleased pleasure
  plenty plinth plinths plot plots ploughing plowing plows plug plugs plus plywood poached poaching pocket pocketed
  pod podcast pods poets pogies point pointed pointing points poke poking pole police policies policy policyholders
  polished polite politely pool pooling pools poor pop popping porch porridge port portable portal portals ported
  porter porters portfolio portfolios portioned portraits ports position positions possessive possible possibly post
  postage postal postcode posted poster posters posting postman posts posture potential potentially potteries pottery
  poultry pound pounds poured poutine power powered pozdravem practical practically practice practices praise prank
  prayer pre preamble precisely predecessor predicts prefectures prefer preference premature premier premises premium
  premiums prepar preparation prepare prepared preparer preparers prescriptions present presentation presented
  presenters president presidents press pressed presses pressing pressure presumably presume pretend pretends pretty
  prevent previous previously price priced prices pricing primary prime principal print printed printer printers
  printing prints prior priorit priorities priority privacy private privately privilege probability probable probably
  probation probe probes probity problem procedure procedures process processed processing processor procurement
  produce producers produces product production productive professional profile profiles program programme programmer
  programmers project projector projects prolong promis promise promised promises promising promo promote promotion
  promotions promptly prompts proof proper properly properties property propos proposal propose proposed proposing
  proposta prose prospect prospects prospectus protect protection protocol protocols prototype prototypes proud prove
  proved proven provide provided provider providing proving provisional proxy public publication publicly publish
  published publisher publishers publishes publishing pubs puddle pull pulled pulling pulls pulp pulse pump pumps
  punch punnets puns punters pupil pupils purchase purchases purchasing purported purportedly purpose pursue pursuing
  push pushback pushed pushes pushing put puts putting python qoute qualification qualified qualifying quality quarrel
  quarries quarry quarter quarterly quarters quay queried queries question questionnaire questionnaires questions
  queue queued queues quick quicker quickly quiet quieter quietly quit quite quitting quity quotation quotations quote
  quoted quotes racked racking racks radar radio radiologist radiology raffle rail rails rain rained rains rainy raise
  raised raises raising rakhein ramen ramp ramped ramps rams ran random rang range rank ranked ranking ransomware
  rapid rare rarely rarer rate rated rates rather rating ratio rattle raw reach reachable reached reaches reaching
  react reaction read readable reader readers readiness reading readings reads readvertised ready real realise realize
  really rear reason reasons rebalance rebate rebates rebuild rebuilds rebuilt recall recalled recap receipt receipts
  receive received receives receiving recent recently reception receptionist receptionists recipe recipient reckon
  reckons recognise recognised recommend recommending reconcile reconciliation reconciliations reconciling recondition
  reconsider record recordal recorded recorder recording recordings records recover recovered recovery recruit
  recruiter recruiting recruitment recs recycled red redacted redo redone redraw redrawing reduc reduce reduced
  reduction reductions redundan redundanc redundancies redundancy reefer reefers reel refactor refactoring refer
  reference references referr referred referrer referrers refill refilled refineries refinery refit refitted
  reflection refresh refresher refreshers refrigerated refrigeration refund refunded refurbished refus refusal refuse
  refused regarding regardless regards region regional regions register registered registers registrar registrars
  registration regrade regression regret regular regulat regulated regulation regulator regulatory rehearsal rehearsed
  reimbursement reindeer reinsurance reinsurer reiterate reject rejected rejection related relations relationship
  relatives release released releases relevant reliability reliable relied relief relocate relocating relocation rely
  remain remainder remaining remains remark remarkable remarks remember remembers remind reminder reminders reminds
  remortgage remote remotely removal removals remove removed removes remuneration renames renamings renderer rendering
  renew renewal renewals renewed renewing renews rent rental rented renting rents reopen reopening reorder reorg
  reorganisation reorganization rep repaid repair repaired repairs repeat repeated repeating repetitions replace
  replaced replacement replaces replacing replanning replatform replatforming replay replicated replied replies reply
  replying repo report reported reportedly reporting reports repositories repository represent reproach reproduce
  reproduction reps request requested requests require required requirement requirements rerun rescue research resell
  reservation reserve reserved reserves reset resident residential residual residue resign resignation resignations
  resigning resist resolutions resolve resolved resonate resounding resource resources respect respectable respon
  respond response responsibility responsible rest restarts restaurant restaurants restore restores restricted
  restructur restructure restructured restructuring result results resume resurfacing reszta retail retailer retailers
  retain retainer retention retest rethink retire retired retirement retires retouched retread retreads retrieval
  retrievals retroactive retrofit retrofits return returned returns retype retyping reusable reuse revamp revealed
  revenue reversal reverse reversing review reviewed reviewer reviewers reviewing reviews revise revised revisit
  rewrite rewriting rewritten rice rich rid ride rider riders ridge rig riggers rigging right rightly rights ring
  ringing rings rise rises risk risky rival rivals river road roadmap roads roadshow roaster robin robot robotics
  robots rocking rodeo rods role roles roll rolled rolling rollout rolls roof roofers roofing roofs rooftop room rooms
  rope ropes rose roster rota rotary rotas rotate rotation rotations rotor rotors rough roughly round roundabout
  rounding rounds roundtable route routes routine routing row rowers rowing rows rowth rsted rubber rubbish rude rugby
  rule ruled rules ruling rumour rumours run runbooks running runs runway rupees rush rust rwandan rye sabbatical sack
  sacks sacos sad safe safeguarding safely safety sage said sailing sailings saison salaries salary sale sales
  salesforce salon salons salt salted salting salty saludo salutations saluti same sampl sample samples sana sanctions
  sand sandbox sandwich sandwiches sane sank sat satisfaction satisfied satisfy saturday sausage save saved saves
  saving savings saw sawn say saying says scaffolders scaffolding scale scaled scaling scan scandal scanned scanner
  scanners scanning scans scarcely scary scenarios scene scenes sceptical schedule scheduled scheduling scheme schemes
  school schoolbook schools science scientist scooped scooter scope scoping score scorecard scored scores scoring
  scouts scrap scrape scraper scrapers scrapped scrappy scratch scratched screen screened screening screens screw
  screwdriver screws scribble scribbles script scripts scrubbed sea seal sealant sealed seals seam seamer seams search
  searchable searching season seasons seat seats second seconds secops secret secretary secrets section sections
  sector secur secure secured securing securities security see seed seedlings seeing seem seemed seemingly seems seen
  sees segment seldom self selfie sell seller selling sells semiconductor seminar send sender sending sends senior
  seniors sense sensible sensitiv sensitive sensor sensores sensors sent sentence sentences sentiment separate
  separated separately separates sequel sequence series serious serve served server servers service serviced services
  serving servo session sessions set setpoint sets setter setters setting settings settle settled settlement settles
  setup seven seventeen seventh seventy several severance severe severity sewer sewing sewn shade shader shades shadow
  shall shallower shame shape share shared shareholder shareholders shares sharing sharpen she shed sheep sheet sheets
  shelf shell shelter shelved shelves sheriff shift shifts shillings shines shiny ship shipment shipments shipp
  shipped shipper shippers shipping ships shipyard shipyards shocking shoebox shoes shoot shop shoppers shops short
  shortage shorten shorter shortest shortlist shortly shot should shoulder shoulders shouldn shout shouted shouting
  show showed shower showing shown showroom shows shred shredded shredder shreds shrink shrinks shrug shuddered shut
  shutdown shutdowns shuts shutter shutters shutting shy siame sibling sick sickness side sidecar sides sidewalks
  sidewalls sigh sign signage signal signatories signature signatures signed signing signs silage silence silent
  silicone silks silly silo silver similar simple simply simulated simulator simulators since sincerely singing single
  singles singly sink sions sister sit site sites sits sitting situation six sixteen sixth sixty size sizeable sized
  sizes skeptical sketch sketches skid skiing skill skills skin skins skip skipping slack sleep sleeps sleeves slept
  slice slices slid slide slides slightly slim slip slipped slipping slips slot slots slow slower slowest slowly small
  smaller smallest smart smartphone smell smells smiled smiling smirk smug snagged snapped snaps snapshots sniffing
  snow snowboards snowfall snowsuits social societies society sock socket soft softener software solar sold soldering
  solicitor solicitors solid solution solve solved solvent some somebody someone something sometimes somewhere
  sommelier son songs soon sooner soonest sore sorghum sorry sort sorted sorting sorts soul sound sounded sounds soup
  sour source sourced sourcers sources sourcing sourdough south soy soybeans space spam spaniel spanner spanning spare
  spares sparing spaying speak speaker speakers speaking speaks spec specialises specialist specialists speciality
  specializes specialty specific specification specify specimen spectacles speculat speculated speculative speech
  speed spelled spelling spellings spelt spend spending spends spent spice spilled spindle spins spirit splendid
  splendidly splicer split splitting spoil spoke spoken sponsor sponsored sponsoring sponsorship spot spots spotted
  spray sprayers spread spreadsheet spreadsheets spring sprinkler sprint sprints squad squads square squarely squeaky
  squeeze squeezed squeezes ssa stability stack stacked staff staffed staffing staffs stage staged stagehands stages
  staging stained stairs stake stakeholder stakes stale stall stalls stamp stampers stamping stamps stance stand
  standard standby standing stands standstill standup staple starch staring start started starter starters starting
  starts startup startups state stated statement statements states station stations statistics status statutory stay
  stayed staying stays steady steals stealth steam steamer steams steel steering steers stem step stepping steps
  sterile sterling stevedores steward stick sticker stickers sticks sticky still sting stinks stitching stock
  stockholders stockpile stockpiles stolen stone stones stood stop stopped stopping stops stopwatch storage store
  storeroom stores stories storm storms story straight straightforward strange stranger strangers strap straps
  strategic strategy stream streaming street streets strength strengthen strengthening stress stressed stretch strict
  stricter strictest strictly strike string strings strip strips strokes strong strongest strongroom stroopwafels
  struck structural structure struggl struggle struggling stuck student students studies studio studios study stuff
  stutter style stylists subheadings subject sublet submission submissions submitted subpoena subrogation subscribe
  subscription subscriptions subsidiar subsidiaries subsidiary substack substantiat substitute subtitlers subtitles
  success successful successfully succession successor such suffice suffices sufficient sugarcane suggest suggested
  suggesting suggestion suggests suing suit suitable suite suited suites suits sulks sum summaries summary summer
  summers summit sums sun sunday sunset sunsetting super superintendent supermarkets supervis supervision supervisor
  supervisors supplements supplied supplier suppliers supplies supply support supported supporting supports suppose
  supposed supposedly supposing surcharge sure surely surface surfboards surge surgeon surgeons surgery surgical
  surpris surprise surprised surprises surveillance survey surveyor surveyors surveys survive survived survives
  survivors suspect suspected suspicion suspicious sustainability svelte swallow swamped swap swapped swapping swaps
  swatches swear swearing sweeping swim swimming swing switch switchboard switched switches switching swore sworn
  sympathy synchronised synergy synthetic syringe system systems tab table tables tablet tablets tachograph
  tachographs tacos tag tagged tags tail tailored take takeaway takedown takedowns taken takeover takes taking takings
  talent talk talked talking talks tall tally tank tanks tap tape taped tapes taproom taps target targets tariff
  tarmac taste tasted taster tasters tasting tatters taught tax taximeter tea teach teacher teachers teaches team
  teammate teams teapot teapots tear tears tech techcrunch technical technician technicians technolog technologies
  technology techs teenager telco telecom telematics telemedicine telemetry telephone telephones telephoning telephony
  tell telling tells temp temperature temperatures template templates temporary temps tempt ten tenacious tenancies
  tenancy tenant tenants tend tender tendered tenders tends tense tension tentative tenth terabyte term termbase
  terminal terminals termination terminology terms terrace terraform terrazzo terrible test tested tester testers
  testimonial testimonials testing tests text textbooks texted textiles texting texts than thank thanks that the
  theatre theatres theft their theirs them theme themselves then theory therapist therapists there thereafter
  therefore thermal thermos these they thick thin thing things think thinking thinks thinners third thirds thirteen
  thirtieth thirty this thoroughness those though thought thoughts thousand thousands thread threads threat three
  thresholds threw thrilled thrilling through throughout throw throwing thrown throws thumb thumbs thursday thus tick
  ticker ticket ticketing tickets tide tidier tidy tie tied tier ties tight tighter tile tiles till tills timber time
  timed timeline timer times timesheets timestamps timetable timezone timing tinned tiny tip tips tired tires title
  titles toast today together toggle token tokens told tomatoes tomorrow tone tonight tonnage tonne tonnes tons too
  took tool toolbox tooling toolmakers tools top topic topics topping torch torches torn tornado tortured torx toss
  total totally totes touch touched touches touching tour tourism tov toward towards towels tower towing town
  toxicologist traces track tracked tracker tracking traction tractor tractors trade traded trading traffic trail
  trailer trailers train trained trainer trainers training trainings trains trajectory tram tranches trans transcript
  transform transformation transformer transformers transition translate translated translates translating translation
  translator translators transparent transport travel traveller travels tray trays treadmills treasure treasurer
  treasury treat treating treatment tree trees trend triage trial trials trick tricks tricky tried tries trigger
  triggers trim trimmed trio trip tripl tripled trips trishaw triumph trocar trocars trolley trolleys trophies trophy
  trouble trousers trub truck trucked truckers trucking truckload trucks true truly trunk trunking trust trusted
  trustees truth try trying tubs tuesday tulips tune tunic tunics tuning turbidity turbine turbines turkey turn
  turnaround turned turning turnover turns turntable tweet twelve twentieth twenty twice twins two type typed typeof
  types typical typically typing typists tyre tyres ugliest ugly ultra unable unafraid unallocated unannounced
  unassigned unattended unavailable unbearable unbonded unbooked uncertain unchanged unclear uncoated uncomfortable
  uncomfortably uncommitted unconfirmed uncovered undecided under undergraduates underground underneath
  underperformance underperforming understand understandable understanding understands understood undertaker
  undertakers undertaking undertakings underway underwriter underwriters underwriting undisclosed unfortunately
  unfunded unglamorous unhappy uniform uniforms unit united units universal universit universities university unknown
  unless unlike unlikely unlock unlocked unlocks unlucky unmanned unnecessary unnoticed unopened unpaid unpleasant
  unreadable unrelated unsold unsorted unsourced unstuck unsubscribe unsubscribed unsubscribes unsure until unusual
  unverified unwanted upcoming update updaters updates upfront upgrade uplift upload upon uprights upside upstairs
  upstream urgency urgently usable usage use used useful user users uses using usual usually utca ute utilisation
  utilit utilities utility utive vacanc vacancies vacancy vacation vaccine vaccines vacuum vague valid validat
  validation valley valuable valuation value values valve valves van vans variation varies various vase vases vats
  vault vehicle vehicles vendor vendors venlig vented venture ventures venue verbs verif verification verified
  verifier verifiers verify version versions versus vertical verticals very vessel vessels vesting vests vet
  veterinary vetoed vets vetted vetting viable vibration vicar video videos view viewer views vineyard vineyards
  vintages virtual visible visibly visit visitor visits viticulturist vocational voice voicemail voivodeship volume
  volumes volumetric volunteer volunteered volunteers von vote voted votre vouch vouched vous vpeng vriendelijke
  vulnerability wafer wafers wage wager wages wait waiters waiting waits waive waiver wake wakes walk walked walking
  walks walkthrough wall wallboard walled walls walnut wand wander want wanted wanting wants ward warden wardrobe
  wards warehous warehouse warm warmed warmly warn warned warning warranty wars warts was wash washable washed washes
  washing waste wastewater watch watched watches watching watchmaker water wave waves way weak wealth wear wearable
  weather web webinar webshop website wedding wednesday week weekday weekdays weekend weekends weekly weeknight weeks
  weigh weighbridge weighed weighing weighs weight weirdly welcome weld welders well wellness went were weren west wet
  what whatever whats whatsapp wheel wheels when whenever where whereas wherever whether which whichever while white
  whiteboard whites who whoever whole wholesale wholesaler wholly whom whomever whopping whose why wide wider width
  wife wifi wiggle wiki wild will willing willingness wills win wince winced wind windfarm window windowsill winds
  windscreen wine wineries winery wing winning wins winter winters wiper wire wired wires wiring wiser wish wished
  wishes wishful wishing wishlisters with withdrawal withdraws within without woman women won wonder wondering wonders
  wooden word wording words work workable workbook worked worker workers workforce working works workshop workshops
  workspace workwear world worldwide worn worries worry worrying worse worst worth worthwhile would wouldn wouldnt
  wrap wrapped wrapping wrench writ write writers writes writing written wrong wrongly wrote yaad yacht yachts yard
  yards yarn year yearly years yeast yellow yes yesterday yet yield you youll young youngest your youre yours yourself
  yourselves youtube youve yrs zero zip zirconium zloty zone zoo
  `
    .trim()
    .split(/\s+/),
);
const STEMS = new Set(Array.from(WORDS, (word) => stem(word)));
/** Shorter stems are those of too many words. */
const SHORTEST_STEM = 4;

/** True for a word of business English in any inflection. `word` is lower case. */
export const isEnglishWord = remember((word: string): boolean => {
  if (WORDS.has(word) || isCommonWord(word)) return true;
  const root = stemOf(word);
  return root.length >= SHORTEST_STEM && word.length > root.length && STEMS.has(root);
}, 100_000);

/**
 * As `isEnglishWord`, for a word as it stands in a sentence: each part of "follow-up" by itself, "we've" without its end. Single
 * letters and what has a figure in it are no other language. `word` is lower case.
 */
export function looksEnglish(word: string): boolean {
  return word.split(/[-.&+]/).every((part) => {
    const bare = part.replace(/'\p{L}{0,2}$/u, '').replaceAll("'", '');
    return (
      bare.length < 2 ||
      /\p{N}/u.test(bare) ||
      isEnglishWord(bare) ||
      isFunctionWord(bare) ||
      isFunctionWord(part)
    );
  });
}
