import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import { Alert, Badge, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountView, TokenView } from '../../access/web-types.ts';
import type { Scope } from '../../http/endpoint.ts';
import { api } from '../app/api.ts';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { relativeTime, shortDate } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { OnceShown } from './once-shown.tsx';
import { useForm } from './use-form.ts';

const SCOPE_TEXT: Record<Scope, string> = {
  read: 'read – see everything you see',
  review: 'review – release, reject and decide held mail',
  crm: 'crm – change CRM records',
  admin: 'admin – settings, users, the audit log',
};

/** API tokens: for scripts that act as this person. */
export function TokensPanel({ account }: { account: AccountView }) {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const key = ['account-tokens'];
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<{ tokens: TokenView[] }>('/account/tokens', {}, signal),
  });
  const refresh = (): void => void client.invalidateQueries({ queryKey: key });
  const revoke = useMutation({
    mutationFn: (id: string) => api.send('DELETE', `/account/tokens/${id}`),
    onSuccess: () => tellDone('The token is revoked.'),
    onError: (error) => tellFailure(error),
    onSettled: refresh,
  });
  const tokens = list.data?.tokens ?? [];
  return (
    <section className="access-panel">
      <h2>API tokens</h2>
      <Text size="sm" c="dimmed">
        For scripts that use the API as you, with <code>Authorization: Bearer psn_…</code>. A token never
        allows more than your role.
      </Text>
      {list.isError && <Trouble error={list.error} onRetry={() => void list.refetch()} />}
      {made !== null && (
        <OnceShown label="The new token" text={made} onClose={() => setMade(null)}>
          It is shown only now.
        </OnceShown>
      )}
      <ul className="access-rows">
        {tokens.map((one) => (
          <li key={one.id}>
            <div className="access-rows-text">
              <Group gap="xs">
                <strong>{one.name}</strong>
                <span>…{one.hint}</span>
                {one.state !== 'active' && <Badge color="gray">{one.state}</Badge>}
              </Group>
              <Text size="sm" c="dimmed">
                {one.scopes.join(', ')} ·{' '}
                {one.expires_at === null ? 'never expires' : `expires ${shortDate(one.expires_at)}`} ·{' '}
                {one.last_used_at === null ? 'never used' : `used ${relativeTime(one.last_used_at)}`}
              </Text>
            </div>
            {one.state === 'active' && (
              <Button
                size="xs"
                variant="default"
                aria-label={`Revoke the token ${one.name}`}
                loading={revoke.isPending && revoke.variables === one.id}
                onClick={() => revoke.mutate(one.id)}
              >
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
      {adding ? (
        <NewToken
          scopes={account.scopes}
          onCancel={() => setAdding(false)}
          onDone={(token) => {
            setMade(token);
            setAdding(false);
            refresh();
          }}
        />
      ) : (
        <Button variant="default" mt="sm" onClick={() => setAdding(true)}>
          New token
        </Button>
      )}
    </section>
  );
}

const LASTS = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: '', label: 'until it is revoked' },
];

function NewToken({
  scopes,
  onDone,
  onCancel,
}: {
  scopes: readonly Scope[];
  onDone: (token: string) => void;
  onCancel: () => void;
}) {
  const [chosen, setChosen] = useState<string[]>(['read']);
  const form = useForm({
    initial: { name: '', days: '90', scopes: '' },
    send: ({ name, days }) =>
      api.post<{ token: string }>('/account/tokens', {
        name,
        scopes: chosen,
        days: days === '' ? null : Number(days),
      }),
    onDone: ({ token }) => onDone(token),
  });
  return (
    <form {...form.formProps}>
      <Stack maw="26rem" mt="sm">
        {form.trouble && (
          <Alert color="red" role="alert">
            {form.trouble}
          </Alert>
        )}
        <TextInput
          label="What it is for"
          placeholder="Nightly export"
          autoComplete="off"
          autoFocus
          {...form.field('name', 'The name')}
        />
        <Checkbox.Group
          label="What it may do"
          value={chosen}
          onChange={setChosen}
          error={form.field('scopes', 'The choice').error}
        >
          <Stack gap="xs" mt={4}>
            {scopes.map((scope) => (
              <Checkbox key={scope} value={scope} label={SCOPE_TEXT[scope]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <NativeSelect label="It works for" data={LASTS} {...form.field('days', 'The time')} />
        <Group>
          <Button type="submit" loading={form.pending}>
            Make the token
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
