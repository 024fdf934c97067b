import { DECISIONS } from '../../../message/types.ts';
import type { Classification } from '../adapter.ts';

/** What a host says it runs, as far as it says so; null = it does not tell. */
export interface Served {
  /** File or name of the base model, without its folder. */
  base: string | null;
  /** File or name of the LoRA adapter, without its folder; "none" where it runs the base alone. */
  adapter: string | null;
  /** Bytes of the base model's weights. */
  bytes: number | null;
  parameters: number | null;
}

export const UNTOLD: Served = { base: null, adapter: null, bytes: null, parameters: null };

/**
 * Two hosts with the same weights give one mail nearly the same probabilities, whatever their hardware and number format do
 * to the last digits. Further apart than this in total variation, and they are different judges.
 */
const MOST_APART = 0.1;

const SAYS: Record<keyof Served, string> = {
  base: 'the base model',
  adapter: 'the adapter',
  bytes: 'a base model of so many bytes:',
  parameters: 'so many parameters:',
};

/** How two hosts differ in what they say they run, one clause; null when they do not. Only what both tell is compared. */
export function differs(one: Served, reference: Served, referenceHost: string): string | null {
  for (const key of ['base', 'adapter', 'parameters', 'bytes'] as const) {
    const [its, others] = [one[key], reference[key]];
    if (its === null || others === null || its === others) continue;
    return `it serves ${SAYS[key]} ${its}, ${referenceHost} ${others}`;
  }
  return null;
}

/** The same about what they read in one mail. */
export function readsOtherwise(
  one: Classification,
  reference: Classification,
  referenceHost: string,
): string | null {
  const apart = totalVariation(one, reference);
  if (apart <= MOST_APART) return null;
  return `it reads a known mail otherwise than ${referenceHost} (probabilities ${apart.toFixed(2)} apart, of at most ${MOST_APART}): another base, adapter or prompt is behind it`;
}

/** Half the sum of differences over the five labels and what went to none of them; 0 to 1. */
export function totalVariation(a: Classification, b: Classification): number {
  const share = ({ logLikelihood }: Classification) =>
    DECISIONS.map((decision) => Math.exp(logLikelihood[decision]));
  const rest = (shares: number[]): number => Math.max(0, 1 - shares.reduce((sum, p) => sum + p, 0));
  const [of, to] = [share(a), share(b)];
  const labels = of.reduce((sum, p, i) => sum + Math.abs(p - to[i]!), 0);
  return (labels + Math.abs(rest(of) - rest(to))) / 2;
}

/** The last part of a path; a name like "Qwen/Qwen2.5" loses its owner. */
export const fileOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;
