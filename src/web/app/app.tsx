import { Center, Loader } from '@mantine/core';
import { Suspense, useState } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import type { Role } from '../../http/endpoint.ts';
import { LiveProvider } from './live.tsx';
import { PAGES } from './pages.ts';
import { COMPONENTS, Setup, SignIn } from './routes.tsx';
import { BehindSignIn, SessionAs, SessionProvider, useSession } from './session.tsx';
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
  const session = useSession();
  const [last, setLast] = useState(session);
  if (session.account && session !== last) setLast(session);
  const shown = session.account ? session : last;
  if (!shown.account) {
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
  // When a session ends the app stays as it is behind the sign-in, so that nothing typed is lost.
  const ended = session.account === null;
  return (
    <>
      {ended && <SignIn again={{ email: shown.account.email }} />}
      <div hidden={ended} inert={ended}>
        <SessionAs value={shown}>
          <BehindSignIn value={ended}>
            <SignedIn key={shown.account.id} role={shown.account.role} />
          </BehindSignIn>
        </SessionAs>
      </div>
    </>
  );
}

function SignedIn({ role }: { role: Role }) {
  return (
    <LiveProvider>
      <Switch>
        <Route path="/setup/:token?">
          <Setup />
        </Route>
        <Route>
          <Shell>
            <Suspense fallback={loading}>
              <Pages role={role} />
            </Suspense>
          </Shell>
        </Route>
      </Switch>
    </LiveProvider>
  );
}

function Pages({ role }: { role: Role }) {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/queue" replace />
      </Route>
      {PAGES.filter(({ roles }) => roles.includes(role)).map(({ name, path }) => {
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
  );
}
