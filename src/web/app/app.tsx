import { Center, Loader } from '@mantine/core';
import { Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { LiveProvider } from './live.tsx';
import { PAGES } from './pages.ts';
import { COMPONENTS, Setup, SignIn } from './routes.tsx';
import { SessionProvider, useSession } from './session.tsx';
import { NotFound, Shell } from './shell.tsx';

const loading = (
  <Center mih="60vh">
    <Loader aria-label="Loading" />
  </Center>
);

/** Who is asking decides what is shown: setup, signing in, or the app. */
export function App() {
  return (
    <SessionProvider loading={loading}>
      <Router base="/app">
        <Suspense fallback={loading}>
          <Entry />
        </Suspense>
      </Router>
    </SessionProvider>
  );
}

function Entry() {
  const { account } = useSession();
  if (!account) {
    return (
      <Switch>
        <Route path="/setup/:token?">
          <Setup />
        </Route>
        <Route>
          <SignIn />
        </Route>
      </Switch>
    );
  }
  return (
    <LiveProvider>
      <Shell>
        <Suspense fallback={loading}>
          <Switch>
            <Route path="/">
              <Redirect to="/queue" replace />
            </Route>
            <Route path="/setup/:token?">
              <Redirect to="/welcome" replace />
            </Route>
            {PAGES.filter(({ roles }) => roles.includes(account.role)).map(({ name, path }) => {
              const Page = COMPONENTS[name];
              return (
                <Route key={name} path={path}>
                  <Page />
                </Route>
              );
            })}
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </Shell>
    </LiveProvider>
  );
}
