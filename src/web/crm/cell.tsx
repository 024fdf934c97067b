import type { GridColumn, GridRecord } from '../../crm/web-types.ts';
import type { Draft } from './drafts.ts';
import { cellShown } from './values.ts';

/** A cell: lists as chips, what is not saved with a word why. */
export function Cell({
  record,
  column,
  draft,
}: {
  record: GridRecord | undefined;
  column: GridColumn;
  draft: Draft | undefined;
}) {
  if (!record) return <span className="crm-loading">…</span>;
  if (draft) {
    const mark = draft.state === 'saving' ? '…' : '⚠';
    return (
      <span className="crm-draft" data-state={draft.state} title={draft.message ?? 'Being saved'}>
        <span aria-hidden="true">{mark}</span> {draft.text === '' ? '(empty)' : draft.text}
        <span className="crm-hidden">
          {draft.state === 'saving' ? ', being saved' : `, not saved: ${draft.message}`}
        </span>
      </span>
    );
  }
  const value = record.values[column.field];
  if (column.kind === 'list' && Array.isArray(value)) {
    return (
      <span className="crm-chips">
        {value.map((one) => (
          <span key={one} className="crm-chip">
            {one}
          </span>
        ))}
      </span>
    );
  }
  return cellShown(record, column);
}
