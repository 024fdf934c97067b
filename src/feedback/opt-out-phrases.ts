/**
 * How people ask not to be written to, as patterns over one plain sentence (`plainSentence` in reply-intent.ts:
 * lower case, typed apostrophes, "email" in one spelling). A pattern holds the request, who it is for and what
 * it is about, since "stop", "remove" and "opt out" alone are said of many other things.
 */

const MAIL =
  '(?:emails?|mails?|mailings?|messages?|spam|spamming|pitch(?:es)?|newsletters?|follow[- ]?ups?|outreach|solicitations?|communications?|correspondence|contact|marketing|adverts?|ads|offers?|junk|crap|sequences?|reminders?|nonsense|stuff|rubbish|garbage|(?:cold|sales) (?:emails?|mails?|messages?|pitch(?:es)?|outreach|calls?|notes?|letters?))';
const LIST =
  '(?:lists?|data ?bases?|mailings?|distribution|sequences?|campaigns?|systems?|records|crm|outreach|emails?|newsletters?|cadences?|contacts?|files|subscriptions?|spam|prospecting|roster|marketing|leads|automation|blasts?|drip|mailer|prospects)';
/** Lists that are no mailing lists, and "your list" of something else. */
const OTHER_LIST =
  '(?!(?:\\w+ ){0,2}(?:guest|waiting|wait|cc|attendees?|invite|invitation|speakers?|shopping|beta|approvers?|reviewers?|price|watch|task|to-?do|project|test|staging|portal|ticket\\w*)\\b)';
/** The writer's own self, name or address. */
const ME =
  '(?:me|us|myself|ourselves|my (?:name|(?:mail|email) id|(?:work |business |private |personal )?(?:email|address|mailbox|inbox|contacts?|details|info|information|data)(?: (?:address|details|info|information|data))?)|our (?:email|address|details|contact details|info|information)(?: address)?|this (?:email|address|mailbox|inbox|contact)(?: address)?|it|[\\w.+-]+@[\\w-]+\\.[\\w.-]+)';

/** What may stand before an instruction; "we want to stop …" and "they asked to be removed" are none. */
const ASKED =
  "(?:^|[,;:.!?()-] *|\\b(?:please|kindly|just|and|so|then|now|also|immediately|again|thanks|sorry|guys|better|(?:asked|asking|told|telling|begging)(?: (?:you|your \\w+))?(?: \\w+){0,2} to|(?:can|could|would|will|won't|can't) (?:you|someone|somebody|u)(?: all| guys| please| just| kindly)*|i (?:want|need|ask|request|demand|expect|wish|urge)(?: that)? you(?: to)?|i(?:'d| would) (?:like|appreciate it if|prefer|ask)(?: that)? you(?: to| would| could)?|you (?:to|need to|should|have to|must)|would you mind|if you (?:could|would|can)(?: please| just)?|if you'd) +)";

/** "again", "anymore", or the end of what is said: nothing follows that would be the real object. */
const NO_MORE =
  '(?=(?: (?:please|at all|about (?:this|that|it|anything|your \\w+)|with (?:this|that|these|your|any|anything)\\b[^,.;]*|here|directly))* ?(?:again|any ?more|any longer|any further|further|ever|in (?:the )?future|going forward|from now on|in any (?:way|form)|by any means|under any circumstances|for any reason|at all|full stop|period|please|thanks|thank|thx|$|[,;.!?()]|- |and\\b|or\\b|nor\\b))';
/** They name when or whether: put off, not stopped. */
const PUT_OFF =
  '(?!.*\\b(?:until|till|before|unless|this (?:week|month|quarter|year)|next (?:week|month|quarter)|today|tomorrow|while|during|ahead of|by (?:phone|sms|text|whatsapp)\\b(?! or)|on (?:my (?:cell|mobile|phone)|linkedin|weekends?|fridays?|mondays?|whatsapp))\\b)';

