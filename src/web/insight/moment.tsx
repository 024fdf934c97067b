const FORMAT = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A time as the reader's clock has it. */
export function Moment({ at }: { at: number }) {
  return <time dateTime={new Date(at).toISOString()}>{momentText(at)}</time>;
}

export function momentText(at: number): string {
  return FORMAT.format(at);
}

/** "4 min", "3.2 h", "5 d" – a length of time, short. */
export function lengthText(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** The beginning of a step, in UTC as the steps are. */
export function stepLabel(at: number, step: number): string {
  const date = new Date(at).toISOString();
  return step < 86_400_000 ? `${date.slice(5, 10)} ${date.slice(11, 16)}` : date.slice(5, 10);
}
