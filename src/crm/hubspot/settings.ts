import { z } from 'zod';
import { CHANNELS, COMPANY_FIELDS, type PROSPECT_FIELDS } from '../fields.ts';
import { UNCLEAR } from '../suppression-store.ts';

/** `hubspot.sync` of the configuration, and the mapping that a portal without own properties needs. */

const TRANSFORMS = ['text', 'words', 'join', 'list', 'number', 'role', 'owner', 'values'] as const;
export type Transform = (typeof TRANSFORMS)[number];

/** Who wins where both sides changed a field: see merge.ts. */
const CONFLICT_RULES = ['hubspot', 'presend', 'newest'] as const;
export type ConflictRule = (typeof CONFLICT_RULES)[number];

const property = z.string().regex(/^[a-z0-9_]+$/, 'must be the internal name of a property, e.g. jobtitle');

const mapped = z.union([
  z.null(),
  property,
  z.strictObject({
    property: z.union([property, z.array(property).min(1)]),
    transform: z.enum(TRANSFORMS).default('text'),
    values: z.record(z.string(), z.string()).default({}),
    conflict: z.enum(CONFLICT_RULES).optional(),
  }),
]);
type Mapped = z.infer<typeof mapped>;

/** Fields that HubSpot may fill; ids, threads and the rest are presend's own. */
const CONTACT_FIELDS = [
  'address',
  'name',
  'title',
  'recipient_role',
  'account_owner',
  'regulated',
  'disqualifiers',
] as const satisfies readonly (keyof typeof PROSPECT_FIELDS)[];
const SYNCED_COMPANY_FIELDS = Object.keys(COMPANY_FIELDS) as (keyof typeof COMPANY_FIELDS)[];

const stop = z
  .strictObject({
    /** A `*` at the end stands for a number: `hs_email_optout_*` is every subscription type's own opt-out. */
    property: z.string().regex(/^[a-z0-9_]+\*?$/, 'must be the internal name of a property'),
    /** Values that count; null = any but empty, false, no and 0. */
    values: z.array(z.string()).min(1).nullable().default(null),
    channel: z.enum([...CHANNELS, UNCLEAR, 'none']).optional(),
    disqualifier: z
      .string()
      .regex(/^[a-z0-9_]+$/, 'must be a flag like do_not_contact')
      .optional(),
  })
  .refine(
    ({ channel, disqualifier }) => (channel === undefined) !== (disqualifier === undefined),
    'needs either channel (an opt-out) or disqualifier',
  );
export type StopSetting = z.infer<typeof stop>;

const companyStop = stop.refine(
  ({ channel }) => channel === undefined || channel === 'none',
  'of a company must be a disqualifier: an opt-out belongs to a person',
);

export const syncSchema = z.strictObject({
  enabled: z.boolean().default(false),
  every_minutes: z.number().min(1).max(1_440).default(15),
  objects: z
    .array(z.enum(['companies', 'contacts']))
    .min(1)
    .default(['companies', 'contacts']),
  conflict: z.enum(CONFLICT_RULES).default('newest'),
  on_delete: z.enum(['keep', 'delete']).default('keep'),
  requests_per_second: z.number().positive().max(19).default(9),
  contacts: z.partialRecord(z.enum(CONTACT_FIELDS), mapped).default({}),
  companies: z.partialRecord(z.enum(SYNCED_COMPANY_FIELDS), mapped).default({}),
  stops: z
    .strictObject({ contacts: z.array(stop).default([]), companies: z.array(companyStop).default([]) })
    .prefault({}),
});
export type SyncSettings = z.infer<typeof syncSchema>;

/** How one field is filled. */
export interface FieldMapping {
  field: string;
  properties: string[];
  transform: Transform;
  /** For `values`: HubSpot's value to presend's. */
  values: Record<string, string>;
  conflict: ConflictRule;
  /** Written in the configuration; a default that a portal lacks is left out without a word. */
  configured: boolean;
}

export interface StopMapping {
  property: string;
  values: string[] | null;
  /** null: a disqualifier. `none`: named so as not to count. */
  channel: string | null;
  disqualifier: string | null;
  configured: boolean;
}

export interface ObjectMapping {
  fields: FieldMapping[];
  stops: StopMapping[];
}

export interface Mapping {
  companies: ObjectMapping;
  contacts: ObjectMapping;
}

const DEFAULTS: Record<'companies' | 'contacts', Record<string, Exclude<Mapped, null>>> = {
  companies: {
    name: 'name',
    domain: 'domain',
    headcount: { property: 'numberofemployees', transform: 'number', values: {} },
    industry: { property: 'industry', transform: 'words', values: {} },
    city: 'city',
    country: 'country',
    account_owner: { property: 'hubspot_owner_id', transform: 'owner', values: {} },
  },
  contacts: {
    address: 'email',
    name: { property: ['firstname', 'lastname'], transform: 'join', values: {} },
    title: 'jobtitle',
    recipient_role: { property: 'jobtitle', transform: 'role', values: {} },
    account_owner: { property: 'hubspot_owner_id', transform: 'owner', values: {} },
  },
};

/**
 * A subscription type's own opt-out (`hs_email_optout_<id>`) may be of a newsletter only: it holds mail for a person to look at
 * unless the configuration says which ones count in full, or not at all.
 */
function defaultStops(optOutProperty: string): StopSetting[] {
  return [
    { property: 'hs_email_optout', values: null, channel: 'email' },
    { property: 'hs_email_optout_*', values: null, channel: UNCLEAR },
    { property: 'hs_email_bad_address', values: null, channel: 'email' },
    { property: 'hs_email_hard_bounce_reason_enum', values: null, channel: 'email' },
    { property: 'hs_email_quarantined', values: null, channel: 'email' },
    // What presend wrote back itself counts when another presend, or this one set up anew, reads the portal.
    { property: optOutProperty, values: null, channel: 'email' },
  ];
}

/** The mapping in full: what is configured over the defaults. */
export function mappingOf(settings: SyncSettings, optOutProperty: string): Mapping {
  const object = (type: 'companies' | 'contacts'): ObjectMapping => {
    const configured: Record<string, Mapped | undefined> = settings[type];
    const names = new Set([...Object.keys(DEFAULTS[type]), ...Object.keys(configured)]);
    const fields = [...names].flatMap((field): FieldMapping[] => {
      const own = configured[field];
      const wanted = own === undefined ? DEFAULTS[type][field] : own;
      if (wanted === null || wanted === undefined) return [];
      const full =
        typeof wanted === 'string'
          ? { property: wanted, transform: 'text' as const, values: {}, conflict: undefined }
          : wanted;
      return [
        {
          field,
          properties: typeof full.property === 'string' ? [full.property] : full.property,
          transform: full.transform,
          values: full.values,
          conflict: full.conflict ?? settings.conflict,
          configured: own !== undefined,
        },
      ];
    });
    const own = settings.stops[type];
    const named = new Set(own.map((one) => one.property));
    const defaults = type === 'contacts' ? defaultStops(optOutProperty) : [];
    const stops = [
      ...own.map((one) => stopMapping(one, true)),
      ...defaults.filter((one) => !named.has(one.property)).map((one) => stopMapping(one, false)),
    ];
    return { fields, stops };
  };
  return { companies: object('companies'), contacts: object('contacts') };
}

function stopMapping(setting: StopSetting, configured: boolean): StopMapping {
  const { property, values, channel = null, disqualifier = null } = setting;
  return { property, values, channel, disqualifier, configured };
}
