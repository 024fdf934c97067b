import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two texts are the same, in a time that tells neither where they differ nor how long the secret is. */
export function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(given), digest(expected));
}
