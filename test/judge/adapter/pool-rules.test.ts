import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../src/evaluate/random.ts';
import type { Classification } from '../../../src/judge/adapter/adapter.ts';
import { Breaker } from '../../../src/judge/adapter/pool/breaker.ts';
import { HedgeBudget, Latencies } from '../../../src/judge/adapter/pool/hedge.ts';
import { leastOutstanding } from '../../../src/judge/adapter/pool/route.ts';
import { UNTOLD, differs, readsOtherwise } from '../../../src/judge/adapter/pool/served.ts';
import { DECISIONS, type Decision } from '../../../src/message/types.ts';

describe('routing', () => {
  const limits = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
  /** What happens in turn: a call comes, or the n-th running one ends. */
  const events = fc.array(fc.option(fc.nat(1_000), { nil: null, freq: 2 }), { maxLength: 400 });

  test('never gives a host more than its limit, and refuses only when all are full', () => {
    fc.assert(
      fc.property(limits, events, (sizes, happens) => {
        const hosts = sizes.map((limit) => ({ limit, outstanding: 0, lastTurn: 0 }));
        const running: (typeof hosts)[number][] = [];
        for (const [turn, ends] of happens.entries()) {
          if (ends !== null) {
            const [host] = running.splice(ends % Math.max(1, running.length), 1);
            if (host) host.outstanding -= 1;
            continue;
          }
          const host = leastOutstanding(hosts);
          const room = hosts.some((one) => one.outstanding < one.limit);
          expect(host !== null).toBe(room);
          if (!host) continue;
          host.outstanding += 1;
          host.lastTurn = turn + 1;
          running.push(host);
          expect(host.outstanding).toBeLessThanOrEqual(host.limit);
          // For its size it has no more to do than another had, by one call at most.
          for (const other of hosts) {
            expect((host.outstanding - 1) * other.limit).toBeLessThanOrEqual(other.outstanding * host.limit);
          }
        }
      }),
    );
  });

  test('lets no host starve: of idle ones each gets a call in as many calls as there are hosts', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 50 }), (sizes, rounds) => {
        const hosts = sizes.map((limit) => ({ limit, outstanding: 0, lastTurn: 0, calls: 0 }));
        for (let turn = 1; turn <= rounds * hosts.length; turn += 1) {
          // Each call ends before the next comes.
          const host = leastOutstanding(hosts)!;
          host.lastTurn = turn;
          host.calls += 1;
        }
        expect(hosts.map(({ calls }) => calls)).toEqual(hosts.map(() => rounds));
      }),
    );
  });
});

describe('hedges', () => {
  test('are never more than their share of the calls, and ten saved up', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.array(fc.option(fc.boolean(), { freq: 3 }), { maxLength: 2_000 }),
        (most, wanted) => {
          const budget = new HedgeBudget({ after: 'p95', most });
          let spent = 0;
          let sinceStart = 0;
          for (const wants of wanted) {
            budget.earn();
            sinceStart += 1;
            if (wants !== null && budget.spend(wants)) spent += 1;
            expect(spent).toBeLessThanOrEqual(sinceStart * most + 1e-6);
          }
          let rush = 0;
          while (budget.spend(false)) rush += 1;
          expect(rush).toBeLessThanOrEqual(5);
          while (budget.spend(true)) rush += 1;
          expect(rush).toBeLessThanOrEqual(10);
        },
      ),
    );
  });

  test('wait for what 95 % of the recent answers took, and for enough of them to tell', () => {
    const budget = new HedgeBudget({ after: 'p95', most: 0.05 });
    const latencies = new Latencies();
    for (let ms = 1; ms < 20; ms += 1) latencies.add(ms * 100);
    expect(budget.delayMs(latencies)).toBeNull();
    latencies.add(2_000);
    expect(budget.delayMs(latencies)).toBe(1_900);
    for (let i = 0; i < 100; i += 1) latencies.add(1);
    expect(budget.delayMs(latencies)).toBe(20);
    expect(new HedgeBudget({ after: 300, most: 0.05 }).delayMs(new Latencies())).toBe(300);
    expect(new HedgeBudget({ after: 'p95', most: 0 }).delayMs(latencies)).toBeNull();
  });
});

describe('the circuit of a host', () => {
  const breaker = () => new Breaker(randomFrom(1));

  test('opens at once when nobody answers or key or model are wrong, at the second failure in a row otherwise', () => {
    expect(breaker().failed('hang', 0)).toBe(true);
    expect(breaker().failed('load', 0)).toBe(true);
    const one = breaker();
    expect(one.failed('crash', 0)).toBe(false);
    one.succeeded(1);
    expect(one.failed('crash', 2)).toBe(false);
    expect(one.failed('crash', 3)).toBe(true);
  });

  test('opens when every other call of the last half minute fails, however they are mixed', () => {
    const one = breaker();
    const opened: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      if (i % 2 === 0) one.succeeded(i);
      else if (one.failed('malformed', i)) opened.push(i);
    }
    expect(opened[0]).toBe(9);
    const slow = breaker();
    for (let i = 0; i < 40; i += 1) {
      if (i % 2 === 0) slow.succeeded(i * 10_000);
      else expect(slow.failed('malformed', i * 10_000)).toBe(false);
    }
  });

  test('stays open for longer each time it opens in a row, by chance within half of that', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const one = new Breaker(randomFrom(seed));
        for (let i = 0; i < 12; i += 1) {
          const whole = Math.min(60_000, 500 * 2 ** i);
          const pause = one.open();
          expect(pause).toBeGreaterThanOrEqual(whole / 2);
          expect(pause).toBeLessThanOrEqual(whole);
        }
        one.succeeded(0);
        expect(one.open()).toBeLessThanOrEqual(500);
      }),
    );
  });
});

describe('what two hosts serve', () => {
  const all = { base: 'base.gguf', adapter: 'lora.gguf', bytes: 1_000, parameters: 10 };

  test('is compared in what both of them tell', () => {
    expect(differs(all, all, 'gpu-1')).toBeNull();
    expect(differs(UNTOLD, all, 'gpu-1')).toBeNull();
    expect(differs({ ...all, bytes: null }, all, 'gpu-1')).toBeNull();
    expect(differs({ ...all, adapter: 'none' }, all, 'gpu-1')).toBe(
      'it serves the adapter none, gpu-1 lora.gguf',
    );
    expect(differs({ ...all, bytes: 900 }, all, 'gpu-1')).toMatch(/of so many bytes: 900, gpu-1 1000/);
  });

  test('may differ in the last digits of a reading and in no more', () => {
    const reading = (pass: number): Classification => ({
      logLikelihood: Object.fromEntries(
        DECISIONS.map((one) => [one, Math.log(one === 'PASS' ? pass : 0.01)]),
      ) as Record<Decision, number>,
      mass: 1,
      exact: true,
      promptTokens: 1,
      trimmed: [],
    });
    expect(readsOtherwise(reading(0.9), reading(0.87), 'gpu-1')).toBeNull();
    expect(readsOtherwise(reading(0.5), reading(0.9), 'gpu-1')).toMatch(/otherwise than gpu-1.*0\.40 apart/);
  });
});
