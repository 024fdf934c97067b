import { Alert, Button, Stack, TextInput } from '@mantine/core';
import type { SignInResult } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { EntryFrame } from './entry-frame.tsx';
import { NEW_PASSWORD_HINT, PasswordField } from './password-field.tsx';
import { useForm } from './use-form.ts';

/** Makes the first admin. */
export function SetupForm({ token, onResult }: { token: string; onResult: (result: SignInResult) => void }) {
  const form = useForm({
    initial: { name: '', email: '', password: '' },
    send: (values) => api.post<SignInResult>('/links/setup', { token, ...values }),
    onDone: onResult,
  });
  return (
    <EntryFrame
      title="Set up presend"
      about="You become the first admin: you can invite others, keep the CRM records right and release held mail."
    >
      <form {...form.formProps}>
        <Stack>
          {form.trouble && (
            <Alert color="red" role="alert">
              {form.trouble}
            </Alert>
          )}
          <TextInput
            label="Your name"
            description="As others see it on what you release and decide."
            autoComplete="name"
            autoFocus
            {...form.field('name', 'The name')}
          />
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            {...form.field('email', 'The e-mail address')}
          />
          <PasswordField
            label="Password"
            description={NEW_PASSWORD_HINT}
            autoComplete="new-password"
            {...form.field('password', 'The password')}
          />
          <Button type="submit" loading={form.pending}>
            Create the admin
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}
