import '../insight/insight.css';
import { Alert, Button, Group, Text, TextInput, Textarea, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { PlaygroundDraft, PlaygroundVerdict } from '../../insight/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { readObject } from '../insight/json-text.ts';
import { MarkedText } from '../insight/marked-text.tsx';
import { PlaygroundExamples } from '../insight/playground-examples.tsx';
import { ProbeCaseList } from '../insight/probe-case-list.tsx';
import { ProspectPicker } from '../insight/prospect-picker.tsx';
import { SaveProbeCase } from '../insight/save-probe-case.tsx';
import { RecordPanel, VerdictPanel } from '../insight/verdict-panel.tsx';
import { PageTitle } from '../parts/page-title.tsx';

/** What a draft is made of, as typed. */
interface Typed {
  /** The prospect whose record is judged as it stands; null: the record below. */
  prospect: { id: string; label: string } | null;
  record: string;
  subject: string;
  text: string;
  /** A whole mail in place of subject and text; null = not used. */
  eml: string | null;
}

const EMPTY: Typed = { prospect: null, record: '', subject: '', text: '', eml: null };

export default function PlaygroundPage() {
  const [typed, setTyped] = useState<Typed>(EMPTY);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const judge = useMutation({
    mutationFn: (draft: PlaygroundDraft) => api.post<PlaygroundVerdict>('/playground/judge', draft),
    onError: (error) => setWrong(error instanceof ApiFailure ? error.fields : {}),
  });
  const change = (changes: Partial<Typed>): void => {
    setTyped({ ...typed, ...changes });
    setWrong({});
  };
  const draftOf = (): PlaygroundDraft | null => {
    const source = typed.prospect ? { prospect_id: typed.prospect.id } : readObject(typed.record);
    if ('error' in source) {
      setWrong({ record: source.error });
      return null;
    }
    return {
      ...('value' in source ? { record: source.value } : source),
      ...(typed.eml === null ? { subject: typed.subject, text: typed.text } : { eml: typed.eml }),
    };
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const draft = draftOf();
    if (draft) judge.mutate(draft);
  };
  return (
    <>
      <PageTitle
        title="Playground"
        about="Try a draft against a record. It is judged as mail would be, and nothing is sent or stored."
      />
      <PlaygroundExamples
        pick={({ record, subject, text }) => {
          change({ ...EMPTY, record: JSON.stringify(record, null, 2), subject, text });
          judge.reset();
        }}
      />
      <div className="two-columns">
        <form onSubmit={submit} className="playground-form">
          <Title order={2} size="h4">
            Record
          </Title>
          <ProspectPicker
            picked={typed.prospect}
            pick={(prospect) => change({ prospect })}
            alter={(record) => change({ prospect: null, record: JSON.stringify(record, null, 2) })}
          />
          {!typed.prospect && (
            <Textarea
              label="Record as JSON"
              description="The fields of the CRM snapshot. A field that is left out is unknown, which counts as unsafe where a rule needs it."
              rows={8}
              spellCheck={false}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              value={typed.record}
              onChange={(event) => change({ record: event.currentTarget.value })}
              error={wrong['record']}
            />
          )}
          {typed.prospect && wrong['prospect_id'] && (
            <Text c="red" size="sm" role="alert">
              {wrong['prospect_id']}
            </Text>
          )}
          <Title order={2} size="h4" mt="xs">
            Draft
          </Title>
          {typed.eml === null ? (
            <>
              <TextInput
                label="Subject"
                value={typed.subject}
                onChange={(event) => change({ subject: event.currentTarget.value })}
                error={wrong['subject']}
              />
              <Textarea
                label="Text"
                rows={10}
                value={typed.text}
                onChange={(event) => change({ text: event.currentTarget.value })}
                error={wrong['text']}
              />
            </>
          ) : (
            <Textarea
              label="Whole mail (.eml)"
              description="With all headers, as “show original” gives it."
              rows={14}
              spellCheck={false}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              value={typed.eml}
              onChange={(event) => change({ eml: event.currentTarget.value })}
              error={wrong['eml']}
            />
          )}
          <Group>
            <Button type="submit" loading={judge.isPending}>
              Judge
            </Button>
            <Button variant="default" onClick={() => change({ eml: typed.eml === null ? '' : null })}>
              {typed.eml === null ? 'Paste a whole mail instead' : 'Write subject and text instead'}
            </Button>
          </Group>
        </form>
        <div>
          <section className="insight-panel" aria-label="Verdict" aria-live="polite">
            <Title order={2} size="h4">
              Verdict
            </Title>
            {judge.error && Object.keys(wrong).length === 0 && (
              <Alert color="red" title="Not judged">
                {judge.error.message}
              </Alert>
            )}
            {judge.data ? (
              <Verdict judged={judge.data} />
            ) : (
              <Text size="sm" c="dimmed">
                Take an example, or pick a prospect and write a draft; then judge it.
              </Text>
            )}
          </section>
          {judge.data && (
            <SaveProbeCase
              key={judge.submittedAt}
              judged={judge.data}
              source={
                judge.variables.prospect_id === undefined
                  ? { record: judge.variables.record ?? {} }
                  : { prospect_id: judge.variables.prospect_id }
              }
            />
          )}
        </div>
      </div>
      <ProbeCaseList />
    </>
  );
}

function Verdict({ judged: { verdict, draft, judges } }: { judged: PlaygroundVerdict }) {
  return (
    <>
      <VerdictPanel verdict={verdict} />
      <Text size="xs" c="dimmed">
        Judged by the {judges}.
      </Text>
      <Title order={3} size="h5" mt="md">
        Draft as read, evidence marked
      </Title>
      <Text fw={600} size="sm" component="div">
        <MarkedText text={draft.subject ?? '(no subject)'} part="subject" findings={verdict.findings} />
      </Text>
      <MarkedText text={draft.body} part="body" findings={verdict.findings} />
      <details>
        <summary>Record as judged</summary>
        <RecordPanel record={verdict.prospect} />
      </details>
    </>
  );
}
