import { type Profile, spellings } from './profile.ts';
import { type Prompt, escapeSpecial } from './prompt.ts';

/**
 * The prompt as one text for a host that reads special tokens wherever they stand. In a mail or record they are taken
 * apart; so are words that spell a label in capitals, since a model may have a special token for each label.
 */
export function promptText(profile: Profile, { prefix, suffix }: Pick<Prompt, 'prefix' | 'suffix'>): string {
  const capitals = spellings(profile)
    .map(({ text }) => text)
    .filter((text) => /^[A-Z]{2,}$/.test(text));
  const asText = (text: string): string =>
    capitals.reduce(
      (safe, label) => safe.replaceAll(label, label[0] + label.slice(1).toLowerCase()),
      escapeSpecial(text),
    );
  return prefix + suffix.map(({ text, trusted }) => (trusted ? text : asText(text))).join('');
}
