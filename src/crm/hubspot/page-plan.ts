import type { Insertable, Kysely } from 'kysely';
import type {
  DifferenceKind,
  HubSpotDifferenceTable,
  HubSpotLinkTable,
  HubSpotObject,
} from '../../store/hubspot-schema.ts';
import type { Schema } from '../../store/schema.ts';
import type { Planned } from '../import-plan.ts';
import { united } from '../records.ts';
import type { Link } from './link-store.ts';
import { mergeField, same } from './merge.ts';
import type { Said } from './said.ts';
import type { ConflictRule, ObjectMapping } from './settings.ts';
import type { SyncCounts } from './web-types.ts';

/** Who the revisions of a sync name. */
export const SYNC_ACTOR = 'hubspot';

/** Values of `gone` in a link: HubSpot has the record no more, or a person deleted it here, which a sync respects. */
export const GONE = 1;
export const DELETED_HERE = 2;

export type NewDifference = Omit<Insertable<HubSpotDifferenceTable>, 'run_id'>;

/** An opt-out that the page adds; the kind is always `address`. */
export interface NewOptOut {
  key: string;
  channel: string;
  reason: string;
  source: string;
}

/** What a page of HubSpot records does to the mirror. */
export interface PagePlan {
  records: Planned[];
  optOuts: NewOptOut[];
  links: Insertable<HubSpotLinkTable>[];
  deletions: { object: HubSpotObject; recordId: string }[];
  /** Address keys whose opt-out HubSpot lacks. */
  writeBacks: string[];
  differences: NewDifference[];
  counts: SyncCounts;
}

/** What a dry run would have written on earlier pages, since the database does not hold it. */
export interface Overlay {
  /** HubSpot company id → name of the company that would be made. */
  companies: Map<string, string>;
  /** Address key → HubSpot contact that has it by then. */
  addresses: Map<string, string>;
}

export interface PageContext {
  db: Kysely<Schema>;
  mapping: ObjectMapping;
  runId: string;
  /** Milliseconds. */
  at: number;
  /** The full sync under way; null = the pass says nothing about what is not on it. */
  mark: string | null;
  onDelete: 'keep' | 'delete';
  /** For what no field has a rule for, e.g. which company a contact belongs to. */
  conflict: ConflictRule;
  /** Ids to look at again after the last page, when other records may have moved out of the way; null = this is that look. */
  deferred: Set<string> | null;
  /** null: what earlier pages did is in the database. */
  overlay: Overlay | null;
}

export const noCounts = (): SyncCounts => ({
  new: 0,
  changed: 0,
  unchanged: 0,
  conflicts: 0,
  kept: 0,
  stops: 0,
  stops_kept: 0,
  gone: 0,
  merged: 0,
  invalid: 0,
  without_address: 0,
});

const COUNTED: Record<Exclude<DifferenceKind, 'new' | 'changed'>, keyof SyncCounts> = {
  conflict: 'conflicts',
  kept: 'kept',
  stop: 'stops',
  stop_kept: 'stops_kept',
  gone: 'gone',
  merged: 'merged',
  invalid: 'invalid',
};

/** Collects what a page does; `PagePlan` is what comes of it. */
export class PageBuilder {
  readonly plan: PagePlan = {
    records: [],
    optOuts: [],
    links: [],
    deletions: [],
    writeBacks: [],
    differences: [],
    counts: noCounts(),
  };
  readonly context: PageContext;

  constructor(context: PageContext) {
    this.context = context;
  }

  /** Adds to the report; everything but new and changed records is counted here. */
  tell(
    said: Pick<Said, 'object' | 'id' | 'label'>,
    kind: DifferenceKind,
    more: {
      recordId?: string | null;
      field?: string;
      mine?: unknown;
      theirs?: unknown;
      winner?: 'hubspot' | 'presend';
      note?: string;
    } = {},
  ): void {
    this.plan.differences.push({
      kind,
      object: said.object,
      hubspot_id: said.id,
      record_id: more.recordId ?? null,
      label: said.label,
      field: more.field ?? null,
      mine: more.mine === undefined ? null : JSON.stringify(more.mine),
      theirs: more.theirs === undefined ? null : JSON.stringify(more.theirs),
      winner: more.winner ?? null,
      note: more.note ?? null,
    });
    if (kind !== 'new' && kind !== 'changed') this.plan.counts[COUNTED[kind]] += 1;
  }

