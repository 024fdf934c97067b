import { Group } from '@mantine/core';
import { EXAMPLES } from '../../insight/playground-examples.ts';
import type { PlaygroundExample } from '../../insight/web-types.ts';

/** One example for each decision, to start from. */
export function PlaygroundExamples({ pick }: { pick: (example: PlaygroundExample) => void }) {
  return (
    <fieldset className="insight-panel playground-examples">
      <legend>Examples</legend>
      <Group gap="xs" align="stretch">
        {EXAMPLES.map((example) => (
          <button
            key={example.id}
            type="button"
            className="insight-choice playground-example"
            title={example.about}
            onClick={() => pick(example)}
          >
            <strong>{example.shows ?? 'Doubt'}</strong>
            <span>{example.title}</span>
          </button>
        ))}
      </Group>
    </fieldset>
  );
}
