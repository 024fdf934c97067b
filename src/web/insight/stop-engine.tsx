import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { TraceView } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';

/** For admins: holds all that an engine sends from now on. */
export function StopEngine({ engine, messageId }: { engine: TraceView['engine']; messageId: string }) {
  const { role } = useAccount();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const stop = useMutation({
    mutationFn: () => api.post(`/trace/engines/${engine.id}/stop`),
    onSuccess: async () => {
      setAsking(false);
      tellDone(`Engine ${engine.name} is stopped.`);
      await client.invalidateQueries({ queryKey: ['trace', messageId] });
    },
    onError: (error) => tellFailure(error, 'Not stopped'),
  });
  if (engine.mode === 'stopped') return <Text fw={600}>Engine {engine.name} is stopped</Text>;
  if (role !== 'admin') return null;
  return (
    <>
      <Button color="red" variant="outline" onClick={() => setAsking(true)}>
        Stop this engine
      </Button>
      {asking && (
        <Dialog
          title={`Stop engine ${engine.name}?`}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button variant="default" onClick={() => setAsking(false)}>
                Cancel
              </Button>
              <Button color="red" loading={stop.isPending} onClick={() => stop.mutate()}>
                Stop the engine
              </Button>
            </>
          }
        >
          <Text size="sm">
            Its mail is still accepted, and all of it is held. What is on its way but has not left is held
            too. Start it again under Settings, Engines.
          </Text>
        </Dialog>
      )}
    </>
  );
}
