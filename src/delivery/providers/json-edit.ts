import type { Texts } from '../../message/edited-text.ts';
import type { JsonChange } from '../../message/json-text.ts';

/** A reviewer's text in a request that holds `subject`, `text` and `html`: a part that is no longer there is taken out. */
export function textChanges(mail: Readonly<Record<string, unknown>>, edit: Texts): JsonChange[] {
  const parts = (['text', 'html'] as const).filter((part) => part in mail || edit[part] !== null);
  return [[['subject'], edit.subject], ...parts.map((part): JsonChange => [[part], edit[part] ?? undefined])];
}
