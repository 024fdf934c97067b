import { Loader, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { plural } from '../parts/words.ts';
import { Trouble } from '../parts/trouble.tsx';
import { SPOT_CHECK, calls } from './calls.ts';
import { outcomeWords } from './reveal.tsx';
import { decided } from './words.ts';

/** A check, item by item. */
export function CheckDetailsPanel({ id }: { id: number }) {
  const { data, error, refetch } = useQuery({
    queryKey: [...SPOT_CHECK, 'check', id],
    queryFn: () => calls.details(id),
  });
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loader aria-label="Loading" />;
  const hidden = data.items - data.shown.length;
  return (
    <section aria-labelledby="spot-details">
      <Title order={3} size="h5" mt="sm" id="spot-details">
        Items of check {id}
      </Title>
      {hidden > 0 && (
        <Text size="sm" c="dimmed">
          {plural(hidden, 'item')} that you have not answered {hidden === 1 ? 'is' : 'are'} not shown, so that
          you can still judge blind.
        </Text>
      )}
      {data.shown.length > 0 && (
        <div
          className="plain-table-frame"
          tabIndex={0}
          role="region"
          aria-label={`Items of check ${id}, table`}
        >
          <table className="plain-table" data-stacks>
            <thead>
              <tr>
                <th scope="col">Mail</th>
                <th scope="col">Judge</th>
                <th scope="col">People</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {data.shown.map(({ id: item, subject, recipient, revealed }) => (
                <tr key={item}>
                  <th scope="row">
                    <Link href={`/deliveries/${revealed.delivery_id}`}>
                      {subject || recipient || `Item ${item}`}
                    </Link>
                  </th>
                  <td data-label="Judge">{decided(revealed.decision, revealed.rule)}</td>
                  <td data-label="People">
                    {revealed.answers.length === 0
                      ? 'nobody yet'
                      : revealed.answers
                          .map((one) => `${one.mine ? 'You' : one.by}: ${decided(one.decision, one.rule)}`)
                          .join('; ')}
                  </td>
                  <td data-label="Outcome">{revealed.answers.length === 0 ? '–' : outcomeWords(revealed)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
