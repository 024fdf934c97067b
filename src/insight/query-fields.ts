import { z } from 'zod';

/** A time in a query: milliseconds since the epoch, or a date (its first moment in UTC) or time as ISO 8601 has them. */
export const time = z.string().transform((value, context) => {
  const at = /^\d{11,16}$/.test(value)
    ? Number(value)
    : /^\d{4}-\d\d-\d\d/.test(value)
      ? Date.parse(value)
      : Number.NaN;
  if (Number.isFinite(at)) return at;
  context.addIssue({ code: 'custom', message: 'must be a time such as 2026-05-31 or 2026-05-31T14:00Z' });
  return z.NEVER;
});
