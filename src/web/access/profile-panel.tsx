import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Switch.css';
import { Alert, Button, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AccountView } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { SESSION_KEY } from '../app/session.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { useForm } from './use-form.ts';

type Changed = Pick<AccountView, 'name' | 'shortcuts'>;

/** Name and keyboard shortcuts. */
export function ProfilePanel({ account }: { account: AccountView }) {
  const client = useQueryClient();
  const refresh = (changed: Changed): void => {
    client.setQueryData<AccountView>(['account'], (before) => before && { ...before, ...changed });
    void client.invalidateQueries({ queryKey: SESSION_KEY });
  };
  const form = useForm({
    initial: { name: account.name },
    send: ({ name }) => api.send<Changed>('PATCH', '/account', { name }),
    onDone: (changed) => {
      refresh(changed);
      tellDone('Your name is changed.');
    },
  });
  const shortcuts = useMutation({
    mutationFn: (on: boolean) => api.send<Changed>('PATCH', '/account', { shortcuts: on }),
    onSuccess: refresh,
    onError: (error) => tellFailure(error),
  });
  return (
    <section className="access-panel">
      <h2>Profile</h2>
      <Stack>
        <form {...form.formProps}>
          {form.trouble && (
            <Alert color="red" role="alert" mb="sm">
              {form.trouble}
            </Alert>
          )}
          <Group align="flex-end">
            <TextInput
              label="Name"
              autoComplete="name"
              style={{ flex: '1 1 16rem', maxWidth: '24rem' }}
              {...form.field('name', 'The name')}
            />
            <Button type="submit" variant="default" loading={form.pending}>
              Save
            </Button>
          </Group>
        </form>
        <Switch
          label="Keyboard shortcuts"
          description="Single keys in the held queue and the message view, such as j, k and 1. ? lists them."
          checked={shortcuts.isPending ? shortcuts.variables : account.shortcuts}
          onChange={({ currentTarget: { checked } }) => shortcuts.mutate(checked)}
        />
      </Stack>
    </section>
  );
}
