import { describe, expect, test } from 'vitest';
import { dayBefore, dayOf } from '../../src/config/local-time.ts';
import { digestDay, isQuiet } from '../../src/notify/local-day.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString();
const HOUR = 3_600_000;
const BERLIN = 'Europe/Berlin';

describe('a local day', () => {
  test.each([
    ['2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', 23],
    ['2026-10-25T12:00:00Z', '2026-10-24T22:00:00.000Z', 25],
    ['2026-06-01T22:30:00Z', '2026-06-01T22:00:00.000Z', 24],
  ])('at %s begins %s and has %i hours', (now, start, hours) => {
    const day = dayOf(at(now), BERLIN);
    expect(iso(day.start)).toBe(start);
    expect((day.end - day.start) / HOUR).toBe(hours);
    expect(dayBefore(day, BERLIN).end).toBe(day.start);
  });

  test('can begin at one o’clock where the clock change is at midnight', () => {
    // Beirut, 29 March 2026: 00:00 is 01:00.
    const day = dayOf(at('2026-03-29T09:00:00Z'), 'Asia/Beirut');
    expect(iso(day.start)).toBe('2026-03-28T22:00:00.000Z');
    expect((day.end - day.start) / HOUR).toBe(23);
  });
});

/** Moments at which a digest would be sent by a gate that looks every five minutes, as `day @ moment`. */
function sent(from: string, to: string, time: string, zone: string, down: [string, string][] = []): string[] {
  const out: string[] = [];
  let had = digestDay(at(from), time, zone);
  for (let now = at(from); now < at(to); now += 5 * 60_000) {
    if (down.some(([start, end]) => now >= at(start) && now < at(end))) continue;
    const day = digestDay(now, time, zone);
    if (day <= had) continue;
    had = day;
    out.push(`${day} @ ${iso(now).slice(0, 16)}Z`);
  }
  return out;
}

describe('a daily digest', () => {
  test('comes at the local time in winter and in summer', () => {
    expect(sent('2026-03-27T12:00:00Z', '2026-03-30T12:00:00Z', '08:00', BERLIN)).toEqual([
      '2026-03-28 @ 2026-03-28T07:00Z',
      '2026-03-29 @ 2026-03-29T06:00Z',
      '2026-03-30 @ 2026-03-30T06:00Z',
    ]);
  });

  test('comes once a day at a time that a clock change skips or repeats', () => {
    // 02:30 does not exist on 29 March, and comes twice on 25 October.
    expect(sent('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', '02:30', BERLIN)).toEqual([
      '2026-03-29 @ 2026-03-29T01:00Z',
      '2026-03-30 @ 2026-03-30T00:30Z',
    ]);
    expect(sent('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', '02:30', BERLIN)).toEqual([
      '2026-10-25 @ 2026-10-25T00:30Z',
      '2026-10-26 @ 2026-10-26T01:30Z',
    ]);
  });

  test('that fell into a downtime comes after it, and of several days the last alone', () => {
    expect(
      sent('2026-06-01T12:00:00Z', '2026-06-06T12:00:00Z', '23:30', BERLIN, [
        ['2026-06-02T21:00:00Z', '2026-06-05T01:00:00Z'],
      ]),
    ).toEqual([
      '2026-06-01 @ 2026-06-01T21:30Z',
      '2026-06-04 @ 2026-06-05T01:00Z',
      '2026-06-05 @ 2026-06-05T21:30Z',
    ]);
  });

  test('keeps to the day of its time zone across the date line', () => {
    expect(sent('2026-06-01T12:00:00Z', '2026-06-02T12:00:00Z', '08:00', 'Pacific/Auckland')).toEqual([
      '2026-06-02 @ 2026-06-01T20:00Z',
    ]);
  });
});

test('quiet hours run over midnight, `to` is exclusive', () => {
  const quiet = { from: '20:00', to: '07:00' };
  const times = ['17:59', '18:00', '23:00', '04:59', '05:00'];
  expect(times.map((time) => isQuiet(at(`2026-06-01T${time}:00Z`), quiet, BERLIN))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  expect(isQuiet(at('2026-06-01T12:00:00Z'), null, BERLIN)).toBe(false);
});
