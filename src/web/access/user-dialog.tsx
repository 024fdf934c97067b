import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Switch.css';
import { Alert, Button, Group, NativeSelect, Stack, Switch, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { OneTimeLink, UserView } from '../../access/web-types.ts';
import { api, failureText } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tellDone } from '../parts/notify.ts';
import { fullTime } from '../parts/time.ts';
import { OnceShown } from './once-shown.tsx';
import { ROLE_CHOICES } from './role-choices.ts';
import { UserTokens } from './user-tokens.tsx';

interface Act {
  /** What the button says. */
  label: string;
  /** What it does, before it is done. */
  about: string;
  run: () => Promise<unknown>;
  /** What is told afterwards; null where a link is shown. */
  said: string | null;
  danger?: boolean;
  closes?: boolean;
}

/** What an admin may change about a user. */
export default function UserDialog({
  user,
  oidc,
  onClose,
  onChange,
}: {
  user: UserView;
  oidc: string | null;
  onClose: () => void;
  onChange: () => void;
}) {
  const me = useAccount();
  const [asked, setAsked] = useState<Act | null>(null);
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const [role, setRole] = useState<string>(user.role);
  const act = useMutation({
    mutationFn: (one: Act) => one.run(),
    onSuccess: (answer, one) => {
      setAsked(null);
      if (one.said === null) setLink(answer as OneTimeLink);
      else tellDone(one.said);
      onChange();
      if (one.closes) onClose();
    },
    onError: () => {
      setAsked(null);
      setRole(user.role);
    },
  });
  const own = user.id === me.id;
  const path = `/users/${user.id}`;
  return (
    <Dialog size="medium" title={`${user.name} · ${user.email}`} onClose={onClose}>
      <Stack>
        {act.isError && (
          <Alert color="red" role="alert">
            {failureText(act.error)}
          </Alert>
        )}
        {link && (
          <OnceShown label="One-time link" text={link.link} onClose={() => setLink(null)}>
            Give it to {user.name}: who opens it chooses the password. It works once, until{' '}
            {fullTime(link.expires_at)}, and is shown only now.
          </OnceShown>
        )}
        {asked ? (
          <Alert color={asked.danger ? 'red' : 'orange'} title={`${asked.label}?`}>
            <Text size="sm" mb="sm">
              {asked.about}
            </Text>
            <Group>
              <Button
                color={asked.danger ? 'red.9' : undefined}
                loading={act.isPending}
                onClick={() => act.mutate(asked)}
                autoFocus
              >
                {asked.label}
              </Button>
              <Button
                variant="default"
                onClick={() => {
                  setAsked(null);
                  setRole(user.role);
                }}
              >
                Cancel
              </Button>
            </Group>
          </Alert>
        ) : (
          <>
            <Group align="flex-end">
              <NativeSelect
                label="Role"
                data={ROLE_CHOICES}
                value={role}
                onChange={({ currentTarget: { value } }) => setRole(value)}
                style={{ flex: '1 1 14rem' }}
              />
              <Button
                variant="default"
                disabled={role === user.role}
                onClick={() =>
                  setAsked({
                    label: 'Change the role',
                    about: `${user.name} becomes ${role}. Sessions end, and tokens keep only what the new role allows.`,
                    run: () => api.send('PATCH', path, { role }),
                    said: `${user.name} is ${role} now.`,
                  })
                }
              >
                Change
              </Button>
            </Group>
            {oidc !== null && (
              <Switch
                label={`Signs in with ${oidc} only`}
                description="The password works no more. Sessions end."
                checked={user.provider_only}
                disabled={act.isPending}
                onChange={({ currentTarget: { checked } }) =>
                  act.mutate({
                    label: 'Change the way to sign in',
                    about: '',
                    run: () => api.send('PATCH', path, { provider_only: checked }),
                    said: 'The way to sign in is changed.',
                  })
                }
              />
            )}
            {own ? (
              <Text size="sm" c="dimmed">
                Your password, one-time codes and sessions are on your own account page.
              </Text>
            ) : (
              <Group>
                {actsOn(user, path).map((one) => (
                  <Button
                    key={one.label}
                    variant="default"
                    c={one.danger ? 'var(--mantine-color-error)' : undefined}
                    onClick={() => setAsked(one)}
                  >
                    {one.label}
                  </Button>
                ))}
              </Group>
            )}
            <UserTokens user={user} onChange={onChange} />
          </>
        )}
      </Stack>
    </Dialog>
  );
}

function actsOn(user: UserView, path: string): Act[] {
  const { name, state } = user;
  if (state === 'disabled') {
    return [
      {
        label: 'Enable',
        about: `${name} can sign in again.`,
        run: () => api.post(`${path}/enable`),
        said: `${name} is enabled.`,
      },
    ];
  }
  const disable: Act = {
    label: 'Disable',
    about: `${name} can sign in no more; sessions end and tokens stop working. What they did stays on record, and you can enable them again.`,
    run: () => api.post(`${path}/disable`),
    said: `${name} is disabled.`,
    danger: true,
  };
  if (state === 'invited') {
    return [
      {
        label: 'New invitation link',
        about: 'The link before it works no more.',
        run: () => api.post(`${path}/invite`),
        said: null,
      },
      {
        label: 'Take the invitation back',
        about: `${name} is removed from the users.`,
        run: () => api.send('DELETE', path),
        said: 'The invitation is taken back.',
        danger: true,
        closes: true,
      },
    ];
  }
  return [
    ...(user.provider_only
      ? []
      : [
          {
            label: 'Reset the password',
            about: `The present password stops working at once, sessions end, and you get a link for ${name} to choose another.`,
            run: () => api.post(`${path}/reset-password`),
            said: null,
          },
          ...(user.tokens > 0
            ? [
                {
                  label: 'Reset the password and revoke API tokens',
                  about: `As above, and what runs by the API tokens of ${name} stops: for an account that somebody else may have used.`,
                  run: () => api.post(`${path}/reset-password`, { revoke_tokens: true }),
                  said: null,
                  danger: true,
                },
              ]
            : []),
        ]),
    ...(user.totp
      ? [
          {
            label: 'Reset one-time codes',
            about: `For who lost phone and recovery codes: the password alone signs ${name} in until they are set up again. Make sure it is ${name} who asks.`,
            run: () => api.post(`${path}/reset-totp`),
            said: `${name} uses no one-time codes any more.`,
            danger: true,
          },
        ]
      : []),
    ...(user.sessions > 0
      ? [
          {
            label: 'End sessions',
            about: `${name} has to sign in again.`,
            run: () => api.post(`${path}/end-sessions`),
            said: `The sessions of ${name} have ended.`,
          },
        ]
      : []),
    disable,
  ];
}
