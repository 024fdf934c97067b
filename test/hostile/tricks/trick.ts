import type { Random } from '../../../src/evaluate/random.ts';
import type { Part } from '../mail.ts';
import type { Piece } from '../drafts.ts';

/** What is to be sent, before it is written as a mail. */
export interface Disguise {
  subject: string | null;
  pieces: Piece[];
}

/** Changes the telling words so that a person still reads the same. */
export interface TextTrick {
  name: string;
  text: (telling: string, random: Random) => string;
}

/** Writes the whole mail in a way that puts the telling words before the recipient's eyes and not before the judge's. */
export interface MailTrick {
  name: string;
  mail: (disguise: Disguise, random: Random) => { subject: string | null; parts: Part[]; kind?: string };
}

export const plainBody = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');

export const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)];
