import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { EndedOthers, OwnSession } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { fullTime, relativeTime } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { browserName } from './browser-name.ts';
import { useEnter } from './use-enter.ts';

const HOW = {
  password: 'by password',
  oidc: 'by the identity provider',
  setup: 'by the setup link',
} as const;

/** Where the person is signed in. */
export function SessionsPanel() {
  const client = useQueryClient();
  const enter = useEnter();
  const key = ['account-sessions'];
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<{ sessions: OwnSession[] }>('/account/sessions', {}, signal),
  });
  const refresh = (): void => void client.invalidateQueries({ queryKey: key });
  const end = useMutation({
    mutationFn: (id: string) => api.send('DELETE', `/account/sessions/${id}`),
    onSuccess: () => tellDone('The session has ended.'),
    onError: (error) => tellFailure(error),
    onSettled: refresh,
  });
  const endOthers = useMutation({
    mutationFn: (revoke_tokens: boolean) =>
      api.post<EndedOthers>('/account/sessions/end-others', { revoke_tokens }),
    onSuccess: ({ session, revoked }) => {
      enter(session);
      void client.invalidateQueries({ queryKey: ['account-tokens'] });
      tellDone(`All other sessions${revoked > 0 ? ' and your API tokens' : ''} have ended.`);
    },
    onError: (error) => tellFailure(error),
    onSettled: refresh,
  });
  const sessions = list.data?.sessions ?? [];
  return (
    <section className="access-panel">
      <h2>Sessions</h2>
      <Text size="sm" c="dimmed">
        Where you are signed in. End what you do not know, and change your password then.
      </Text>
      {list.isError && <Trouble error={list.error} onRetry={() => void list.refetch()} />}
      <ul className="access-rows">
        {sessions.map((one) => (
          <li key={one.id}>
            <div className="access-rows-text">
              <Group gap="xs">
                <strong>{browserName(one.user_agent)}</strong>
                {one.current && <Badge variant="light">this one</Badge>}
              </Group>
              <Text size="sm" c="dimmed">
                {one.address} · used {relativeTime(one.last_used_at)} · since {fullTime(one.created_at)}{' '}
                {HOW[one.method]}
              </Text>
            </div>
            {!one.current && (
              <Button
                size="xs"
                variant="default"
                loading={end.isPending && end.variables === one.id}
                onClick={() => end.mutate(one.id)}
                aria-label={`End the session ${browserName(one.user_agent)} at ${one.address}`}
              >
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Group mt="sm">
        {sessions.length > 1 && (
          <Button
            variant="default"
            loading={endOthers.isPending && !endOthers.variables}
            onClick={() => endOthers.mutate(false)}
          >
            End all others
          </Button>
        )}
        <Button
          variant="default"
          loading={endOthers.isPending && endOthers.variables}
          onClick={() => endOthers.mutate(true)}
        >
          End all others and revoke my API tokens
        </Button>
      </Group>
    </section>
  );
}
