import type { Selectable } from 'kysely';
import type { CompanyTable, ProspectTable } from '../store/schema.ts';

/** Who changed something and when; `importId` ties the changes of one import together. */
export interface Change {
  /** e.g. `cli:ann`, `review:ann`, `provider:sendgrid`. */
  actor: string;
  /** Milliseconds since the epoch. */
  at: number;
  importId?: string | undefined;
}

type CompanyRow = Selectable<CompanyTable>;
type ProspectRow = Selectable<ProspectTable>;

/** What a person or an import may set on a company. Keys and times follow from it. */
export type CompanyFields = Omit<
  CompanyRow,
  'id' | 'name_key' | 'disqualifiers' | 'created_at' | 'updated_at'
> & { disqualifiers: string[] };

export type Company = CompanyFields & Pick<CompanyRow, 'id' | 'name_key' | 'created_at' | 'updated_at'>;

/** What a person or an import may set on a prospect. */
export type ProspectFields = Omit<
  ProspectRow,
  | 'id'
  | 'address_key'
  | 'disqualifiers'
  | 'opt_out_channels'
  | 'available_signals'
  | 'created_at'
  | 'updated_at'
> & {
  disqualifiers: string[];
  opt_out_channels: string[];
  available_signals: Record<string, unknown>;
};

export type Prospect = ProspectFields & Pick<ProspectRow, 'id' | 'address_key' | 'created_at' | 'updated_at'>;

export function companyFromRow(row: CompanyRow): Company {
  return { ...row, disqualifiers: list(row.disqualifiers) };
}

export function prospectFromRow(row: ProspectRow): Prospect {
  return {
    ...row,
    disqualifiers: list(row.disqualifiers),
    opt_out_channels: list(row.opt_out_channels),
    available_signals: JSON.parse(row.available_signals) as Record<string, unknown>,
  };
}

/** Lists and objects as the JSON text their columns hold; other fields as they are. */
export function toColumns<T extends object>(fields: T): { [K in keyof T]: Column<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  ) as { [K in keyof T]: Column<T[K]> };
}

type Column<V> = V extends string | number | null | undefined ? V : string;

/** Two lists as one, without duplicates; the order of first appearance. */
export function united(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

function list(json: string): string[] {
  return JSON.parse(json) as string[];
}