/** Requests whose object is filled in: of the writer alone, or of the whole company. */
function requestsAbout(object: string): string[] {
  const writing =
    '(?:emailing|mailing|contacting|messaging|writing|bothering|pestering|harassing|hassling|pinging|spamming|chasing|approaching|soliciting|reaching out|following up|getting in touch|cold[- ]?\\w+ing|targeting|hounding|stalking)';
  const write =
    '(?:email|mail|contact|message|write|bother|pester|ping|spam|chase|approach|solicit|reach out|follow up|get in touch|be in touch|disturb|call or email|email or call)';
  return [
    `${ASKED}(?:remove|unsubscribe|delete|take|drop|strike|scrub|pull|purge|get|scratch|opt|erase|unlist|exclude|clear|cut|have|cross)(?: out)? ${object}(?: \\w+){0,2} (?:off|from|out of|of|removed from|taken off)(?: of| from)? (?:your|this|the|any|all|that|these|those|future|further|every|whatever)(?: of your)? ${OTHER_LIST}(?:[\\w'-]+ ){0,3}?${LIST}\\b`,
    `${ASKED}(?:remove|unsubscribe|delist|unlist|opt out) ${object}(?: (?:from|off)(?: (?:this|here|these|that|all|everything))?)?(?= *(?:$|[,;.!?()]|- |please|thanks|thank|thx|now|asap|immediately|today|at once|or\\b|and\\b|as\\b|right away|permanently))`,
    `${ASKED}(?:opt) ${object} out\\b`,
    `${ASKED}(?:stop|quit|cease|discontinue|refrain from|desist from|avoid|end) (?:\\w+ly )?${writing}(?: (?:to|with|out to|at))? ${object}\\b`,
    `${ASKED}(?:stop|quit|cease|discontinue|refrain from) (?:\\w+ly )?sending ${object} (?:any|all|more|these|this|those|that|such|your|anything|so many|unsolicited|further|${MAIL})`,
    `${ASKED}(?:stop|quit|cease|discontinue|refrain from) (?:\\w+ly )?sending (?:any |all |more |these |this |those |such |your |the |unsolicited |further )+(?:\\w+ ){0,2}?(?:${MAIL} )?to ${object}\\b`,
    `\\b(?:don't|do not|never|not to|must not|mustn't|shouldn't|should not|may not|didn't|did not|wouldn't|won't)(?: you)?(?: please| ever| dare| even| try to| attempt to| bother to| in any way)* ${write}(?: (?:to|with|out to))? ${object}${NO_MORE}${PUT_OFF}`,
    `\\b(?:don't|do not|never|not to|must not)(?: please| ever| dare| even)* send (?:${object} )?(?:any |more |any more |these |this |further |such |your |unsolicited )+(?:\\w+ ){0,1}?${MAIL}\\b(?: to ${object})?${PUT_OFF}`,
    `\\bno (?:more|further|additional) (?:\\w+ )?${MAIL} to ${object}\\b`,
    `\\bleave ${object} alone\\b(?! with)`,
    `${ASKED}(?:black ?list|block ?list|block|ban|suppress|exclude|unlist|blackhole) ${object}(?= *(?:$|[,;.!?()]|please|from (?:your|this|these|all|any|future|further)\\b))`,
    `${ASKED}(?:add|put|place|include|list) ${object}(?: (?:address(?:es)?|email|domain))? (?:on|to|in|onto|into) (?:your|the|a|an|any) (?:[\\w-]+ ){0,3}?(?:do[- ]not[- ](?:contact|email|mail|call)|dnc|no[- ]contact|suppression|opt[- ]?out|unsubscribed?|block(?:ed)?|black|exclusion)\\b`,
    `\\b(?:want|get|take|keep|leave|have|let|like|need|wish|prefer) (?:(?:to|be|get|have|taken|removed) )*${object} (?:to be )?(?:taken )?off (?:of )?(?:this|your|that|these|any) (?:[\\w'-]+ ){0,2}?${LIST}\\b`,
  ];
}

