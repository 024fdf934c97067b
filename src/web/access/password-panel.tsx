import '@mantine/core/styles/Checkbox.css';
import { useState } from 'react';
import { Alert, Button, Checkbox, Stack, Text } from '@mantine/core';
import type { AccountView, SessionView } from '../../access/web-types.ts';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { NEW_PASSWORD_HINT, PasswordField } from './password-field.tsx';
import { useEnter } from './use-enter.ts';
import { useForm } from './use-form.ts';

const EMPTY = { current: '', password: '' };

/** Another password. */
export function PasswordPanel({ account }: { account: AccountView }) {
  const enter = useEnter();
  const client = useQueryClient();
  const [revoke, setRevoke] = useState(false);
  const form = useForm({
    initial: EMPTY,
    send: (values) => api.post<SessionView>('/account/password', { ...values, revoke_tokens: revoke }),
    onDone: (session) => {
      enter(session);
      form.set(EMPTY);
      setRevoke(false);
      void client.invalidateQueries({ queryKey: ['account-sessions'] });
      void client.invalidateQueries({ queryKey: ['account-tokens'] });
      tellDone(
        `Your password is changed; all other sessions${revoke ? ' and your API tokens' : ''} have ended.`,
      );
    },
  });
  if (account.provider_only || !account.has_password) {
    return (
      <section className="access-panel">
        <h2>Password</h2>
        <Text size="sm">You sign in by your identity provider and have no password here.</Text>
      </section>
    );
  }
  return (
    <section className="access-panel">
      <h2>Password</h2>
      <form {...form.formProps}>
        <Stack maw="24rem">
          {form.trouble && (
            <Alert color="red" role="alert">
              {form.trouble}
            </Alert>
          )}
          {/* For password managers: which account this is about. */}
          <input type="email" autoComplete="username" value={account.email} readOnly hidden />
          <PasswordField
            label="Present password"
            autoComplete="current-password"
            {...form.field('current', 'The present password')}
          />
          <PasswordField
            label="New password"
            description={NEW_PASSWORD_HINT}
            autoComplete="new-password"
            {...form.field('password', 'The new password')}
          />
          <Checkbox
            label="Revoke my API tokens too"
            description="If somebody else may have had the password. What runs by them stops."
            checked={revoke}
            onChange={(event) => setRevoke(event.currentTarget.checked)}
          />
          <div>
            <Button type="submit" variant="default" loading={form.pending}>
              Change the password
            </Button>
          </div>
          <Text size="sm" c="dimmed">
            All your other sessions end.
          </Text>
        </Stack>
      </form>
    </section>
  );
}
