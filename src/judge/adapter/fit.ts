import { AdapterError, type AdapterInput } from './adapter.ts';
import type { Profile } from './profile.ts';
import { type Prompt, TRIM_LEVELS, renderPrompt } from './prompt.ts';

/**
 * No tokenizer in use makes longer tokens of ordinary text, so a prompt with more characters than this times the room
 * is too long without asking one.
 */
export const MAX_CHARACTERS_PER_TOKEN = 16;

/** Prompts to try in turn: as much of the record as `maxCharacters` allows, then less. None = too long. */
export function* candidates(profile: Profile, input: AdapterInput, maxCharacters: number): Generator<Prompt> {
  let last = '';
  for (const level of TRIM_LEVELS) {
    const prompt = renderPrompt(profile, input, level);
    const text = prompt.suffix.map((part) => part.text).join('');
    if (prompt.prefix.length + text.length > maxCharacters || text === last) continue;
    last = text;
    yield prompt;
  }
}

/** A draft that cannot fit at any level is refused before anything is spent on it. @throws AdapterError too_long */
export function requireRoom(profile: Profile, input: AdapterInput, maxCharacters: number): void {
  const { prefix, suffix } = renderPrompt(profile, input, TRIM_LEVELS[TRIM_LEVELS.length - 1] ?? 0);
  const characters = suffix.reduce((sum, { text }) => sum + text.length, prefix.length);
  if (characters > maxCharacters) throw tooLong(`${characters} characters of at most ${maxCharacters}`);
}

export function tooLong(size: string): AdapterError {
  return new AdapterError('too_long', `the draft does not fit into the model's context (${size})`);
}