/** Requests that name nobody and can only be the writer's. */
const OWN_REQUESTS = [
  '\\bmake (?:it|this|them|these|those|the (?:emails?|messages?)) stop\\b',
  `(?:^|\\b(?:please|you|and|so) +)(?:don't|do not|never)(?: please| ever)* send (?:me |us )?(?:anything|any (?:more|other))(?: (?:else|more|further|again|like this|of this|of these))*(?= *(?:$|[,;.!?()]|please|thanks))${PUT_OFF}`,
  `${ASKED}(?:remove|take|drop|get) (?:me|us) (?:from|off|out of)(?: of)? this (?:email )?(?:thread|chain|conversation)\\b`,
  `\\b(?:like|want|wish|prefer|need|love|asking|ask) to (?:stop|quit|no longer) (?:receiving|receive|getting|get) (?:any |more |your |these |this |such |all |further )+(?:\\w+ ){0,2}?${MAIL}\\b(?! (?:about|from) our)`,
  `${ASKED}(?:cancel|end|terminate|stop) my (?:\\w+ )?subscription (?:to|for|of) (?:these|your|this|the|any)(?: \\w+){0,2} ${MAIL}\\b`,
  `\\b(?:i|we|me)\\b.{0,30}\\b(?:want|get|keep|like|need|wish|prefer) (?:(?:to|be|get) )*off (?:of )?(?:this|your|that|these|any) (?:[\\w'-]+ ){0,2}?${LIST}\\b`,
  `\\b(?:be|being|get|getting|am|having (?:me|us|my \\w+)|have (?:me|us|my \\w+)) (?:removed|taken|unsubscribed|deleted|dropped|struck|excluded) (?:from|off|out of) (?:this|your|these|any|such|all) (?:[\\w'-]+ ){0,2}?${LIST}\\b`,
  `\\b(?:my|our|immediate|for|request) removal (?:from|off) (?:this|your|these|any|all)\\b`,
  '\\b(?:i|we) (?:just |really )?want (?:to be )?out(?: of (?:this|your|these)\\b.{0,30})?(?= *(?:$|[.!,]))',
  `${ASKED}(?:stop|quit|cease|discontinue|refrain from|desist from|avoid) (?:\\w+ly )?sending (?:me |us )?(?:(?:any|all|more|these|this|those|such|your|out|unsolicited|unwanted|further|cold|random|mass|automated|endless|so many) )*${MAIL}\\b(?! to (?!me\\b|us\\b|my\\b|this\\b))(?! (?:about|for|from) our)`,
  '^(?:please )?unsubscribe *(?:[-:;,!.(]|$)',
  '^(?:no[, ]+)?(?:please|just|now) stop(?: (?:it|this|now|already|please))?[.!]*$',
  `\\b(?:(?:make|be) (?:sure|certain)|ensure|see to it|so)(?: that)? (?:i|we) (?:do not|don't|never|no longer|won't|will not|stop|am not|are not)(?: (?:ever|have to|need to))? (?:receiv\\w+|get|getting|hear|see|contacted|emailed)(?: (?:from you|any|any more|more|these|this|them|those|your|such|again|anything|further|future))`,
  `\\b(?:way|how|where|link|option|able)(?: (?:for|can|do|could|would)(?: me| i)?)?(?: to)? (?:opt out|unsubscribe|stop|get off|be removed|remove myself|get removed|be taken off)(?: (?:of|from|off|receiving|getting))* (?:this|these|your|those|such)\\b`,
  "^where(?:'s| is| can i find)(?: (?:the|your|an))? (?:unsubscribe|opt[- ]out)(?: (?:link|button|option))? *\\?",
  "\\b(?:i|we)(?: have|'ve)? (?:do not|don't|did not|didn't|never|not)(?: \\w+)? (?:give|gave|given|consent|agree|agreed|consented|opt(?:ed)?[- ]in|sign(?:ed)? up)(?: you)?(?: (?:my|any|you|for|to|in))* (?:consent|permission|be(?:ing)? (?:contacted|emailed|added|on)|these|this|your|any of)",
  `\\b(?:your|these|such) (?:\\w+ ){0,2}?${MAIL} (?:is|are|was|were) (?:\\w+ )?(?:not wanted|unwanted|unwelcome|not welcome|harassment|spam|unsolicited)\\b`,
  '\\bconsider (?:this|it) (?:\\w+ ){0,4}(?:opt[- ]?out|unsubscrib\\w+|request to (?:be removed|stop|unsubscribe|opt out))',
  '\\b(?:please|and|but),? no (?:more )?follow[- ]?ups?\\b|\\bno (?:more )?follow[- ]?ups?,? please\\b',
  `${ASKED}(?:remove|take|delete|unsubscribe)(?: me| us)? (?:from|off) (?:(?:the|your|this|any|all|mailing|email|contact|marketing) )*(?:lists?|mailings?|database|crm|crap|spam|${MAIL})(?= *(?:$|[,;.!?()]|please|now|asap|thanks))`,
  `\\bhow (?:do|can|could) i (?:get off|get out of|unsubscribe|opt out|get removed|remove myself|stop)(?: (?:from|of|off|receiving|getting|being on))*(?: (?:this|your|these|those|such|all)(?: \\w+){0,2} ?(?:${LIST}|${MAIL})| (?:this|these|it))? *(?:$|[?.!,])`,
  `\\bmake (?:this|that|it) (?:be )?(?:the|your) (?:very )?last (?:one|${MAIL})|\\bthis (?:should|must|will|had better|needs to) be (?:the|your) last (?:one|${MAIL})`,
  `\\b(?:not|never|n't)(?: \\w+)? (?:authori[sz]ed|allowed|permitted|permission|consent) (?:\\w+ ){0,2}?(?:to )?(?:use|using|contact|contacting|email|emailing|send|sending|mail|write)\\b.{0,40}\\b(?:me|my|this (?:address|email))\\b`,
  `\\b(?:(?:don't|do not|no longer) (?:\\w+ )?(?:want|wish|like|care)|(?:prefer|rather) not) (?:to )?(?:receive|receiving|get|getting|be sent|have)(?: \\w+){0,3} (?:${MAIL}|of (?:these|this|those))(?! (?:about|from|by) (?:our|my|the)\\b)${PUT_OFF}`,
  `${ASKED}(?:unsubscribe|opt[- ]out)(?=(?: (?:please|now|asap|immediately|today|here|all|thanks|thank you|thx))* *(?:$|[;.!?()]))`,
  `${ASKED}unsubscribe from (?:this|these|your|all|any|further|future)\\b`,
  `\\b(?:i|we)(?:'d| would| want| wish|'ll| will| am| have|'m|'ve| hereby| need)*(?: (?:really|very much|like|love|prefer|appreciate|ask|asked|asking|request|requested|requesting|demand|insist|want|wish|rather|already|twice|repeatedly|be|now|to)){0,5} (?:to |on )?(?:be |being |get |getting )?(?:unsubscribe|unsubscribed|unsubscribing|opt[- ]?(?:ed|ing)?[- ]out|removed|taken off|deleted|delisted|removal)(?= *(?:$|[,;.!?()]|please|now|asap|immediately|from (?:this|these|your|any|all|further|future|the|such)(?: \\w+){0,3} ?${LIST}|(?:of|from) (?:this|these|your|any|all|further|future|receiving|such)\\b(?! (?:\\w+ )?(?:fee|pilot|clause|contract|plan|programme|program|agreement|terms|deal|call|meeting))))`,
  `\\b(?:don't|do not|no longer|never|not|cannot|can't)(?: \\w+)? (?:want|wish|need|care|like|intend|agree|consent|interested in|asked?|subscribed?|sign(?:ed)? up)(?: to| in| for)? (?:receive|receiving|hear|hearing|get|getting|be|being|see|seeing|read|reading)(?: (?:any|any more|more|further|future|these|such|your|unsolicited|contacted|emailed|messaged|bothered|spammed|solicited|approached|on|anything))+(?: \\w+)? ?(?:${MAIL}|${LIST}|from you|from your \\w+|by you|again|any ?more|any further|further|this way|in any way|$|[.,!?])${PUT_OFF}`,
  `\\b(?:don't|do not|no longer|never)(?: \\w+)? (?:want|wish|care|like|ask|asked|subscribed?|sign(?:ed)? up)(?: for| to)?(?: (?:any|any more|more|further|future|these|such|your|unsolicited))+ (?:\\w+ )?(?:emails?|mails?|mailings?|messages?|spam|pitch(?:es)?|newsletters?|follow[- ]?ups?|outreach|solicitations?|communications?)(?= *(?:$|[,;.!?()-]|from|about|please|again|any ?more|to (?:me|us|this)|like this|of this|thanks|and|or))${PUT_OFF}`,
  `\\b(?:don't|do not|no longer|never|not|rather not|prefer not to)(?: \\w+)? ?(?:want|wish|like|need|care|interested)?(?: to| in)? ?(?:hear|hearing) (?:any more |anything |more |any further )?from (?:you|your \\w+|anyone|this)\\b${PUT_OFF}`,
  `\\b(?:don't|do not|rather not|prefer not to|no longer (?:want|wish) to)(?: (?:want|wish|like|need))?(?: to)? (?:be|get) (?:contacted|emailed|messaged|bothered|solicited|approached|spammed)\\b(?! (?:by|on|via|over) (?:phone|sms|text|linkedin|whatsapp))${PUT_OFF}`,
  `(?:^|\\b(?:please|you|and|so) +)(?:don't|do not|didn't|did not|never)(?: please| ever)* (?:contact|email|write|reach out|follow up|get in touch|mail|message)(?: back)?,? (?:again|any ?more|ever again|in (?:the )?future)\\b${PUT_OFF}`,
  `\\b(?:want|need|wish|receive|would like|'d like) no (?:more|further) (?:\\w+ )?${MAIL}\\b`,
  `(?:^|[,;:.!-] *|\\b(?:please|thanks|thank you|and|so) +)no (?:more|further)(?: of)?(?: (?:these|this|your|cold|sales|such|unsolicited|marketing))* (?:${MAIL}|of (?:this|these))(?: (?:please|pls|thanks?|thank you|from (?:you|your \\w+)|to (?:me|this address)|here|ever|again|any ?more))* *(?:$|[,;.!?()])`,
  `${ASKED}(?:stop|quit|cease|end|discontinue) (?:with )?(?:all |any |the |these |this |those |your |such )+(?:\\w+ ){0,2}?${MAIL}\\b(?! (?:about|for) our)`,
  `${ASKED}(?:stop|quit|cease|discontinue) (?:emailing|mailing|contacting|messaging|spamming|writing|bothering|reaching out|harassing)(?= *(?:$|[,;.!?()]|please|now|immediately|at once|already))`,
  `${ASKED}(?:stop|quit|cease) (?:sending|with) (?:me |us )?(?:this|these|that|such)\\b`,
  '\\b(?:lose|forget|delete|block|discard|bin) (?:my|this) (?:number|email|address|contact|details)(?: address)?\\b',
  '\\bcease and desist\\b',
  '^(?:please )?(?:go away|get lost|piss off|fuck off|bugger off|sod off|f\\*+ off|buzz off)\\b',
  "\\b(?:i|we)(?:'ll| will| am| are|'m|'re| have|'ve| shall)?(?: be| now| also| just| have to| going to)* (?:report|reporting|reported|mark|marking|marked|flag|flagging|flagged)(?: (?:you|this|it|these|your \\w+|all|them))+ (?:as|for|to) (?:spam|junk|abuse|phishing|the (?:ico|ftc|authorit\\w+|regulator))",
  '\\b(?:emails?|mails?|messages?|contact|anything)\\b.{0,30}\\b(?:will|shall|gets?) (?:be )?(?:report|treat|mark|flag|block)(?:ed)? (?:as|for|to)? ?(?:spam|harassment|junk|you)',
  "\\b(?:i|we)(?:'m| am|'ll| will| have|'ve)? (?:be )?(?:blocking|block|blocked) (?:you|your (?:address|domain|emails?))\\b",
];

