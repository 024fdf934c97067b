import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ObjectName, Portal, type PortalRecord } from './hubspot-portal.ts';
import { type SearchRequest, matches, searchProblem, sorted } from './hubspot-search.ts';

/**
 * A local HTTP server that answers as HubSpot's CRM API does, for what the sync and the write-back use of it: objects v3 (list,
 * batch read, search, update by e-mail), associations v4 (batch read), properties v3 and owners v3. Paths, paging, error objects,
 * limits and statuses are those of HubSpot's public API reference and of the SDK's generated clients.
 */

export const TOKEN = 'pat-eu1-stand-in';

interface Failure {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Only requests whose path matches. */
  path?: RegExp;
}

export interface StandInOptions {
  /** How far the search index is behind, milliseconds. */
  lagMs?: number;
  /** Enforce HubSpot's limit of search requests (5 a second for an account). */
  searchLimit?: boolean;
}

export interface HubSpotStandIn {
  portal: Portal;
  baseUrl: string;
  /** `METHOD path` of every request. */
  requests: string[];
  /** Answers of the next requests, first in first out. */
  failures: Failure[];
  /** Scopes the token lacks: path → scope. */
  missingScopes: { path: RegExp; scope: string }[];
  /** Called before a request is answered, with its number. */
  onRequest: (line: string) => void | Promise<void>;
  settings: Required<StandInOptions> & { token: string };
  close(): Promise<void>;
}

