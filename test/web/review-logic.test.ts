import { describe, expect, it } from 'vitest';
import { duration } from '../../src/web/parts/time.ts';
import { filterSearch, parseFilters, sameFilters, toggled } from '../../src/web/review/filters.ts';
import { neighbour } from '../../src/web/review/order.ts';
import { NOTHING, extend, toggle, toggleAll, without } from '../../src/web/review/selection.ts';
import { snoozeTimes } from '../../src/web/review/snooze-times.ts';
import { stretches } from '../../src/web/review/stretches.ts';
import { reasonChip } from '../../src/web/parts/words.ts';
import { actorName, settledWord } from '../../src/web/review/words.ts';
import { shownValue } from '../../src/web/review/why-panel.tsx';

describe('filters in the address', () => {
  it('come back as they were written', () => {
    const filters = {
      q: 'northwind "series b" & co',
      reason: 'c_level,thread_leak',
      due: 'red',
      sort: 'due' as const,
    };
    expect(parseFilters(filterSearch(filters))).toEqual(filters);
  });

  it('leave out what is no filter, no value, or no order', () => {
    expect(parseFilters('?q=&state=held&nonsense=1&sort=sideways')).toEqual({ state: 'held' });
    expect(filterSearch({})).toBe('');
  });

  it('are the same in whatever order they are given', () => {
    expect(sameFilters({ due: 'red', q: 'a' }, { q: 'a', due: 'red' })).toBe(true);
    expect(sameFilters({ due: 'red' }, {})).toBe(false);
  });

  it('take values in and out of a list', () => {
    expect(toggled(undefined, 'a')).toBe('a');
    expect(toggled('a,b', 'a')).toBe('b');
    expect(toggled('b', 'b')).toBeUndefined();
  });
});

describe('the selection', () => {
  const rows = ['a', 'b', 'c', 'd'];

  it('extends from the row ticked last, in both directions', () => {
    const from = toggle(NOTHING, 'b');
    expect([...extend(from, rows, 'd').ids]).toEqual(['b', 'c', 'd']);
    expect([...extend(toggle(NOTHING, 'c'), rows, 'a').ids].sort()).toEqual(['a', 'b', 'c']);
  });

  it('takes a range off again when its end was ticked', () => {
    const all = toggleAll(NOTHING, rows);
    expect([...extend({ ...all, anchor: 'b' }, rows, 'd').ids]).toEqual(['a']);
  });

  it('ticks one row where there is nothing to extend from', () => {
    expect([...extend(NOTHING, rows, 'c').ids]).toEqual(['c']);
    expect([...extend({ ids: new Set(), anchor: 'gone' }, rows, 'c').ids]).toEqual(['c']);
  });

  it('ticks all, then none, and forgets what was settled', () => {
    const all = toggleAll(NOTHING, rows);
    expect(all.ids.size).toBe(4);
    expect(toggleAll(all, rows).ids.size).toBe(0);
    expect([...without(all, ['a', 'd']).ids]).toEqual(['b', 'c']);
  });
});

describe('the next message', () => {
  const rows = [{ id: 'a' }, { id: 'b', mark: 'Released by you' }, { id: 'c' }];

  it('is the next one that is still to be settled', () => {
    expect(neighbour(rows, 'a', 1)).toBe('c');
    expect(neighbour(rows, 'c', -1)).toBe('a');
    expect(neighbour(rows, 'c', 1)).toBeNull();
  });

  it('is the first of the list for one that is not in it', () => {
    expect(neighbour(rows, 'x', 1)).toBe('a');
    expect(neighbour(rows, 'x', -1)).toBeNull();
  });
});

it('cuts overlapping spans into stretches without gaps', () => {
  expect(
    stretches(10, [
      { start: 2, end: 6, finding: 0 },
      { start: 4, end: 20, finding: 1 },
    ]),
  ).toEqual([
    { start: 0, end: 2, findings: [] },
    { start: 2, end: 4, findings: [0] },
    { start: 4, end: 6, findings: [0, 1] },
    { start: 6, end: 10, findings: [1] },
  ]);
  expect(stretches(0, [])).toEqual([]);
});

it('proposes times to snooze until that are all to come, Monday once', () => {
  for (let day = 1; day <= 7; day++) {
    const now = new Date(2026, 10, day, 14, 30).getTime();
    const times = snoozeTimes(now);
    expect(times.every(({ at }) => at > now)).toBe(true);
    expect(new Set(times.map(({ at }) => at)).size).toBe(times.length);
    expect(new Date(times.at(-1)!.at).getHours()).toBe(9);
  }
});

it('says names, states, ages and values as a person does', () => {
  expect(actorName('ben.miller@x.example', 'rita@x.example')).toBe('Ben Miller');
  expect(actorName('Rita@x.example (token ci)', 'rita@x.example')).toBe('you');
  expect(actorName('presend', 'rita@x.example')).toBe('presend');
  expect(reasonChip('thread_leak')).toBe('Thread leak');
  expect(reasonChip('something_new')).toBe('Something new');
  expect(settledWord('relaying')).toBe('Released');
  expect(settledWord('held')).toBeNull();
  expect([30_000, 5 * 60_000, 26 * 3_600_000, 72 * 3_600_000].map(duration)).toEqual([
    '< 1 min',
    '5 min',
    '26 h',
    '3 d',
  ]);
  expect(shownValue([])).toBe('none');
  expect(shownValue({ type: 'reserved', ends: null })).toBe('type: reserved; ends: –');
});
