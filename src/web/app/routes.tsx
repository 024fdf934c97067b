import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Role } from '../../http/endpoint.ts';

/** A page of the app. Each is a chunk of its own, so that a reviewer loads no grid and no charts. */
export interface Page {
  path: string;
  /** In the navigation; null = reached from elsewhere. */
  nav: { label: string; group: 'Review' | 'CRM' | 'Gate' } | null;
  /** Who sees it; the API enforces the same. */
  roles: readonly Role[];
  component: LazyExoticComponent<ComponentType>;
}

const everybody: readonly Role[] = ['reviewer', 'admin', 'auditor'];
const office: readonly Role[] = ['admin', 'auditor'];

export const PAGES: readonly Page[] = [
  {
    path: '/queue',
    nav: { label: 'Held queue', group: 'Review' },
    roles: everybody,
    component: lazy(() => import('../pages/queue.tsx')),
  },
  {
    path: '/deliveries/:id',
    nav: null,
    roles: everybody,
    component: lazy(() => import('../pages/message.tsx')),
  },
  {
    path: '/trace',
    nav: { label: 'Trace', group: 'Review' },
    roles: everybody,
    component: lazy(() => import('../pages/trace.tsx')),
  },
  {
    path: '/playground',
    nav: { label: 'Playground', group: 'Review' },
    roles: everybody,
    component: lazy(() => import('../pages/playground.tsx')),
  },
  {
    path: '/crm/:table?',
    nav: { label: 'CRM records', group: 'CRM' },
    roles: everybody,
    component: lazy(() => import('../pages/crm.tsx')),
  },
  {
    path: '/sync',
    nav: { label: 'HubSpot sync', group: 'CRM' },
    roles: office,
    component: lazy(() => import('../pages/sync.tsx')),
  },
  {
    path: '/insight',
    nav: { label: 'Insight', group: 'Gate' },
    roles: everybody,
    component: lazy(() => import('../pages/insight.tsx')),
  },
  {
    path: '/health',
    nav: { label: 'Health', group: 'Gate' },
    roles: everybody,
    component: lazy(() => import('../pages/health.tsx')),
  },
  {
    path: '/audit',
    nav: { label: 'Audit log', group: 'Gate' },
    roles: office,
    component: lazy(() => import('../pages/audit.tsx')),
  },
  {
    path: '/settings/:section?',
    nav: { label: 'Settings', group: 'Gate' },
    roles: office,
    component: lazy(() => import('../pages/settings.tsx')),
  },
  {
    path: '/users',
    nav: { label: 'Users', group: 'Gate' },
    roles: office,
    component: lazy(() => import('../pages/users.tsx')),
  },
  { path: '/account', nav: null, roles: everybody, component: lazy(() => import('../pages/account.tsx')) },
  { path: '/welcome', nav: null, roles: ['admin'], component: lazy(() => import('../pages/welcome.tsx')) },
];

export const SignIn = lazy(() => import('../pages/sign-in.tsx'));
export const Setup = lazy(() => import('../pages/setup.tsx'));
