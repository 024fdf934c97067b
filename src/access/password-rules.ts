import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** NIST SP 800-63B 3.1.1.2 asks for length and against lists, not for kinds of characters. */
const PASSWORD_MIN = 12;
const PASSWORD_MAX = 256;

/** What is estimated of a long password: its start; the rest only makes it stronger, and the estimate slower. */
const ESTIMATED = 64;

/** Of zxcvbn's 0 to 4: below 2, some million guesses find it. */
const WEAKEST = 2;

let loading: Promise<ZxcvbnFactory> | undefined;

/** Some megabytes of lists, which only who chooses a password needs. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: PASSWORD_MAX });
}

/**
 * Why a password cannot be taken; null when it can.
 *
 * @param person whose it is: it must not be made of their name or address
 */
export async function passwordTrouble(
  password: string,
  person: { name: string; email: string },
): Promise<string | null> {
  const characters = Array.from(password.normalize('NFKC')).length;
  if (characters < PASSWORD_MIN) {
    return `needs at least ${PASSWORD_MIN} characters; this has ${characters}`;
  }
  if (characters > PASSWORD_MAX) return `may have at most ${PASSWORD_MAX} characters`;
  const own = ownWords(person);
  if (isMadeOf(password.toLowerCase(), own)) {
    return 'is made of your name or e-mail address; choose words that have nothing to do with you';
  }
  loading ??= load();
  const zxcvbn = await loading;
  const { score } = zxcvbn.check(password.slice(0, ESTIMATED), [...own, 'presend']);
  if (score < WEAKEST) {
    return 'is on the lists of common passwords or follows a simple pattern; four unrelated words make a good one';
  }
  return null;
}

function ownWords({ name, email }: { name: string; email: string }): string[] {
  const parts = `${name} ${email}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return [...new Set([email.toLowerCase(), ...parts.filter((part) => part.length >= 3)])];
}

/** Whether hardly anything is left once the own words are taken out. */
function isMadeOf(password: string, own: string[]): boolean {
  let rest = password;
  for (const word of own.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest.length < password.length && rest.replaceAll(/[^\p{L}\p{N}]/gu, '').length < 6;
}