  /** Links a HubSpot record to one of the mirror, with what it says now as the base of the next sync. */
  link(
    said: Said,
    recordId: string,
    link: Link | undefined,
    more: { changed: boolean; fields: object },
  ): void {
    this.plan.links.push({
      object: said.object,
      hubspot_id: said.id,
      record_id: recordId,
      fields: JSON.stringify(more.fields),
      stops: JSON.stringify(said.stops.map(({ property }) => property)),
      modified_at: said.modifiedAt,
      gone: 0,
      seen_in: this.context.mark ?? link?.seen_in ?? null,
      run_id: more.changed || !link ? this.context.runId : link.run_id,
    });
  }

  /** The same link, of a record that HubSpot no longer has or that was deleted here. */
  unlink(link: Link, gone: typeof GONE | typeof DELETED_HERE = GONE): void {
    this.plan.links.push({ ...link, gone });
  }

  /** Puts a record off until the end of the pass. @returns false when this is the end */
  defer(said: Said): boolean {
    this.context.deferred?.add(said.id);
    return this.context.deferred !== null;
  }

  countRecord(before: unknown, changed: boolean): void {
    this.plan.counts[before === null ? 'new' : changed ? 'changed' : 'unchanged'] += 1;
  }
}

/** What HubSpot said last, by field. */
export function baseOf(link: Link | undefined): Record<string, unknown> {
  return link ? (JSON.parse(link.fields) as Record<string, unknown>) : {};
}

/** Fields whose own way is not the general one. */
const SPECIAL = new Set(['address', 'disqualifiers']);

/**
 * The general fields of a record that exists: what to write, with every difference told.
 *
 * @param mine the record's fields, lists parsed
 * @param edits when others changed each field last
 */
export function mergeFields(
  builder: PageBuilder,
  said: Said,
  mine: Record<string, unknown>,
  {
    recordId,
    link,
    edits,
  }: { recordId: string; link: Link | undefined; edits: Map<string, number> | undefined },
): Record<string, unknown> {
  const base = baseOf(link);
  const write: Record<string, unknown> = {};
  for (const { field, conflict } of builder.context.mapping.fields) {
    if (SPECIAL.has(field) || !(field in said.fields)) continue;
    const theirs = said.fields[field];
    const merged = mergeField({
      field,
      rule: conflict,
      base: base[field],
      mine: mine[field] ?? null,
      theirs,
      theirsAt: said.modifiedAt,
      mineAt: edits?.get(field) ?? null,
    });
    if (merged.kind === 'same') continue;
    const taken = merged.kind === 'changed' || (merged.kind === 'conflict' && merged.winner === 'hubspot');
    if (taken) write[field] = theirs;
    builder.tell(said, merged.kind, {
      recordId,
      field,
      mine: mine[field] ?? null,
      theirs,
      winner: taken ? 'hubspot' : 'presend',
    });
  }
  return write;
}

/** Disqualifiers that a record must have at least: its own stay, HubSpot's and inherited ones come. Told where they differ. */
export function mergeDisqualifiers(
  builder: PageBuilder,
  said: Said,
  mine: readonly string[],
  { recordId, inherited }: { recordId: string | null; inherited: readonly string[] },
): string[] {
  const mapped = 'disqualifiers' in said.fields;
  const fromField = mapped ? (said.fields['disqualifiers'] as string[]) : [];
  const fromStops = said.stops.flatMap(({ disqualifier }) => disqualifier ?? []);
  const theirs = united(fromField, fromStops);
  const all = united(mine, theirs, inherited);
  if (!same(all, mine)) {
    builder.tell(said, 'stop', { recordId, field: 'disqualifiers', mine, theirs: all, winner: 'hubspot' });
  }
  const kept = mine.filter((flag) => !theirs.includes(flag));
  // Without a property for them HubSpot cannot be expected to have any.
  if (mapped && kept.length > 0) {
    builder.tell(said, 'stop_kept', {
      recordId,
      field: 'disqualifiers',
      mine,
      theirs,
      winner: 'presend',
      note: `HubSpot does not have ${kept.join(', ')}; a sync takes no disqualifier back`,
    });
  }
  return all;
}
