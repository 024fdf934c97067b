import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TokenView, UserView } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { relativeTime } from '../parts/time.ts';

/** A user's API tokens, as an admin sees them. */
export function UserTokens({ user, onChange }: { user: UserView; onChange: () => void }) {
  const client = useQueryClient();
  const key = ['user-tokens', user.id];
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<{ tokens: TokenView[] }>(`/users/${user.id}/tokens`, {}, signal),
    enabled: user.tokens > 0,
  });
  const revoke = useMutation({
    mutationFn: (id: string) => api.send('DELETE', `/users/${user.id}/tokens/${id}`),
    onSuccess: () => {
      tellDone('The token is revoked.');
      onChange();
    },
    onError: (error) => tellFailure(error),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const tokens = (list.data?.tokens ?? []).filter(({ state }) => state === 'active');
  if (tokens.length === 0) return null;
  return (
    <div>
      <strong>API tokens</strong>
      <ul className="access-rows">
        {tokens.map((one) => (
          <li key={one.id}>
            <div className="access-rows-text">
              {one.name} …{one.hint}
              <Text size="sm" c="dimmed">
                {one.scopes.join(', ')} ·{' '}
                {one.last_used_at === null ? 'never used' : `used ${relativeTime(one.last_used_at)}`}
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              aria-label={`Revoke the token ${one.name}`}
              loading={revoke.isPending && revoke.variables === one.id}
              onClick={() => revoke.mutate(one.id)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
