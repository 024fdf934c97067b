import type { TrimLevel } from './prompt.ts';

/** Characters of signals shown at each trim level; the last level shows none. */
const SIGNAL_CHARACTERS = [6_000, 2_000, 600, 0] as const;

/** The first signals, as many as there is room for at `level`; one that is too long alone is left out. */
export function boundedSignals(
  signals: Record<string, unknown>,
  level: TrimLevel,
): { signals: Record<string, unknown>; trimmed: string[] } {
  let room: number = SIGNAL_CHARACTERS[level];
  const kept: Record<string, unknown> = {};
  let dropped = false;
  for (const key in signals) {
    const value = signals[key];
    // A value that cannot be that short need not be written out to learn its length.
    const size =
      key.length + (typeof value === 'string' ? value.length : (JSON.stringify(value) ?? '').length);
    if (size > room) {
      dropped = true;
      if (room <= 0) break;
      continue;
    }
    room -= size;
    kept[key] = value;
  }
  return { signals: kept, trimmed: dropped ? ['signals'] : [] };
}
