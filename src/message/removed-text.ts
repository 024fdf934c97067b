/** What stands where a text stood. */
export interface TextRemoval {
  text_removed_at: number | null;
  text_removed_for: 'retention' | 'erasure' | null;
  received_at: number;
}

const DAY_MS = 86_400_000;

/** One sentence instead of the text of a mail. @returns null when the text is here */
export function removedText({
  text_removed_at: at,
  text_removed_for: why,
  received_at,
}: TextRemoval): string | null {
  if (at === null) return null;
  const day = new Date(at).toISOString().slice(0, 10);
  return why === 'erasure'
    ? `The text of this mail was removed on ${day}: a recipient was erased on request.`
    : `The text of this mail was removed after ${Math.floor((at - received_at) / DAY_MS)} days, on ${day}.`;
}