/** Claims on personal data: these reach beyond mail. */
const ERASURE = [
  `${ASKED}(?:erase|delete|destroy|remove|purge|wipe|forget) (?:all |any |every |of |the )*(?:my|our|personal|about me)(?: \\w+)? ?(?:data|information|records|details|profile|contact details)(?! (?:from|off) (?:your|the|this|any|all) (?:\\w+ ){0,2}(?:lists?|database|mailings?|crm|campaigns?)\\b)(?! (?:from|off|on|in) (?:the|this|that) (?:test|staging|portal|demo|slide|deck|case|quote|form|spreadsheet|sheet|document))\\b`,
  `${ASKED}(?:erase|delete|destroy|remove|purge) (?:all |any |every |of |the )*(?:personal )?(?:data|information|records) (?:\\w+ ){0,4}(?:about|on|of|concerning|relating to|regarding|for) me\\b`,
  '\\b(?:i|we)\\b.{0,60}\\b(?:right to (?:erasure|be forgotten|object)|right of (?:erasure|objection))\\b',
  "\\b(?:i|we)(?: hereby| do| would like to| wish to|'d like to| formally| must)* object to (?:the |any |your |this |all )*(?:further )?(?:processing|use|storage|direct marketing|marketing|profiling|having my)",
  "\\b(?:i|we)(?: hereby| do| would like to| wish to|'d like to| formally| want to)* (?:withdraw|revoke) (?:my|our|any|all)(?: \\w+)? ?consent\\b",
  '\\b(?:i|we)\\b.{0,60}\\b(?:erase|erasure|deletion|delete)\\b.{0,60}\\b(?:my|personal|our) (?:\\w+ )?(?:data|information|details)\\b',
  "\\b(?:do not|don't) (?:sell|share|process|store|use) (?:or \\w+ )?my (?:personal )?(?:data|information|details)\\b",
];

