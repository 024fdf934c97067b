import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { failuresReading } from '../../src/kill-switch/monitors/failures.ts';
import { falsePositivesReading, tellingWindow } from '../../src/kill-switch/monitors/false-positives.ts';
import { type Answer, CallWindow, ProspectWindow } from '../../src/kill-switch/windows.ts';

const config = configSchema.parse({}).kill_switch;

test('the call window counts as a list of the last calls would', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.boolean(), { maxLength: 200 }),
      (size, calls) => {
        const window = new CallWindow(size);
        calls.forEach((failed, i) => {
          window.add(failed);
          const last = calls.slice(Math.max(0, i + 1 - size), i + 1);
          expect(window.calls).toBe(last.length);
          expect(window.failures).toBe(last.filter(Boolean).length);
        });
      },
    ),
  );
});

type Step =
  | { kind: 'add'; prospect: number; stopped: boolean; answer: Answer }
  | { kind: 'label'; back: number; answer: Answer };

const answers = fc.constantFrom<Answer[]>('right', 'wrong', 'not_sure', null);
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        prospect: fc.nat(12),
        stopped: fc.boolean(),
        answer: answers,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('label' as const), back: fc.nat(20), answer: answers }),
    },
  ),
  { maxLength: 120 },
);

/** Keeps every delivery ever seen and counts from scratch. */
function bruteForce(size: number, history: readonly Step[]) {
  const deliveries: { id: number; prospect: number; stopped: boolean; answer: Answer }[] = [];
  for (const step of history) {
    if (step.kind === 'add') deliveries.push({ id: deliveries.length, ...step });
    else {
      const target = deliveries[deliveries.length - 1 - step.back];
      if (target) target.answer = step.answer;
    }
  }
  const newest = new Map<number, (typeof deliveries)[number]>();
  for (const one of deliveries.toReversed()) {
    if (newest.size < size && !newest.has(one.prospect)) newest.set(one.prospect, one);
  }
  const window = [...newest.values()];
  const count = (stopped: boolean, test: (answer: Answer) => boolean): number =>
    window.filter((one) => one.stopped === stopped && test(one.answer)).length;
  return {
    prospects: window.length,
    wronglyStopped: count(true, (answer) => answer === 'wrong'),
    rightlyStopped: count(true, (answer) => answer === 'right'),
    unlabelled: count(true, (answer) => answer === null || answer === 'not_sure'),
    rightlyRelayed: count(false, (answer) => answer !== 'wrong'),
    wronglyRelayed: count(false, (answer) => answer === 'wrong'),
  };
}

test('the prospect window counts as going through the whole history would', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), steps, (size, history) => {
      const window = new ProspectWindow(size);
      let next = 0;
      history.forEach((step, i) => {
        if (step.kind === 'add') {
          window.add(
            { delivery: String(next++), prospect: String(step.prospect), stopped: step.stopped },
            step.answer,
          );
        } else window.label(String(next - 1 - step.back), step.answer);
        expect(window.counts()).toEqual(bruteForce(size, history.slice(0, i + 1)));
      });
    }),
    { numRuns: 300 },
  );
});

const counts = {
  prospects: 500,
  wronglyStopped: 0,
  rightlyStopped: 0,
  unlabelled: 0,
  rightlyRelayed: 0,
  wronglyRelayed: 0,
};

test('false positives trip above 15 % and not at 15 %, and an unlabelled stop counts neither way', () => {
  const read = (over: Partial<typeof counts>) =>
    falsePositivesReading({ ...counts, ...over }, config.false_positives);
  expect(read({ wronglyStopped: 60, rightlyRelayed: 340, unlabelled: 100 })).toMatchObject({
    state: 'ok',
    value: 0.15,
  });
  expect(read({ wronglyStopped: 61, rightlyRelayed: 339, unlabelled: 100 }).state).toBe('over');
  expect(read({ wronglyStopped: 61, rightlyRelayed: 339 }).says).toMatch(
    /^61 of 400 mails that should have gone .* 15 %/,
  );
});

