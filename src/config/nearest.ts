/**
 * The candidate that somebody who wrote `word` most likely meant: at most a third of its letters differ. Case, "_", "-" and
 * blanks do not matter.
 *
 * @returns null when none is near
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const written = letters(word);
  let best: { name: string; distance: number } | null = null;
  for (const name of candidates) {
    const distance = editDistance(written, letters(name));
    const near = distance <= Math.max(1, Math.floor(letters(name).length / 3));
    if (near && (best === null || distance < best.distance)) best = { name, distance };
  }
  return best?.name ?? null;
}

/** "; did you mean opt_out?" or ''. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === null ? '' : `; did you mean ${found}?`;
}

/** Longer than any key; bounds the work on hostile input. */
const LONGEST = 64;

const letters = (word: string): string =>
  word
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/[\s_-]/g, '');

/** Insertions, deletions, changes and swaps of neighbours (optimal string alignment; Damerau 1964, Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? twoBack[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(before[j]! + 1, row[j - 1]! + 1, change, swap));
    }
    twoBack = before;
    before = row;
  }
  return before[b.length]!;
}
