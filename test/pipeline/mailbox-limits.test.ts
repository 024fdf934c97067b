import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTime } from '../../src/config/local-time.ts';
import { nextDay, nextOpening } from '../../src/pipeline/mailbox-limits.ts';

const office = (timeZone: string) => ({
  dailyCap: null,
  timeZone,
  window: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:30', to: '18:00' },
});
const at = (iso: string): number => Date.parse(iso);

describe('the send window', () => {
  test.each([
    ['open at its first minute', '2026-11-23T07:30:00Z', '2026-11-23T07:30:00Z'],
    ['closed a minute before', '2026-11-23T07:29:00Z', '2026-11-23T07:30:00Z'],
    ['closed at its end, open the next morning', '2026-11-23T17:00:00Z', '2026-11-24T07:30:00Z'],
    ['closed over the weekend', '2026-11-27T18:00:00Z', '2026-11-30T07:30:00Z'],
    ['in summer time an hour earlier in UTC', '2026-07-06T05:00:00Z', '2026-07-06T06:30:00Z'],
    ['across the change to winter time', '2026-10-23T17:00:00Z', '2026-10-26T07:30:00Z'],
    ['across the change to summer time', '2026-03-27T18:00:00Z', '2026-03-30T06:30:00Z'],
  ])('is %s', (_name, now, opening) => {
    expect(new Date(nextOpening(at(now), office('Europe/Berlin'))).toISOString()).toBe(
      new Date(opening).toISOString(),
    );
  });

  test('may run over midnight', () => {
    const night = { dailyCap: null, timeZone: 'UTC', window: { days: ['fri'], from: '22:00', to: '02:00' } };
    expect(nextOpening(at('2026-11-28T01:00:00Z'), night)).toBe(at('2026-11-28T01:00:00Z'));
    expect(nextOpening(at('2026-11-28T02:00:00Z'), night)).toBe(at('2026-12-04T22:00:00Z'));
  });

  test.each([
    [{ days: ['sun'], from: '09:00', to: '17:00' }],
    [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '00:00', to: '00:30' }],
    [{ days: ['sun'], from: '23:30', to: '00:30' }],
  ])('is found to the minute around both clock changes: %j', (window) => {
    const limits = { dailyCap: null, timeZone: 'Europe/Berlin', window };
    for (const around of ['2026-03-28T10:07:00Z', '2026-03-29T01:30:00Z', '2026-10-24T22:10:00Z']) {
      const found = nextOpening(at(around), limits);
      // Open is where asking gives the moment back; no earlier minute may be open.
      expect(nextOpening(found, limits)).toBe(found);
      for (let t = Math.ceil(at(around) / 60_000) * 60_000; t < found; t += 60_000) {
        const { weekday, minute } = localTime(t, 'Europe/Berlin');
        const [from, to] = [window.from, window.to].map(
          (x) => Number(x.slice(0, 2)) * 60 + Number(x.slice(3)),
        );
        const open = from < to && window.days.includes(weekday) && minute >= from && minute < to;
        const evening = from > to && window.days.includes(weekday) && minute >= from;
        expect(open || evening).toBe(false);
      }
    }
  });

  test('found is the first open minute, as a minute-by-minute search finds it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') }),
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        (now, timeZone) => {
          const limits = office(timeZone);
          const found = nextOpening(now, limits);
          const { weekday, minute } = localTime(found, timeZone);
          expect(limits.window.days).toContain(weekday);
          expect(minute).toBeGreaterThanOrEqual(510);
          expect(minute).toBeLessThan(1080);
          for (let t = Math.ceil(now / 60_000) * 60_000; t < found; t += 60_000) {
            const local = localTime(t, timeZone);
            const open =
              limits.window.days.includes(local.weekday) && local.minute >= 510 && local.minute < 1080;
            expect(open).toBe(false);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('the next day begins at local midnight, on days of 23 and 25 hours too', () => {
  expect(nextDay(at('2026-03-29T12:00:00Z'), 'Europe/Berlin')).toBe(at('2026-03-29T22:00:00Z'));
  expect(nextDay(at('2026-10-24T23:30:00Z'), 'Europe/Berlin')).toBe(at('2026-10-25T23:00:00Z'));
  fc.assert(
    fc.property(
      fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') }),
      fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
      (now, zone) => {
        const next = nextDay(now, zone);
        expect(localTime(next, zone).day).not.toBe(localTime(now, zone).day);
        expect(localTime(next - 60_000, zone).day).toBe(localTime(now, zone).day);
      },
    ),
  );
});
