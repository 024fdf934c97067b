import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeJson } from '../../src/message/json-text.ts';

const name = fc.constantFrom('to', 'scheduled_at', 'text', 'a b', 'é"\\', '');
const object = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 });

test('a field can be taken out or set at any place of an object, whatever its layout, and nothing else changes', () => {
  fc.assert(
    fc.property(
      object,
      fc.constantFrom(undefined, 2, '\t'),
      name,
      fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined }),
      (mail, layout, field, value) => {
        if (!(field in mail) && value === undefined) return;
        const changed = changeJson(Buffer.from(JSON.stringify(mail, null, layout)), [[[field], value]]);
        const expected = { ...mail, [field]: value };
        expect(JSON.parse(changed.toString())).toEqual(JSON.parse(JSON.stringify(expected)));
      },
    ),
    { numRuns: 2000 },
  );
});
