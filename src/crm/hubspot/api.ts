import type { Client } from '@hubspot/api-client';
import { z } from 'zod';
import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import { Caller, type CallerOptions, malformed } from './caller.ts';

/** A contact or company as HubSpot has it. */
export interface HubSpotRecord {
  id: string;
  /** Only those that were asked for; null or '' = empty. */
  properties: Record<string, string | null>;
  /** HubSpot's time of its last change, milliseconds. */
  modifiedAt: number;
  archived: boolean;
}

export interface HubSpotPage {
  records: HubSpotRecord[];
  /** What to give for the next page; null = that was the last. */
  after: string | null;
}

/** Property that a change of the record sets. */
export const MODIFIED: Record<HubSpotObject, string> = {
  contacts: 'lastmodifieddate',
  companies: 'hs_lastmodifieddate',
};

/** Most records of a page of the list API, and most ids of a batch read. */
export const PAGE = 100;

/** Primary company of a contact, an association type that HubSpot defines (`associationTypeId` 1). */
const PRIMARY_COMPANY = 1;

const recordSchema = z.object({
  id: z.string().min(1),
  properties: z.record(z.string(), z.string().nullable()),
  updatedAt: z.date(),
  archived: z.boolean().optional(),
});
const paging = z.object({ next: z.object({ after: z.string() }).nullish() }).nullish();
const pageSchema = z.object({ results: z.array(recordSchema), paging });
const searchSchema = z.object({ total: z.number(), results: z.array(z.object({ id: z.string() })) });
const ownersSchema = z.object({
  results: z.array(z.object({ id: z.string(), email: z.string().nullish() })),
  paging,
});
const propertiesSchema = z.object({ results: z.array(z.object({ name: z.string() })) });
const associationsSchema = z.object({
  results: z.array(
    z.object({
      _from: z.object({ id: z.coerce.string() }),
      // A number on the wire, whatever the SDK's types say.
      to: z.array(
        z.object({
          toObjectId: z.coerce.string(),
          associationTypes: z.array(z.object({ typeId: z.number() })),
        }),
      ),
    }),
  ),
});

/** The part of HubSpot's API that a sync reads, through the official SDK. Nothing here writes. */
export class HubSpotApi {
  readonly caller: Caller;
  readonly #crm: Client['crm'];
  /** Given with every call: what is given to the client as a whole the SDK (13.5) does not use. */
  readonly #options: never;

  private constructor(crm: Client['crm'], caller: Caller) {
    this.#crm = crm;
    this.caller = caller;
    // Each of the SDK's generated parts has types of its own for the same thing.
    this.#options = { middleware: [{ pre: useAgent(caller), post: refuseFailures }] } as never;
  }

  static async open({ token, ...options }: CallerOptions & { token: string }): Promise<HubSpotApi> {
    // Loaded when it is used: it is large, and a gate without HubSpot does without.
    const { Client: SdkClient } = await import('@hubspot/api-client');
    const caller = new Caller(options);
    const client = new SdkClient({
      accessToken: token,
      basePath: options.baseUrl.replace(/\/+$/u, ''),
      numberOfApiCallRetries: 0,
    });
    return new HubSpotApi(client.crm, caller);
  }

  /** Internal names of the properties of a kind of object. */
  async properties(object: HubSpotObject): Promise<string[]> {
    const doing = `to list the properties of ${object}`;
    const data = await this.caller.call(doing, () =>
      this.#crm.properties.coreApi.getAllWithHttpInfo(object, false, undefined, this.#options),
    );
    return checked(propertiesSchema, data, doing).results.map(({ name }) => name);
  }

  /** Active owners' e-mail addresses by owner id. */
  async owners(): Promise<Map<string, string>> {
    const owners = new Map<string, string>();
    let after: string | undefined;
    do {
      const data = await this.caller.call('to list owners', () =>
        this.#crm.owners.ownersApi.getPageWithHttpInfo(undefined, after, 500, false, this.#options),
      );
      const page = checked(ownersSchema, data, 'to list owners');
      for (const { id, email } of page.results) if (email) owners.set(id, email.toLowerCase());
      after = page.paging?.next?.after;
    } while (after !== undefined);
    return owners;
  }

