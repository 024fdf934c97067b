import '../access/access.css';
import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import type { UserView, UsersView } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { relativeTime } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { plural } from '../parts/words.ts';

const InviteDialog = lazy(() => import('../access/invite-dialog.tsx'));
const UserDialog = lazy(() => import('../access/user-dialog.tsx'));

const STATES: Record<UserView['state'], { label: string; color: string }> = {
  active: { label: 'active', color: 'green' },
  invited: { label: 'invited', color: 'blue' },
  reset: { label: 'waits for a new password', color: 'orange' },
  disabled: { label: 'disabled', color: 'gray' },
};

/** Who may use the app, in which role. */
export default function UsersPage() {
  const me = useAccount();
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const users = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => api.get<UsersView>('/users', {}, signal),
  });
  const refresh = (): void => void client.invalidateQueries({ queryKey: ['users'] });
  const admin = me.role === 'admin';
  const open = users.data?.users.find(({ id }) => id === chosen);
  return (
    <>
      <PageTitle
        title="Users"
        about="Reviewers clear held mail, admins do everything, auditors read everything and change nothing."
        actions={admin && <Button onClick={() => setInviting(true)}>Invite somebody</Button>}
      />
      {users.isError && <Trouble error={users.error} onRetry={() => void users.refetch()} />}
      {users.isPending && <Loading />}
      {users.data && (
        <table className="users-table" role="table" aria-label="Users">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Name
              </th>
              <th role="columnheader" scope="col">
                Role
              </th>
              <th role="columnheader" scope="col">
                State
              </th>
              <th role="columnheader" scope="col">
                Sign-in
              </th>
              <th role="columnheader" scope="col">
                Last seen
              </th>
              {admin && (
                <th role="columnheader" scope="col">
                  Change
                </th>
              )}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {users.data.users.map((user) => (
              <tr key={user.id} role="row">
                <td role="cell" data-label="Name">
                  <div>
                    <strong>{user.name}</strong>
                    {user.id === me.id && ' (you)'}
                    <Text size="sm" c="dimmed">
                      {user.email}
                    </Text>
                  </div>
                </td>
                <td role="cell" data-label="Role">
                  {user.role}
                </td>
                <td role="cell" data-label="State">
                  <Group gap={4}>
                    <Badge variant="light" color={STATES[user.state].color} tt="none">
                      {STATES[user.state].label}
                    </Badge>
                    {(user.state === 'invited' || user.state === 'reset') && (
                      <Text size="sm" c="dimmed">
                        {user.link_expires_at === null
                          ? 'the link has expired'
                          : `the link expires ${relativeTime(user.link_expires_at)}`}
                      </Text>
                    )}
                  </Group>
                </td>
                <td role="cell" data-label="Sign-in">
                  {howSignedIn(user)}
                </td>
                <td role="cell" data-label="Last seen">
                  {user.last_seen_at === null ? 'never' : relativeTime(user.last_seen_at)}
                </td>
                {admin && (
                  <td role="cell" data-label="Change">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Change ${user.name}`}
                      onClick={() => setChosen(user.id)}
                    >
                      Change
                    </Button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Suspense>
        {inviting && <InviteDialog onClose={() => setInviting(false)} onChange={refresh} />}
        {open && (
          <UserDialog
            key={open.id}
            user={open}
            oidc={users.data?.oidc ?? null}
            onClose={() => setChosen(null)}
            onChange={refresh}
          />
        )}
      </Suspense>
    </>
  );
}

function howSignedIn({ provider_only, totp, sessions, tokens }: UserView): string {
  const parts = [
    provider_only ? 'identity provider only' : totp ? 'one-time codes on' : 'no one-time codes',
    plural(sessions, 'session'),
    ...(tokens > 0 ? [plural(tokens, 'token')] : []),
  ];
  return parts.join(' · ');
}
