import { splitSentences } from '../judge/language/sentences.ts';
import { CONFIDENTIALITY_NOTICE } from './opt-out-phrases.ts';

/**
 * What people say who want no more mail, and others too. Wide on purpose: whoever says it has said something that a person
 * should read before an engine writes again, and an opt-out that is missed costs more than a look.
 */
const HINTS: readonly RegExp[] = [
  // To stop: doing, sending, being sent.
  /\b(?:stop\w*|cease\w*|desist|quit|halt|knock it off|cut it out|enough|give it a rest|back off|go away|get lost|(?:jog|buzz|clear|bog|push|naff) (?:on|off)|off limits|s\W?t\W?o\W?p|discontinu\w*|end (?:this|it|these|our|the)|to end|skip (?:me|us)|spared?|fed up|tiresome|come back|trouble (?:me|us)|get rid|rid of|let (?:me|us) go|untick\w*|f[\w*]* off|piss off|leave (?:me|us|\w+) (?:alone|be|in peace))\b/,
  /\bno (?:more|further|longer)\b|\b(?:any ?more|any longer|never again|once and for all|for good)\b|\bnot? (?:\w+ ){0,6}again\b/,
  /\b(?:last|final) (?:\w+ ){0,2}(?:e-?mails?|mails?|messages?|notes?|time|warning)\b/,
  // To be taken off: the writer, an address, a company.
  /\b(?:un\W?su\w{0,3}scri\w*|de-?list\w*|un-?list\w*|opt(?:ing|ed)?[- ]?(?:us |me |\w+ )?out|black-?list\w*|block-?list\w*|suppress\w*|do[- ]not[- ](?:contact|e-?mail|mail)|dnc)\b/,
  /\b(?:remov\w*|delet\w*|eras\w*|purg\w*|strik\w*|struck|scrub\w*|scrap|wip\w*|expung\w*|drop\w*|clear\w*|exclu\w*|block\w*|lose|forget|bin|destroy\w*)\b/,
  /\b(?:take|taken|cross|scratch|get|keep|want|have|leave|wish|like)\b[^.!?]{0,60}\b(?:off|out of (?:your|the|this|that|it))\b/,
  /\boff (?:of )?(?:your|the|this|that|my) (?:\w+ )?(?:list|mailing|inbox|books)|\boff\W+(?:me|my|us)\b/,
  // Not to be written to.
  /\b(?:don't|do not|dont|not to|never|nobody|no ?one|none of us|neither|nor|shouldn't|mustn't|won't|cannot|can't|without)\b[^.!?]{0,80}\b(?:e-?mail\w*|mail\w*|messag\w*|writ\w*|contact\w*|send\w*|sent|hear\w*|receiv\w*|recieve\w*|get\w*|follow\w*|reach\w*|approach\w*|disturb\w*|bother\w*|pitch\w*|solicit\w*|want\w*|use|chas\w*|ping\w*|touch|market\w*|call\w*|see\w*)\b/,
  /\b(?:rather|prefer|appreciate|grateful|glad|happy|relief|better)\b[^.!?]{0,60}\b(?:not|n't|if you (?:could|would|didn't)|without|less|fewer|silence|quiet)\b/,
  /\b(?:refrain|abstain|withdraw\w*|revok\w*|object(?:ion|s|ed|ing)? to|we object|i object|consent)\b/,
  // Anger, law, threats.
  /\b(?:spam\w*|junk|unsolicited|unwanted|intrusive|harass\w*|pester\w*|nuisance|bother\w*|annoy\w*|phishing|scam\w*|robot\w*|bots?)\b/,
  /\b(?:gdpr|dsgvo|rgpd|ccpa|can-?spam|casl|pecr|article (?:17|21)|art\.? ?(?:17|21)|data protection|privacy|regulator|ico|ftc|attorney|lawyers?|legal|complain\w*|report(?:ed|ing)?|counsel|database|records|on file)\b/,
  /\b(?:who|where|how)\b[^.!?]{0,30}\b(?:gave|got|get|find|found)\b[^.!?]{0,30}\b(?:address|details|e-?mail|name|data|contact)\b/,
  /\b(?:cold|sales|automated|ai|mass|bulk) (?:\w+ )?(?:e-?mails?|mails?|pitch\w*|outreach|messages?|agent)\b/,
  // German, French, Spanish, Dutch, Italian, Portuguese.
  /\b(?:abmeld\w*|abbestell\w*|austrag\w*|ausgetragen|lösch\w*|entfern\w*|keine (?:weiteren|mehr|werbung|mails?|e-mails?|nachrichten|anfragen)|nicht mehr|widersprech\w*|unterlass\w*|streich\w*|aufhören|in ruhe|verteiler|unerwünscht\w*)\b/,
  /(?:désabonn|désinscri|désinscription|retir(?:er|ez)|supprim|effac|arrêt|cessez|ne plus|plus (?:de|aucun|jamais)|rayer|radi(?:er|ez)|laissez)/,
  /\b(?:(?:dar|darme|darnos|dame|denme|deme) de baja|baja|borr\w*|elimin\w*|quit(?:ar|en|e|a)\w*|no (?:me |nos )?(?:escrib\w*|env[ií]\w*|mand\w*|contact\w*|molest\w*|quiero|queremos|deseo|deseamos)|dej(?:en|e|a) de|basta)(?!\w)/,
  /\b(?:uitschrijv\w*|afmeld\w*|verwijder\w*|schrap\w*|stopp?en|hou\w* \w* ?op|ophouden|geen (?:mails?|e-mails?|berichten|reclame|verdere|contact)|niet meer|niet langer|haal (?:me|mij|ons)|met rust)\b/,
  /\b(?:cancell\w*|disiscri\w*|toglie\w*|togli\w*|rimuov\w*|elimin\w*|smett\w*|non (?:mi |ci |vogli\w* |desider\w* )?(?:scriv\w*|invi\w*|contatt\w*|mand\w*|disturb\w*|ricev\w*)|non (?:voglio|vogliamo|desidero|desideriamo)|basta)(?!\w)/,
  /(?:remov(?:er|am|a\b|endo)|retir(?:ar|em|e\b)|descadastr|cancelar|exclu(?:ir|am|a\b)|apag(?:ar|uem|ue)|n[ãa]o (?:me |nos )?(?:envi|escrev|contat|contact|mand|quer|desej|incomod)|par(?:em|e) de|deixem de)/,
];