/** The commonest requests in other languages that are more than a word. */
const ABROAD = [
  '\\b(?:nehmen|streichen|löschen|entfernen|austragen|tragen|nimm|streich|lösch|entfern)\\w* (?:sie )?(?:bitte )?(?:mich|meine (?:e-?mail|adresse|daten)\\S*|uns)\\b.{0,40}\\b(?:liste|verteiler|newsletter|datenbank|aus|system)',
  '\\b(?:keine|bitte keine)(?: weiteren?)? (?:e-?mails?|mails?|werbung|nachrichten|anfragen)(?: mehr)?(?: (?:bitte|senden|schicken|von ihnen))* *(?:$|[.!,])',
  '\\b(?:kontaktieren|schreiben|mailen) sie (?:mich|mir|uns) (?:bitte )?(?:nicht|nie)(?: mehr| wieder)',
  '\\b(?:ne (?:me|nous) (?:contactez|écrivez|envoyez)|merci de ne)\\b.{0,25}\\b(?:plus|pas)\\b.{0,25}(?:contacter|écrire|envoyer|$|[.!,]|mail)',
  '\\b(?:désinscri(?:vez|re)|désabonne[rz]|retirez|supprimez|enlevez|retirer|désinscris)[- ](?:moi|nous|mon (?:adresse|e-?mail))',
  '\\b(?:me|veuillez) (?:désinscrire|désabonner|retirer de)',
  '\\bno (?:me|nos) (?:escriba|escriban|contacte|contacten|env[íi]e|env[íi]en|manden?)\\b.{0,25}\\bm[áa]s\\b',
  '\\b(?:darme|dame|denme|d[ée]me|dadme|dar) de baja\\b',
  '\\b(?:qu[íi]te(?:n)?me|elim[íi]ne(?:n)?me|b[óo]rre(?:n)?me) de\\b',
  '\\b(?:schrijf|haal|verwijder) (?:mij|me|ons|mijn)\\b.{0,40}\\b(?:uit|af|lijst|bestand|adres|mailinglijst)',
  '\\bgeen (?:e-?mails?|mails?|berichten|reclame)(?: \\w+){0,2} meer\\b',
  '\\b(?:non (?:mi |ci )?(?:contattat\\w*|scriv\\w*|inviat\\w*|mandat\\w*))\\b.{0,25}\\bpiù\\b',
  '\\b(?:cancellatemi|cancellami|rimuovetemi|rimuovimi|toglietemi) d',
  '\\bn[ãa]o (?:me |nos )?(?:contacte\\w*|escreva\\w*|envie\\w*|mande\\w*|enviem)\\b.{0,25}\\bmais\\b',
  '\\b(?:remova|retire|exclua|descadastre)(?:m)?(?:-me| meu| o meu| me)\\b',
];

