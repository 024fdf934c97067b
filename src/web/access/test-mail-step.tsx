import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import { Alert, Anchor, Button, Checkbox, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { TestMailView, WelcomeView } from '../../access/web-types.ts';
import { api, failureText } from '../app/api.ts';
import { useLive } from '../app/live.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { plainName } from '../parts/words.ts';
import { Step } from './step.tsx';

/** How often a mail on its way is asked after, beside the live events. */
const POLL_MS = 1_000;

/** Sends a mail through the gate for real and shows where it stands until it stands still. */
export function TestMailStep({ view }: { view: WelcomeView }) {
  const client = useQueryClient();
  const { recipients, upstreams } = view;
  const [prospect, setProspect] = useState(recipients[0]?.id ?? '');
  const [really, setReally] = useState(false);
  const leaves = upstreams.length > 0;
  const send = useMutation({
    mutationFn: () => api.post<{ message_id: string }>('/welcome/test-mail', { prospect, really }),
    onSuccess: ({ message_id }) => {
      client.setQueryData<WelcomeView>(
        ['welcome'],
        (before) => before && { ...before, last_test: message_id },
      );
    },
  });
  return (
    <Step title="Send a test mail through the gate" done={view.last_test !== null}>
      {recipients.length === 0 ? (
        <Text size="sm">
          A test mail needs a prospect on record.{' '}
          <Anchor component={Link} size="sm" underline="always" href="/crm/prospects">
            Add one
          </Anchor>{' '}
          first.
        </Text>
      ) : (
        <Stack gap="sm">
          <Text size="sm">
            presend writes a short mail, takes it in as it takes an engine’s, judges it, and lets it go or
            stops it.
            {!leaves && ' What passes is captured in the outbox; nothing leaves this machine.'}
          </Text>
          <Group align="flex-end">
            <NativeSelect
              label="To"
              style={{ flex: '1 1 18rem', maxWidth: '30rem' }}
              value={prospect}
              onChange={({ currentTarget: { value } }) => setProspect(value)}
              data={recipients.map(({ id, address, name, company }) => ({
                value: id,
                label: `${name ?? address}${company ? `, ${company}` : ''}`,
              }))}
            />
            <Button loading={send.isPending} disabled={leaves && !really} onClick={() => send.mutate()}>
              Send the test mail
            </Button>
          </Group>
          {leaves && (
            <Checkbox
              checked={really}
              onChange={({ currentTarget: { checked } }) => setReally(checked)}
              label={`If it passes, it really leaves by ${upstreams[0]} for the prospect’s own mailbox. I want that.`}
            />
          )}
          {send.isError && (
            <Alert color="red" role="alert">
              {failureText(send.error)}
            </Alert>
          )}
        </Stack>
      )}
      {view.last_test !== null && <Journey id={view.last_test} />}
    </Step>
  );
}

const SAYS: Record<string, string> = {
  received: 'taken in, waiting for the verdict',
  relaying: 'passed, on its way to the upstream',
  relayed: 'passed and handed over',
  held: 'held for a reviewer',
  suppressed: 'suppressed: it will not be sent',
  escalating: 'being forwarded to the account owner',
  escalated: 'forwarded to the account owner',
  deferred: 'passed; the upstream asked to try again later',
  failed: 'passed; the upstream refused it',
  uncertain: 'handed over, without an answer',
  scheduled: 'scheduled for later',
};

const STEPS: Record<string, string> = {
  accepted: 'Taken in, safe on disk',
  judged: 'Judged',
  attempt_started: 'Handed to the upstream',
  delivered: 'The upstream took it',
};

function Journey({ id }: { id: string }) {
  const client = useQueryClient();
  const key = ['test-mail', id];
  const mail = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<TestMailView>(`/welcome/test-mail/${id}`, {}, signal),
    refetchInterval: ({ state: { data } }) => (data?.settled ? false : POLL_MS),
  });
  const deliveryId = mail.data?.delivery_id;
  useLive({
    change: ({ subject }) => {
      if (subject.id === deliveryId || subject.id === id) void client.invalidateQueries({ queryKey: key });
    },
  });
  if (mail.isError) return <Trouble error={mail.error} onRetry={() => void mail.refetch()} />;
  if (!mail.data) return null;
  const { state, recipient, rationale, reason, steps, captured, response, settled, delivery_id } = mail.data;
  return (
    <div role="status" aria-live="polite" aria-busy={!settled}>
      <dl className="access-facts">
        <dt>To</dt>
        <dd>{recipient}</dd>
        <dt>State</dt>
        <dd>
          <strong>{state}</strong> – {SAYS[state] ?? state}
        </dd>
        {reason && (
          <>
            <dt>Stopped by</dt>
            <dd>{reason}</dd>
          </>
        )}
        {rationale && (
          <>
            <dt>Why</dt>
            <dd>{rationale}</dd>
          </>
        )}
        <dt>So far</dt>
        <dd>{steps.map(({ action }) => STEPS[action] ?? plainName(action)).join(' → ')}</dd>
        {response && (
          <>
            <dt>Upstream</dt>
            <dd>{response}</dd>
          </>
        )}
      </dl>
      {captured !== null && (
        <details>
          <summary>The mail as it was captured in the outbox</summary>
          <pre className="access-captured" tabIndex={0} aria-label="The captured mail">
            {captured}
          </pre>
        </details>
      )}
      <Text size="sm" mt="xs">
        <Anchor component={Link} size="sm" underline="always" href={`/deliveries/${delivery_id}`}>
          Look at it as a reviewer does
        </Anchor>
      </Text>
    </div>
  );
}
