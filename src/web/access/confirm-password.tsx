import { Alert, Button, Group, Stack } from '@mantine/core';
import { PasswordField } from './password-field.tsx';
import { useForm } from './use-form.ts';

/** Asks for the own password before something that an open browser alone should not do. */
export function ConfirmPassword({
  email,
  button,
  send,
  onCancel,
}: {
  email: string;
  button: string;
  send: (password: string) => Promise<void>;
  onCancel: () => void;
}) {
  const form = useForm({
    initial: { password: '' },
    send: ({ password }) => send(password),
    onDone: () => {},
  });
  return (
    <form {...form.formProps}>
      <Stack maw="24rem">
        {form.trouble && (
          <Alert color="red" role="alert">
            {form.trouble}
          </Alert>
        )}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          label="Your password, to be sure it is you"
          autoComplete="current-password"
          autoFocus
          {...form.field('password', 'The password')}
        />
        <Group>
          <Button type="submit" loading={form.pending}>
            {button}
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
