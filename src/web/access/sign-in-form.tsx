import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SignInResult } from '../../access/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { PasswordField } from './password-field.tsx';
import { useForm } from './use-form.ts';

/** E-mail address and password. */
export function SignInForm({
  email,
  onResult,
}: {
  /** Known already: somebody whose session has ended. */
  email: string;
  onResult: (result: SignInResult) => void;
}) {
  const [help, setHelp] = useState(false);
  const form = useForm({
    initial: { email, password: '' },
    send: (values) => {
      requireFilled(values);
      return api.post<SignInResult>('/session', values);
    },
    onDone: onResult,
  });
  return (
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
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus={email === ''}
          {...form.field('email', 'The e-mail address')}
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus={email !== ''}
          {...form.field('password', 'The password')}
        />
        <Button type="submit" loading={form.pending}>
          Sign in
        </Button>
        <Anchor
          component="button"
          type="button"
          size="sm"
          aria-expanded={help}
          onClick={() => setHelp(!help)}
        >
          I cannot sign in
        </Anchor>
        {help && (
          <Text size="sm">
            An admin can give you a link to choose a new password, under Users. If nobody can sign in, whoever
            runs the gate can:{' '}
            <code>npx presend user reset-password {form.values.email.trim() || 'ADDRESS'}</code>
          </Text>
        )}
      </Stack>
    </form>
  );
}

/** An empty field is no attempt: it is not counted as a failed one. */
function requireFilled(values: Record<string, string>): void {
  const empty = Object.entries(values).filter(([, value]) => value.trim() === '');
  if (empty.length === 0) return;
  const fields = Object.fromEntries(empty.map(([name]) => [name, 'is needed']));
  throw new ApiFailure(400, 'invalid', 'Fill in both fields.', fields);
}
