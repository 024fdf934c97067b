import { Button } from '@mantine/core';
import type { Draft } from './drafts.ts';

/** Cells that were not taken, each with what is wrong and what to do. The typed text is still in its cell. */
export function Unsaved({
  drafts,
  onEdit,
  onOverwrite,
  onDiscard,
}: {
  drafts: readonly Draft[];
  onEdit: (draft: Draft) => void;
  onOverwrite: (draft: Draft) => void;
  onDiscard: (draft: Draft) => void;
}) {
  return (
    <ul className="crm-unsaved" role="alert" aria-label="Not saved">
      {drafts.map((draft) => (
        <li key={`${draft.record.id} ${draft.column.field}`}>
          <span>
            <strong>
              {draft.column.title} of {draft.record.label} is not saved.
            </strong>{' '}
            {draft.message}
          </span>
          {draft.state === 'conflict' ? (
            <Button size="compact-sm" variant="default" onClick={() => onOverwrite(draft)}>
              Save mine over it
            </Button>
          ) : (
            <Button size="compact-sm" variant="default" onClick={() => onEdit(draft)}>
              Edit
            </Button>
          )}
          <Button size="compact-sm" variant="default" onClick={() => onDiscard(draft)}>
            Discard
          </Button>
        </li>
      ))}
    </ul>
  );
}
