import { randomFrom } from '../../src/evaluate/random.ts';
import { parseMessage } from '../../src/message/parse.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import { type StoppedDraft, judge } from './drafts.ts';
import { composeMail } from './mail.ts';
import { LETTER_TRICKS } from './tricks/letters.ts';
import { MARKUP_TRICKS } from './tricks/markup.ts';
import { PLACE_TRICKS } from './tricks/places.ts';
import { type MailTrick, type TextTrick, plainBody } from './tricks/trick.ts';
import { WORD_TRICKS } from './tricks/words.ts';

export const TEXT_TRICKS: readonly TextTrick[] = [...LETTER_TRICKS, ...WORD_TRICKS];
export const MAIL_TRICKS: readonly MailTrick[] = [...MARKUP_TRICKS, ...PLACE_TRICKS];

/** One or two tricks on one draft: first the words are changed, one trick after the other, then the mail is written. */
export interface Attempt {
  draft: StoppedDraft;
  texts: readonly TextTrick[];
  mail: MailTrick | null;
  seed: number;
}

export const nameOf = ({ texts, mail }: Attempt): string =>
  [...texts.map(({ name }) => name), ...(mail === null ? [] : [mail.name])].join(' + ');

/** The mail as it would be submitted. */
export function mailOf({ draft, texts, mail, seed }: Attempt, to?: string): Buffer {
  const random = randomFrom(seed);
  const pieces = draft.sentences.map((piece) =>
    piece.telling
      ? { ...piece, text: texts.reduce((text, trick) => trick.text(text, random), piece.text) }
      : piece,
  );
  const { subject } = draft.base.draft;
  const written = mail?.mail({ subject, pieces }, random) ?? {
    subject,
    parts: [{ type: 'text/plain', text: plainBody(pieces) }],
  };
  return composeMail(written.subject, written.parts, {
    ...(written.kind === undefined ? {} : { kind: written.kind }),
    ...(to === undefined ? {} : { to }),
  });
}

/** What the judge says of the mail, read from its bytes. */
export async function judged(attempt: Attempt): Promise<Verdict> {
  const { draft, trouble } = await parseMessage(mailOf(attempt));
  return judge({ ...attempt.draft.base, draft, trouble });
}
