/** Whether a text names a person. */
export type Names = (text: string) => boolean;

/**
 * Finds addresses in texts, in any case, and not inside of others: `ann@x.example` is not in `joann@x.example`.
 *
 * @param addresses as they are spelt
 */
export function namesOf(addresses: readonly string[]): Names {
  const any = addresses.map((one) => one.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const found = new RegExp(
    String.raw`(?<![\p{L}\p{N}._%+-])(?:${any})(?![\p{L}\p{N}-]|\.[\p{L}\p{N}])`,
    'iu',
  );
  return (text) => found.test(text);
}

/** Whether anything in a JSON value names the person, or is the id of one of the records under `prospect_id`. */
export function saysIn(value: unknown, names: Names, prospectIds: readonly string[]): boolean {
  if (typeof value === 'string') return names(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (key === 'prospect_id' && typeof inner === 'string' && prospectIds.includes(inner)) ||
      names(key) ||
      saysIn(inner, names, prospectIds),
  );
}
