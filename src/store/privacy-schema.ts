/** Tables of privacy. */

/** A person who was erased on request. Nothing here says who it was. */
export interface ErasureTable {
  id: string;
  at: number;
  actor: string;
  reason: string;
  /** The keyed hash of the address (crm/erased.ts), as in `suppressions`. */
  value: string;
  /** JSON array of messages to the person that were still under way; their texts go once they are settled. */
  pending: string;
  /** null = something is pending. */
  finished_at: number | null;
}
