import { Button, NativeSelect, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PlaygroundVerdict, ProbeCase, ProbeCaseBody } from '../../insight/web-types.ts';
import { RULES } from '../../judge/verdict.ts';
import { DECISIONS, type Decision } from '../../message/types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { plainName } from '../parts/words.ts';

/** Keeps what was judged as a case, with the decision that a person says is right. */
export function SaveProbeCase({
  judged: { verdict, draft },
  source,
}: {
  judged: PlaygroundVerdict;
  source: Pick<ProbeCaseBody, 'prospect_id' | 'record'>;
}) {
  const { role } = useAccount();
  const client = useQueryClient();
  const [gold, setGold] = useState<Decision | ''>('');
  const [rule, setRule] = useState('');
  const [missing, setMissing] = useState(false);
  const save = useMutation({
    mutationFn: (right: Decision) =>
      api.post<ProbeCase>('/playground/cases', {
        gold: right,
        rule: rule === '' ? null : rule,
        ...source,
        ...(draft.subject === null ? {} : { subject: draft.subject }),
        text: draft.body,
      }),
    onSuccess: async ({ gold: saved }) => {
      tellDone(`Saved as a probe case that must get ${saved}.`);
      await client.invalidateQueries({ queryKey: ['playground', 'cases'] });
    },
    onError: (error) => tellFailure(error, 'Not saved'),
  });
  if (role === 'auditor') return null;
  return (
    <section className="insight-panel" aria-label="Save as a probe case" style={{ marginTop: '1rem' }}>
      <Title order={2} size="h5">
        Save as a probe case
      </Title>
      <Text size="sm" c="dimmed">
        Say what is right, whatever the judge said ({verdict.decision ?? 'hold'}). The case is checked again
        whenever the cases are run.
      </Text>
      <NativeSelect
        label="Right decision"
        value={gold}
        onChange={(event) => {
          setGold(event.currentTarget.value as Decision | '');
          setMissing(false);
        }}
        data={[{ value: '', label: 'Choose' }, ...DECISIONS]}
        error={missing ? 'Choose the decision this draft must get.' : undefined}
      />
      <NativeSelect
        label="Rule that should fire"
        value={rule}
        onChange={(event) => setRule(event.currentTarget.value)}
        data={[
          { value: '', label: 'Not said' },
          { value: 'none', label: 'None: it is a good draft' },
          ...RULES.map((value) => ({ value, label: plainName(value) })),
        ]}
      />
      <Button
        mt="sm"
        variant="default"
        loading={save.isPending}
        onClick={() => (gold === '' ? setMissing(true) : save.mutate(gold))}
      >
        Save the case
      </Button>
    </section>
  );
}
