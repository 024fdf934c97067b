import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { exponential } from './distributions.ts';
import { Station, type StationFigures } from './station.ts';

const SERVICE_MS = 10;
/** The mean wait at a load of 0.8 is off by some 2.5 % then (one standard deviation, M/M/1), at 0.7 by less. */
const COUNT = 200_000;

/** Mail that comes by chance to a station, until so many came and all of them are served. */
async function run(options: {
  seed: number;
  servers: number;
  load: number;
  serviceMs: (random: () => number) => number;
}): Promise<StationFigures & { took: number }> {
  const clock = new VirtualClock();
  const seeds = randomFrom(options.seed);
  const stream = () => randomFrom(Math.floor(seeds() * 2 ** 32));
  const [arrivals, services] = [stream(), stream()];
  const station = new Station(clock, options.servers);
  const everyMs = SERVICE_MS / (options.load * options.servers);
  let left = COUNT;
  let served = 0;
  const next = (): void => {
    if (left === 0) return;
    left -= 1;
    station.come(
      () => options.serviceMs(services),
      () => (served += 1),
    );
    clock.after(exponential(everyMs, arrivals), next);
  };
  next();
  await clock.run(() => served === COUNT);
  return { ...station.figures(), took: clock.now() };
}

/** Chance that one who comes has to wait (Erlang C; Kleinrock, Queueing Systems I, 3.5). */
function erlangC(servers: number, load: number): number {
  const offered = servers * load;
  let blocked = 1;
  for (let i = 1; i <= servers; i += 1) blocked = (offered * blocked) / (i + offered * blocked);
  return blocked / (1 - load * (1 - blocked));
}

const within = (share: number, of: number): [number, number] => [of * (1 - share), of * (1 + share)];

describe('a station of the simulation', () => {
  test('makes mail wait as long as the theory of M/M/1 says', async () => {
    const load = 0.7;
    const found = await run({ seed: 1, servers: 1, load, serviceMs: (r) => exponential(SERVICE_MS, r) });
    const [low, high] = within(0.07, (load / (1 - load)) * SERVICE_MS);
    expect(found.meanWaitMs).toBeGreaterThan(low);
    expect(found.meanWaitMs).toBeLessThan(high);
  });

  test('makes it wait half as long where every service takes the same time (M/D/1)', async () => {
    const load = 0.7;
    const found = await run({ seed: 2, servers: 1, load, serviceMs: () => SERVICE_MS });
    const [low, high] = within(0.07, (load / (2 * (1 - load))) * SERVICE_MS);
    expect(found.meanWaitMs).toBeGreaterThan(low);
    expect(found.meanWaitMs).toBeLessThan(high);
  });

  test.each([2, 8])('makes it wait as Erlang C says with %i servers (M/M/c)', async (servers) => {
    const load = 0.8;
    const found = await run({ seed: 3, servers, load, serviceMs: (r) => exponential(SERVICE_MS, r) });
    const [low, high] = within(0.07, (erlangC(servers, load) * SERVICE_MS) / (servers * (1 - load)));
    expect(found.meanWaitMs).toBeGreaterThan(low);
    expect(found.meanWaitMs).toBeLessThan(high);
    expect(found.utilisation).toBeGreaterThan(within(0.02, load)[0]);
    expect(found.utilisation).toBeLessThan(within(0.02, load)[1]);
  });

  test("keeps Little's law: what is within is what comes in a second times how long it stays", async () => {
    const found = await run({
      seed: 4,
      servers: 3,
      load: 0.9,
      serviceMs: (r) => exponential(SERVICE_MS, r),
    });
    expect(found.meanWithin).toBeCloseTo((found.arrived / found.took) * found.meanSojournMs, 6);
  });

  test('serves in the order of coming and loses nobody', async () => {
    const clock = new VirtualClock();
    const station = new Station(clock, 1);
    const served: number[] = [];
    for (let i = 0; i < 3_000; i += 1) {
      station.come(
        () => 1 + (i % 7),
        () => served.push(i),
      );
    }
    await clock.run(() => clock.now() > 500);
    const { arrived, within: left } = station.figures();
    expect(served.length + left).toBe(arrived);
    await clock.run(() => served.length === 3_000);
    expect(served).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
  });
});
