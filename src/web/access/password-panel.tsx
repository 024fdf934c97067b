import { Alert, Button, Stack, Text } from '@mantine/core';
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
  const form = useForm({
    initial: EMPTY,
    send: (values) => api.post<SessionView>('/account/password', values),
    onDone: (session) => {
      enter(session);
      form.set(EMPTY);
      void client.invalidateQueries({ queryKey: ['account-sessions'] });
      tellDone('Your password is changed; all other sessions have ended.');
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
