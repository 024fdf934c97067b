import { createHash } from 'node:crypto';

/** Items in the order they are answered in, the same for everybody: by a hash, so that their places say nothing of them. */
export function inOrder<T extends { id: number }>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: createHash('sha256').update(`item ${item.id}`).digest('hex') }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}
