import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';

/** Changing JSON texts and leaving every byte that is not meant as it is. */

/** The bytes of each element of an array in the text, exactly as they stand. */
export function elementsOf(text: string, path: (string | number)[]): Buffer[] {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, path);
  return (node?.children ?? []).map(({ offset, length }) => Buffer.from(text.slice(offset, offset + length)));
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
