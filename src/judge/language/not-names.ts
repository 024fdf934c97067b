/** Capitalised in English whatever they stand for, hence never by themselves the name of a company. */
const PLAIN = new Set(
  `i i'm i'd i'll i've monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
  january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec q1 q2 q3 q4 h1 h2 fy
  am pm gmt utc cet cest bst est edt pst pdt eat wat ist
  ceo cto cfo coo cio ciso cmo cro cpo cdo chro vp svp evp md hr pr qa it ai ml llm nlp mle sre swe devops mlops
  b2b b2c saas paas iaas smb sme roi kpi okr poc mvp rfp rfi sow nda msa sla dpa baa eor crm erp cms faq tldr fyi eta
  eu uk us usa uae emea apac dach latam
  re fw fwd subject cc bcc ps p.s context question note hi hello hey dear thanks thank regards best cheers sincerely
  mr mrs ms dr prof sir madam
  series seed ipo english french german spanish portuguese swahili arabic amharic european african american
  british canadian indian kenyan nigerian ethiopian ghanaian egyptian rwandan`
    .split(/\s+/)
    .filter(Boolean),
);

/** Words that often open a sentence or a list item of a mail; capitalised there for that reason alone. */
export const COMMON_OPENERS = new Set(
  `a about according across actually additionally after again all along already also although always among an and
  another any anyone anything apologies appreciate are arrange as ask assuming at available based because before being
  below besides beyond big both brief briefly bring building but by call came can cannot case chance check circling
  clearly client clients close colleagues coming companies company completely compliance confirm congrats congratulations
  consider considering could create current currently curious customers data delighted details did different do does
  don't done due during each earlier early either else engineer engineering engineers enjoy enjoyed even every everyone
  everything exactly excited exciting expect experience fair fast feel few finally find fintech firms first flexible
  focus focusing follow following for former fortunately forward founders found free from full fully further
  generally get getting give given giving glad go going good got great growing growth had half happy has have having he
  hear heard help helped helping hence her here here's his hiring honestly hope hopefully hoping how however if i'm
  imagine important in including indeed inside instead interested interesting into is isn't it it's its it'd it'll join just keep know last
  lately later leaders leading learn let let's like likewise local longer look looking looks love made mainly make makes
  many maybe me meanwhile might mind more moreover most moving much must my naturally need needs neither never new next no nobody
  none nor not noted nothing notice noticed noting now of off often ok okay on once one only open or other others our out over
  overall part partners peer peers per perhaps pilot plan platform platforms please pleasure plus possibly prior probably profiles
  project quick quickly quite rather reach reaching ready really recent recently regarding reply right same saw say scaling see seeing
  seems seen senior several shall share sharing she shift shifting should similar similarly simply since small so some someone something
  sometimes soon sorry sounds speaking specifically sprints start startups started starting still such sure switching take
  taking team teams tell than that that's the their them then there there's therefore these they they're things this those
  though thought three through to today together tomorrow too totally tried true try two typical typically under understand
  understood unfortunately unless until up using usually very want wanted was watching we we'd we'll we're we've well were what
  what's when whenever where whether which while who whom whose why will wishing with within without wonder wondering work worked
  working worth would wouldn't yes yesterday yet you you'd you'll you're you've your
  absolutely attached attaching banks brands cheers businesses businesspeople developers four five six seven eight nine ten employers entrepreneurs
  founder friendly hospitals insurers lenders managers neobanks none offer operators orgs organisations organizations
  product products providers recruiters references retailers sales schools scale-ups scaleups sellers shops sites software solutions
  talent tech technology testing tools users vendors agencies makers meet meeting matching send sending shortly`
    .split(/\s+/)
    .filter(Boolean),
);

/** True for words such as "Tuesday", "CTO" or "Regards", in any case. */
export function isPlainWord(word: string): boolean {
  return PLAIN.has(word.toLowerCase());
}
