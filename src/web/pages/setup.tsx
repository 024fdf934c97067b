import { Alert, Button, Center, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useParams } from 'wouter';
import type { LinkView, SessionView } from '../../access/web-types.ts';
import { ChoosePassword } from '../access/choose-password.tsx';
import { EntryFrame } from '../access/entry-frame.tsx';
import { SetupForm } from '../access/setup-form.tsx';
import { useEnter } from '../access/use-enter.ts';
import { useFurtherSteps } from '../access/use-further-steps.tsx';
import { ApiFailure, api, failureText } from '../app/api.ts';
import { useSession } from '../app/session.tsx';

/** What one-time links lead to: the first admin, an invitation, a new password. */
export default function SetupPage() {
  const { token = '' } = useParams<{ token?: string }>();
  const { account } = useSession();
  const [, navigate] = useLocation();
  const enter = useEnter();
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => api.post<LinkView>('/links/check', { token }),
    enabled: token !== '' && !account,
    retry: (count, error) => count < 3 && error instanceof ApiFailure && error.status === 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

  const finish = (session: SessionView): void => {
    navigate(link.data?.kind === 'setup' ? '/welcome' : '/', { replace: true });
    enter(session);
  };
  const { take, step } = useFurtherSteps(finish, () => navigate('/', { replace: true }));

  if (account) {
    return (
      <EntryFrame title="You are signed in">
        <Text mb="md">
          You are signed in as {account.email}. A one-time link is for somebody who is not: sign out first to
          use it.
        </Text>
        <Button component={Link} href="/">
          Go to the app
        </Button>
      </EntryFrame>
    );
  }

  if (step) return step;
  if (token === '' || link.isError) {
    return (
      <EntryFrame title="This link does not work">
        <Alert color="red" role="alert" mb="md">
          {link.isError ? failureText(link.error) : 'The address is not complete.'}
        </Alert>
        <Text mb="md">
          Setup links: <code>npx presend user setup-link</code> prints a new one while there is no admin.
          Invitations and new passwords: ask an admin for a new link.
        </Text>
        <Button component={Link} href="/sign-in" variant="default">
          Go to sign-in
        </Button>
      </EntryFrame>
    );
  }
  if (!link.data) {
    return (
      <Center mih="60vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  return link.data.kind === 'setup' ? (
    <SetupForm token={token} onResult={take} />
  ) : (
    <ChoosePassword token={token} link={link.data} onResult={take} />
  );
}
