import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Schema } from '../store/schema.ts';
import { addressKey, isFreemail } from './address.ts';
import {
  COMPANY_FIELDS,
  type Field,
  needed,
  optional,
  parseDate,
  parseSuppressed,
  PROSPECT_FIELDS,
} from './fields.ts';
import { columnOf, TABLES } from './grid-tables.ts';
import { lookUpCompany, lookUpProspect } from './lookup-store.ts';
import { nameKey } from './names.ts';
import { suppressionTarget } from './suppression-store.ts';
import type { CellsBody, CellValue, GridTable } from './web-types.ts';

/** Cells that cannot be taken: what is wrong with each, and what is allowed there. */
export class CellsError extends Error {
  override name = 'CellsError';
  readonly fields: Record<string, string>;

  constructor(fields: Record<string, string>) {
    super(Object.values(fields).join(' '));
    this.fields = fields;
  }
}

type Parse = (text: string, field: string) => unknown;

const PARSERS: Readonly<Record<GridTable, Readonly<Record<string, Parse>>>> = {
  companies: parsersOf(COMPANY_FIELDS),
  prospects: { ...parsersOf(PROSPECT_FIELDS), address: parseAddress },
  suppressions: { target: parseTarget, channel: parseChannel, reason: optional },
  commitments: {
    subject: needed,
    prospect_id: optional,
    type: (text) => optional(text) ?? 'reserved',
    starts: parseDate,
    ends: parseDate,
    note: optional,
  },
  peers: { name: parsePeerName, city: optional, industry: optional },
};

/**
 * What people wrote into cells, read as an import reads it.
 *
 * @returns fields as the store functions take them; `target` of a suppression as `{ kind, value }`
 * @throws CellsError naming every field that is wrong
 */
export async function readCells(
  db: Kysely<Schema>,
  table: GridTable,
  cells: CellsBody,
  creating: boolean,
): Promise<Record<string, unknown>> {
  const wrong: Record<string, string> = {};
  const fields: Record<string, unknown> = {};
  for (const [field, cell] of Object.entries(cells)) {
    const column = columnOf(table, field);
    const parse = PARSERS[table][field];
    if (!column || !parse) {
      wrong[field] = `There is no field ${field} to write to.`;
      continue;
    }
    if (table === 'suppressions' && field === 'target' && !creating) {
      wrong[field] = 'The address or domain stays: delete this suppression and add another.';
      continue;
    }
    try {
      const value = parse(textOf(cell), column.title);
      fields[field] = await resolved(db, table, field, value);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      wrong[field] = sentence(error.message);
    }
  }
  if (creating) {
    for (const { field, title, required, hint } of TABLES[table].columns) {
      if (required && !(field in cells)) wrong[field] = `${title} is needed${hint ? `: ${hint}` : ''}.`;
    }
  }
  if (Object.keys(wrong).length > 0) throw new CellsError(wrong);
  return fields;
}

/** Names and addresses to the ids they stand for. */
async function resolved(
  db: Kysely<Schema>,
  table: GridTable,
  field: string,
  value: unknown,
): Promise<unknown> {
  if (typeof value !== 'string') return value;
  if (table === 'prospects' && field === 'company_id') {
    const company = await lookUpCompany(db, value);
    if (!company)
      throw new UserError(
        `there is no company "${value}": write the name, domain or id of one, or add it first`,
      );
    return company.id;
  }
  if (table === 'commitments' && field === 'prospect_id') {
    const prospect = await lookUpProspect(db, value);
    if (!prospect)
      throw new UserError(
        `there is no prospect "${value}": write the address of one, or leave it empty for a general commitment`,
      );
    return prospect.id;
  }
  return value;
}

function parsersOf(fields: Readonly<Record<string, Field>>): Record<string, Parse> {
  return Object.fromEntries(Object.entries(fields).map(([name, { parse }]) => [name, parse]));
}

/** A cell as a person would write it. */
function textOf(cell: CellValue): string {
  if (cell === null) return '';
  if (Array.isArray(cell)) return cell.join(';');
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell).trim();
}

function parseAddress(text: string, field: string): string {
  if (addressKey(needed(text, field)) === null)
    throw new UserError(`address "${text}" is not a mail address: write e.g. jane@example.com`);
  return text;
}

function parseTarget(text: string, field: string): unknown {
  const target = suppressionTarget(needed(text, field));
  if (target.kind === 'domain' && isFreemail(target.value))
    throw new UserError(`${target.value} is a provider of personal mailboxes: name single addresses there`);
  return target;
}

function parseChannel(text: string, field: string): string {
  const [channel, ...more] = parseSuppressed(needed(text, field), field);
  if (channel === undefined || more.length > 0)
    throw new UserError(
      `${field} "${text}" is not one channel: write one, and add a suppression for each other`,
    );
  return channel;
}

function parsePeerName(text: string, field: string): string {
  if (nameKey(needed(text, field)) === '') throw new UserError(`name "${text}" holds no letter or digit`);
  return text;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(first) ? first : `${first}.`;
}
