import { Button, Group, Table, Text } from '@mantine/core';
import type { EngineSecrets, EngineView } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { useAct } from './act.ts';
import { useMayChange, useReload } from './load.tsx';

/** The API keys of an engine. Several can be in use at once, so that an engine is moved to a new one without a pause. */
export function EngineKeys({
  engine,
  onSecrets,
}: {
  engine: EngineView;
  onSecrets: (secrets: EngineSecrets) => void;
}) {
  const mayChange = useMayChange();
  const reload = useReload('engines');
  const { busy, act } = useAct();
  const path = `/settings/engines/${engine.id}/keys`;
  const add = (kind: 'bearer' | 'sigv4'): Promise<void> =>
    act(async () => {
      onSecrets(await api.post<EngineSecrets>(path, { kind }));
      await reload();
    });
  const revoke = (id: string): Promise<void> =>
    act(async () => {
      await api.send('DELETE', `${path}/${id}`);
      tellDone('The key is revoked; the next request with it is refused.');
      await reload();
    });
  return (
    <details className="settings-details">
      <summary>
        API keys ({engine.keys.filter(({ revoked_at }) => revoked_at === null).length} in use)
      </summary>
      {engine.keys.length > 0 ? (
        <div className="settings-scroll" tabIndex={0} role="region" aria-label={`API keys of ${engine.name}`}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Ends in</Table.Th>
                <Table.Th>Kind</Table.Th>
                <Table.Th>Made</Table.Th>
                <Table.Th>State</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {engine.keys.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>…{key.hint}</Table.Td>
                  <Table.Td>{key.kind === 'bearer' ? 'API key' : 'Amazon SES'}</Table.Td>
                  <Table.Td>
                    <ShownTime at={key.created_at} />
                  </Table.Td>
                  <Table.Td>
                    {key.revoked_at !== null ? (
                      'revoked'
                    ) : mayChange ? (
                      <Button
                        size="compact-sm"
                        variant="default"
                        loading={busy}
                        onClick={() => void revoke(key.id)}
                        aria-label={`Revoke the key that ends in ${key.hint}`}
                      >
                        Revoke
                      </Button>
                    ) : (
                      'in use'
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ) : (
        <Text size="sm" c="dimmed">
          No key yet; an engine that speaks HTTP needs one.
        </Text>
      )}
      {mayChange && (
        <Group gap="xs" mt="xs">
          <Button size="xs" variant="default" loading={busy} onClick={() => void add('bearer')}>
            New API key
          </Button>
          <Button size="xs" variant="default" loading={busy} onClick={() => void add('sigv4')}>
            New key for Amazon SES clients
          </Button>
        </Group>
      )}
    </details>
  );
}
