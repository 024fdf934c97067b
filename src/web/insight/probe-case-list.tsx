import { Button, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ProbeCase } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { showToast, tellFailure } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { plainName } from '../parts/words.ts';

const KEY = ['playground', 'cases'];

/** Saved probe cases, and how to run them. */
export function ProbeCaseList() {
  const { role } = useAccount();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<{ path: string; cases: ProbeCase[] }>('/playground/cases'),
  });
  const restore = (removed: ProbeCase): void => {
    const { gold, rule, context, subject, draft } = removed;
    api
      .post('/playground/cases', {
        gold,
        rule,
        record: context,
        text: draft,
        ...(subject === null ? {} : { subject }),
      })
      .then(
        () => client.invalidateQueries({ queryKey: KEY }),
        (error: unknown) => tellFailure(error, 'Not put back'),
      );
  };
  const remove = useMutation({
    mutationFn: (id: string) => api.send<ProbeCase>('DELETE', `/playground/cases/${encodeURIComponent(id)}`),
    onSuccess: async (removed) => {
      showToast({
        text: 'The case is deleted.',
        tone: 'done',
        lastsMs: 10_000,
        action: { label: 'Put it back', onClick: () => restore(removed) },
      });
      await client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => tellFailure(error, 'Not deleted'),
  });
  if (!data) return null;
  return (
    <section className="insight-panel" aria-label="Saved probe cases" style={{ marginTop: '1rem' }}>
      <Title order={2} size="h4">
        Saved probe cases
      </Title>
      {data.cases.length === 0 ? (
        <Text size="sm" c="dimmed">
          None yet. Judge a draft, say what is right, and save it: so a mistake is found once only.
        </Text>
      ) : (
        <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Saved probe cases, table">
          <table className="plain-table" data-stacks>
            <thead>
              <tr>
                <th scope="col">Draft</th>
                <th scope="col">Must get</th>
                <th scope="col">Rule</th>
                <th scope="col">Saved</th>
                {role !== 'auditor' && <th scope="col">Delete</th>}
              </tr>
            </thead>
            <tbody>
              {data.cases.map((one) => (
                <tr key={one.id}>
                  <th scope="row" style={{ whiteSpace: 'normal' }}>
                    {one.subject || one.draft.slice(0, 80)}
                  </th>
                  <td data-label="Must get">{one.gold}</td>
                  <td data-label="Rule">{one.rule === null ? 'not said' : plainName(one.rule)}</td>
                  <td data-label="Saved">
                    <ShownTime at={one.at} exact /> by {one.by}
                  </td>
                  {role !== 'auditor' && (
                    <td>
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Delete the case ${one.subject || one.draft.slice(0, 40)}`}
                        loading={remove.isPending && remove.variables === one.id}
                        onClick={() => remove.mutate(one.id)}
                      >
                        Delete
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Text size="sm" mt="sm">
        Run them on the gate’s machine:
      </Text>
      <pre className="code-text">presend eval {data.path}</pre>
    </section>
  );
}
