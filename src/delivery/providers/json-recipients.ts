import { addressKey } from '../../crm/address.ts';
import type { JsonChange } from '../../message/json-text.ts';

/**
 * Takes those out of an array of addresses who do not get it, one by one from the end, so that the others stay as they are.
 *
 * @param emailOf the address in one element
 * @returns the changes, and how many stay
 */
export function keepOnly(
  list: readonly unknown[],
  path: (string | number)[],
  only: ReadonlySet<string>,
  emailOf: (element: unknown) => string,
): { changes: JsonChange[]; kept: number } {
  const gone = list.flatMap((element, i) => (only.has(addressKey(emailOf(element)) ?? '') ? [] : [i]));
  const kept = list.length - gone.length;
  if (kept === 0) return { changes: list.length === 0 ? [] : [[path, undefined]], kept };
  return { changes: gone.toReversed().map((i): JsonChange => [[...path, i], undefined]), kept };
}
