import { Alert, Button, Stack } from '@mantine/core';
import { useLocation, useSearchParams } from 'wouter';
import type { SessionView } from '../../access/web-types.ts';
import { EntryFrame } from '../access/entry-frame.tsx';
import { PROBLEMS } from '../access/problems.ts';
import { SignInForm } from '../access/sign-in-form.tsx';
import { useEnter } from '../access/use-enter.ts';
import { useFurtherSteps } from '../access/use-further-steps.tsx';
import { useSession } from '../app/session.tsx';

/** Signing in, at whatever address was asked for: the app goes on there. */
export default function SignInPage({ again = null }: { again?: { email: string } | null }) {
  const { oidc, setup_needed } = useSession();
  const [location, navigate] = useLocation();
  const [search] = useSearchParams();
  const enter = useEnter(again?.email ?? null);

  const finish = (session: SessionView): void => {
    if (location === '/sign-in') navigate('/', { replace: true });
    enter(session);
  };
  const { take, step } = useFurtherSteps(finish);
  if (step) return step;

  const problem = PROBLEMS[search.get('problem') ?? ''];
  return (
    <EntryFrame
      title="Sign in"
      about={
        again
          ? 'Your session has ended, or is too old for this. Sign in again; what you typed is kept.'
          : undefined
      }
    >
      <Stack>
        {setup_needed && (
          <Alert color="blue" title="Nobody can sign in yet">
            Open the setup link that <code>npm start</code> printed, or print a new one:{' '}
            <code>npx presend user setup-link</code>
          </Alert>
        )}
        {problem && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        {oidc !== null && (
          <>
            <Button
              component="a"
              variant="default"
              href={`/api/oidc/start?to=${encodeURIComponent(location === '/sign-in' ? '/app/' : `/app${location}${searchText(search)}`)}`}
            >
              Sign in with {oidc}
            </Button>
            <span className="access-or">or with a password</span>
          </>
        )}
        <SignInForm email={again?.email ?? ''} onResult={take} />
      </Stack>
    </EntryFrame>
  );
}

function searchText(search: URLSearchParams): string {
  const text = search.toString();
  return text && `?${text}`;
}
