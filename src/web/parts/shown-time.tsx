import { exactTime, fullTime } from './time.ts';

/** A time with its full form for whoever points at it. */
export function ShownTime({
  at,
  exact = false,
  children,
}: {
  at: number;
  /** With seconds. */
  exact?: boolean;
  children?: string;
}) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {children ?? (exact ? exactTime(at) : fullTime(at))}
    </time>
  );
}
