import { Button, Title } from '@mantine/core';
import type { ItemView, Revealed } from '../../kill-switch/spot-check/web-types.ts';
import { VerdictPanel } from '../insight/verdict-panel.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { decided } from './words.ts';

/** Whether the judge was right, in a sentence. */
export function outcomeWords({ truth, right }: Pick<Revealed, 'truth' | 'right'>): string {
  if (truth === 'disputed') return 'People disagree: it counts for nothing.';
  if (right === null) return 'Nobody is sure: it counts for nothing.';
  return right ? 'The judge was right.' : 'The judge was wrong.';
}

/** The answer before last beside the verdict, in a line: what is learnt stays in sight while the next one is read. */
export function LastAnswer({ item, onOpen }: { item: ItemView; onOpen: () => void }) {
  const { revealed } = item;
  const mine = revealed?.answers.find((one) => one.mine);
  if (!revealed || !mine) return null;
  return (
    <div className="spot-last" role="status">
      <span>
        Item {item.position}: you said <strong>{decided(mine.decision, mine.rule)}</strong>, the judge{' '}
        <strong>{decided(revealed.decision, revealed.rule)}</strong>. {outcomeWords(revealed)}
      </span>
      <Button size="compact-sm" variant="default" onClick={onOpen}>
        Look at it again
      </Button>
    </div>
  );
}

/** The verdict beside all answers. */
export function RevealPanel({ revealed, onAgain }: { revealed: Revealed; onAgain: () => void }) {
  const { decision, rule, verdict, answers, change_until: until, adapter_version: adapter } = revealed;
  return (
    <section className="insight-panel spot-reveal" aria-labelledby="spot-reveal">
      <Title order={3} size="h5" id="spot-reveal">
        {outcomeWords(revealed)}
      </Title>
      <table className="plain-table" data-stacks>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Decision</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">The judge{adapter === null ? ' (the rules alone)' : ''}</th>
            <td data-label="Decision">{decided(decision, rule)}</td>
            <td data-label="Note">{verdict?.rationale ?? 'Its verdict is not kept any more.'}</td>
          </tr>
          {answers.map((one) => (
            <tr key={`${one.by} ${one.at}`}>
              <th scope="row">
                {one.mine ? 'You' : one.by}, <ShownTime at={one.at} />
              </th>
              <td data-label="Decision">{decided(one.decision, one.rule)}</td>
              <td data-label="Note">{one.note ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {until !== null && (
        <Button size="xs" variant="default" mt="sm" onClick={onAgain}>
          Answer again
        </Button>
      )}
      {verdict && (
        <details>
          <summary>The whole verdict</summary>
          <VerdictPanel verdict={verdict} level={4} />
        </details>
      )}
    </section>
  );
}
