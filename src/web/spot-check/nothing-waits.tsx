import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SpotCheckPage } from '../../kill-switch/spot-check/web-types.ts';
import { useAccount } from '../app/session.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { plural } from '../parts/words.ts';
import { SPOT_CHECK, calls } from './calls.ts';

/** Why there is nothing to answer, and what can be done. */
export function NothingWaits({ page, onSecond }: { page: SpotCheckPage; onSecond: (id: number) => void }) {
  const { role } = useAccount();
  const { next_at: next, decisions } = page.schedule;
  const others = page.items.filter(({ mine, settled }) => !mine && settled);
  const [first] = others;
  return (
    <EmptyState
      title={page.checks.length === 0 ? 'No spot check was drawn yet' : 'Everything is answered'}
      action={
        <Group justify="center">
          {first && (
            <Button variant="default" onClick={() => onSecond(first.id)}>
              Give a second opinion on {plural(others.length, 'item')}
            </Button>
          )}
          {role === 'admin' && <DrawButton />}
        </Group>
      }
    >
      {next === null ? (
        <>Nothing is drawn by itself: the configuration has kill_switch.spot_check.enabled off.</>
      ) : (
        <>
          {plural(decisions, 'decision')} of the week {decisions === 1 ? 'is' : 'are'} drawn next on{' '}
          <ShownTime at={next} />, passes too.
        </>
      )}
    </EmptyState>
  );
}

function DrawButton() {
  const client = useQueryClient();
  const draw = useMutation({
    mutationFn: calls.draw,
    onSuccess: async ({ items, population }) => {
      tellDone(`${plural(items, 'decision')} of ${population} drawn.`);
      await client.invalidateQueries({ queryKey: SPOT_CHECK });
    },
    onError: (error) => tellFailure(error, 'Not drawn'),
  });
  return (
    <Button variant="default" loading={draw.isPending} onClick={() => draw.mutate()}>
      Draw one now
    </Button>
  );
}
