import type { ConflictRule } from './settings.ts';

/** One field as the three sides have it. */
export interface FieldSides {
  field: string;
  rule: ConflictRule;
  /** What HubSpot said at the sync before; undefined = never synced. */
  base: unknown;
  mine: unknown;
  theirs: unknown;
  /** When HubSpot's record changed last, milliseconds. */
  theirsAt: number;
  /** When a person or an import set the field here last; null = nobody but the sync. */
  mineAt: number | null;
}

export type Merged =
  /** Nothing to write, nothing to tell. */
  | { kind: 'same' }
  /** HubSpot's value goes in; nobody changed the field here. */
  | { kind: 'changed' }
  /** Both have a value of their own: `winner` says whose stands. */
  | { kind: 'conflict'; winner: 'hubspot' | 'presend' }
  /** Edited here while HubSpot's stayed as it was; ours stands. */
  | { kind: 'kept' };

/**
 * What becomes of a field. A field was edited here if it is neither what HubSpot said last nor empty because nobody ever said
 * anything. Only the rule `hubspot` writes over such an edit where HubSpot's value is no newer; each edit that is written over
 * is a conflict and so in the report.
 *
 * - `hubspot`: HubSpot's value stands, whatever was done here. Empty in HubSpot from the start is no value.
 * - `presend`: what was edited here stands.
 * - `newest`: the later of the two changes stands. HubSpot dates the record and not the field.
 */
export function mergeField({ rule, base, mine, theirs, theirsAt, mineAt }: FieldSides): Merged {
  if (same(mine, theirs)) return { kind: 'same' };
  const synced = base !== undefined;
  // A property nobody ever filled says nothing about what presend knows.
  if (theirs === null && (!synced || base === null)) return { kind: 'same' };
  const edited = synced ? !same(mine, base) : mine !== null;
  if (!edited) return { kind: 'changed' };
  if (rule === 'hubspot') return { kind: 'conflict', winner: 'hubspot' };
  if (synced && same(theirs, base)) return { kind: 'kept' };
  if (rule === 'presend') return { kind: 'conflict', winner: 'presend' };
  return { kind: 'conflict', winner: mineAt !== null && mineAt > theirsAt ? 'presend' : 'hubspot' };
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