test('without enough labels the false-positive rate is shown and trips nothing', () => {
  const read = (wronglyStopped: number, rightlyStopped: number) =>
    falsePositivesReading(
      { ...counts, wronglyStopped, rightlyStopped, rightlyRelayed: 10 },
      config.false_positives,
    );
  expect(read(15, 4)).toMatchObject({ state: 'not_enough', value: 0.6, counted: 19, needed: 20 });
  expect(read(15, 5).state).toBe('over');
  // Nothing that should have gone is known of.
  expect(falsePositivesReading({ ...counts, rightlyStopped: 30 }, config.false_positives)).toMatchObject({
    state: 'not_enough',
    value: null,
  });
});

test('failures trip when the lower bound passes 1 %, and not on the first few', () => {
  const state = (failures: number, calls: number) =>
    failuresReading({ failures, calls }, config.failures).state;
  expect(state(0, 0)).toBe('not_enough');
  expect(state(4, 4)).toBe('ok');
  expect(state(5, 5)).toBe('over');
  // 1.0 % and 1.6 % of a full window: the lower bounds are 0.55 % and 1.01 %.
  expect(state(10, 1_000)).toBe('ok');
  expect(state(15, 1_000)).toBe('ok');
  expect(state(17, 1_000)).toBe('over');
});

describe('the place of the false-positive window that tells', () => {
  const small = { ...config.false_positives, prospects: 10, labels: 3 };
  /** `s` a stop without label, `w` one labelled wrong, `r` one labelled right, `.` let go; each to a prospect of its own. */
  const mails = (marks: string) =>
    marks.split('').map((mark, i) => ({
      delivery: `d${i}`,
      prospect: `p${i}`,
      stopped: mark !== '.',
      answer: mark === 'w' ? ('wrong' as const) : mark === 'r' ? ('right' as const) : null,
      at: i,
    }));
  const place = (marks: string, whole = true) => tellingWindow({ deliveries: mails(marks), whole }, small);

  test('is the one with the highest share, where that is over the limit', () => {
    expect(place('..........www..........')).toMatchObject({ ended: 12, counts: { wronglyStopped: 3 } });
    expect(place('.........www..........wwww..........').ended).toBe(25);
  });

  test('is the newest with enough labels, where none is over', () => {
    expect(place('..........rrr..........')).toMatchObject({ ended: 19, counts: { rightlyStopped: 3 } });
    expect(place('..........rrr')).toMatchObject({ ended: null, counts: { rightlyStopped: 3 } });
  });

  test('is the newest, where no place has enough labels', () => {
    expect(place('..........ww..........ss')).toMatchObject({
      ended: null,
      counts: { unlabelled: 2, prospects: 10 },
    });
    expect(tellingWindow({ deliveries: [], whole: true }, small)).toMatchObject({
      ended: null,
      counts: { prospects: 0 },
    });
  });

  test('is never one that is not full only because older mail was not looked at', () => {
    expect(place('www...............').ended).toBe(2);
    expect(place('www...............', false)).toMatchObject({ ended: 9, counts: { rightlyRelayed: 7 } });
  });

  test('is over at no place if and only if no window in a list of the last prospects is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '.', '.', 's', 'w', 'r'), { maxLength: 60 }), (marks) => {
        const all = marks.map((_, i) => marks.slice(Math.max(0, i - 9), i + 1));
        const count = (window: readonly string[], mark: string) =>
          window.filter((one) => one === mark).length;
        const over = all.some(
          (window) =>
            count(window, 'w') + count(window, 'r') >= 3 &&
            count(window, 'w') / (count(window, 'w') + count(window, '.')) > small.limit,
        );
        const { counts: told, ended } = place(marks.join(''));
        expect(falsePositivesReading(told, small, ended).state === 'over').toBe(over);
      }),
      { numRuns: 500 },
    );
  });
});
