import { describe, expect, it } from 'vitest';
import { type ProfileCandidate, calibrate } from '../../src/evaluate/calibrate.ts';
import type { Case } from '../../src/evaluate/cases.ts';
import { AdapterError, type AdapterInput } from '../../src/judge/adapter/adapter.ts';
import { calibrationSchema } from '../../src/judge/adapter/reading.ts';
import type { Decision } from '../../src/message/types.ts';
import { sampleCase } from './sample-case.ts';
import { type ScriptedAdapter, mostly, scriptedAdapter } from './scripted-adapter.ts';

/** Pairs of one bad and one good mail, the truth in the body for the scripted adapter to read. */
function pairs(count: number): Case[] {
  return Array.from({ length: count }, (_, i) => [
    sampleCase({ id: `m${i}/bad`, gold: 'BLOCK', text: `Hi, mail ${i} is BLOCK` }),
    sampleCase({ id: `m${i}/good`, gold: 'PASS', text: `Hi, mail ${i} is PASS` }),
  ]).flat();
}

const truth = ({ draft }: AdapterInput): Decision => (draft.body.endsWith('BLOCK') ? 'BLOCK' : 'PASS');

/** States `said` for the right label and is right in `right` of all cases. */
function reader(said: number, right: number, mass = 1): (input: AdapterInput) => Record<Decision, number> {
  return (input) => {
    const number = Number(/mail (\d+)/.exec(input.draft.body)?.[1]) * 2 + +(truth(input) === 'PASS');
    // Spread evenly, so that both halves have about the same share of wrong ones.
    const lucky = (number * 0.618034) % 1;
    const other = truth(input) === 'PASS' ? 'BLOCK' : 'PASS';
    const stated = mostly(lucky < right ? truth(input) : other, said);
    return Object.fromEntries(
      Object.entries(stated).map(([decision, value]) => [decision, value * mass]),
    ) as Record<Decision, number>;
  };
}

function candidate(profile: string, read: (input: AdapterInput) => Record<Decision, number>) {
  const opened: ScriptedAdapter[] = [];
  const open: ProfileCandidate['open'] = async () => {
    const adapter = scriptedAdapter(read, `model@${profile}`);
    opened.push(adapter);
    return adapter;
  };
  return { profile, open, opened };
}

const options = { splitSeed: 1, targetGoodStopped: 0.02, now: '2026-05-01T12:00:00Z' };

describe('calibrate', () => {
  it('picks the profile under which known labels are likeliest', async () => {
    const wrong = candidate('wrong', reader(0.9, 0.4));
    const silent = candidate('silent', reader(0.95, 0.95, 0.01));
    const right = candidate('right', reader(0.9, 0.9));
    const result = await calibrate([wrong, silent, right], pairs(100), options);
    expect(result?.profile).toBe('right');
    expect(result?.profiles.map(({ profile }) => profile)).toEqual(['right', 'wrong', 'silent']);
    expect(result?.calibration.version).toBe('model@right');
    expect([...wrong.opened, ...silent.opened, ...right.opened].every(({ released }) => released)).toBe(true);
  });
  it('never asks a profile that was not picked about the reporting half', async () => {
    const wrong = candidate('wrong', reader(0.9, 0.4));
    const right = candidate('right', reader(0.9, 0.9));
    await calibrate([wrong, right], pairs(100), options);
    const asked = (adapters: ScriptedAdapter[]): number =>
      adapters.reduce((sum, adapter) => sum + adapter.asked.length, 0);
    expect(asked(wrong.opened)).toBe(100);
    expect(asked(right.opened)).toBe(200);
  });
  it('makes stated probabilities true on cases it was not fitted on', async () => {
    // Says 0.99 and is right in 80 % of cases.
    const result = await calibrate([candidate('sure', reader(0.99, 0.8))], pairs(400), options);
    expect(result?.uncalibrated.calibration?.top.ece.value).toBeGreaterThan(0.12);
    expect(result?.report.calibration?.top.ece.value).toBeLessThan(0.06);
    expect(result?.calibration.temperature).toBeGreaterThan(1.5);
  });
  it('stops no more good drafts than it was told to, on the half it was fitted on', async () => {
    const result = await calibrate([candidate('p', reader(0.9, 0.97))], pairs(200), {
      ...options,
      targetGoodStopped: 0.05,
    });
    expect(result?.fit.goodStopped.rate).toBeLessThanOrEqual(0.05);
    expect(result?.fit.stopped.rate).toBeGreaterThan(0.9);
  });
  it('gives what the gate reads, with notes that say how it came about', async () => {
    const result = await calibrate([candidate('p', reader(0.9, 0.9))], pairs(100), options);
    const read = calibrationSchema.parse(JSON.parse(JSON.stringify(result?.calibration)));
    expect(read.notes).toMatchObject({
      fitted_at: '2026-05-01T12:00:00Z',
      profile: 'p',
      split_seed: 1,
      fitted_on: { cases: 100 },
      other_half: { cases: 100 },
    });
  });
  it('gives the same calibration for the same cases and seed', async () => {
    const once = () => calibrate([candidate('p', reader(0.9, 0.9))], pairs(100), options);
    expect((await once())?.calibration).toEqual((await once())?.calibration);
  });
  it.each([
    ['few cases', pairs(49), /98 cases .*too few to calibrate: give at least 100/],
    ['hardly a good draft', pairs(200).filter(({ gold }, i) => gold === 'BLOCK' || i < 30), /15 good/],
    [
      'versions of one mail only',
      pairs(100).map((one) => ({ ...one, pair: 'same' })),
      /versions of one mail on the same side, one half holds 0 cases|one half holds 200 cases/,
    ],
  ])('refuses %s', async (_, cases, message) => {
    await expect(calibrate([candidate('p', reader(0.9, 0.9))], cases, options)).rejects.toThrow(message);
  });
  it('refuses a model that often gives no answer, and says why it gave none', async () => {
    const failing = candidate('p', (input) => {
      if (/mail \d*[05] /.test(input.draft.body)) throw new AdapterError('unavailable', 'the queue is full');
      return reader(0.9, 0.9)(input);
    });
    await expect(calibrate([failing], pairs(100), options)).rejects.toThrow(
      /no answer to \d+ of 100 cases; the first: the queue is full/,
    );
    expect(failing.opened.every(({ released }) => released)).toBe(true);
  });
  it('does not pick a profile that mostly gets no answer for the few likely ones it got', async () => {
    const mute = candidate('mute', (input) => {
      if (/mail \d*[1-9] /.test(input.draft.body)) throw new AdapterError('malformed', 'no label');
      return reader(0.99, 1)(input);
    });
    const result = await calibrate([mute, candidate('plain', reader(0.9, 0.9))], pairs(100), options);
    expect(result?.profiles.map(({ profile }) => profile)).toEqual(['plain', 'mute']);
    expect(result?.profiles[1]?.unanswered).toBeGreaterThan(80);
  });
  it('leaves nothing behind when it is interrupted', async () => {
    const controller = new AbortController();
    const one = candidate('p', reader(0.9, 0.9));
    const result = await calibrate([one], pairs(100), {
      ...options,
      signal: controller.signal,
      onPart: () => ({ at: (done) => done === 7 && controller.abort(), end: () => {} }),
    });
    expect(result).toBeNull();
    expect(one.opened[0]?.asked).toHaveLength(7);
    expect(one.opened[0]?.released).toBe(true);
  });
});
