import type { GridColumn, GridRecord } from '../../crm/web-types.ts';
import { ApiFailure, failureText } from '../app/api.ts';

/** A cell as somebody typed it that is not saved: on its way, or refused. The typed text stays until it is saved or discarded. */
export interface Draft {
  record: GridRecord;
  column: GridColumn;
  text: string;
  state: 'saving' | 'refused' | 'conflict';
  message: string | null;
}

export type Drafts = ReadonlyMap<string, Draft>;

export const draftKey = (id: string, field: string): string => `${id} ${field}`;

export function withDraft(drafts: Drafts, draft: Draft): Drafts {
  return new Map(drafts).set(draftKey(draft.record.id, draft.column.field), draft);
}

export function withoutDraft(drafts: Drafts, key: string): Drafts {
  const left = new Map(drafts);
  left.delete(key);
  return left;
}

/** The draft after a failure: what is wrong, and whether somebody else was first. */
export function refusedDraft(draft: Draft, error: unknown): Draft {
  const own = error instanceof ApiFailure ? error.fields[draft.column.field] : undefined;
  const conflict = error instanceof ApiFailure && error.status === 409 && own !== undefined;
  return { ...draft, state: conflict ? 'conflict' : 'refused', message: own ?? failureText(error) };
}
