import type { ProspectSnapshot } from '../crm/prospect.ts';
import { fold } from '../message/fold.ts';
import type { Draft } from '../message/types.ts';
import { attachedText } from './language/attached-text.ts';
import { undisguise } from './language/disguise.ts';
import { foreignRun, foreignScriptRun } from './language/foreign-run.ts';
import { unknownQuotes } from './language/known-quotes.ts';
import { caseReadings } from './language/letter-case.ts';
import { nameList } from './language/name-list.ts';
import { recordWords } from './language/record-words.ts';

/** A stretch of a mail that is not English. */
export interface ForeignPart {
  /** Where it stands, to follow "Not English". */
  where: string;
  text: string;
}

/**
 * The first stretch that is not English, be it a few words in an English sentence: in the subject, in the body with quotes that
 * nobody is known to have written, and in what else the mail shows to some (`Draft.versions`). Signatures and what the own thread
 * holds may be in any language. Longer stretches are for `otherLanguage`, which can name the language.
 */
export function foreignPart(draft: Draft, prospect: ProspectSnapshot): ForeignPart | null {
  const isRecordWord = recordWords(prospect);
  const names = nameList([], []);
  const seen = new Set(draft.body.split('\n').map((line) => line.trim()));
  const texts = [
    { where: 'in the subject', text: draft.subject ?? '' },
    { where: 'in the body', text: unknownQuotes(withoutSignature(draft), prospect) },
    ...(draft.versions ?? []).map(({ how, text }) => ({
      where: how,
      // Styles change a line or two; the rest is the body's.
      text: attachedText(text)
        .split('\n')
        .filter((line) => !seen.has(line.trim()))
        .join('\n'),
    })),
  ];
  for (const { where, text } of texts) {
    const folded = fold(text).text;
    const plain = undisguise(folded, isRecordWord).text;
    const [inLowerCase = plain] = caseReadings(plain, names).texts;
    const run = foreignScriptRun(text) ?? foreignRun(folded) ?? foreignRun(plain) ?? foreignRun(inLowerCase);
    if (run !== null) return { where, text: run };
  }
  return null;
}

/** Offsets stay as they are. */
function withoutSignature(draft: Draft): Draft {
  const { body, segments } = draft;
  let blanked = '';
  let done = 0;
  for (const { kind, start, end } of segments) {
    if (kind !== 'signature') continue;
    blanked += body.slice(done, start) + body.slice(start, end).replace(/[^\n]/g, ' ');
    done = end;
  }
  return done === 0 ? draft : { ...draft, body: blanked + body.slice(done) };
}
