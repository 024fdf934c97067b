import { addressKey } from '../../crm/address.ts';
import { type JsonChange, changeJson } from '../../message/json-text.ts';
import { jsonOf } from './interpret.ts';

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

/**
 * Without anybody in `to` a provider takes no mail: who was in `cc` or `bcc` moves up.
 *
 * @throws Error when several blind copies would see each other there
 */
export function withSomebodyInTo(body: Buffer): Buffer {
  const mail = jsonOf(body.toString());
  if (mail['to'] !== undefined) return body;
  const from = mail['cc'] === undefined ? 'bcc' : 'cc';
  const moved = mail[from];
  if (moved === undefined) return body;
  if (from === 'bcc' && Array.isArray(moved) && moved.length > 1) {
    throw new Error('only blind copies are left, which would see each other in To');
  }
  return changeJson(body, [
    [['to'], moved],
    [[from], undefined],
  ]);
}
