/**
 * How much a word says. Function words say nothing; words that any business mail may hold (frequent in
 * plain business English, or the trade's own: "bench", "demo", "roadmap") say little; the rest is what a
 * text is about. A stand-in for inverse document frequency that needs no corpus at run time.
 */
import { stem } from './stem.ts';

const FUNCTION = wordSet(`
  a about above after again against all also although always am an and another any anyone anything are arent
  as at be because been before being below best between both but by can cannot cant cheers could couldnt dear
  did didnt do does doesnt doing done dont down during each either else enough even ever every few first for
  from further get gets getting go goes going got had has hasnt have havent having he hello her here hers
  herself hes hey hi him himself his how however i id if ill im in instead into is isnt it its itself ive just
  last let lets like made make makes making many may maybe me might mine more most much must my myself near
  need needs neither never new next no nor not now of off often on once one only onto or other others our ours
  ourselves out over own per perhaps please put quite rather re really regards same say says see seem seems
  seen shall she shes should shouldnt since sincerely so some someone something soon still such take takes
  than thank thanks that thats the their theirs them themselves then there theres these they theyre theyve
  thing things this those though through thus to together too two under until up upon us use used uses using
  very via want wanted wants was wasnt way we wed well were weve what when where whether which while who whom
  whose why will with within without wont would wouldnt yes yet you youd youll your youre yours yourself youve`);

const COMMON = wordSet(`
  ability able access accessibility accessible according account accounts achieve across act action actions
  active activities actually add added adding addition additional address administration agile align aligned
  allow allows almost along already american among amount analysis answer answers app application applications
  apply approach approaches appropriate approval approved apps april area areas aren around article ask asked
  asking attention audience augmentation august automatically availability available avoid away back backend
  background based basic basis become begin beginning behind believe bench benefit benefits better beyond big
  blog book boost boosting bring build building built bureau business calendar call called calls came
  candidate candidates capacity care case cases center centered ceo certain cfo challenge challenges change
  changes changing channel channels chat check chief choose citizen citizens clear clearly click client
  clients close co-founder code collaborate collaboration collaborative colleagues collect collection com come
  comes coming comments common communicate communication communications communities community companies
  company comparable complete completed complex compliance components computer conduct congrats
  congratulations connect consider considered consistent contact content context continue contractor
  contractors contribute control conversation conversations coo copy core cost-effective country course create
  created creating creation critical cross cto culture curious current currently custom customer customers
  cycle date day days december decision decisions dedicated default define defined deliver delivering delivers
  delivery demo department depending description design designed designers detail detailed details determine
  develop developed developer developers developing development device devices didn different difficult
  digital digitalgov direct directly director discuss discussed discussing discussion distributed document
  documentation documents doesn don download drive driven driving due early easier easily easy education
  effective effectively efficient efficiently effort efforts elements email employee employees enable
  encourage end engage engagement engaging engineer engineered engineering engineers ensure ensuring entire
  environment especially etc event events everyone everything example examples excited exciting executive
  existing expect expectations expected experience experienced experiences expertise experts explain explore
  external facing fact familiar far fast feature features february feedback feel field file final finally
  financial find finding firm firms fit fits five flexible flexibly focus focused folks follow following form
  format forms forward found founder four frame framework free frequently friday friendly front frontend full
  fullstack fully functionality future general generally give given gives glad goal goals good great greater
  grew group groups grow growing growth guidance guide guidelines hand happen happy hard head health hear help
  helped helpful helping helps high higher hire hires hiring history home hope host hosted hours house human
  idea ideas identified identify images impact implement implementation implementing importance important
  impressive improve improvement improvements improving include included includes including increase
  individual individuals industry inform information infrastructure initial initiative initiatives innovation
  innovative input insights instance instructions interact interest interested interesting interface internal
  internet interviews intro introduce introduction involved isn issue issues items january job join july june
  junior keep keeping key kind know knowledge known language large larger later latest launch launched lead
  leader leaders leadership learn learned learning least leave led left legal less lessons level levels
  leverage life likely limited line link links list listed little live local location long longer look looking
  looks lot love low mail main maintain major manage managed management manager managers managing march market
  marketing match matches matter mean means measure media meet meeting meetings member members mention
  mentioned mentioning message method methods metrics mid mid-level million mind minute minutes mission model
  modern monday money month monthly months move moving multiple name national navigate necessary needed
  network news non note notes notice noticed noting november number october offer offering offers office
  officer official onboard onboarded onboarding ongoing online opening openings operations opportunities
  opportunity optimise optimize optimizing option options order organization organizations originally outcome
  outcomes outside outsourcing overall overview page pages part part-time participants participate particular
  partner partners partnership parts past path pdf people perform performance period person personal phone
  place plain plan planned planning plans platform platforms play point points policies policy popular
  position positions positive possible post posted posts potential power practice practices pre prepare
  present presentation previous primary principles prior priorities priority problem problems process
  processes product production products professional profile profiles program programs progress project
  projects promote provide provided provides providing public publish published pull purpose quality quarter
  question questions quick quickly quote range reach reaching read reading ready real reason reasons receive
  received recent recently reduce reducing reference reflect regular regularly related release released
  relevant reliable remember remote reply report reporting reports repository request requests require
  required requirements requires research resource resources respond response responsible rest result results
  review right risk roadmap role roles rules run running said save saw scale scaled scales scaling schedule
  science scope scoping screen search second section sector secure select self send senior sense sent separate
  september series serve service services session set setting several share shared sharing ship shipping short
  show shows side sign signal signals significant similar simple simply single site sites size skills slack
  slot small social software solution solutions solve sometimes source space special specific specifically
  spend sprint squad stack staff staffing stakeholder stakeholders standard standards start started starting
  starts startup startups status stay step steps stories story strategic strategies strategy streamline strong
  structure studies study style subject submit success successful support supporting supports sure survey
  system systems taken taking talent talk talking task tasks team teammates teams tech technical technologies
  technology tell template tenacious term terms test testing text think thinking third thought thread three
  throughout thursday time timeline times timing tips today tomorrow took tool tooling tools top topic topics
  touch towards track tracking traffic training transform transparency trends trust try trying tts tuesday
  turn type types typically understand understanding unique united university unlock update updated updates
  usability usage useful user users usually valuable value values variety various velocity vendor version
  vetted vetting video videos view vision visit visual vp watch ways web website websites wednesday week weeks
  welcome white whole wide won word words work worked workflow workflows working works world worth write
  writing written year years`);

/** Weight of a common word; a word that is neither function word nor common weighs 1. */
export const COMMON_WEIGHT = 0.25;

/** True for words with no content of their own ("the", "would", "thanks"). `word` is lower case. */
export function isFunctionWord(word: string): boolean {
  return FUNCTION.words.has(word.replaceAll("'", ''));
}

/** True for function words and for what any business mail may hold, in the forms listed here. `word` is lower case. */
export function isCommonWord(word: string): boolean {
  return FUNCTION.words.has(word) || COMMON.words.has(word);
}

/** 0 for a function word, COMMON_WEIGHT for a common one in any inflection, else 1. `word` is lower case. */
export function wordWeight(word: string): number {
  if (isFunctionWord(word)) return 0;
  return COMMON.words.has(word) || COMMON.stems.has(stem(word)) ? COMMON_WEIGHT : 1;
}

function wordSet(list: string): { words: Set<string>; stems: Set<string> } {
  const words = list.split(/\s+/).filter(Boolean);
  return { words: new Set(words), stems: new Set(words.map(stem)) };
}
