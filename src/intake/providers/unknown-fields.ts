import type { IntakeTrouble } from '../submission.ts';

/** One holds the mail; nobody reads a thousand of them. */
const MAX_TOLD = 10;

/**
 * Fields nobody here knows could change what the recipient sees, so a mail with one is held.
 *
 * @param within path of the object with a dot at its end, e.g. `attachments.`; empty for the body itself
 */
export function* unknownFields(
  value: object,
  known: ReadonlySet<string>,
  accepted: ReadonlySet<string>,
  within = '',
): Generator<IntakeTrouble> {
  let found = 0;
  for (const name of Object.keys(value)) {
    const path = `${within}${name}`;
    if (known.has(name) || accepted.has(path)) continue;
    if ((found += 1) > MAX_TOLD) return;
    yield {
      kind: 'unknown_field',
      detail: `the request holds the field "${path.slice(0, 60)}", which presend does not know; if it is harmless, name it in http.accept_fields`,
    };
  }
}
