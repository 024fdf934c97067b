import '@mantine/core/styles/Checkbox.css';
import { useState } from 'react';
import { Alert, Button, Checkbox, Stack, TextInput } from '@mantine/core';
import type { LinkView, SignInResult } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { EntryFrame } from './entry-frame.tsx';
import { NEW_PASSWORD_HINT, PasswordField } from './password-field.tsx';
import { useForm } from './use-form.ts';

/** Takes up an invitation, or chooses another password after a reset. */
export function ChoosePassword({
  token,
  link,
  onResult,
}: {
  token: string;
  link: Extract<LinkView, { kind: 'invite' | 'reset' }>;
  onResult: (result: SignInResult) => void;
}) {
  const invited = link.kind === 'invite';
  const [revoke, setRevoke] = useState(false);
  const form = useForm({
    initial: { name: link.name, password: '' },
    send: ({ name, password }) =>
      api.post<SignInResult>('/links/password', {
        token,
        password,
        revoke_tokens: revoke,
        ...(invited ? { name } : {}),
      }),
    onDone: onResult,
  });
  return (
    <EntryFrame
      title={invited ? 'Welcome to presend' : 'Choose a new password'}
      about={invited ? `You were invited as ${link.role}.` : undefined}
    >
      <form {...form.formProps}>
        <Stack>
          {form.trouble && (
            <Alert color="red" role="alert">
              {form.trouble}
            </Alert>
          )}
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            readOnly
            value={link.email}
          />
          {invited && (
            <TextInput
              label="Your name"
              description="As others see it on what you release and decide."
              autoComplete="name"
              {...form.field('name', 'The name')}
            />
          )}
          <PasswordField
            label="Password"
            description={NEW_PASSWORD_HINT}
            autoComplete="new-password"
            autoFocus
            {...form.field('password', 'The password')}
          />
          {link.tokens > 0 && (
            <Checkbox
              label={
                link.tokens === 1 ? 'Revoke my API token too' : `Revoke my ${link.tokens} API tokens too`
              }
              description="If somebody else may have had the password. What runs by them stops."
              checked={revoke}
              onChange={(event) => setRevoke(event.currentTarget.checked)}
            />
          )}
          <Button type="submit" loading={form.pending}>
            {invited ? 'Create the account' : 'Use this password'}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}