/** Replies that are nothing but this. */
const BARE =
  '(?:stop+|unsubscribe(?: me)?|remove(?: me| us| this)?|opt[- ]?(?:me )?out|optout|take (?:me|us) off|delete(?: me)?|cancel(?: me)?|no more(?: emails?)?|enough|quit|end|desist|abmelden|abmeldung|abbestellen|austragen|stopp|löschen|désinscription|desinscription|désinscrire|désabonner|desabonner|désabonnement|stop pub|baja|darse de baja|dar de baja|darme de baja|cancelar(?: suscripci[óo]n| inscri[çc][ãa]o)?|anular|eliminar|afmelden|uitschrijven|afmelding|cancellami|cancellatemi|cancellazione|cancellare|disiscrivimi|disiscrizione|disiscrivi|annulla|remover|remova|descadastrar|cancelar subscri[çc][ãa]o|sair|parar|pare|basta)';

/**
 * Patterns of which one is to match. Each is by itself: V8 compiles a pattern whole when it is first used, which for all of them as
 * one would hold up the event loop for a tenth of a second, and matching them as one takes four times as long.
 */
export class AnyOf {
  readonly patterns: readonly RegExp[];

  constructor(sources: readonly string[]) {
    this.patterns = sources.map((source) => new RegExp(source, 'iu'));
  }

