import { ROLE_WORDS, roleIn } from './person-role.ts';
import { rememberSentences } from './remember.ts';
import type { Piece } from './sentences.ts';

/** A claim that somebody else of the client's company said or is about something. */
export interface Attribution extends Piece {
  /** Canonical role of that person; null when only a name is known. */
  role: string | null;
  /** It names a conversation or a telling, not just a state of affairs. */
  told: boolean;
}

const SAID =
  '(?:mention(?:s|ed|ing)|said|says|told (?:me|us)|shared|shares|noted|confirm(?:s|ed)|flagged|hinted|explained|indicated|confid(?:es|ed)|raised|wrote|emailed|messaged|discuss(?:es|ed)|disclosed|revealed|expressed|brought up|let slip|outlined|described|admitted|complained|asked (?:me|us|about)|talked (?:to (?:me|us) )?about|spoke (?:to (?:me|us) )?about|gave (?:me|us)|made clear|signal(?:s|led|ed)|is discussing|was discussing|has been discussing|let (?:me|us) know|stressed)';
const STATE =
  "(?:(?:is|are|was|were|'s|has been) (?:\\w+ly )?(?:worr\\w+|concern\\w+|consider\\w*|plann\\w*|navigat\\w*|deal\\w*|push\\w*|look\\w*|think\\w*|weigh\\w*|keen|eager|nervous|unhappy|frustrat\\w*|negotiat\\w*|prepar\\w*|going|leaving|stepping|under|facing|pressing|aiming|evaluat\\w*|reviewing|talking)|wants?|wanted|plans?|worries|prefers?|intends?|hopes?|needs?|approved|agreed|decided|promised|froze|cut|is after|has (?:\\w+ )?(?:approved|decided|agreed|promised|frozen|cut|set|asked|been))";
const TALK =
  '(?:thread|conversations?|chats?|calls?|exchanges?|emails?|e-mails?|discussions?|notes?|messages?|inbox|correspondence|dms?|meetings?|feedback|comments?|remarks?)';
/** Said in public, so anybody may repeat it. */
export const PUBLIC =
  /\b(?:podcast|interview|blog|posts?\b|posted|keynote|linkedin|tweet\w*|earnings call|annual report|press|article|panel|conference|webinar|announce\w*|shareholder letter|publicly|public|talk at|on stage|newsletter|op-?ed|published|youtube|website|job (?:ad|post|description)|fireside|summit|results call|roadshow|news)\b/i;
/** An introduction passes on the person, not what was said. */
export const REFERRAL =
  /\b(?:suggest\w*|recommend\w*|ask\w*|said|told me|mention\w*|thought|felt|proposed|advised) (?:that )?(?:i|we|me|us|you(?:'d| would| are|'re| were)?) (?:to )?(?:should |could |might )?(?:reach|speak|contact|get in touch|talk|connect|write|email|be the (?:right|best)|would be the (?:right|best)|the (?:right|best) person|touch base|drop)|\b(?:pointed|referred|directed|introduced|passed|forwarded|connected) (?:me|us|you)\b|\bintroduc(?:ed|tion)\b|\bgave me your (?:name|address|email)|\bcc(?:'?d|ing)\b|\bin copy\b/i;
const OWN_TEAM = /\bour$/i;

/** A form of words for a claim; `told` as in `Attribution`. */
interface Form {
  pattern: RegExp;
  told: boolean;
}

/**
 * Finds claims in a sentence about what another person of the company said or does. `ownRole` is the
 * recipient's canonical role: "your CEO" in a mail to the CEO is nobody else. `names` are people known to
 * stand in another thread.
 */
export function attributionFinder(
  ownRole: string | null,
  names: readonly string[],
): (sentence: Piece) => Attribution[] {
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const named = escaped.length > 0 ? [formsFor(`(?<name>${escaped.join('|')})`)] : [];
  return (sentence) => {
    const possible = tellsOfYours(sentence.text) ? [YOUR_FORMS, ...named] : named;
    if (possible.length === 0 || PUBLIC.test(sentence.text)) return [];
    return possible.flatMap((group) => firstClaim(sentence, group, ownRole) ?? []);
  };
}

function firstClaim(sentence: Piece, forms: readonly Form[], ownRole: string | null): Attribution | null {
  for (const { pattern, told } of forms) {
    const match = pattern.exec(sentence.text);
    if (match === null || isExempt(sentence.text, match, told)) continue;
    const role = match.groups?.role === undefined ? null : roleIn(match.groups.role);
    if (role !== null && role === ownRole) continue;
    const start = sentence.start + match.index;
    return { start, end: start + match[0].length, text: match[0], role, told };
  }
  return null;
}

function formsFor(person: string): Form[] {
  const who = `(?<![\\p{L}\\p{N}])${person}(?![\\p{L}\\p{N}])`;
  const gap =
    "(?:'s)?(?:,? (?:who|that|also|just|recently|has|have|had|already|\\p{Lu}\\w+,?|previously|earlier|briefly)){0,3}";
  const sources: [source: string, told: boolean][] = [
    [`${who}${gap} ${SAID}`, true],
    [`(?:according to|as per|per|via) ${who}`, true],
    [
      `(?:from|in|per|via|according to|based on|following|after|during|through|seen|read) (?:\\w+ ){0,3}${TALK} (?:\\w+ ){0,2}(?:with|from|by|between) (?:\\w+ ){0,3}${who}`,
      true,
    ],
    [`${TALK} (?:\\w+ ){0,2}(?:with|from) (?:\\w+ ){0,3}${who}`, true],
    [`${who}(?:'s|s')? (?:\\w+ )?${TALK}`, true],
    [
      `(?:hear|heard|understand|learn(?:ed|t)?|gather(?:ed)?|know|told|see|noting|note|picked up|caught|got word|word|wind) (?:\\w+ ){0,8}(?:from|by|per|to) ${who}`,
      true,
    ],
    [
      `(?:spoke|talked|chatted|speaking|talking|chatting|discussed|discussing|emailing|messaging|catching up) (?:\\w+ ){0,4}(?:with|to) ${who}`,
      true,
    ],
    [`${who}${gap} ${STATE}`, false],
    [
      `${who}(?:'s|s') (?:\\w+ ){0,2}(?:concerns?|plans?|worr(?:y|ies)|situation|decision|intention|priorit(?:y|ies)|pressure|target|goal|push|wish|preference|request|frustration|resignation|departure|divorce|budget|mandate|timeline)`,
      false,
    ],
  ];
  return sources.map(([source, told]) => ({ pattern: new RegExp(source, 'iu'), told }));
}

const YOUR_FORMS = formsFor(`your (?<role>${ROLE_WORDS})`);

const tellsOfYours = rememberSentences((text) => YOUR_FORMS.some(({ pattern }) => pattern.test(text)));

function isExempt(sentence: string, match: RegExpExecArray, told: boolean): boolean {
  if (OWN_TEAM.test(sentence.slice(0, match.index).trimEnd())) return true;
  const clause = sentence.slice(match.index, match.index + match[0].length + 70);
  if (told && REFERRAL.test(clause)) return true;
  // "If your CFO wants to join": a wish for a meeting, or a question, tells nothing.
  return (
    /\b(?:if|whether|in case|should|would|could|does|has|is|are|did|happy to|loop(?:ing)? in|invite|bring|include|copy)\b(?: \w+){0,4}\s*$/i.test(
      sentence.slice(0, match.index),
    ) && !/\b(?:know|hear|understand|since|given|noting)\b/i.test(sentence.slice(0, match.index))
  );
}
