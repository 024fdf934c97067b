import './crm.css';
import { Button, Group, Loader, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Link, Redirect, useLocation, useParams } from 'wouter';
import type { EditResult, GridColumn, GridRecord, GridTable, GridTableView } from '../../crm/web-types.ts';
import { apiUrl } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { plural } from '../parts/words.ts';
import { questionStore } from './confirm.ts';
import type { GridHandle } from './crm-grid.tsx';
import { type Draft, draftKey, type Drafts, refusedDraft, withDraft, withoutDraft } from './drafts.ts';
import { Edits } from './edits.ts';
import { FilterChips, FilterPanel } from './filter-panel.tsx';
import { crmHref, useGridUrl, viewQuery } from './grid-url.ts';
import { useCrmChanges, useTables } from './tables.ts';
import { Unsaved } from './unsaved.tsx';

const CrmGrid = lazy(() => import('./crm-grid.tsx'));
const RecordDrawer = lazy(() => import('./record-drawer.tsx'));
const ConfirmEdit = lazy(() => import('./confirm-edit.tsx'));
const ImportWizard = lazy(() => import('./import-wizard.tsx'));

/** The CRM mirror as tables that are looked up and put right. */
export function CrmTables() {
  const { table: name } = useParams<{ table?: string }>();
  const tables = useTables();
  const question = useSyncExternalStore(questionStore.subscribe, questionStore.snapshot);
  if (name === undefined) return <Redirect to="/crm/prospects" replace />;
  const table = tables.data?.find((one) => one.table === name);
  if (tables.data && !table) return <Redirect to="/crm/prospects" replace />;
  return (
    <>
      <PageTitle title={table?.title ?? 'CRM records'} about={table?.about ?? 'What the judge reads.'} />
      <nav className="crm-tabs" aria-label="Tables">
        {(tables.data ?? []).map((one) => (
          <Link
            key={one.table}
            href={crmHref(one.table)}
            className="crm-tab"
            aria-current={one.table === name ? 'page' : undefined}
          >
            {one.title}
          </Link>
        ))}
      </nav>
      {tables.error ? (
        <Trouble error={tables.error} onRetry={() => void tables.refetch()} />
      ) : table ? (
        <OneTable key={table.table} table={table} />
      ) : (
        <div className="crm-place">
          <Loader aria-label="Loading" />
        </div>
      )}
      {question && (
        <Suspense fallback={null}>
          <ConfirmEdit question={question} />
        </Suspense>
      )}
    </>
  );
}

