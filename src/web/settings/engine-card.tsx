import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { EngineMode, EngineSecrets, EngineView, EnginesPage } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { tellDone } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { plural } from '../parts/words.ts';
import { useAct } from './act.ts';
import { EngineKeys } from './engine-keys.tsx';
import { Facts, useMayChange, useReload } from './load.tsx';

const MODE: Record<EngineMode, { label: string; color: string; says: string }> = {
  enforce: { label: 'enforce', color: 'green', says: 'judged, and stopped where the rubric says so' },
  observe: { label: 'observe', color: 'yellow', says: 'judged and recorded, everything relayed as before' },
  stopped: { label: 'stopped', color: 'red', says: 'everything is accepted and held' },
};

/** One engine: what it may do, how it stands, its credentials. */
export function EngineCard({
  engine,
  page,
  onEdit,
  onSecrets,
}: {
  engine: EngineView;
  page: EnginesPage;
  onEdit: () => void;
  onSecrets: (secrets: EngineSecrets) => void;
}) {
  const mayChange = useMayChange();
  const reload = useReload('engines');
  const { busy, act } = useAct();
  const [asking, setAsking] = useState<'stop' | 'password' | 'webhook-secret' | null>(null);
  const mode = MODE[engine.mode];
  const own = Object.entries(engine.decisions);

  const setMode = (to: EngineMode): Promise<void> =>
    act(async () => {
      await api.send('PATCH', `/settings/engines/${engine.id}`, { mode: to });
      tellDone(`${engine.name} is in ${to} now.`);
      setAsking(null);
      await reload();
    });
  const rotate = (what: 'password' | 'webhook-secret'): Promise<void> =>
    act(async () => {
      const made = await api.post<EngineSecrets>(`/settings/engines/${engine.id}/${what}`);
      setAsking(null);
      onSecrets(made);
      await reload();
    });

  return (
    <section className="settings-card" aria-labelledby={`engine-${engine.id}`}>
      <Group justify="space-between" align="flex-start" mb="sm">
        <Group gap="sm">
          <Title order={2} size="h4" id={`engine-${engine.id}`}>
            {engine.name}
          </Title>
          <Badge color={mode.color} variant="light">
            {mode.label}
          </Badge>
        </Group>
        {mayChange && (
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={onEdit} aria-label={`Change ${engine.name}`}>
              Change
            </Button>
            {engine.mode === 'stopped' ? (
              <Button size="xs" loading={busy} onClick={() => void setMode('enforce')}>
                Start in enforce
              </Button>
            ) : (
              <Button
                size="xs"
                color="red"
                variant="light"
                onClick={() => setAsking('stop')}
                aria-label={`Stop ${engine.name}`}
              >
                Stop
              </Button>
            )}
          </Group>
        )}
      </Group>
      <Facts
        facts={[
          ['Mode', mode.says],
          ['Sends as', engine.domains.join(', ')],
          [
            'Through',
            engine.upstreams.join(', then ') || `${page.default_upstreams.join(', then ')} (the default)`,
          ],
          ['Held now', `${engine.held} held, ${engine.on_the_way} on the way`],
          [
            'Last mail',
            engine.last_mail_at === null ? 'none lately' : <ShownTime at={engine.last_mail_at} />,
          ],
          ['Answers', engine.answer ?? `${page.default_answer} (the default)`],
          ...(own.length > 0
            ? ([['Own decisions', own.map(([name, action]) => `${name} → ${action}`).join(', ')]] as const)
            : []),
          ['Events go to', engine.webhook ?? 'nowhere: stops are told by a report to the return path'],
          [
            'Signs in by',
            [
              engine.has_password ? 'SMTP password' : null,
              engine.keys.some((key) => key.revoked_at === null) ? 'API key' : null,
              engine.loopback_without_auth ? 'no sign-in needed from this machine' : null,
            ]
              .filter((one) => one !== null)
              .join(', ') || 'no way yet: it cannot submit',
          ],
        ]}
      />
      <EngineKeys engine={engine} onSecrets={onSecrets} />
      {mayChange && (
        <Group gap="xs" mt="sm">
          <Button size="xs" variant="default" onClick={() => setAsking('password')}>
            New SMTP password
          </Button>
          {engine.webhook !== null && (
            <Button size="xs" variant="default" onClick={() => setAsking('webhook-secret')}>
              New webhook secret
            </Button>
          )}
        </Group>
      )}
      {asking && (
        <Dialog
          onClose={() => setAsking(null)}
          title={asking === 'stop' ? `Stop ${engine.name}?` : `Replace a secret of ${engine.name}?`}
        >
          <Stack>
            <Text>
              {asking === 'stop'
                ? `Everything it sends is accepted and held, and what is on the way is held before it leaves: ${plural(engine.on_the_way, 'delivery')} now, beside ${engine.held} held already.`
                : asking === 'password'
                  ? 'The old password stops working at once; give the new one to the engine before it sends again.'
                  : 'Events are signed with the new secret at once; the old one proves nothing any more.'}
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(null)}>
                Cancel
              </Button>
              <Button
                color="red"
                loading={busy}
                data-autofocus
                onClick={() => void (asking === 'stop' ? setMode('stopped') : rotate(asking))}
              >
                {asking === 'stop' ? 'Stop and hold' : 'Replace it'}
              </Button>
            </Group>
          </Stack>
        </Dialog>
      )}
    </section>
  );
}
