/** Roles as records and mails spell them, each with one canonical name. Order matters: first match wins. */
const ROLES: [role: string, pattern: RegExp][] = [
  ['agent', / (?:agent|sdr|bdr|bot|assistant|sender|us|our side|rep|engine|outbound|sales) /],
  ['cofounder', / (?:co founders?|cofounders?) /],
  ['founder', / (?:founders?|founding \w+) /],
  ['ceo', / (?:ceo|chief executive(?: officer)?|managing director|md|president) /],
  [
    'cfo',
    / (?:cfo|chief financial officer|(?:vp|head|director)(?: of)? finance|finance (?:director|lead|head|team|chief)) /,
  ],
  ['cto', / (?:cto|chief technology officer|chief technical officer) /],
  ['coo', / (?:coo|chief operating officer) /],
  ['ciso', / (?:ciso|chief information security officer|(?:vp|head)(?: of)? security) /],
  ['cio', / (?:cio|chief information officer) /],
  ['cmo', / (?:cmo|chief marketing officer|(?:vp|head)(?: of)? marketing) /],
  ['cro', / (?:cro|chief revenue officer|(?:vp|head|director)(?: of)? sales) /],
  ['cpo', / (?:cpo|chief product officer|(?:vp|head|director)(?: of)? product) /],
  [
    'hr',
    / (?:chro|hr|chief people officer|(?:vp|head|director)(?: of)? (?:hr|people|talent)|people (?:team|lead|ops)) /,
  ],
  ['legal', / (?:general counsel|gc|legal(?: team| counsel)?|counsel|chief legal officer) /],
  ['procurement', / (?:procurement|purchasing|sourcing lead) /],
  [
    'vp_eng',
    / (?:vp eng\w*|vpe|vice president (?:of )?eng\w*|vp of eng\w*|head of eng\w*|eng\w* (?:vp|lead|head)|director of eng\w*|vpeng) /,
  ],
  ['board', / (?:board|chair|chairman|chairwoman|chairperson|non executive|trustees?) /],
  ['investor', / (?:investors?|shareholders?|lead vc|vcs?) /],
  ['exec', / (?:executive team|exec team|leadership team|c suite|c level|leadership) /],
];

/** Canonical role in a text ("thread_vp_eng", "Chief Financial Officer"); null when it names none. */
export function roleIn(text: string): string | null {
  const words = ` ${text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(' ')} `;
  return ROLES.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** The words of a mail that name somebody else of the client's company, after "your". */
export const ROLE_WORDS =
  '(?:(?:own|new|current) )?(?:ceo|cfo|coo|cto|cio|ciso|cmo|cro|cpo|chro|chief \\w+(?: \\w+)? officer|chief executive|founders?|co-?founders?|founding team|board(?: members?)?|chair(?:man|woman|person)?|investors?|president|managing director|vp(?: of| for)? \\w+|vice president(?: of)? \\w+|head of \\w+(?: \\w+)?|(?:finance|product|security|people|hr|legal|procurement|sales|engineering|marketing) (?:team|lead|director|head|chief|department|colleagues?|side|vp)|director of \\w+|general counsel|legal team|leadership(?: team)?|exec(?:utive)?s?(?: team)?|boss|line manager|colleagues?(?: \\p{Lu}\\w+)?|teammates?|counterparts?|business partner)';
