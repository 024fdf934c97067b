import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { PlaygroundExample } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';

/** One example for each decision, to start from. */
export function PlaygroundExamples({ pick }: { pick: (example: PlaygroundExample) => void }) {
  const { data } = useQuery({
    queryKey: ['playground', 'examples'],
    queryFn: () => api.get<{ examples: PlaygroundExample[] }>('/playground/examples'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <fieldset className="panel" style={{ marginBottom: '1rem' }}>
      <legend>Examples</legend>
      <Group gap="xs" mih={96} align="stretch">
        {data?.examples.map((example) => (
          <button
            key={example.id}
            type="button"
            className="link-button"
            style={{ width: 'auto', flex: '1 1 150px' }}
            title={example.about}
            onClick={() => pick(example)}
          >
            <strong>{example.shows ?? 'Doubt'}</strong>
            <br />
            {example.title}
          </button>
        ))}
      </Group>
    </fieldset>
  );
}
