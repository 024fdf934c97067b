import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Table.css';
import { Alert, Button, Checkbox, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { NotificationSettings, NotifyPreferences, Topic } from '../../notify/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { Trouble } from '../parts/trouble.tsx';
import { RecentNotifications } from './recent-notifications.tsx';

const PATH = '/account/notifications';
const KEY = ['account', 'notifications'];

/** What the signed-in person wants to hear away from the desk, by which way. A panel for their account page. */
export function NotifySettings() {
  const settings = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<NotificationSettings>(PATH, {}, signal),
  });
  return (
    <section className="access-panel">
      <h2>Notifications</h2>
      {settings.data && <Panel settings={settings.data} />}
      {settings.isError && <Trouble error={settings.error} onRetry={() => void settings.refetch()} />}
    </section>
  );
}

function Panel({ settings }: { settings: NotificationSettings }) {
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        Mail goes to {settings.address}. What comes up together is one message, at most one every{' '}
        {settings.every_minutes} minutes.
      </Text>
      {settings.no_links !== null && <Alert color="blue">{settings.no_links}</Alert>}
      <Form settings={settings} />
      <RecentNotifications entries={settings.recent} />
    </Stack>
  );
}

function Form({ settings }: { settings: NotificationSettings }) {
  const client = useQueryClient();
  // Kept apart from what is loaded, so that a reload takes nothing away that was typed.
  const [wants, setWants] = useState<NotifyPreferences>(settings.preferences);
  const change = (changes: Partial<NotifyPreferences>) => setWants({ ...wants, ...changes });
  const keep = (fresh: NotificationSettings) => client.setQueryData(KEY, fresh);
  const save = useMutation({
    mutationFn: () => api.send<NotificationSettings>('PUT', PATH, wants),
    onSuccess: (fresh) => {
      keep(fresh);
      tellDone('Your notifications are saved.');
    },
    onError: (error) => {
      if (!(error instanceof ApiFailure && error.code === 'invalid')) tellFailure(error, 'Not saved');
    },
  });
  const sample = useMutation({
    mutationFn: () => api.post<NotificationSettings>(`${PATH}/sample`),
    onSuccess: (fresh) => {
      keep(fresh);
      tellDone(`A sample is on its way to ${settings.address}.`);
    },
    onError: (error) => tellFailure(error, 'Not sent'),
  });
  const fields = save.error instanceof ApiFailure ? save.error.fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Topics settings={settings} wants={wants} onChange={change} />
        {settings.slack && (
          <TextInput
            label="Your Slack member ID"
            description="In Slack: your profile, the menu ⋮, “Copy member ID”. Needed to mention you."
            placeholder="U012AB3CD"
            maw={360}
            value={wants.slack_member_id ?? ''}
            error={fields['slack_member_id']}
            onChange={({ currentTarget: { value } }) =>
              change({ slack_member_id: value.trim() === '' ? null : value.trim() })
            }
          />
        )}
        <Times wants={wants} fields={fields} onChange={change} />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
            Save notifications
          </Button>
          <Button variant="default" loading={sample.isPending} onClick={() => sample.mutate()}>
            Send me a sample
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Change = (changes: Partial<NotifyPreferences>) => void;

function Topics({
  settings: { topics, slack },
  wants,
  onChange,
}: {
  settings: NotificationSettings;
  wants: NotifyPreferences;
  onChange: Change;
}) {
  const toggle = (way: 'email' | 'slack', topic: Topic) => {
    const now = wants[way];
    onChange({ [way]: now.includes(topic) ? now.filter((one) => one !== topic) : [...now, topic] });
  };
  return (
    <Table aria-label="What you hear, by which way" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">What</Table.Th>
          <Table.Th scope="col">Mail</Table.Th>
          {slack && <Table.Th scope="col">Mention in Slack</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {topics.map(({ key, title, about }) => (
          <Table.Tr key={key}>
            <Table.Th scope="row">
              {title}
              <Text size="sm" c="dimmed" fw={400}>
                {about}
              </Text>
            </Table.Th>
            {(slack ? (['email', 'slack'] as const) : (['email'] as const)).map((way) => (
              <Table.Td key={way}>
                <Checkbox
                  size="md"
                  aria-label={way === 'email' ? `${title} by mail` : `Mention me in Slack: ${title}`}
                  checked={wants[way].includes(key)}
                  onChange={() => toggle(way, key)}
                />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Times({
  wants,
  fields,
  onChange,
}: {
  wants: NotifyPreferences;
  fields: Record<string, string>;
  onChange: Change;
}) {
  const { digest, quiet_hours: quiet } = wants;
  // One that this browser does not know is kept.
  const zones = [...new Set([wants.time_zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  return (
    <Stack gap="sm">
      <NativeSelect
        label="Your time zone"
        data={zones}
        value={wants.time_zone}
        error={fields['time_zone']}
        maw={360}
        onChange={({ currentTarget: { value } }) => onChange({ time_zone: value })}
      />
      <Checkbox
        size="md"
        label="A daily digest: what is held and due, what was decided the day before, trouble with upstreams"
        checked={digest !== null}
        onChange={({ currentTarget: { checked } }) =>
          onChange({ digest: checked ? { at: '08:00', empty: false } : null })
        }
      />
      {digest !== null && (
        <Group gap="md" align="flex-end" pl="xl">
          <TextInput
            type="time"
            label="Sent at"
            value={digest.at}
            error={fields['digest.at'] ?? fields['digest']}
            onChange={({ currentTarget: { value } }) => onChange({ digest: { ...digest, at: value } })}
          />
          <Checkbox
            size="md"
            label="Also when there is nothing to say"
            checked={digest.empty}
            onChange={({ currentTarget: { checked } }) => onChange({ digest: { ...digest, empty: checked } })}
          />
        </Group>
      )}
      <Checkbox
        size="md"
        label="Quiet hours: only the kill switch is told then, the rest after them"
        checked={quiet !== null}
        onChange={({ currentTarget: { checked } }) =>
          onChange({ quiet_hours: checked ? { from: '20:00', to: '07:00' } : null })
        }
      />
      {quiet !== null && (
        <Group gap="md" align="flex-start" pl="xl">
          <TextInput
            type="time"
            label="From"
            value={quiet.from}
            error={fields['quiet_hours.from'] ?? fields['quiet_hours']}
            onChange={({ currentTarget: { value } }) => onChange({ quiet_hours: { ...quiet, from: value } })}
          />
          <TextInput
            type="time"
            label="To"
            value={quiet.to}
            error={fields['quiet_hours.to']}
            onChange={({ currentTarget: { value } }) => onChange({ quiet_hours: { ...quiet, to: value } })}
          />
        </Group>
      )}
    </Stack>
  );
}
