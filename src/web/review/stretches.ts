/** A stretch of text and what covers it. */
export interface Stretch {
  start: number;
  end: number;
  /** Numbers of the findings, ascending. */
  findings: number[];
}

/**
 * Cuts a text where coverage changes, so that overlapping spans can be drawn without nesting.
 *
 * @returns the whole text from 0 to `length`, without gaps
 */
export function stretches(
  length: number,
  covered: readonly { start: number; end: number; finding: number }[],
): Stretch[] {
  const cuts = [
    ...new Set(
      [0, length, ...covered.flatMap(({ start, end }) => [start, end])].map((at) =>
        Math.max(0, Math.min(length, at)),
      ),
    ),
  ].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, i) => {
    const end = cuts[i + 1] ?? length;
    const findings = covered
      .filter((one) => one.start < end && one.end > start)
      .map(({ finding }) => finding);
    return { start, end, findings: [...new Set(findings)].sort((a, b) => a - b) };
  });
}
