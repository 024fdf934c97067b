import { type Document, type YAMLMap, type YAMLSeq, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { type RubricValues, parseRubric } from './rubric.ts';

/**
 * The rubric's file with other values: what does not change stays as it is written, comments and order too (only the blanks
 * before a comment at a line's end may change).
 *
 * @param where names the file in messages
 * @throws ConfigError when the text is no rubric, before or after
 */
export function editRubric(text: string, values: RubricValues, where: string): string {
  const before: RubricValues = parseRubric(text, where);
  const doc = parseDocument(text);
  merge(doc, doc.contents as unknown as YAMLMap, before, values);
  const after = doc.toString({ lineWidth: 0, flowCollectionPadding: false });
  parseRubric(after, where);
  return after;
}

type Json = Record<string, unknown>;

function merge(doc: Document, map: YAMLMap, before: object, after: object): void {
  const was = before as Json;
  for (const [key, value] of Object.entries(after)) {
    if (same(was[key], value)) continue;
    const node: unknown = map.get(key, true);
    if (isMap(node) && isObject(value)) merge(doc, node, was[key] ?? {}, value);
    else if (isSeq(node) && Array.isArray(value)) mergeList(doc, node, value);
    // Kept as a node, so that the comment behind it stays.
    else if (isScalar(node) && !isObject(value)) node.value = value;
    else map.set(key, doc.createNode(value));
  }
}

/** Items that stay keep their place and comments; new ones come behind them, in the order given. */
function mergeList(doc: Document, seq: YAMLSeq, after: readonly unknown[]): void {
  const before = seq.items.map((item) => asJson(item));
  const left = after.map((value) => ({ value, used: false }));
  const kept = seq.items.filter((item, i) => {
    const match = left.find(({ value, used }) => !used && matches(before[i], value));
    if (!match) return false;
    match.used = true;
    if (isMap(item)) merge(doc, item, before[i] as object, match.value as object);
    return true;
  });
  seq.items = [...kept, ...left.filter(({ used }) => !used).map(({ value }) => doc.createNode(value))];
}

/** Words are compared as they are read (trimmed, lower case), sections by their name. */
function matches(written: unknown, value: unknown): boolean {
  if (isObject(written) && isObject(value)) return written['name'] === value['name'];
  return String(written).trim().toLowerCase() === String(value);
}

function asJson(item: unknown): unknown {
  return isScalar(item) ? item.value : isMap(item) || isSeq(item) ? (item.toJSON() as unknown) : item;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
