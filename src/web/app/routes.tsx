import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { PAGES } from './pages.ts';

/** Each page is a chunk of its own, so that a reviewer loads no grid and no charts. */
export const COMPONENTS: Record<(typeof PAGES)[number]['name'], LazyExoticComponent<ComponentType>> = {
  queue: lazy(() => import('../pages/queue.tsx')),
  message: lazy(() => import('../pages/message.tsx')),
  'spot-check': lazy(() => import('../pages/spot-check.tsx')),
  trace: lazy(() => import('../pages/trace.tsx')),
  playground: lazy(() => import('../pages/playground.tsx')),
  crm: lazy(() => import('../pages/crm.tsx')),
  sync: lazy(() => import('../pages/sync.tsx')),
  insight: lazy(() => import('../pages/insight.tsx')),
  health: lazy(() => import('../pages/health.tsx')),
  audit: lazy(() => import('../pages/audit.tsx')),
  settings: lazy(() => import('../pages/settings.tsx')),
  users: lazy(() => import('../pages/users.tsx')),
  account: lazy(() => import('../pages/account.tsx')),
  welcome: lazy(() => import('../pages/welcome.tsx')),
};

/** How many spot-checked decisions wait for the account, beside the page's name in the navigation. */
export const SpotCheckCount = lazy(() => import('../spot-check/waiting-count.tsx'));

export const SignIn = lazy(() => import('../pages/sign-in.tsx'));
export const Setup = lazy(() => import('../pages/setup.tsx'));
