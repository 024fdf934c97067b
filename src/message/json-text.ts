import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';

/** Changing JSON texts and leaving every byte that is not meant as it is. */

/** The bytes of each element of an array in the text, exactly as they stand. */
export function elementsOf(text: string, path: (string | number)[]): Buffer[] {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, path);
  return (node?.children ?? []).map(({ offset, length }) => Buffer.from(text.slice(offset, offset + length)));
}

/**
 * The whole text once for each element of an array in it: with that element alone in the array, every byte of it and of
 * all that stands around the array as it is. With one element that is the text itself.
 */
export function* withEachElement(text: string, path: (string | number)[]): Generator<Buffer> {
  const root = parseTree(text);
  const array = root && findNodeAtLocation(root, path);
  const elements = array?.children ?? [];
  if (!array || elements.length === 1) {
    yield Buffer.from(text);
    return;
  }
  const before = Buffer.from(`${text.slice(0, array.offset)}[`);
  const after = Buffer.from(`]${text.slice(array.offset + array.length)}`);
  for (const { offset, length } of elements) {
    yield Buffer.concat([before, Buffer.from(text.slice(offset, offset + length)), after]);
  }
}

/** One change of a JSON text; `undefined` takes the place out. */
export type JsonChange = [path: (string | number)[], value: unknown];

/** Applies changes and leaves every other byte as it is. */
export function changeJson(bytes: Buffer, changes: readonly JsonChange[]): Buffer {
  if (changes.length === 0) return bytes;
  let text = bytes.toString();
  for (const [path, value] of changes) text = applyEdits(text, modify(text, path, value, {}));
  return Buffer.from(text);
}
