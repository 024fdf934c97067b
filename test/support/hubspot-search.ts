/** The semantics of HubSpot's CRM search API, as far as a client can tell. */

export interface SearchFilter {
  propertyName: string;
  operator: string;
  value?: string;
  highValue?: string;
  values?: string[];
}

export interface SearchRequest {
  filterGroups?: { filters: SearchFilter[] }[];
  sorts?: (string | { propertyName: string; direction?: string })[];
  properties?: string[];
  limit?: number;
  after?: string;
}

/** Documented limits of a search request. */
export const SEARCH_LIMITS = {
  bodyCharacters: 3_000,
  pageSize: 200,
  results: 10_000,
  groups: 5,
  filtersOfGroup: 6,
  filters: 18,
  sorts: 1,
};

type Properties = Readonly<Record<string, string | null>>;

/** @returns what is wrong with a request, as HubSpot would refuse it; null when it may be answered */
export function searchProblem(
  request: SearchRequest,
  characters: number,
  known: ReadonlySet<string>,
): string | null {
  const groups = request.filterGroups ?? [];
  const filters = groups.flatMap((group) => group.filters);
  const limit = request.limit ?? 10;
  if (characters > SEARCH_LIMITS.bodyCharacters) return 'The request body exceeds 3000 characters';
  if (limit < 1 || limit > SEARCH_LIMITS.pageSize)
    return `limit must be between 1 and ${SEARCH_LIMITS.pageSize}`;
  if (Number(request.after ?? 0) + limit > SEARCH_LIMITS.results) {
    return 'Paging past 10000 results is not supported';
  }
  if (groups.length > SEARCH_LIMITS.groups) return 'too many filterGroups';
  if (filters.length > SEARCH_LIMITS.filters) return 'too many filters';
  if (groups.some((group) => group.filters.length > SEARCH_LIMITS.filtersOfGroup))
    return 'too many filters in a group';
  if ((request.sorts ?? []).length > SEARCH_LIMITS.sorts) return 'only one sort is supported';
  const unknown = filters.find(({ propertyName }) => !known.has(propertyName));
  return unknown ? `Property "${unknown.propertyName}" does not exist` : null;
}

/** Groups are alternatives, the filters of one hold together. No group: everything. */
export function matches(request: SearchRequest, properties: Properties): boolean {
  const groups = request.filterGroups ?? [];
  return (
    groups.length === 0 || groups.some(({ filters }) => filters.every((filter) => fits(filter, properties)))
  );
}

export function sorted<T extends { properties: Properties }>(
  request: SearchRequest,
  records: readonly T[],
): T[] {
  const [sort] = request.sorts ?? [];
  const named = typeof sort === 'string' ? sort : (sort?.propertyName ?? 'hs_object_id');
  const descending = named.startsWith('-') || (typeof sort === 'object' && sort.direction === 'DESCENDING');
  const property = named.replace(/^-/, '');
  return records.toSorted(
    (a, b) => compare(a.properties[property] ?? null, b.properties[property] ?? '') * (descending ? -1 : 1),
  );
}

function fits(
  { propertyName, operator, value = '', highValue = '', values = [] }: SearchFilter,
  of: Properties,
): boolean {
  const has = of[propertyName] ?? null;
  const equal = (one: string): boolean => has !== null && has.toLowerCase() === one.toLowerCase();
  switch (operator) {
    case 'EQ':
      return has !== null && (equal(value) || compare(has, value) === 0);
    case 'NEQ':
      return !equal(value);
    case 'LT':
      return has !== null && compare(has, value) < 0;
    case 'LTE':
      return has !== null && compare(has, value) <= 0;
    case 'GT':
      return has !== null && compare(has, value) > 0;
    case 'GTE':
      return has !== null && compare(has, value) >= 0;
    case 'BETWEEN':
      return has !== null && compare(has, value) >= 0 && compare(has, highValue) <= 0;
    case 'IN':
      return values.some(equal);
    case 'NOT_IN':
      return !values.some(equal);
    case 'HAS_PROPERTY':
      return has !== null && has !== '';
    case 'NOT_HAS_PROPERTY':
      return has === null || has === '';
    default:
      throw new Error(`the stand-in does not know the operator ${operator}`);
  }
}

/** Numbers and times as such: times are stored as ISO text and asked for in milliseconds. */
function compare(a: string | null, b: string): number {
  const [x, y] = [number(a ?? ''), number(b)];
  if (x !== null && y !== null) return x - y;
  return (a ?? '').localeCompare(b);
}

function number(text: string): number | null {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : null;
}