/** A reply of so few words that is no yes says little and may say this. */
const SHORT_NO =
  /^\W*(?:no|nope|nah|never|nein|non|nee|não|pass|hard pass|not interested|no thanks?|no thank you)\b/;
const SHORT_WORDS = 12;

/** Longer replies are read in part, as `optOutIn` does. */
const READ_CHARS = 8_000;

/**
 * A sentence of a reply that may ask for no more mail, for those in which `optOutIn` finds no clear request. Until a person
 * has read it, mail to its writer is held: doubt is a hold.
 *
 * @param text new text only (`replyText`)
 * @returns the sentence, one line; null when nothing in the reply sounds like it
 */
export function mayOptOut(text: string): string | null {
  const read = text.slice(0, READ_CHARS);
  const sentences = splitSentences(read.replace(/(?<=[\p{L}\p{N},]) ?\n(?=\p{Ll})/gu, ' '));
  const plain = (said: string): string =>
    said
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[’‘`´]/g, "'");
  const hinting = sentences.find(({ text }) => {
    const said = plain(text);
    return !CONFIDENTIALITY_NOTICE.test(said) && HINTS.some((hint) => hint.test(said));
  });
  const short = read.split(/\s+/).length <= SHORT_WORDS && SHORT_NO.test(plain(read.trim()));
  const found = hinting?.text ?? (short ? read : null);
  return found === null ? null : found.replace(/\s+/g, ' ').trim();
}
