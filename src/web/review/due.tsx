import type { DueTone } from '../../review/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { duration } from '../parts/time.ts';

/** When a hold expires, in words; amber and red are said as well as shown. */
export function Due({ at, tone, now }: { at: number | null; tone: DueTone; now: number }) {
  if (at === null) return null;
  const left = at - now;
  const words = left <= 0 ? `overdue ${duration(left)}` : `due in ${duration(left)}`;
  return (
    <span className="due" data-tone={tone}>
      {tone === 'red' && <span aria-hidden="true">● </span>}
      {tone === 'amber' && <span aria-hidden="true">◐ </span>}
      <ShownTime at={at}>{words}</ShownTime>
    </span>
  );
}
