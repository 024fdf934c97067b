export type ObjectName = 'contacts' | 'companies';

export interface PortalRecord {
  id: string;
  properties: Record<string, string | null>;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | null;
  /** The record it was merged into. */
  mergedInto: string | null;
}

/** Property definitions that every portal has, as far as the sync reads them (CRM properties API). */
const DEFAULT_PROPERTIES: Record<ObjectName, string[]> = {
  contacts: [
    'hs_object_id',
    'createdate',
    'lastmodifieddate',
    'email',
    'firstname',
    'lastname',
    'jobtitle',
    'company',
    'phone',
    'hubspot_owner_id',
    'lifecyclestage',
    'hs_lead_status',
    'associatedcompanyid',
    'hs_additional_emails',
    'hs_merged_object_ids',
    'hs_email_optout',
    'hs_email_optout_survey_reason',
    'hs_email_bad_address',
    'hs_email_hard_bounce_reason_enum',
    'hs_email_quarantined',
  ],
  companies: [
    'hs_object_id',
    'createdate',
    'hs_lastmodifieddate',
    'name',
    'domain',
    'numberofemployees',
    'industry',
    'city',
    'country',
    'hubspot_owner_id',
    'lifecyclestage',
    'hs_lead_status',
    'hs_merged_object_ids',
    'annualrevenue',
    'total_money_raised',
  ],
};

const MODIFIED: Record<ObjectName, string> = {
  contacts: 'lastmodifieddate',
  companies: 'hs_lastmodifieddate',
};

/** The content of a HubSpot portal, with the changes its users make. */
export class Portal {
  readonly records: Record<ObjectName, Map<string, PortalRecord>> = {
    contacts: new Map(),
    companies: new Map(),
  };
  readonly properties: Record<ObjectName, Set<string>> = {
    contacts: new Set(DEFAULT_PROPERTIES.contacts),
    companies: new Set(DEFAULT_PROPERTIES.companies),
  };
  readonly owners = new Map<string, { email: string; archived: boolean }>();
  /** Company ids of a contact, the primary one first. */
  readonly companiesOf = new Map<string, string[]>();
  /** Earlier states, for an index that lags. */
  readonly versions = new Map<
    string,
    { at: number; properties: Record<string, string | null>; live: boolean }[]
  >();
  /** HubSpot's clock; tests may move it. */
  now: () => number = Date.now;
  #nextId = 1001;

  add(object: ObjectName, properties: Record<string, string | null>): string {
    const id = String(this.#nextId++);
    const at = this.now();
    const record = { id, properties: {}, createdAt: at, updatedAt: at, archivedAt: null, mergedInto: null };
    this.records[object].set(id, record);
    this.update(object, id, { hs_object_id: id, createdate: new Date(at).toISOString(), ...properties });
    return id;
  }

  update(object: ObjectName, id: string, properties: Record<string, string | null>): void {
    const record = this.get(object, id);
    for (const name of Object.keys(properties)) {
      if (!this.properties[object].has(name))
        throw new Error(`the portal has no property ${name} of ${object}`);
    }
    record.updatedAt = Math.max(this.now(), record.updatedAt);
    Object.assign(record.properties, properties, {
      [MODIFIED[object]]: new Date(record.updatedAt).toISOString(),
    });
    this.#remember(object, record);
  }

  associate(contactId: string, companyIds: readonly string[]): void {
    this.companiesOf.set(contactId, [...companyIds]);
    this.update('contacts', contactId, { associatedcompanyid: companyIds[0] ?? null });
  }

  archive(object: ObjectName, id: string): void {
    const record = this.get(object, id);
    record.archivedAt = this.now();
    this.#remember(object, record);
    if (object === 'contacts') return;
    for (const [contact, companies] of this.companiesOf) {
      const left = companies.filter((one) => one !== id);
      if (left.length === companies.length) continue;
      if (this.records.contacts.has(contact)) this.associate(contact, left);
      else this.companiesOf.delete(contact);
    }
  }

  restore(object: ObjectName, id: string): void {
    this.get(object, id).archivedAt = null;
    this.update(object, id, {});
  }

  /** Deleted for good (GDPR): no API tells of it any more. */
  purge(object: ObjectName, id: string): void {
    const record = this.get(object, id);
    record.archivedAt = this.now();
    this.#remember(object, record);
    this.records[object].delete(id);
  }

  merge(object: ObjectName, winnerId: string, loserId: string): void {
    const winner = this.get(object, winnerId);
    const loser = this.get(object, loserId);
    const joined = (name: string, more: string | null | undefined): string =>
      [winner.properties[name], more].filter((one) => one).join(';');
    loser.mergedInto = winnerId;
    this.#remember(object, loser);
    this.update(object, winnerId, {
      hs_merged_object_ids: [
        joined('hs_merged_object_ids', loser.properties['hs_merged_object_ids']),
        loserId,
      ]
        .filter((one) => one !== '')
        .join(';'),
      ...(object === 'contacts' && {
        hs_additional_emails: joined('hs_additional_emails', loser.properties['email']),
      }),
    });
  }

  get(object: ObjectName, id: string): PortalRecord {
    const record = this.records[object].get(id);
    if (!record) throw new Error(`the portal has no ${object} ${id}`);
    return record;
  }

  /** What an id leads to: a merged one to the record that is left. */
  resolve(object: ObjectName, id: string): PortalRecord | null {
    const record = this.records[object].get(id);
    return record?.mergedInto ? this.resolve(object, record.mergedInto) : (record ?? null);
  }

  live(object: ObjectName): PortalRecord[] {
    return [...this.records[object].values()].filter(
      (one) => one.archivedAt === null && one.mergedInto === null,
    );
  }

  archived(object: ObjectName): PortalRecord[] {
    return [...this.records[object].values()].filter(
      (one) => one.archivedAt !== null && one.mergedInto === null,
    );
  }

  /** Records as an index sees them that is behind by `lagMs`. */
  indexed(object: ObjectName, lagMs: number): { id: string; properties: Record<string, string | null> }[] {
    if (lagMs === 0) return this.live(object);
    const until = this.now() - lagMs;
    return [...this.records[object].keys()].flatMap((id) => {
      const version = this.versions.get(`${object} ${id}`)?.findLast(({ at }) => at <= until);
      return version?.live ? [{ id, properties: version.properties }] : [];
    });
  }

  #remember(object: ObjectName, record: PortalRecord): void {
    const key = `${object} ${record.id}`;
    const versions = this.versions.get(key) ?? [];
    const live = record.archivedAt === null && record.mergedInto === null;
    versions.push({ at: this.now(), properties: { ...record.properties }, live });
    this.versions.set(key, versions.slice(-5));
  }
}