/** Starts one; inside a test it ends with the test. */
export async function startHubSpot(
  options: StandInOptions & { detached?: boolean } = {},
): Promise<HubSpotStandIn> {
  const portal = new Portal();
  const state: Omit<HubSpotStandIn, 'baseUrl' | 'close'> = {
    portal,
    requests: [],
    failures: [],
    missingScopes: [],
    onRequest: () => {},
    settings: { lagMs: 0, searchLimit: false, token: TOKEN, ...options },
  };
  const searches: number[] = [];
  const server: Server = createServer((req, res) => {
    void answer(state, searches, req, res).catch((error: unknown) => {
      send(res, 500, errorBody('INTERNAL_ERROR', String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  if (!options.detached) onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { baseUrl: `http://127.0.0.1:${port}`, close });
}

type State = Omit<HubSpotStandIn, 'baseUrl' | 'close'>;

async function answer(
  state: State,
  searches: number[],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://hubspot.test');
  const text = await bodyOf(req);
  const line = `${req.method} ${url.pathname}`;
  state.requests.push(line);
  await state.onRequest(line);
  const failing = state.failures.findIndex(({ path }) => path === undefined || path.test(line));
  if (failing >= 0) {
    const [failure] = state.failures.splice(failing, 1);
    if (failure.status === 0) return void req.socket.destroy();
    return send(res, failure.status, failure.body, failure.headers);
  }
  if (req.headers.authorization !== `Bearer ${state.settings.token}`) {
    return send(
      res,
      401,
      errorBody(
        'INVALID_AUTHENTICATION',
        'Authentication credentials not found. This API supports OAuth 2.0 authentication.',
      ),
    );
  }
  const lacking = state.missingScopes.find(({ path }) => path.test(line));
  if (lacking) {
    return send(res, 403, {
      ...errorBody('MISSING_SCOPES', "This app hasn't been granted all required scopes to make this call."),
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: [lacking.scope] },
        },
      ],
    });
  }
  route(state, searches, { req, res, url, text });
}

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  text: string;
}

function route(state: State, searches: number[], { req, res, url, text }: Exchange): void {
  const { portal } = state;
  const object = /^\/crm\/v3\/objects\/(contacts|companies)(\/.*)?$/.exec(url.pathname);
  const properties = /^\/crm\/v3\/properties\/(contacts|companies)$/.exec(url.pathname);
  if (object) {
    const name = object[1] as ObjectName;
    if (req.method === 'GET' && object[2] === undefined) return list(portal, name, url, res);
    if (req.method === 'POST' && object[2] === '/search') return search(state, searches, name, text, res);
    if (req.method === 'POST' && object[2] === '/batch/read') return batchRead(portal, name, text, res);
    if (req.method === 'PATCH' && url.searchParams.get('idProperty') === 'email') {
      return updateByEmail(portal, decodeURIComponent(object[2].slice(1)), text, res);
    }
  }
  if (req.method === 'GET' && properties) {
    return send(res, 200, {
      results: [...portal.properties[properties[1] as ObjectName]].map(propertyDefinition),
    });
  }
  if (req.method === 'GET' && url.pathname === '/crm/v3/owners/') return owners(portal, url, res);
  if (req.method === 'POST' && url.pathname === '/crm/v4/associations/contacts/companies/batch/read') {
    return associations(portal, text, res);
  }
  send(res, 404, errorBody('OBJECT_NOT_FOUND', `nothing at ${req.method} ${url.pathname}`));
}

/** List API: live or archived objects in the order of their ids; `after` is the id after which the next page starts. */
function list(portal: Portal, object: ObjectName, url: URL, res: ServerResponse): void {
  const limit = Number(url.searchParams.get('limit') ?? 10);
  if (limit > 100) return send(res, 400, errorBody('VALIDATION_ERROR', 'limit must be at most 100'));
  const archived = url.searchParams.get('archived') === 'true';
  const after = BigInt(url.searchParams.get('after') ?? '0');
  const wanted = url.searchParams.getAll('properties').flatMap((one) => one.split(','));
  const all = (archived ? portal.archived(object) : portal.live(object))
    .filter((one) => BigInt(one.id) > after)
    .toSorted((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
  const page = all.slice(0, limit);
  const last = page.at(-1);
  send(res, 200, {
    results: page.map((one) => shown(one, wanted)),
    ...(all.length > limit &&
      last && { paging: { next: { after: last.id, link: `${url.pathname}?after=${last.id}` } } }),
  });
}

function search(
  { portal, settings }: State,
  searches: number[],
  object: ObjectName,
  text: string,
  res: ServerResponse,
): void {
  const now = Date.now();
  while (searches.length > 0 && searches[0] <= now - 1000) searches.shift();
  if (settings.searchLimit && searches.length >= 5) {
    return send(res, 429, {
      status: 'error',
      message: 'You have reached your secondly limit.',
      errorType: 'RATE_LIMIT',
      correlationId: 'stand-in',
      policyName: 'SECONDLY',
    });
  }
  searches.push(now);
  const request = JSON.parse(text) as SearchRequest;
  const problem = searchProblem(request, text.length, portal.properties[object]);
  if (problem !== null) return send(res, 400, errorBody('VALIDATION_ERROR', problem));
  const found = sorted(
    request,
    portal.indexed(object, settings.lagMs).filter((one) => matches(request, one.properties)),
  );
  const start = Number(request.after ?? 0);
  const limit = request.limit ?? 10;
  const page = found.slice(start, start + limit);
  send(res, 200, {
    total: found.length,
    results: page.map(({ id, properties }) => {
      const record = portal.records[object].get(id);
      return shown({ ...(record ?? blank(id)), properties }, request.properties ?? []);
    }),
    ...(start + limit < found.length && { paging: { next: { after: String(start + limit) } } }),
  });
}

/** Batch read: what is not there is an error of its own, under 207. */
function batchRead(portal: Portal, object: ObjectName, text: string, res: ServerResponse): void {
  const { inputs, properties } = JSON.parse(text) as { inputs: { id: string }[]; properties: string[] };
  if (inputs.length > 100) return send(res, 400, errorBody('VALIDATION_ERROR', 'at most 100 inputs'));
  const found = inputs
    .map(({ id }) => portal.resolve(object, id))
    .filter((one) => one !== null && one.archivedAt === null);
  const missing = inputs.filter(({ id }) => {
    const one = portal.resolve(object, id);
    return one === null || one.archivedAt !== null;
  });
  batch(
    res,
    found.map((one) => shown(one!, properties)),
    missing.length > 0
      ? [
          {
            ...errorBody('OBJECT_NOT_FOUND', 'Could not get some objects'),
            context: { ids: missing.map(({ id }) => id) },
          },
        ]
      : [],
  );
}

/** Associations v4: `toObjectId` is a number; a contact without companies is an error of its own, under 207. */
function associations(portal: Portal, text: string, res: ServerResponse): void {
  const { inputs } = JSON.parse(text) as { inputs: { id: string }[] };
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const { id } of inputs) {
    const companies = portal.companiesOf.get(id) ?? [];
    if (companies.length === 0) {
      errors.push({
        ...errorBody('OBJECT_NOT_FOUND', 'No company is associated with the contact.'),
        subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
        context: { fromObjectId: [id] },
      });
      continue;
    }
    results.push({
      from: { id },
      // The primary one comes last here, so that its type and not its place must tell.
      to: companies.toReversed().map((company) => ({
        toObjectId: Number(company),
        associationTypes: [
          ...(company === companies[0] ? [{ category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }] : []),
          { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
        ],
      })),
    });
  }
  batch(res, results, errors);
}

function batch(res: ServerResponse, results: unknown[], errors: unknown[]): void {
  const at = new Date().toISOString();
  send(res, errors.length > 0 ? 207 : 200, {
    status: 'COMPLETE',
    results,
    requestedAt: at,
    startedAt: at,
    completedAt: at,
    ...(errors.length > 0 && { numErrors: errors.length, errors }),
  });
}

function owners(portal: Portal, url: URL, res: ServerResponse): void {
  const archived = url.searchParams.get('archived') === 'true';
  const at = new Date(0).toISOString();
  send(res, 200, {
    results: [...portal.owners]
      .filter(([, owner]) => owner.archived === archived)
      .map(([id, { email }]) => ({
        id,
        email,
        type: 'PERSON',
        firstName: 'A',
        lastName: 'B',
        userId: 1,
        createdAt: at,
        updatedAt: at,
        archived,
      })),
  });
}

function updateByEmail(portal: Portal, email: string, text: string, res: ServerResponse): void {
  const record = portal
    .live('contacts')
    .find((one) => one.properties['email']?.toLowerCase() === email.toLowerCase());
  if (!record) return send(res, 404, errorBody('OBJECT_NOT_FOUND', 'Object not found.'));
  const { properties } = JSON.parse(text) as { properties: Record<string, string> };
  const unknown = Object.keys(properties).find((name) => !portal.properties.contacts.has(name));
  if (unknown) return send(res, 400, errorBody('VALIDATION_ERROR', `Property "${unknown}" does not exist`));
  portal.update('contacts', record.id, properties);
  send(res, 200, shown(record, Object.keys(properties)));
}

function propertyDefinition(name: string) {
  return {
    name,
    label: name,
    type: 'string',
    fieldType: 'text',
    groupName: 'contactinformation',
    description: '',
    options: [],
    hubspotDefined: true,
    hidden: false,
    archived: false,
  };
}

function blank(id: string): PortalRecord {
  return { id, properties: {}, createdAt: 0, updatedAt: 0, archivedAt: null, mergedInto: null };
}

/** HubSpot always gives id and times among the properties, and null for what is empty. */
function shown(record: PortalRecord, wanted: readonly string[]) {
  const names = new Set(['hs_object_id', 'createdate', ...wanted]);
  return {
    id: record.id,
    properties: Object.fromEntries([...names].map((name) => [name, record.properties[name] ?? null])),
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
    archived: record.archivedAt !== null,
    ...(record.archivedAt !== null && { archivedAt: new Date(record.archivedAt).toISOString() }),
  };
}

export function errorBody(category: string, message: string) {
  return { status: 'error', message, correlationId: '00000000-0000-4000-8000-000000000000', category };
}

function send(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  res.writeHead(status, { 'Content-Type': 'application/json;charset=utf-8', ...headers });
  res.end(text);
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
