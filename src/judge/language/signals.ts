/** Reading `available_signals`: free JSON of an engine or a CRM, untrusted, key spellings vary. */

import { remember } from './remember.ts';

/** Bounds on what is read of one record; more than this is not a record but an attack or a dump. */
const MAX_DEPTH = 8;
const MAX_LEAVES = 2000;
const MAX_TEXT = 8000;

/** An object or array met on the way, with the keys that lead to it. */
export interface SignalNode {
  path: string[];
  /** Its own scalar fields by key; empty for an array of scalars. */
  fields: Record<string, string | number | boolean>;
}

/** A scalar with the keys that lead to it ("active_threads", "0", "last_message"). */
export interface SignalLeaf {
  path: string[];
  key: string;
  value: string | number | boolean;
  /** The objects that hold it, outermost first; the last one holds it directly. */
  holders: SignalNode[];
}

/** All scalars of a JSON value, depth first, in key order as given. */
export function signalLeaves(signals: unknown): SignalLeaf[] {
  const leaves: SignalLeaf[] = [];
  const visit = (value: unknown, path: string[], holders: SignalNode[]): void => {
    if (leaves.length >= MAX_LEAVES || path.length > MAX_DEPTH) return;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const text = typeof value === 'string' ? value.slice(0, MAX_TEXT) : value;
      leaves.push({ path, key: lastName(path), value: text, holders });
    } else if (typeof value === 'object' && value !== null) {
      const inside = [...holders, { path, fields: scalars(value) }];
      for (const [key, child] of Object.entries(value)) visit(child, [...path, key], inside);
    }
  };
  visit(signals, [], []);
  return leaves;
}

/** "recipientRole" and "recipient-role" both give ["recipient", "role"]; list indices give nothing. */
export const keyWords: (key: string) => readonly string[] = remember((key) =>
  key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !/^\d+$/.test(word)),
);

/** A key's words joined by spaces with spaces around, so that ` thread ` finds a whole word. */
export function keyText(path: string | readonly string[]): string {
  const keys = typeof path === 'string' ? [path] : path;
  return ` ${keys.flatMap((key) => keyWords(key)).join(' ')} `;
}

/** "signals.active_threads[0].last_message", for evidence. */
export function fieldName(path: readonly string[]): string {
  let name = 'available_signals';
  for (const key of path) name += /^\d+$/.test(key) ? `[${key}]` : `.${key}`;
  return name;
}

/** Values that stand for "nothing": null-like words, no, false. */
export function isBlankValue(value: string | number | boolean): boolean {
  if (typeof value === 'string')
    return /^\s*(?:|none|null|no|false|n\/?a|unknown|not applicable|-)\s*\.?$/i.test(value);
  return value === false || value === 0;
}

function lastName(path: string[]): string {
  return path.findLast((key) => !/^\d+$/.test(key)) ?? '';
}

function scalars(value: object): SignalNode['fields'] {
  const fields: SignalNode['fields'] = {};
  if (Array.isArray(value)) return fields;
  for (const [key, child] of Object.entries(value).slice(0, 200)) {
    if (typeof child === 'string' || typeof child === 'number' || typeof child === 'boolean')
      fields[key] = child;
  }
  return fields;
}
