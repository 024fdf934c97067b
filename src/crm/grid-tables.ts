import { CHANNELS, CONFIDENCES } from './fields.ts';
import { UNCLEAR } from './suppression-store.ts';
import type { ColumnKind, GridColumn, GridTable, GridTableView } from './web-types.ts';

/** The tables that people keep by hand, with their columns as the grid and the forms show them. */
export const GRID_TABLES = ['companies', 'prospects', 'suppressions', 'commitments', 'peers'] as const;

export type TableDefinition = Omit<GridTableView, 'table' | 'total'> & {
  /** Columns beside those of `columns` that the quick search looks into. */
  search: readonly string[];
};

const FLAGS = ['anti_offshore', 'local_only', 'do_not_contact', 'competitor'];

function column(
  field: string,
  title: string,
  kind: ColumnKind = 'text',
  more: Partial<GridColumn> = {},
): GridColumn {
  return {
    field,
    title,
    kind,
    choices: [],
    open: false,
    editable: true,
    required: false,
    width: kind === 'number' || kind === 'date' ? 130 : 180,
    hint: null,
    ...more,
  };
}

const flags = column('disqualifiers', 'Disqualifiers', 'list', {
  choices: FLAGS,
  open: true,
  hint: 'Any flag here suppresses mail; separate by ;',
});
const regulated = column('regulated', 'Regulated', 'text', {
  hint: 'Name of the regime or vertical, e.g. hipaa; empty = not regulated',
});
const owner = column('account_owner', 'Account owner', 'text', {
  hint: 'Address of the person escalations go to',
});
const updated = column('updated_at', 'Confirmed', 'time', { editable: false, width: 160 });

export const TABLES: Readonly<Record<GridTable, TableDefinition>> = {
  companies: {
    title: 'Companies',
    one: 'company',
    about: 'Headcount, funding and disqualifiers: what most rules read.',
    label: 'name',
    search: ['name', 'domain', 'industry', 'city'],
    columns: [
      column('name', 'Name', 'text', { required: true, width: 220 }),
      column('domain', 'Domain', 'text', { hint: 'e.g. example.com' }),
      column('headcount', 'Headcount', 'number', { hint: 'Digits, e.g. 350' }),
      column('disqualifiers', 'Disqualifiers', 'list', flags),
      column('industry', 'Industry'),
      column('city', 'City'),
      column('country', 'Country', 'text', { width: 110 }),
      column('funding_stage', 'Funding stage', 'choice', {
        choices: ['seed', 'series_a', 'series_b', 'series_c', 'public'],
        open: true,
        width: 140,
      }),
      column('funding_amount_usd', 'Funding, USD', 'number', { hint: 'e.g. 12000000 or 12M' }),
      column('funding_confidence', 'Funding confidence', 'choice', { choices: [...CONFIDENCES], width: 170 }),
      regulated,
      owner,
      updated,
    ],
  },
  prospects: {
    title: 'Prospects',
    one: 'prospect',
    about: 'The people mail goes to, with their opt-outs.',
    label: 'address',
    search: ['address', 'name', 'title'],
    columns: [
      column('address', 'Address', 'text', { required: true, width: 240, hint: 'e.g. jane@example.com' }),
      column('name', 'Name'),
      column('company_id', 'Company', 'company', { hint: 'Name, domain or id of a company', width: 200 }),
      column('title', 'Title'),
      column('recipient_role', 'Role', 'text', { width: 130, hint: 'e.g. cto, vp_eng' }),
      column('opt_out_channels', 'Opt-outs', 'list', {
        choices: [...CHANNELS],
        hint: 'Channels the prospect opted out of; separate by ;',
      }),
      flags,
      owner,
      column('taken_over_by', 'Taken over by', 'text', {
        hint: 'While somebody has taken over, engines are paused for this prospect',
      }),
      regulated,
      column('thread_id', 'Thread', 'text', { width: 140 }),
      column('available_signals', 'Signals', 'json', { hint: 'A JSON object, e.g. {"open_roles": 4}' }),
      updated,
    ],
  },
  suppressions: {
    title: 'Suppressions',
    one: 'suppression',
    about: 'Opt-outs by address or whole domain, whether or not a prospect is known.',
    label: 'target',
    search: ['value', 'reason', 'source'],
    columns: [
      column('target', 'Address or domain', 'text', {
        required: true,
        width: 260,
        hint: 'jane@example.com, or @example.com for a domain with its subdomains',
      }),
      column('channel', 'Channel', 'choice', {
        choices: [...CHANNELS, UNCLEAR],
        required: true,
        width: 130,
        hint: `${UNCLEAR}: only a possible opt-out, which holds`,
      }),
      column('reason', 'Reason', 'text', { width: 320 }),
      column('source', 'Source', 'text', { editable: false }),
      column('created_at', 'Since', 'time', { editable: false, width: 160 }),
    ],
  },
  commitments: {
    title: 'Commitments',
    one: 'commitment',
    about: 'Capacity that is promised already; of one prospect, or general where no prospect is named.',
    label: 'subject',
    search: ['subject', 'note', 'type'],
    columns: [
      column('subject', 'Person or team', 'text', { required: true, width: 220 }),
      column('prospect_id', 'Prospect', 'prospect', {
        width: 220,
        hint: 'Address of a prospect; empty = a general commitment',
      }),
      column('type', 'Type', 'choice', {
        choices: ['reserved', 'full_time', 'part_time'],
        open: true,
        width: 130,
      }),
      column('starts', 'Starts', 'date', { hint: 'e.g. 2026-03-31; empty = running already' }),
      column('ends', 'Ends', 'date', { hint: 'e.g. 2026-06-30; empty = without end' }),
      column('note', 'Note', 'text', { width: 260 }),
    ],
  },
  peers: {
    title: 'Peers',
    one: 'peer',
    about: 'Companies a draft may name as peers, by city and industry.',
    label: 'name',
    search: ['name', 'city', 'industry'],
    columns: [
      column('name', 'Name', 'text', { required: true, width: 240 }),
      column('city', 'City'),
      column('industry', 'Industry'),
    ],
  },
};

export function columnOf(table: GridTable, field: string): GridColumn | undefined {
  return TABLES[table].columns.find((column) => column.field === field);
}
