import { fold } from '../../../src/message/fold.ts';
import { renderHtml } from '../../../src/message/html.ts';
import { PARSE_LIMITS } from '../../../src/message/limits.ts';
import { wordsOf } from '../../../src/message/words.ts';

/** What one program makes of a mail, in a form that does not depend on how it lays text out. */
export interface MailRead {
  /** Blanks put together; '' where there is none. */
  subject: string;
  /** Addresses in From, lower case, in order, each once. */
  from: string[];
  /** The words a reader of the mail sees, in order, with a blank between. */
  text: string;
}

/** A program that reads mail. */
export interface MailReader {
  name: string;
  /** One for each mail; null where the program fails on it. */
  read: (mails: readonly Buffer[]) => Promise<(MailRead | null)[]>;
}

/** A text part as a program decoded it. */
export interface TextPiece {
  html: boolean;
  text: string;
}

export function mailRead(subject: string, from: readonly string[], pieces: readonly TextPiece[]): MailRead {
  const shown = pieces.map(({ html, text }) => (html ? renderHtml(text, PARSE_LIMITS).text : text));
  return {
    subject: fold(subject).text.replace(/\s+/g, ' ').trim(),
    from: [...new Set(from.map((address) => address.trim().toLowerCase()))],
    text: wordsOf(shown.join('\n')).join(' '),
  };
}

/** What two programs read differently, as "subject", "From", "text". */
export function differencesOf(a: MailRead, b: MailRead): string[] {
  return [
    ...(a.subject === b.subject ? [] : ['subject']),
    ...(a.from.join() === b.from.join() ? [] : ['From']),
    ...(a.text === b.text ? [] : ['text']),
  ];
}
