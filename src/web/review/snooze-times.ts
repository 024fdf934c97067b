const HOUR = 3_600_000;
const MORNING = 9;

export interface SnoozeTime {
  label: string;
  at: number;
}

/** Times to snooze until, in the reader's zone, all of them after `now`. */
export function snoozeTimes(now: number): SnoozeTime[] {
  const morning = (days: number): number => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    date.setHours(MORNING, 0, 0, 0);
    return date.getTime();
  };
  const weekday = new Date(now).getDay();
  const toMonday = (8 - weekday) % 7 || 7;
  return [
    { label: 'For an hour', at: now + HOUR },
    { label: 'For four hours', at: now + 4 * HOUR },
    { label: 'Until tomorrow morning', at: morning(1) },
    ...(toMonday === 1 ? [] : [{ label: 'Until Monday morning', at: morning(toMonday) }]),
  ];
}
