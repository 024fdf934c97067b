import type { Random } from '../../../src/evaluate/random.ts';
import { type Field, type MailTree, pick } from './valid-mail.ts';

export function entities(mail: MailTree): MailTree[] {
  return [mail, ...mail.children.flatMap(entities)];
}

export const leaves = (mail: MailTree): MailTree[] =>
  entities(mail).filter(({ children }) => children.length === 0);

export const multiparts = (mail: MailTree): MailTree[] =>
  entities(mail).filter(({ children }) => children.length > 0);

export function fieldOf(part: MailTree, name: string): Field | undefined {
  return part.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

/** A part that has the field, drawn; undefined where none has. */
export function partWith(mail: MailTree, name: string, random: Random): MailTree | undefined {
  const having = entities(mail).filter((part) => fieldOf(part, name) !== undefined);
  return having.length === 0 ? undefined : pick(random, having);
}

/** Text with `insert` somewhere in it, instead of `length` characters. */
export function spliced(text: string, insert: string, random: Random, length = 0): string {
  const at = Math.floor(random() * (text.length + 1));
  return text.slice(0, at) + insert + text.slice(at + length);
}
