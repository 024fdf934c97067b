/** The beginning of a step, in UTC as the steps are. */
export function stepLabel(at: number, step: number): string {
  const date = new Date(at).toISOString();
  return step < 86_400_000 ? `${date.slice(5, 10)} ${date.slice(11, 16)}` : date.slice(5, 10);
}
