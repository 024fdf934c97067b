import { type Random, randomFrom } from '../../src/evaluate/random.ts';
import type { KillSwitchConfig } from '../../src/kill-switch/config.ts';
import type { AdapterDeliveries } from '../../src/kill-switch/false-positive-store.ts';
import { tooManyFailures } from '../../src/kill-switch/monitors/failures.ts';
import { falsePositivesReading, tellingWindow } from '../../src/kill-switch/monitors/false-positives.ts';
import { CallWindow } from '../../src/kill-switch/windows.ts';
import {
  DAY,
  HEALTHY,
  HOUR,
  MINUTE,
  MONDAY,
  PEOPLE,
  type SimulatedMail,
  type SimulatedPeople,
  isStopped,
  simulateMail,
} from './simulate.ts';

/** What is simulated for a false alarm: four weeks of a gate, its monitors beginning anew with them. */
export const MONTH = { days: 28, mails: 40_000 };

/** From careful to careless: 30 to 100 % of the stops are labelled, half of the labels within 20 minutes to a day. */
export function somePeople(random: Random): SimulatedPeople {
  return {
    labelled: 0.3 + 0.7 * random(),
    wrong: 0.05,
    medianDelayMs: 20 * MINUTE * 72 ** random(),
  };
}

/** Mail as the false-positive monitor would read it from the database at `now`. */
export function watchedBy(mails: readonly SimulatedMail[], now: number): AdapterDeliveries['deliveries'] {
  const deliveries: AdapterDeliveries['deliveries'] = [];
  for (let i = 0; i < mails.length && mails[i].at <= now; i += 1) {
    const mail = mails[i];
    if (mail.call !== 'ok') continue;
    deliveries.push({
      delivery: String(i),
      prospect: String(mail.prospect),
      stopped: isStopped(mail),
      answer: mail.label && mail.label.at <= now ? mail.label.answer : null,
      at: mail.at,
    });
  }
  return deliveries;
}

/**
 * Whether the false-positive monitor trips within a month. Nobody changes a label here, so a place of the window that is over
 * stays over, and one look at the end that goes over all places sees what any look would have.
 */
export function falsePositiveAlarm(
  seed: number,
  falsePositives: number,
  config: KillSwitchConfig['false_positives'],
): boolean {
  const people = somePeople(randomFrom(seed + 1_000_000));
  const judge = { ...HEALTHY, falsePositives };
  const mails = [...simulateMail({ seed, ...MONTH, people, judge: () => judge })];
  const deliveries = watchedBy(mails, MONDAY + MONTH.days * DAY);
  const { counts } = tellingWindow({ deliveries, whole: true }, config);
  return falsePositivesReading(counts, config).state === 'over';
}

/** How calls fail: each by itself, and all of them for a minute once a week. */
export interface FailureKind {
  rate: number;
  outages: boolean;
}

const OUTAGE_MS = MINUTE;

/** After a failure the gate leaves the adapter alone for a second, then two, four … (judge/adapter-judge.ts). */
const PAUSES = { firstMs: 1_000, longestMs: 30_000 };

/** Looked up, since the exact bound costs more than all the rest. */
export function failureCheck(config: KillSwitchConfig['failures']): (window: CallWindow) => boolean {
  const known = new Map<number, boolean>();
  return ({ calls, failures }) => {
    const key = failures * 100_000 + calls;
    let over = known.get(key);
    if (over === undefined) known.set(key, (over = tooManyFailures({ calls, failures }, config)));
    return over;
  };
}

/** Whether the failure monitor trips within a month, looking after every call. */
export function failureAlarm(
  mails: readonly Pick<SimulatedMail, 'at' | 'call'>[],
  { rate, outages }: FailureKind,
  {
    seed,
    config,
    over,
  }: {
    seed: number;
    config: KillSwitchConfig['failures'];
    over: (window: CallWindow) => boolean;
  },
): boolean {
  const random = randomFrom(seed);
  const weeks = Math.ceil(MONTH.days / 7);
  // On a working day between 8:00 and 18:00, where it hurts.
  const starts = Array.from(
    { length: outages ? weeks : 0 },
    (_, week) =>
      MONDAY + (week * 7 + Math.floor(random() * 5)) * DAY + 8 * HOUR + Math.floor(random() * 10 * HOUR),
  );
  const window = new CallWindow(config.calls);
  let pause = PAUSES.firstMs;
  let pausedUntil = 0;
  let next = 0;
  for (const { at, call } of mails) {
    if (call === null) continue;
    while (next < starts.length && at >= starts[next] + OUTAGE_MS) next += 1;
    const outage = starts[next];
    const asked = Math.max(at, pausedUntil);
    const down = outage !== undefined && asked >= outage && asked < outage + OUTAGE_MS;
    const failed = down || random() < rate;
    if (down) {
      pausedUntil = asked + pause;
      pause = Math.min(pause * 2, PAUSES.longestMs);
    } else pause = PAUSES.firstMs;
    window.add(failed);
    if (failed && over(window)) return true;
  }
  return false;
}

/** When the judge changes. */
const ONSET = MONDAY + 7 * DAY;

/** How long it took to notice; null = not within the week after the onset. */
export interface Delay {
  hours: number;
  /** Mails after the onset, those that the rules decided alone included. */
  mails: number;
}

/** A fortnight whose judge changes on day 7. */
export const FORTNIGHT = { days: 14, mails: 20_000 };

function since(mails: readonly SimulatedMail[], at: number): Delay {
  return {
    hours: (at - ONSET) / HOUR,
    mails: mails.filter((mail) => mail.at >= ONSET && mail.at <= at).length,
  };
}

/** From 3 % false positives to `to`, to the nearest quarter of an hour. */
export function falsePositiveDelay(
  seed: number,
  to: number,
  people: SimulatedPeople,
  config: KillSwitchConfig['false_positives'],
): Delay | null {
  const judge = (at: number) => ({ ...HEALTHY, falsePositives: at < ONSET ? 0.03 : to });
  const all = [...simulateMail({ seed, ...FORTNIGHT, people, judge })];
  // A window is full within a day.
  const mails = all.filter(({ at }) => at >= ONSET - 3 * DAY);
  const over = (now: number): boolean => {
    const { counts } = tellingWindow({ deliveries: watchedBy(mails, now), whole: false }, config);
    return falsePositivesReading(counts, config).state === 'over';
  };
  // Once over it stays so: nobody changes a label.
  let [before, after] = [ONSET, MONDAY + FORTNIGHT.days * DAY];
  if (!over(after)) return null;
  while (after - before > 15 * MINUTE) {
    const middle = (before + after) / 2;
    if (over(middle)) after = middle;
    else before = middle;
  }
  return since(all, after);
}

/** From 0.2 % failed calls to `to`. */
export function failureDelay(
  seed: number,
  to: number,
  over: (window: CallWindow) => boolean,
  config: KillSwitchConfig['failures'],
): (Delay & { calls: number }) | null {
  const judge = (at: number) => ({ ...HEALTHY, malformed: at < ONSET ? HEALTHY.malformed : to });
  const window = new CallWindow(config.calls);
  const seen: SimulatedMail[] = [];
  let calls = 0;
  for (const mail of simulateMail({ seed, ...FORTNIGHT, people: PEOPLE, judge })) {
    seen.push(mail);
    if (mail.call === null) continue;
    if (mail.at >= ONSET) calls += 1;
    window.add(mail.call !== 'ok');
    if (mail.at >= ONSET && mail.call !== 'ok' && over(window)) return { ...since(seen, mail.at), calls };
  }
  return null;
}
