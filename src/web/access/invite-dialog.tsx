import { Alert, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { OneTimeLink, UserView } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { fullTime } from '../parts/time.ts';
import { OnceShown } from './once-shown.tsx';
import { ROLE_CHOICES } from './role-choices.ts';
import { useForm } from './use-form.ts';

/** Adds a user and shows the link they choose their password with. */
export default function InviteDialog({ onClose, onChange }: { onClose: () => void; onChange: () => void }) {
  const [made, setMade] = useState<({ user: UserView } & OneTimeLink) | null>(null);
  const form = useForm({
    initial: { name: '', email: '', role: 'reviewer' },
    send: (values) => api.post<{ user: UserView } & OneTimeLink>('/users', values),
    onDone: (done) => {
      setMade(done);
      onChange();
    },
  });
  if (made) {
    return (
      <Dialog size="medium" title={`${made.user.name} is invited`} onClose={onClose}>
        <OnceShown label="One-time link" text={made.link} onClose={onClose}>
          Give it to {made.user.name}: who opens it chooses the password. It works once, until{' '}
          {fullTime(made.expires_at)}, and is shown only now.
        </OnceShown>
      </Dialog>
    );
  }
  return (
    <Dialog size="medium" title="Invite somebody" onClose={onClose}>
      <form {...form.formProps}>
        <Stack>
          {form.trouble && (
            <Alert color="red" role="alert">
              {form.trouble}
            </Alert>
          )}
          <TextInput label="Name" autoComplete="off" data-autofocus {...form.field('name', 'The name')} />
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            {...form.field('email', 'The e-mail address')}
          />
          <NativeSelect label="Role" data={ROLE_CHOICES} {...form.field('role', 'The role')} />
          <Group>
            <Button type="submit" loading={form.pending}>
              Make the link
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
