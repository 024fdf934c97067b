import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { EngineSecrets, EngineView, EnginesPage } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { tellDone } from '../parts/notify.ts';
import { EngineCard } from './engine-card.tsx';
import { EngineForm } from './engine-form.tsx';
import { Load, useMayChange, useReload } from './load.tsx';
import { SecretsDialog } from './secrets-dialog.tsx';

/** The engines, one card each, and the way to add one. */
export default function EnginesSection() {
  return <Load section="engines">{(page) => <Engines page={page} />}</Load>;
}

function Engines({ page }: { page: EnginesPage }) {
  const mayChange = useMayChange();
  const reload = useReload('engines');
  const [form, setForm] = useState<'new' | EngineView | null>(null);
  const [secrets, setSecrets] = useState<EngineSecrets | null>(null);
  const add = mayChange && <Button onClick={() => setForm('new')}>Add an engine</Button>;
  return (
    <Stack>
      {page.engines.length === 0 ? (
        <EmptyState title="No engine yet" action={add}>
          An engine is what submits mail: an AI sales agent, a script. Add one and paste its credentials
          there.
        </EmptyState>
      ) : (
        <Group justify="flex-end">{add}</Group>
      )}
      {page.engines.map((engine) => (
        <EngineCard
          key={engine.id}
          engine={engine}
          page={page}
          onEdit={() => setForm(engine)}
          onSecrets={setSecrets}
        />
      ))}
      <Guide page={page} />
      {form && (
        <Dialog
          size="medium"
          onClose={() => setForm(null)}
          title={form === 'new' ? 'Add an engine' : `Change ${form.name}`}
        >
          <EngineForm
            page={page}
            engine={form === 'new' ? null : form}
            onCancel={() => setForm(null)}
            onSubmit={async (body) => {
              const made =
                form === 'new'
                  ? await api.post<EngineSecrets>('/settings/engines', body)
                  : await api.send<EngineSecrets>('PATCH', `/settings/engines/${form.id}`, body);
              setForm(null);
              if (made.password || made.webhook_secret) setSecrets(made);
              else tellDone(`${made.engine.name} is changed; it holds for the next mail.`);
              await reload();
            }}
          />
        </Dialog>
      )}
      {secrets && <SecretsDialog secrets={secrets} smtp={page.smtp} onClose={() => setSecrets(null)} />}
    </Stack>
  );
}

/** "Your engine uses … → set this". */
function Guide({ page }: { page: EnginesPage }) {
  return (
    <section className="settings-card" aria-labelledby="guide">
      <Title order={2} size="h4" id="guide">
        Point an engine at the gate
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Find what your engine sends with and set this there; <code>psk_…</code> is its API key.
      </Text>
      {page.guide.map(({ uses, set }) => (
        <details key={uses} className="settings-details">
          <summary>{uses}</summary>
          <pre className="settings-code">{set.replace('{user}', 'the engine’s name')}</pre>
        </details>
      ))}
    </section>
  );
}