  test(sentence: string): boolean {
    return this.patterns.some((pattern) => pattern.test(sentence));
  }
}

/** Everybody at the writer's company; reply-intent.ts puts "our company" for its name. */
const EVERYONE = `(?:${[
  '(?:(?:all|any|every) (?:of )?)?(?:our|the|my|this)(?: \\w+)? (?:company|organi[sz]ation|firm|business|domain|office|practice|agency|institution|group|enterprise)(?: (?:as a whole|address(?:es)?|emails?|people|staff|employees|contacts))?',
  '(?:our|my) (?:whole |entire )?(?:team|staff|colleagues|employees|people|coworkers|co-workers|department)',
  '(?:every|any)(?:one|body|(?: single)? (?:person|employee|address|contact|colleague|mailbox))(?: else)?(?= (?:here|at|in|from|with|on|under|of|else|who)\\b)',
  '(?:anyone|everyone|anybody|everybody)(?: else)? (?:here|in-house)',
  'us all|all of us|the (?:whole |entire )?lot of us',
  '(?:any|all|each) of (?:our|my) \\w+',
  'all (?:of (?:us|our \\w+|my colleagues)|(?:of )?our \\w+|my colleagues|employees|staff|contacts|addresses|emails?|people)(?= (?:here|at|in|from|with|on|under|off)\\b)',
].join(
  '|',
)})(?: (?:here|else|as well|too|(?:at|in|from|with|on|under|of) (?:(?:our|this|the|my) )?[\\w&.@'\u00c0-\u024f-]+(?: (?!off|from|out|of|again|any)[\\w&.\u00c0-\u024f-]+){0,3}?))?`;

