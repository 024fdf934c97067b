import { fullTime } from './time.ts';

/** A time with its full form for whoever points at it. */
export function ShownTime({ at, children }: { at: number; children?: string }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {children ?? fullTime(at)}
    </time>
  );
}
