import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeJson, elementsOf, withEachElement } from '../../src/message/json-text.ts';

const texts = (text: string, path: (string | number)[]) =>
  [...withEachElement(text, path)].map((bytes) => bytes.toString());

describe('a JSON text', () => {
  test('is given once for each element of an array, with the bytes of all else as they are', () => {
    const text = '{ "a":1.0,\n"list" : [ {"x":"\\u00e9"} ,\n[2] ], "é":"\\/" }';
    expect(texts(text, ['list'])).toEqual([
      '{ "a":1.0,\n"list" : [{"x":"\\u00e9"}], "é":"\\/" }',
      '{ "a":1.0,\n"list" : [[2]], "é":"\\/" }',
    ]);
    expect(elementsOf(text, ['list']).map((bytes) => bytes.toString())).toEqual(['{"x":"\\u00e9"}', '[2]']);
  });

  test('is given as it is when the array has one element', () => {
    const text = '{"list": [ 1 ]}';
    expect(texts(text, ['list'])).toEqual([text]);
  });

  test('means the same with one element as the whole text with the others taken out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 1, '\t'),
        (list, rest, indent) => {
          const text = JSON.stringify({ ...rest, list }, null, indent);
          expect(texts(text, ['list']).map((one) => JSON.parse(one) as unknown)).toEqual(
            list.map((one) => JSON.parse(JSON.stringify({ ...rest, list: [one] })) as unknown),
          );
        },
      ),
    );
  });

  test('is the same bytes without changes', () => {
    const bytes = Buffer.from('{ "a" : 1 }');
    expect(changeJson(bytes, [])).toBe(bytes);
  });
});