export const OPT_OUT_PHRASES = {
  own: new AnyOf([...requestsAbout(ME), ...OWN_REQUESTS]),
  erasure: new AnyOf(ERASURE),
  company: new AnyOf([
    ...requestsAbout(EVERYONE),
    `${EVERYONE} (?:does not|doesn't|do not|don't|no longer) (?:\\w+ )?(?:wish|want|wishes|wants|like|care|consent)(?:s)? (?:to )?(?:\\w+ ){0,4}?(?:${MAIL}|from you|contacted|emailed)\\b`,
    `\\b(?:nobody|no one|none of us)(?: (?:here|at|in|else|of)(?: \\w+){0,3})? (?:wants?|wishes|needs?|would like|is interested in)(?: to)? (?:receive |receiving |hear |hearing |get |be |see )?(?:\\w+ ){0,2}?(?:${MAIL}|from you|contacted|emailed)`,
  ]),
  abroad: new AnyOf(ABROAD),
  bare: new RegExp(`^${BARE}$`, 'iu'),
  /** A sentence of its own anywhere in a reply, not only as the whole of it. */
  bareSentence: /^(?:unsubscribe(?: me)?|remove me|opt[- ]?(?:me )?out|take me off|opt me out)$/iu,
};

/** "In any way", by name of several ways, or for good: not about mail alone. */
export const EVERY_CHANNEL =
  /\bin any (?:way|form|manner|shape)\b|\b(?:by|through|on|via) any (?:means|channel|medium)\b|\bany channels?\b|\b(?:phone|call|text|linkedin|sms)\b.{0,25}\b(?:e?mail|message)\b|\b(?:e?mail|message)\b.{0,25}\b(?:phone|call|text|linkedin|sms)\b|\bno contact (?:whatsoever|of any kind)\b/i;

/** The sentence is about an unsubscribe function, somebody else, or takes the request back. */
export const NO_OPT_OUT = new RegExp(
  [
    "(?<!^where(?:'s| is) (?:the|your) )\\bunsubscribe (?:links?|rates?|buttons?|pages?|headers?|requests?|options?|footers?|flow|events?|feature|numbers?)\\b",
    '\\b(?:put|add|get) (?:me|us) back\\b|\\bre-?subscribe\\b|\\bre-?add\\b|\\bby (?:mistake|accident)\\b|\\baccidentally\\b',
    "\\b(?:don't|do not|didn't|did not|never|no need to|not) (?:\\w+ )?(?:unsubscribe|remove|delete|take) (?:me|us|my)\\b(?!.*\\b(?:yet|ask)\\b)",
    "\\bnot (?:asking|saying|trying) (?:you )?to\\b|\\b(?:don't|didn't|not) mean to\\b",
    "^(?:to|if you(?: no longer)? (?:want|wish|would like|prefer|do not|don't)|you can|you may|in order to|click|reply|text|type|press|simply reply)\\b.{0,60}\\b(?:unsubscribe|opt[- ]?out|stop|remove[d]?|receiv)",
    '\\b(?:did|have|has|had|why|when) (?:you|someone|somebody) (?:just |already |ever )?(?:unsubscribe|remove|delete|take|taken|drop)d?\\b',
    '\\bjust kidding\\b|\\bjoking\\b|\\bhesitate\\b',
    '\\b(?:keep|leave|copy|cc|loop)(?: in)? (?!me\\b|us\\b)\\w+ (?:in|on|instead)\\b',
  ].join('|'),
  'iu',
);

/** "If you have received this message in error, please delete it": below mail of every kind, and no request about mail. */
export const CONFIDENTIALITY_NOTICE =
  /^(?!.*\b(?:me|my|us|our)\b).*\bif (?:you|this)\b.{0,60}\b(?:intended (?:recipient|addressee)|(?:in|by) (?:error|mistake))\b/;
