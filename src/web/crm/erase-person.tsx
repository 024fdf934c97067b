import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EraseBody, Erased, PersonView } from '../../privacy/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { Trouble } from '../parts/trouble.tsx';
import { plural } from '../parts/words.ts';

/** What is kept about a person, as a file, and its erasure: the address has to be typed, since nothing brings it back. */
export function ErasePerson({
  id,
  onClose,
  onErased,
}: {
  id: string;
  onClose: () => void;
  onErased: () => void;
}) {
  const path = `/crm/prospects/${encodeURIComponent(id)}`;
  const person = useQuery({
    queryKey: ['person', id],
    queryFn: () => api.get<PersonView>(`${path}/person`),
    gcTime: 0,
  });
  const [confirm, setConfirm] = useState('');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const ready = confirm.trim() !== '' && reason.trim().length >= 3;

  const erase = async (): Promise<void> => {
    if (!ready) return;
    setBusy(true);
    setWrong({});
    const body: EraseBody = { confirm: confirm.trim(), reason: reason.trim() };
    try {
      const { waiting, copies } = await api.post<Erased>(`${path}/erase`, body);
      const told =
        waiting > 0
          ? `Erased; ${plural(waiting, 'mail')} still under way, erased once settled.`
          : 'Erased. Nothing goes to this address any more.';
      tellDone(copies.length > 0 ? `${told} Older copies still hold it: ${copies.join(', ')}.` : told);
      onErased();
    } catch (error) {
      if (error instanceof ApiFailure && Object.keys(error.fields).length > 0) setWrong(error.fields);
      else tellFailure(error, 'Not erased');
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title="Data about this person"
      size="medium"
      onClose={onClose}
      onSubmit={() => void erase()}
      closeOnClickOutside={confirm === '' && reason === ''}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={busy} disabled={!ready} onClick={() => void erase()}>
            Erase for good
          </Button>
        </>
      }
    >
      {person.error ? (
        <Trouble error={person.error} onRetry={() => void person.refetch()} />
      ) : (
        <Stack gap="sm">
          <Text>{person.data ? kept(person.data) : 'Looking…'}</Text>
          <Anchor href={`/api${path}/person/export`} download="person.json">
            Download all of it (JSON)
          </Anchor>
          <Alert color="red" title="An erasure cannot be undone">
            Held mail to this person is rejected, then record, history, threads, mails and everything that
            quotes them go. Of a mail to several people the text goes for all. The address is remembered as a
            hash only, so that nothing is sent to it and no import brings it back. Backups are not reached
            {person.data && person.data.copies.length > 0
              ? `, nor are these older copies in the data folder: ${person.data.copies.join(', ')}.`
              : '.'}
          </Alert>
          <TextInput
            label="Type the address to confirm"
            description={person.data?.address}
            autoComplete="off"
            value={confirm}
            error={wrong['confirm']}
            onChange={(event) => setConfirm(event.currentTarget.value)}
          />
          <TextInput
            label="Why?"
            description="Recorded in the audit log, so no name or address: e.g. the number of the request."
            value={reason}
            error={wrong['reason']}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Stack>
      )}
    </Dialog>
  );
}

function kept({ messages, held, under_way, thread_messages, commitments, suppressions }: PersonView): string {
  const parts = [
    'Kept: the record with its history',
    ...(messages > 0 ? [plural(messages, 'mail')] : []),
    ...(held > 0 ? [`of them ${held} held`] : []),
    ...(under_way > 0 ? [`${under_way} under way`] : []),
    ...(thread_messages > 0 ? [`${plural(thread_messages, 'message')} of threads`] : []),
    ...(commitments > 0 ? [plural(commitments, 'commitment')] : []),
    ...(suppressions > 0 ? [plural(suppressions, 'opt-out')] : []),
  ];
  return `${parts.join(', ')}.`;
}
