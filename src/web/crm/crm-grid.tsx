import {
  CellApiModule,
  CellStyleModule,
  type CellEditRequestEvent,
  type CellKeyDownEvent,
  type ColDef,
  ColumnApiModule,
  EventApiModule,
  type GridApi,
  type IDatasource,
  type IGetRowsParams,
  InfiniteRowModelModule,
  ModuleRegistry,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  SelectEditorModule,
  TextEditorModule,
} from 'ag-grid-community';
import { AgGridReact, type CustomCellRendererProps } from 'ag-grid-react';
import { type ClipboardEvent, type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import type { GridColumn, GridPage, GridRecord, GridTableView } from '../../crm/web-types.ts';
import { api } from '../app/api.ts';
import { cspNonce } from '../app/nonce.ts';
import { tellFailure } from '../parts/notify.ts';
import { Cell } from './cell.tsx';
import { draftKey, type Drafts } from './drafts.ts';
import { gridTheme } from './grid-theme.ts';
import { type GridView, viewQuery } from './grid-url.ts';
import { cellText } from './values.ts';

ModuleRegistry.registerModules([
  InfiniteRowModelModule,
  TextEditorModule,
  SelectEditorModule,
  RowSelectionModule,
  CellStyleModule,
  CellApiModule,
  ColumnApiModule,
  EventApiModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
]);

/** What the page may ask of the grid. */
export interface GridHandle {
  /** Loads the shown pages again, where they are. */
  refresh(): void;
  /** Puts a record in place of its row. */
  put(record: GridRecord): void;
  edit(id: string, field: string): void;
  clearSelection(): void;
  /** Puts the focus back on the cell that had it, after a dialog took it and nothing has it now. */
  refocus(): void;
}

interface Props {
  table: GridTableView;
  view: GridView;
  narrow: boolean;
  editable: boolean;
  drafts: Drafts;
  onReady: (handle: GridHandle) => void;
  onTotal: (total: number) => void;
  onSort: (sort: Pick<GridView, 'sort' | 'dir'>) => void;
  onOpen: (record: GridRecord) => void;
  onSelect: (records: GridRecord[]) => void;
  onEdit: (record: GridRecord, column: GridColumn, text: string) => void;
  onUndo: () => void;
}

const BLOCK = 100;
const OPEN = 'open';

interface Editing {
  /** The record as it was when somebody began to edit a cell: what they saw, and so what the edit is checked against. */
  record: GridRecord | null;
  refreshWhenLeft: boolean;
}

interface Context {
  drafts: Drafts;
  onOpen: (record: GridRecord) => void;
}

type RendererProps = CustomCellRendererProps<GridRecord, unknown, Context> & { column_: GridColumn };

function GridCell({ data, column_, context }: RendererProps) {
  const draft = data && context.drafts.get(draftKey(data.id, column_.field));
  return <Cell record={data} column={column_} draft={draft} />;
}

function OpenCell({ data, context }: CustomCellRendererProps<GridRecord, unknown, Context>) {
  if (!data) return null;
  return (
    <button
      type="button"
      className="crm-open"
      tabIndex={-1}
      aria-label={`Open ${data.label}`}
      onClick={() => context.onOpen(data)}
    >
      <span aria-hidden="true">›</span>
    </button>
  );
}

/**
 * The table as a grid that loads what is looked at. Every change goes out by `onEdit`: the grid keeps no data of its own, so
 * that a cell never shows what the gate did not take, except for a draft that says so.
 */
export default function CrmGrid(props: Props) {
  const { table, view, narrow, editable, drafts, onOpen } = props;
  const grid = useRef<GridApi<GridRecord> | null>(null);
  const latest = useRef(props);
  const editing = useRef<Editing>({ record: null, refreshWhenLeft: false });
  const context = useRef<Context>({ drafts, onOpen });
  useEffect(() => {
    latest.current = props;
    context.current.onOpen = onOpen;
  });
  // Columns are made once for a table: the grid owns their sorting and widths afterwards.
  const columns = useMemo(
    () => columnDefs(table, latest.current.view, { narrow, editable }),
    [table, narrow, editable],
  );
  const filterKey = JSON.stringify([view.q, view.filters]);
  const datasource = useMemo(
    () => source(table, JSON.parse(filterKey) as [string, Record<string, string>], latest),
    [table, filterKey],
  );

  useEffect(() => {
    context.current.drafts = drafts;
    grid.current?.refreshCells({ force: true });
  }, [drafts]);

  // The Back button changes the sorting from outside.
  useEffect(() => {
    const state = [{ colId: view.sort ?? '', sort: view.sort === null ? null : view.dir }];
    grid.current?.applyColumnState({ state, defaultState: { sort: null } });
  }, [view.sort, view.dir]);

  return (
    <div
      className="crm-grid"
      data-narrow={narrow || undefined}
      onCopy={(event) => copyCell(event, grid.current, table)}
      onPaste={(event) => pasteCell(event, grid.current, latest.current)}
      onKeyDown={(event) => undoKey(event, latest.current)}
    >
      <AgGridReact<GridRecord>
        theme={gridTheme}
        styleNonce={cspNonce}
        rowModelType="infinite"
        datasource={datasource}
        cacheBlockSize={BLOCK}
        maxBlocksInCache={20}
        blockLoadDebounceMillis={40}
        getRowId={({ data }) => data.id}
        columnDefs={columns}
        defaultColDef={{ resizable: true, sortable: true, suppressHeaderMenuButton: true }}
        context={context.current}
        readOnlyEdit
        enterNavigatesVertically={false}
        enterNavigatesVerticallyAfterEdit
        stopEditingWhenCellsLoseFocus
        ensureDomOrder
        animateRows={false}
        suppressMultiSort
        {...(editable && !narrow
          ? {
              rowSelection: {
                mode: 'multiRow',
                headerCheckbox: false,
                checkboxes: true,
                enableClickSelection: false,
              },
            }
          : {})}
        selectionColumnDef={{ headerName: 'Select', width: 80, resizable: false, pinned: 'left' }}
        onGridReady={({ api: made }) => {
          grid.current = made;
          made.setGridAriaProperty('label', table.title);
          restoreWidths(made, table.table, narrow);
          latest.current.onReady(handleOf(made, editing.current));
        }}
        onCellEditingStarted={({ data }) => {
          editing.current.record = data ?? null;
        }}
        onCellEditingStopped={({ api: made }) => {
          if (!editing.current.refreshWhenLeft) return;
          editing.current.refreshWhenLeft = false;
          made.refreshInfiniteCache();
        }}
        onCellEditRequest={(event: CellEditRequestEvent<GridRecord>) => {
          const column = columnOf(table, event.colDef.colId);
          if (!column || event.newValue === event.oldValue) return;
          const { record } = editing.current;
          const seen = record?.id === event.data.id ? record : event.data;
          latest.current.onEdit(seen, column, (event.newValue as string | null) ?? '');
        }}
        onCellKeyDown={(event) => openKey(event as CellKeyDownEvent<GridRecord>, latest.current)}
        onRowClicked={({ data, event }) => {
          if (narrow && data && !(event?.target as HTMLElement | undefined)?.closest('button'))
            latest.current.onOpen(data);
        }}
        onSelectionChanged={({ api: made }) => latest.current.onSelect(made.getSelectedRows())}
        onSortChanged={({ api: made, source: by }) => {
          if (by !== 'uiColumnSorted') return;
          const sorted = made.getColumnState().find(({ sort }) => sort);
          latest.current.onSort({
            sort: sorted?.colId ?? null,
            dir: sorted?.sort === 'desc' ? 'desc' : 'asc',
          });
        }}
        onColumnResized={({ api: made, finished, source: by }) => {
          if (finished && by !== 'api') keepWidths(made, table.table);
        }}
        onColumnMoved={({ api: made, finished, source: by }) => {
          if (finished && by !== 'api') keepWidths(made, table.table);
        }}
      />
    </div>
  );
}

function columnOf(table: GridTableView, field: string | undefined): GridColumn | undefined {
  return table.columns.find((column) => column.field === field);
}

function columnDefs(
  table: GridTableView,
  view: GridView,
  { narrow, editable }: { narrow: boolean; editable: boolean },
): ColDef<GridRecord>[] {
  const open: ColDef<GridRecord> = {
    colId: OPEN,
    headerName: 'Open',
    width: 84,
    resizable: false,
    sortable: false,
    pinned: 'left',
    lockPosition: true,
    cellRenderer: OpenCell,
  };
  const shown = narrow ? table.columns.slice(0, 2) : table.columns;
  return [
    open,
    ...shown.map(
      (column, at): ColDef<GridRecord> => ({
        colId: column.field,
        headerName: column.title,
        // The last column takes the room that is left, so that lines do not end in the middle of the grid.
        ...(narrow
          ? { flex: 1, minWidth: 100 }
          : at === shown.length - 1
            ? { flex: 1, minWidth: column.width }
            : { width: column.width }),
        // What a record is called stays in sight.
        ...(!narrow && column.field === table.label ? { pinned: 'left' as const } : {}),
        sort: view.sort === column.field ? view.dir : null,
        editable: ({ data }) => editable && !narrow && editableIn(table, column) && data !== undefined,
        cellDataType: false,
        valueGetter: ({ data, context }) => {
          if (!data) return '';
          const draft = (context as Context).drafts.get(draftKey(data.id, column.field));
          return draft?.text ?? cellText(data, column);
        },
        cellRenderer: GridCell,
        cellRendererParams: { column_: column },
        cellClass: column.kind === 'number' ? 'crm-number' : '',
        headerClass: column.kind === 'number' ? 'ag-right-aligned-header' : '',
        ...(column.kind === 'choice' && !column.open
          ? {
              cellEditor: 'agSelectCellEditor',
              cellEditorParams: { values: column.required ? column.choices : ['', ...column.choices] },
            }
          : { cellEditor: 'agTextCellEditor' }),
      }),
    ),
  ];
}

/** The address of a suppression stays: it is another opt-out. */
function editableIn({ table }: GridTableView, column: GridColumn): boolean {
  return column.editable && !(table === 'suppressions' && column.field === 'target');
}

function source(
  { table, title }: GridTableView,
  [q, filters]: [string, Record<string, string>],
  latest: { current: Props },
): IDatasource {
  const load = async (asked: IGetRowsParams): Promise<void> => {
    const { startRow, endRow } = asked;
    const [sorted] = asked.sortModel;
    const query = viewQuery({
      q,
      filters,
      sort: sorted?.colId ?? null,
      dir: sorted?.sort === 'desc' ? 'desc' : 'asc',
    });
    try {
      const page = await api.get<GridPage>(`/crm/${table}`, {
        ...query,
        offset: startRow,
        limit: endRow - startRow,
      });
      asked.successCallback(page.rows, page.total);
      latest.current.onTotal(page.total);
    } catch (error) {
      asked.failCallback();
      tellFailure(error, `${title} could not be loaded`);
    }
  };
  return { getRows: (asked) => void load(asked) };
}

function handleOf(grid: GridApi<GridRecord>, begun: Editing): GridHandle {
  return {
    refresh: () => {
      // Loading again would end the editing and lose what is typed; it is done when the cell is left.
      if (grid.getEditingCells().length > 0) begun.refreshWhenLeft = true;
      else grid.refreshInfiniteCache();
    },
    put: (record) => grid.getRowNode(record.id)?.updateData(record),
    edit: (id, field) => {
      const rowIndex = grid.getRowNode(id)?.rowIndex;
      if (rowIndex === null || rowIndex === undefined) return;
      grid.ensureIndexVisible(rowIndex);
      grid.setFocusedCell(rowIndex, field);
      grid.startEditingCell({ rowIndex, colKey: field });
    },
    clearSelection: () => grid.deselectAll(),
    refocus: () => {
      const cell = grid.getFocusedCell();
      if (cell && document.activeElement === document.body) grid.setFocusedCell(cell.rowIndex, cell.column);
    },
  };
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select') !== null;

function undoKey(event: KeyboardEvent, { onUndo, editable }: Props): void {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== 'z') return;
  if (!editable || isTyping(event.target)) return;
  event.preventDefault();
  onUndo();
}

/** Enter on the first column, or with Alt on any, opens the record. */
function openKey({ event, column, data }: CellKeyDownEvent<GridRecord>, { onOpen }: Props): void {
  const key = event as globalThis.KeyboardEvent | null | undefined;
  if (key?.key !== 'Enter' || !data || isTyping(key.target)) return;
  if (column.getColId() === OPEN || key.altKey) onOpen(data);
}

function focused(grid: GridApi<GridRecord> | null): { record: GridRecord; field: string } | null {
  const cell = grid?.getFocusedCell();
  const record = cell && grid?.getDisplayedRowAtIndex(cell.rowIndex)?.data;
  return cell && record ? { record, field: cell.column.getColId() } : null;
}

function copyCell(event: ClipboardEvent, grid: GridApi<GridRecord> | null, table: GridTableView): void {
  const at = focused(grid);
  const column = at && columnOf(table, at.field);
  if (!column || isTyping(event.target) || window.getSelection()?.toString()) return;
  event.clipboardData.setData('text/plain', cellText(at.record, column));
  event.preventDefault();
}

function pasteCell(event: ClipboardEvent, grid: GridApi<GridRecord> | null, props: Props): void {
  const at = focused(grid);
  const column = at && columnOf(props.table, at.field);
  if (!column || !props.editable || !editableIn(props.table, column) || isTyping(event.target)) return;
  // A spreadsheet puts a line end behind a copied cell.
  const text = event.clipboardData.getData('text/plain').replace(/\r?\n$/u, '');
  event.preventDefault();
  if (text !== cellText(at.record, column)) props.onEdit(at.record, column, text);
}

const widthsKey = (table: string): string => `presend.crm.columns.${table}`;

function keepWidths(grid: GridApi<GridRecord>, table: string): void {
  const state = grid.getColumnState().map(({ colId, width }) => ({ colId, width }));
  localStorage.setItem(widthsKey(table), JSON.stringify(state));
}

function restoreWidths(grid: GridApi<GridRecord>, table: string, narrow: boolean): void {
  const kept = localStorage.getItem(widthsKey(table));
  if (kept === null || narrow) return;
  grid.applyColumnState({ state: JSON.parse(kept) as { colId: string; width: number }[], applyOrder: true });
}
