import type { Role } from '../../http/endpoint.ts';

const EVERYBODY: readonly Role[] = ['reviewer', 'admin', 'auditor'];
const OFFICE: readonly Role[] = ['admin', 'auditor'];

/** A page of the app: where it is, where the navigation names it, and who sees it (the API enforces the same). */
export interface PagePlace {
  name: string;
  /** Below `/app`. */
  path: string;
  /** null = reached from elsewhere. */
  nav: { label: string; group: 'Review' | 'CRM' | 'Gate' } | null;
  roles: readonly Role[];
}

const page = <Name extends string>(
  name: Name,
  path: string,
  roles: readonly Role[],
  group?: 'Review' | 'CRM' | 'Gate',
  label = '',
): PagePlace & { name: Name } => ({ name, path, roles, nav: group ? { label, group } : null });

export const PAGES = [
  page('queue', '/queue', EVERYBODY, 'Review', 'Held queue'),
  page('message', '/deliveries/:id', EVERYBODY),
  page('spot-check', '/spot-check', EVERYBODY, 'Review', 'Spot check'),
  page('trace', '/trace', EVERYBODY, 'Review', 'Trace'),
  page('playground', '/playground', EVERYBODY, 'Review', 'Playground'),
  page('crm', '/crm/:table?', EVERYBODY, 'CRM', 'CRM records'),
  page('sync', '/sync', OFFICE, 'CRM', 'HubSpot sync'),
  page('insight', '/insight', EVERYBODY, 'Gate', 'Insight'),
  page('health', '/health', EVERYBODY, 'Gate', 'Health'),
  page('audit', '/audit', OFFICE, 'Gate', 'Audit log'),
  page('settings', '/settings/:section?', OFFICE, 'Gate', 'Settings'),
  page('users', '/users', OFFICE, 'Gate', 'Users'),
  page('account', '/account', EVERYBODY),
  page('welcome', '/welcome', ['admin']),
] as const satisfies readonly PagePlace[];
