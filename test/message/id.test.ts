import { expect, test } from 'vitest';
import { idFloor, newId, newIdAfter } from '../../src/message/id.ts';

test('an id made after one of another process sorts after it, whatever the clocks say', () => {
  const here = newId(5_000_000);
  expect(newIdAfter(5_000_000, null) > here).toBe(true);
  const ahead = `${idFloor(9_000_000)}ZZZZZZZZZZZZZZZZ`;
  expect(newIdAfter(5_000_000, ahead) > ahead).toBe(true);
});

test('ids made before a time sort before its floor, later ones after it', () => {
  const early = newId(20_000_000);
  const late = newId(20_000_001);
  expect(early < idFloor(20_000_001) && idFloor(20_000_001) <= late).toBe(true);
});
