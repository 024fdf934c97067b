import { Button, Checkbox, Group, NativeSelect, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { EngineBody, EngineView, EnginesPage } from '../../settings/web-types.ts';
import { useAct } from './act.ts';

/** Lines or words, as a list. */
const listOf = (text: string): string[] => text.split(/[\s,;]+/u).filter((one) => one !== '');

/** What is asked about an engine, new or not. */
export function EngineForm({
  page,
  engine,
  onSubmit,
  onCancel,
}: {
  page: EnginesPage;
  engine: EngineView | null;
  onSubmit: (body: EngineBody) => Promise<void>;
  onCancel: () => void;
}) {
  const [name, setName] = useState('');
  const [domains, setDomains] = useState(engine?.domains.join('\n') ?? '');
  const [upstreams, setUpstreams] = useState<string[]>(engine?.upstreams ?? []);
  const [mode, setMode] = useState(engine?.mode ?? 'enforce');
  const [answer, setAnswer] = useState<string>(engine?.answer ?? 'default');
  const [webhook, setWebhook] = useState(engine?.webhook ?? '');
  const [decisions, setDecisions] = useState<Record<string, string>>(engine?.decisions ?? {});
  const [trust, setTrust] = useState(engine?.trust_headers ?? false);
  const [open, setOpen] = useState(engine?.loopback_without_auth ?? false);
  const { busy, fields, act } = useAct();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void act(() =>
      onSubmit({
        ...(engine === null ? { name } : {}),
        domains: listOf(domains),
        upstreams,
        mode,
        answer: answer as NonNullable<EngineBody['answer']>,
        decisions: Object.fromEntries(
          page.decisions.map(({ decision }) => [decision, decisions[decision] ?? 'default']),
        ),
        webhook: webhook.trim() === '' ? null : webhook,
        trust_headers: trust,
        loopback_without_auth: open,
      }),
    );
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        {engine === null && (
          <TextInput
            label="Name"
            description="Also its SMTP user."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fields['name']}
            required
            data-autofocus
          />
        )}
        <Textarea
          label="Sender domains"
          description="One a line; .acme.example allows subdomains too. Mail from others is refused."
          value={domains}
          onChange={(event) => setDomains(event.currentTarget.value)}
          error={fields['domains'] ?? Object.entries(fields).find(([key]) => key.startsWith('domains'))?.[1]}
          required
          rows={2}
        />
        <Radio.Group label="Mode" value={mode} onChange={(value) => setMode(value)}>
          <Stack gap="xs" mt="xs">
            <Radio value="observe" label="observe: judge and record, relay as before" />
            <Radio value="enforce" label="enforce: stop what the rubric stops" />
            <Radio value="stopped" label="stopped: accept and hold everything" />
          </Stack>
        </Radio.Group>
        <Checkbox.Group
          label="Upstreams"
          description={`In the order ticked; none = ${page.default_upstreams.join(', then ')}.${upstreams.length > 1 ? ` Now: ${upstreams.join(', then ')}.` : ''}`}
          value={upstreams}
          onChange={setUpstreams}
        >
          <Group gap="md" mt="xs">
            {page.upstreams.map((one) => (
              <Checkbox key={one} value={one} label={one} />
            ))}
          </Group>
        </Checkbox.Group>
        <NativeSelect
          label="Answers"
          value={answer}
          onChange={(event) => setAnswer(event.currentTarget.value)}
          data={[
            { value: 'default', label: `as configured (${page.default_answer})` },
            { value: 'sync', label: 'sync: wait for the verdict' },
            { value: 'async', label: 'async: at once' },
          ]}
        />
        <TextInput
          label="Webhook (optional)"
          description="Where events about its mail go: https, or http on this machine."
          value={webhook}
          onChange={(event) => setWebhook(event.currentTarget.value)}
          error={fields['webhook']}
          type="url"
        />
        <details className="settings-details">
          <summary>Its own decisions, and more</summary>
          <Stack>
            {page.decisions.map(({ decision, action, choices }) => (
              <NativeSelect
                key={decision}
                label={decision}
                value={decisions[decision] ?? 'default'}
                onChange={(event) => setDecisions({ ...decisions, [decision]: event.currentTarget.value })}
                data={[
                  { value: 'default', label: `as configured (${action})` },
                  ...choices.map((value) => ({ value, label: value })),
                ]}
              />
            ))}
            <Checkbox
              label="Believe its X-Prospect-Id and X-Thread-Id headers"
              checked={trust}
              onChange={(event) => setTrust(event.currentTarget.checked)}
            />
            <Checkbox
              label="It may submit from this machine without signing in"
              checked={open}
              onChange={(event) => setOpen(event.currentTarget.checked)}
            />
          </Stack>
        </details>
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {engine === null ? 'Add and show its credentials' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
