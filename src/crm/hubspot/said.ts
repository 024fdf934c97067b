import { UserError } from '../../config/user-error.ts';
import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import { addressKey } from '../address.ts';
import { COMPANY_FIELDS, type Field, PROSPECT_FIELDS } from '../fields.ts';
import type { HubSpotRecord } from './api.ts';
import type { ObjectMapping } from './settings.ts';
import { type TransformContext, transformed } from './transforms.ts';

/** A stop that HubSpot has on a record. */
export interface SaidStop {
  property: string;
  /** Opted out of this channel; null: a disqualifier. */
  channel: string | null;
  disqualifier: string | null;
}

/** What a HubSpot record says in presend's words. */
export interface Said {
  object: HubSpotObject;
  id: string;
  /** How people call it. */
  label: string;
  modifiedAt: number;
  archived: boolean;
  /** null = empty in HubSpot; a field without a property, or with a value it does not take, is missing. */
  fields: Record<string, unknown>;
  /** What could not be read, by field. */
  problems: { field: string; message: string }[];
  stops: SaidStop[];
  /** Keys of all addresses of a contact, the first one first. */
  addresses: string[];
  /** Ids of records that were merged into it. */
  mergedIds: string[];
}

/** Properties a sync needs beside the mapped ones. */
export const EXTRA: Record<HubSpotObject, string[]> = {
  contacts: ['hs_additional_emails', 'hs_merged_object_ids'],
  companies: ['hs_merged_object_ids'],
};

/** Reads a record by the mapping. */
export function readSaid(
  object: HubSpotObject,
  record: HubSpotRecord,
  mapping: ObjectMapping,
  context: TransformContext,
): Said {
  const parsers: Readonly<Record<string, Field>> = object === 'contacts' ? PROSPECT_FIELDS : COMPANY_FIELDS;
  const fields: Said['fields'] = {};
  const problems: Said['problems'] = [];
  for (const one of mapping.fields) {
    const texts = one.properties.map((property) => record.properties[property] ?? null);
    try {
      const value = transformed(one, texts, context, parsers[one.field]?.parse ?? ((text) => text));
      // A list that is empty there is not unknown.
      fields[one.field] = one.field === 'disqualifiers' ? (value ?? []) : value;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push({ field: one.field, message: error.message });
    }
  }
  const stops = mapping.stops
    .filter((stop) => counts(record.properties[stop.property] ?? null, stop.values))
    .map(({ property, channel, disqualifier }) => ({ property, channel, disqualifier }));
  const named = (object === 'contacts' ? ['address', 'name'] : ['name', 'domain'])
    .map((field) => fields[field])
    .find((value) => typeof value === 'string');
  return {
    object,
    id: record.id,
    label: named ?? `${object === 'contacts' ? 'contact' : 'company'} ${record.id}`,
    modifiedAt: record.modifiedAt,
    archived: record.archived,
    fields,
    problems,
    stops,
    addresses: object === 'contacts' ? addressesOf(record, fields['address']) : [],
    mergedIds: split(record.properties['hs_merged_object_ids']),
  };
}

function addressesOf(record: HubSpotRecord, address: unknown): string[] {
  const all = [
    ...(typeof address === 'string' ? [address] : []),
    ...split(record.properties['hs_additional_emails']),
  ];
  return [...new Set(all.flatMap((one) => addressKey(one) ?? []))];
}

/** Several values in one property are separated by semicolons. */
const split = (text: string | null | undefined): string[] =>
  (text ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function counts(value: string | null, values: readonly string[] | null): boolean {
  const parts = split(value);
  if (values === null) return parts.some((part) => !/^(?:false|no|0)$/iu.test(part));
  const wanted = new Set(values.map((one) => one.toLowerCase()));
  return parts.some((part) => wanted.has(part.toLowerCase()));
}
