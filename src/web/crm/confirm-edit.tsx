import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { plural } from '../parts/words.ts';
import { AffectedList } from './affected-list.tsx';
import type { Question } from './confirm.ts';

/** Says whom a change would affect before it is made, and asks why where it takes an opt-out back. */
export default function ConfirmEdit({ question }: { question: Question }) {
  const { title, act, affected, answer } = question;
  const [reason, setReason] = useState('');
  const [shown, setShown] = useState(false);
  const missing = affected.loosens !== null && reason.trim().length < 3;
  return (
    <Dialog title={title} onClose={() => answer(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) answer({ reason: reason.trim() || undefined });
        }}
      >
        <Stack>
          {affected.changed.length > 0 ? (
            <>
              <Group justify="space-between">
                <Text>{countText(affected)}</Text>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-expanded={shown}
                  onClick={() => setShown(!shown)}
                >
                  {shown ? 'Hide' : 'Show'}
                </Button>
              </Group>
              {shown && <AffectedList affected={affected.changed} />}
              <Text size="sm" c="dimmed">
                By the rules. They are judged again at once; judging again can suppress, never relay.
              </Text>
            </>
          ) : (
            <Text>No held message changes verdict.</Text>
          )}
          {affected.loosens !== null && (
            <>
              <Alert color="orange" title="This takes an opt-out or disqualifier back">
                {affected.loosens}.
              </Alert>
              <TextInput
                label="Why?"
                description="Recorded in the audit log."
                required
                data-autofocus
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => answer(null)}>
              Cancel
            </Button>
            <Button
              type="submit"
              disabled={missing}
              {...(affected.loosens === null && { 'data-autofocus': true })}
            >
              {act.length > 28 ? shortened(act) : act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Where the whole is too long for a button. */
function shortened(act: string): string {
  const [verb = act] = act.split(/[ :]/u);
  return verb === 'Change' ? 'Save' : verb;
}

function countText({ changed, complete, looked_at, touched }: Question['affected']): string {
  const text = `${complete ? '' : 'At least '}${plural(changed.length, 'held message')} would change verdict`;
  return complete ? `${text}.` : `${text}; ${looked_at} of ${touched} were looked at.`;
}