  /** A page of all records, by the list API, whose answers are never behind. */
  async list(
    object: HubSpotObject,
    { after, archived, properties }: { after: string | null; archived: boolean; properties: string[] },
  ): Promise<HubSpotPage> {
    const doing = `to list ${archived ? 'deleted ' : ''}${object}`;
    const data = await this.caller.call(doing, () =>
      this.#objects(object).basicApi.getPageWithHttpInfo(
        PAGE,
        after ?? undefined,
        [MODIFIED[object], ...properties],
        undefined,
        undefined,
        archived,
        this.#options,
      ),
    );
    const page = checked(pageSchema, data, doing);
    return {
      records: page.results.map((one) => recordOf(object, one, archived)),
      after: page.paging?.next?.after ?? null,
    };
  }

  /** How many live records there are, as the search index counts. */
  async count(object: HubSpotObject): Promise<number> {
    const doing = `to count ${object}`;
    const data = await this.caller.call(
      doing,
      () =>
        this.#objects(object).searchApi.doSearchWithHttpInfo({ filterGroups: [], limit: 1 }, this.#options),
      'search',
    );
    return checked(searchSchema, data, doing).total;
  }

  /**
   * Ids of records that changed in a span of time, by the search API, a page in the order of ids. Pages are asked for by the
   * last id and not by `after`, because a search gives no more than its first 10,000 results, and because records that change
   * meanwhile move in any order by time. Only ids: a search's request may not be longer than 3,000 characters, too short for
   * the properties of a portal with many subscription types.
   *
   * @param span.from and `to`, milliseconds, both included
   */
  async changed(
    object: HubSpotObject,
    span: { from: number; to: number },
    afterId: string | null,
  ): Promise<{ ids: string[]; left: number }> {
    const doing = `to search for changed ${object}`;
    const time = MODIFIED[object];
    const filters = [
      { propertyName: time, operator: 'GTE', value: String(span.from) },
      { propertyName: time, operator: 'LTE', value: String(span.to) },
      ...(afterId === null ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: afterId }]),
    ];
    const data = await this.caller.call(
      doing,
      () =>
        this.#objects(object).searchApi.doSearchWithHttpInfo(
          {
            // The SDK's enum is not exported by its entry; these are its values.
            filterGroups: [{ filters: filters as never }],
            sorts: ['hs_object_id'],
            properties: ['hs_object_id'],
            limit: PAGE,
          },
          this.#options,
        ),
      'search',
    );
    const { results, total } = checked(searchSchema, data, doing);
    return { ids: results.map(({ id }) => id), left: Math.max(0, total - results.length) };
  }

  /** Records by id, as they are now; what is deleted is not among them. At most `PAGE` ids. */
  async read(object: HubSpotObject, ids: readonly string[], properties: string[]): Promise<HubSpotRecord[]> {
    if (ids.length === 0) return [];
    const doing = `to read ${object}`;
    const data = await this.caller.call(doing, () =>
      this.#objects(object).batchApi.readWithHttpInfo(
        {
          inputs: ids.map((id) => ({ id })),
          properties: [MODIFIED[object], ...properties],
          propertiesWithHistory: [],
        },
        false,
        this.#options,
      ),
    );
    return checked(pageSchema, data, doing).results.map((one) => recordOf(object, one, false));
  }

  /** Of each contact that has companies the primary one, else the first. At most `PAGE` ids. */
  async companiesOf(contactIds: readonly string[]): Promise<Map<string, string>> {
    if (contactIds.length === 0) return new Map();
    const doing = 'to read which companies contacts belong to';
    const data = await this.caller.call(doing, () =>
      this.#crm.associations.v4.batchApi.getPageWithHttpInfo(
        'contacts',
        'companies',
        { inputs: contactIds.map((id) => ({ id })) },
        this.#options,
      ),
    );
    const found = new Map<string, string>();
    for (const { _from: from, to } of checked(associationsSchema, data, doing).results) {
      const primary = to.find((one) => one.associationTypes.some(({ typeId }) => typeId === PRIMARY_COMPANY));
      const company = primary ?? to[0];
      if (company) found.set(from.id, company.toObjectId);
    }
    return found;
  }

  close(): void {
    this.caller.close();
  }

  #objects(object: HubSpotObject): Pick<Client['crm']['contacts'], 'basicApi' | 'batchApi' | 'searchApi'> {
    // Both have the same methods; only the classes of their parameters are generated twice.
    return (object === 'contacts' ? this.#crm.contacts : this.#crm.companies) as Client['crm']['contacts'];
  }
}

function useAgent({ agent }: Caller): (context: unknown) => Promise<unknown> {
  return async (context) => {
    (context as { setAgent: (agent: unknown) => void }).setAgent(agent);
    return context;
  };
}

/** The SDK reads every failure as JSON, and of a proxy's HTML page not even the status is left: so it is read here first. */
async function refuseFailures(context: unknown): Promise<unknown> {
  const { httpStatusCode, headers, body } = context as {
    httpStatusCode: number;
    headers: Record<string, string>;
    body: { text: () => Promise<string> };
  };
  if (httpStatusCode < 300) return context;
  throw Object.assign(new Error(`HubSpot answered ${httpStatusCode}`), {
    code: httpStatusCode,
    headers,
    body: await body.text(),
  });
}

function recordOf(
  object: HubSpotObject,
  { id, properties, updatedAt, archived }: z.infer<typeof recordSchema>,
  listedArchived: boolean,
): HubSpotRecord {
  const said = Date.parse(properties[MODIFIED[object]] ?? '');
  return {
    id,
    properties,
    modifiedAt: Number.isNaN(said) ? updatedAt.getTime() : said,
    archived: archived ?? listedArchived,
  };
}

/** Checked although the SDK is typed: it casts whatever came. */
function checked<T>(schema: z.ZodType<T>, data: unknown, doing: string): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw malformed(doing, result.error);
}