function OneTable({ table }: { table: GridTableView }) {
  const { role } = useAccount();
  const editable = role === 'admin';
  const narrow = useMediaQuery('(max-width: 48em)') ?? false;
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [view, change] = useGridUrl(table.table);
  const [drafts, setDrafts] = useState<Drafts>(new Map());
  const [total, setTotal] = useState<number | null>(null);
  const [selected, setSelected] = useState<GridRecord[]>([]);
  const [filtering, setFiltering] = useState(false);
  const [importing, setImporting] = useState(false);
  const grid = useRef<GridHandle | null>(null);

  const settle = (of: GridTable, { record, revision_id: revision }: EditResult): void => {
    if (of !== table.table) return;
    if (record && revision !== null) grid.current?.put(record);
    // A new, deleted or restored record changes which rows there are.
    grid.current?.refresh();
  };
  const latest = useRef(settle);
  useEffect(() => {
    latest.current = settle;
  });
  const edits = useMemo(() => new Edits(client, (of, result) => latest.current(of, result)), [client]);

  useRefreshOnChanges(table.table, () => {
    grid.current?.refresh();
    void client.invalidateQueries({ queryKey: ['crm'] });
  });

  const save = async (
    record: GridRecord,
    column: GridColumn,
    text: string,
    overwrite = false,
  ): Promise<void> => {
    const draft: Draft = { record, column, text, state: 'saving', message: null };
    const key = draftKey(record.id, column.field);
    setDrafts((now) => withDraft(now, draft));
    try {
      const fields = { [column.field]: text };
      await edits.change(table.table, record, fields, column.title, { overwrite });
      setDrafts((now) => withoutDraft(now, key));
    } catch (error) {
      setDrafts((now) => withDraft(now, refusedDraft(draft, error)));
    } finally {
      setTimeout(() => grid.current?.refocus());
    }
  };
  const discard = (draft: Draft): void => {
    setDrafts((now) => withoutDraft(now, draftKey(draft.record.id, draft.column.field)));
    grid.current?.refresh();
  };

  const open = view.record !== null;
  useEffect(() => {
    if (!open) grid.current?.refocus();
  }, [open]);

  const removeSelected = async (): Promise<void> => {
    if ((await edits.remove(table.table, selected, table.one)) > 0) grid.current?.clearSelection();
  };

  const filtered = view.q !== '' || Object.keys(view.filters).length > 0;
  const empty = !filtered && (total ?? table.total) === 0;
  const refused = [...drafts.values()].filter(({ state }) => state !== 'saving');
  const add = (): void => change({ record: 'new' });

  return (
    <>
      <div className="crm-toolbar">
        <Search value={view.q} what={table.title} onChange={(q) => change({ q })} />
        <Button variant="default" aria-expanded={filtering} onClick={() => setFiltering(!filtering)}>
          Filters
        </Button>
        {editable && (
          <>
            <Button onClick={add}>Add {table.one}</Button>
            <Button variant="default" onClick={() => setImporting(true)}>
              Import CSV
            </Button>
          </>
        )}
        <Button
          component="a"
          variant="default"
          href={apiUrl(`/crm/${table.table}/export.csv`, viewQuery({ ...view, sort: null }))}
          download
        >
          Export CSV
        </Button>
        {selected.length > 0 && (
          <Button color="red" variant="light" onClick={() => void removeSelected()}>
            Delete {plural(selected.length, table.one)}
          </Button>
        )}
        <span role="status" className="crm-total">
          {total === null ? '' : plural(total, table.one)}
        </span>
      </div>
      {filtering && (
        <FilterPanel table={table} filters={view.filters} onChange={(filters) => change({ filters })} />
      )}
      <FilterChips table={table} filters={view.filters} onChange={(filters) => change({ filters })} />
      {refused.length > 0 && (
        <Unsaved
          drafts={refused}
          onEdit={({ record, column }) => grid.current?.edit(record.id, column.field)}
          onOverwrite={({ record, column, text }) => void save(record, column, text, true)}
          onDiscard={discard}
        />
      )}
      {empty && (
        <EmptyState
          title={`There are no ${table.title.toLowerCase()} yet`}
          action={
            editable && (
              <Group>
                <Button onClick={() => setImporting(true)}>Import a CSV file</Button>
                <Button variant="default" onClick={add}>
                  Add a {table.one}
                </Button>
              </Group>
            )
          }
        >
          {table.about}{' '}
          {editable
            ? 'Import an export of your CRM, or add one by hand.'
            : 'An admin can import or add some.'}
        </EmptyState>
      )}
      {total === 0 && filtered && (
        <EmptyState
          title="Nothing matches"
          action={
            <Button onClick={() => change({ q: '', filters: {} })}>
              Show all {table.title.toLowerCase()}
            </Button>
          }
        >
          No {table.one} has what you search for.
        </EmptyState>
      )}
      <div hidden={empty || total === 0}>
        <Suspense
          fallback={
            <div className="crm-place">
              <Loader aria-label="Loading" />
            </div>
          }
        >
          <CrmGrid
            table={table}
            view={view}
            narrow={narrow}
            editable={editable}
            drafts={drafts}
            onReady={(handle) => (grid.current = handle)}
            onTotal={setTotal}
            onSort={change}
            onOpen={(record) => change({ record: record.id })}
            onSelect={setSelected}
            onEdit={(record, column, text) => void save(record, column, text)}
            onUndo={() => void edits.undo()}
          />
        </Suspense>
      </div>
      {view.record !== null && (
        <Suspense fallback={null}>
          <RecordDrawer
            key={view.record}
            table={table}
            id={view.record}
            editable={editable}
            narrow={narrow}
            edits={edits}
            onClose={() => change({ record: null })}
            onAdded={(record) =>
              navigate(crmHref(table.table, { ...view, record: record.id }), { replace: true })
            }
          />
        </Suspense>
      )}
      {importing && (
        <Suspense fallback={null}>
          <ImportWizard
            table={table.table}
            onClose={() => setImporting(false)}
            onChanged={() => {
              grid.current?.refresh();
              void client.invalidateQueries({ queryKey: ['crm'] });
            }}
          />
        </Suspense>
      )}
    </>
  );
}

/** How long a burst of others' changes is gathered before the grid loads again, milliseconds. */
const GATHER_MS = 400;

function useRefreshOnChanges(table: GridTable, refresh: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useCrmChanges((of) => {
    if (of !== table && of !== 'all') return;
    clearTimeout(timer.current);
    timer.current = setTimeout(refresh, GATHER_MS);
  });
}

/** How long after the last key the search is asked, milliseconds. */
const TYPING_MS = 250;

function Search({ value, what, onChange }: { value: string; what: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(value);
  // What was asked last: another value comes from outside, by the Back button or "Show all".
  const [asked, setAsked] = useState(value);
  if (asked !== value) {
    setAsked(value);
    setText(value);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <TextInput
      className="crm-search"
      type="search"
      aria-label={`Search ${what.toLowerCase()}`}
      placeholder={`Search ${what.toLowerCase()}`}
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          setAsked(typed.trim());
          onChange(typed.trim());
        }, TYPING_MS);
      }}
    />
  );
}
