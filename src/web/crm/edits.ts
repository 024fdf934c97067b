import type { QueryClient } from '@tanstack/react-query';
import type {
  Affected,
  CellsBody,
  EditResult,
  GridRecord,
  GridTable,
  PendingBody,
} from '../../crm/web-types.ts';
import { api } from '../app/api.ts';
import { showToast, tellDone, tellFailure } from '../parts/notify.ts';
import { plural } from '../parts/words.ts';
import { ask } from './confirm.ts';

/** One change that a person asks for. */
interface Wanted {
  table: GridTable;
  /** null = a new record. */
  id: string | null;
  pending: PendingBody;
  /** e.g. "Change Headcount of Acme". */
  act: string;
  /** Asks even where nothing is at stake. */
  always?: boolean;
  send: (reason: string | undefined) => Promise<EditResult>;
}

interface Done {
  table: GridTable;
  id: string;
  revision: number;
  act: string;
}

/**
 * Edits of the mirror from this page: each says first whom it would affect where it affects anybody, and can be taken back by
 * Ctrl-Z, the last first.
 */
export class Edits {
  readonly #client: QueryClient;
  /** Called after each edit, with what it left. */
  readonly #onDone: (table: GridTable, result: EditResult) => void;
  #done: Done[] = [];

  constructor(client: QueryClient, onDone: (table: GridTable, result: EditResult) => void) {
    this.#client = client;
    this.#onDone = onDone;
  }

  /** @returns null when the person would rather not, once they saw whom it affects. @throws ApiFailure */
  change(
    table: GridTable,
    record: Pick<GridRecord, 'id' | 'label' | 'version'>,
    fields: CellsBody,
    titles: string,
    { overwrite = false } = {},
  ): Promise<EditResult | null> {
    return this.#make({
      table,
      id: record.id,
      pending: { fields },
      act: `Change ${titles} of ${record.label}`,
      send: (reason) =>
        api.send<EditResult>('PATCH', `/crm/${table}/${record.id}`, {
          fields,
          ...(overwrite ? {} : { version: record.version }),
          reason,
        }),
    });
  }

  create(table: GridTable, fields: CellsBody, one: string): Promise<EditResult | null> {
    return this.#make({
      table,
      id: null,
      pending: { fields },
      act: `Add this ${one}`,
      send: (reason) => api.post<EditResult>(`/crm/${table}`, { fields, reason }),
    });
  }

  revert(
    table: GridTable,
    id: string,
    revision: number,
    act: string,
    { force = false } = {},
  ): Promise<EditResult | null> {
    return this.#make({
      table,
      id,
      pending: { revert: revision, force },
      act,
      send: (reason) =>
        api.post<EditResult>(`/crm/${table}/${id}/revisions/${revision}/revert`, { force, reason }),
    });
  }

  /** Deletes records after one question for all of them. @returns how many went; the failures are told */
  async remove(table: GridTable, records: readonly GridRecord[], one: string): Promise<number> {
    const found = await Promise.all(
      records.map((record) => api.post<Affected>(`/crm/${table}/${record.id}/affected`, { delete: true })),
    );
    const what = records.length === 1 ? (records[0]?.label ?? one) : plural(records.length, one);
    const said = await ask({
      title: `Delete ${what}?`,
      act: `Delete ${what}`,
      affected: {
        changed: found.flatMap(({ changed }) => changed),
        complete: found.every(({ complete }) => complete),
        loosens: found.find(({ loosens }) => loosens !== null)?.loosens ?? null,
        looked_at: found.reduce((sum, { looked_at }) => sum + looked_at, 0),
        touched: found.reduce((sum, { touched }) => sum + touched, 0),
      },
    });
    if (!said) return 0;
    let gone = 0;
    for (const { id, label, version } of records) {
      try {
        const result = await api.send<EditResult>('DELETE', `/crm/${table}/${id}`, {
          version,
          reason: said.reason,
        });
        gone += 1;
        this.#remember({ table, id, act: `Delete ${label}` }, result);
      } catch (error) {
        tellFailure(error, `${label} is not deleted`);
      }
    }
    if (gone > 0) this.#offerUndo(`${plural(gone, one)} deleted.`, gone);
    return gone;
  }

  get undoable(): number {
    return this.#done.length;
  }

  /** Takes the last edit back. Asking again takes the one before. */
  async undo(times = 1): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      const last = this.#done.pop();
      if (!last) return tellDone('There is nothing of yours to undo here.');
      try {
        const act = `Undo: ${last.act}`;
        const result = await this.revert(last.table, last.id, last.revision, act);
        // What undoes is itself an edit: it is not put on the pile, or Ctrl-Z would go to and fro.
        if (result) this.#done = this.#done.filter((one) => one.revision !== result.revision_id);
        else this.#done.push(last);
        if (!result) return;
      } catch (error) {
        return tellFailure(error, 'Not undone');
      }
    }
  }

  async #make(wanted: Wanted): Promise<EditResult | null> {
    const { table, id, pending, act, always = false } = wanted;
    const path = id === null ? `/crm/${table}/affected` : `/crm/${table}/${id}/affected`;
    const affected = await api.post<Affected>(path, pending);
    let reason: string | undefined;
    if (always || affected.changed.length > 0 || affected.loosens !== null) {
      const said = await ask({ title: `${act}?`, act, affected });
      if (!said) return null;
      reason = said.reason;
    }
    const result = await wanted.send(reason);
    this.#remember({ table, id: id ?? result.record?.id ?? '', act }, result);
    const undoing = pending.revert !== undefined;
    const text = `${undoing ? act.replace(/^Undo: /u, 'Undone: ') : `${act}: done`}.${rejudgedText(result)}`;
    if (undoing) tellDone(text);
    else this.#offerUndo(text, 1);
    return result;
  }

  #remember(done: Omit<Done, 'revision'>, result: EditResult): void {
    if (result.revision_id !== null) this.#done.push({ ...done, revision: result.revision_id });
    void this.#client.invalidateQueries({ queryKey: ['crm'] });
    this.#onDone(done.table, result);
  }

  #offerUndo(text: string, times: number): void {
    showToast({
      text,
      tone: 'done',
      lastsMs: 8_000,
      action: { label: 'Undo', onClick: () => void this.undo(times) },
    });
  }
}

/** What became of held messages. */
export function rejudgedText({ rejudged }: Pick<EditResult, 'rejudged'>): string {
  const { touched, changed, pending } = rejudged;
  if (touched === 0) return '';
  const verdicts =
    changed.length === 0 ? 'no verdict changed' : `${plural(changed.length, 'verdict')} changed`;
  const left = pending > 0 ? `, ${pending} still to come` : '';
  return ` ${plural(touched - pending, 'held message')} judged again: ${verdicts}${left}.`;
}
