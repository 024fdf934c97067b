import { addressKey } from '../../crm/address.ts';
import type { JsonChange } from '../../message/json-text.ts';

/**
 * Takes those out of an array of addresses who do not get it. The array is written anew: jsonc-parser cuts one byte too few
 * when it removes the last element of an array without blanks.
 *
 * @param emailOf the address in one element
 * @returns the changes, none where everybody gets it, and how many stay
 */
export function keepOnly(
  list: readonly unknown[],
  path: (string | number)[],
  only: ReadonlySet<string>,
  emailOf: (element: unknown) => string,
): { changes: JsonChange[]; kept: number } {
  const kept = list.filter((element) => only.has(addressKey(emailOf(element)) ?? ''));
  const changes: JsonChange[] =
    kept.length === list.length ? [] : [[path, kept.length > 0 ? kept : undefined]];
  return { changes, kept: kept.length };
}
