import { Alert, NavLink, Text, useMantineColorScheme } from '@mantine/core';
import { type ReactNode, Suspense, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ErrorBoundary } from '../parts/error-boundary.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { tellFailure } from '../parts/notify.ts';
import { PopupMenu } from '../parts/popup-menu.tsx';
import { ApiFailure, api } from './api.ts';
import { CommandHost, openPalette } from './commands.tsx';
import { useConnection } from './live.tsx';
import { PAGES } from './pages.ts';
import { SpotCheckCount } from './routes.tsx';
import { useAccount } from './session.tsx';

/** Header, navigation and the line that says when the gate cannot be reached. */
export function Shell({ children }: { children: ReactNode }) {
  const [navigation, setNavigation] = useState(false);
  const [location] = useLocation();
  const connection = useConnection();
  return (
    <div className="shell" data-navigation={navigation || undefined}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="shell-header">
        <button
          type="button"
          className="popup-button shell-burger"
          aria-expanded={navigation}
          aria-controls="pages"
          aria-label={navigation ? 'Close navigation' : 'Open navigation'}
          onClick={() => setNavigation(!navigation)}
        >
          <span aria-hidden="true">☰</span>
        </button>
        <Link href="/queue" className="shell-brand">
          presend
        </Link>
        <div className="shell-end">
          <button
            type="button"
            className="popup-button shell-find"
            onClick={openPalette}
            aria-keyshortcuts="Control+K"
          >
            Find <kbd aria-hidden="true">Ctrl K</kbd>
          </button>
          <SchemeMenu />
          <AccountMenu />
        </div>
      </header>
      <nav id="pages" className="shell-nav" aria-label="Pages">
        <Navigation onGo={() => setNavigation(false)} />
      </nav>
      <main id="main" className="shell-main" tabIndex={-1}>
        {connection === 'lost' && (
          <Alert color="orange" role="status" mb="md" title="The connection to the gate is lost">
            What you see may be out of date. presend reconnects by itself; what you typed is kept.
          </Alert>
        )}
        <ErrorBoundary at={location}>{children}</ErrorBoundary>
      </main>
      <CommandHost />
    </div>
  );
}

function Navigation({ onGo }: { onGo: () => void }) {
  const [location] = useLocation();
  const { role } = useAccount();
  const pages = PAGES.filter((page) => page.nav !== null && page.roles.includes(role));
  return (['Review', 'CRM', 'Gate'] as const).map((group) => (
    <div key={group}>
      <Text size="xs" fw={600} c="dimmed" px="sm" pt="sm">
        {group}
      </Text>
      {pages
        .filter((page) => page.nav?.group === group)
        .map((page) => {
          const href = page.path.replace(/\/:.*$/u, '');
          const here = location === href || location.startsWith(`${href}/`);
          return (
            <NavLink
              key={href}
              component={Link}
              href={href}
              label={page.nav?.label}
              rightSection={
                page.name === 'spot-check' &&
                role !== 'auditor' && (
                  <Suspense fallback={null}>
                    <SpotCheckCount />
                  </Suspense>
                )
              }
              active={here}
              aria-current={here ? 'page' : undefined}
              onClick={onGo}
            />
          );
        })}
    </div>
  ));
}

const SCHEMES = { auto: 'As the system', light: 'Light', dark: 'Dark' } as const;

function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <PopupMenu label="Light or dark" button={<span aria-hidden="true">◐</span>}>
      {(Object.keys(SCHEMES) as (keyof typeof SCHEMES)[]).map((value) => (
        <button
          key={value}
          type="button"
          className="popup-item"
          aria-pressed={colorScheme === value}
          onClick={() => setColorScheme(value)}
        >
          {SCHEMES[value]}
        </button>
      ))}
    </PopupMenu>
  );
}

function AccountMenu() {
  const account = useAccount();
  const signOut = async (): Promise<void> => {
    try {
      await api.post('/session/end');
    } catch (error) {
      if (!(error instanceof ApiFailure && error.status === 401)) return tellFailure(error, 'Not signed out');
    }
    // A fresh page: nothing that was shown stays in memory for who comes next.
    window.location.assign('/app/');
  };
  return (
    <PopupMenu button={account.name}>
      <Text size="xs" c="dimmed" px="sm" py={4}>
        {account.email} · {account.role}
      </Text>
      <Link href="/account" className="popup-item">
        Your account
      </Link>
      {account.role === 'admin' && (
        <Link href="/welcome" className="popup-item">
          First steps
        </Link>
      )}
      <button type="button" className="popup-item" onClick={() => void signOut()}>
        Sign out
      </button>
    </PopupMenu>
  );
}

export function NotFound() {
  return (
    <EmptyState
      title="There is nothing at this address"
      action={<Link href="/queue">Go to the held queue</Link>}
    >
      The page may need another role than yours, or the link is from an older version.
    </EmptyState>
  );
}
