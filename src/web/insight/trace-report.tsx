import { Anchor, Button, Group, Loader, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { traceReport } from '../../insight/trace-report.ts';
import type { TraceView, TracedDelivery } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { DamageList } from '../damage/damage-list.tsx';
import { ReportDamage } from '../damage/report-damage.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { SameTextPanel } from './same-text.tsx';
import { StopEngine } from './stop-engine.tsx';
import { RecordPanel, VerdictPanel } from './verdict-panel.tsx';

/** All that is known about one message. */
export function TraceReport({ id, open }: { id: string; open: (messageId: string) => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['trace', id],
    queryFn: () => api.get<TraceView>(`/trace/${encodeURIComponent(id)}`),
  });
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loader aria-label="Loading" />;
  const { message, engine, deliveries } = data;
  const copy = (): void => {
    navigator.clipboard.writeText(traceReport(data)).then(
      () => tellDone('The report is in the clipboard, as Markdown.'),
      (reason: unknown) => tellFailure(reason, 'Not copied'),
    );
  };
  return (
    <article aria-label={`Trace of ${message.subject ?? 'a message'}`}>
      <Group justify="space-between" mt="lg" mb="xs">
        <Title order={2} size="h3">
          {message.subject || '(no subject)'}
        </Title>
        <Group gap="xs">
          <Button variant="default" onClick={copy}>
            Copy as a report
          </Button>
          <StopEngine engine={engine} messageId={id} />
        </Group>
      </Group>
      <Text size="sm" mb="md">
        From {message.from || '<>'} by engine {engine.name}, received{' '}
        <ShownTime at={message.received_at} exact />. Message-ID {message.message_id_header ?? '(none)'}.
      </Text>
      {deliveries.map((delivery) => (
        <DeliveryTrace
          key={delivery.id}
          delivery={delivery}
          engine={engine.name}
          onReported={() => void refetch()}
        />
      ))}
      <div className="two-columns">
        <section className="insight-panel">
          <Title order={3} size="h5">
            Text as the engine sent it
          </Title>
          <pre className="shown-text">{data.text}</pre>
          {data.edits.map((edit) => (
            <div key={edit.revision}>
              <Title order={3} size="h6" mt="sm">
                As edited by {edit.actor}
              </Title>
              <pre className="shown-text">{edit.text}</pre>
            </div>
          ))}
          <details>
            <summary>All headers</summary>
            <pre className="code-text">{data.headers}</pre>
          </details>
        </section>
        <div>
          <SameTextPanel title="Who else got the same text" same={data.same_text} open={open} />
          <SameTextPanel
            title="Who else got the same template"
            about="The same but for names, companies, places, numbers and links."
            same={data.same_template}
            open={open}
          />
        </div>
      </div>
    </article>
  );
}

function DeliveryTrace({
  delivery,
  engine,
  onReported,
}: {
  delivery: TracedDelivery;
  engine: string;
  onReported: () => void;
}) {
  const { id, recipient, state, verdict, story, damage } = delivery;
  return (
    <section className="insight-panel" aria-label={`To ${recipient}`}>
      <div className="insight-panel-head">
        <Title order={3} size="h4">
          {recipient}: {state}
        </Title>
        <Group gap="sm">
          <ReportDamage delivery={{ id, engine, recipient, state }} onReported={onReported} />
          <Anchor component={Link} href={`/deliveries/${id}`}>
            Open the message view
          </Anchor>
        </Group>
      </div>
      <DamageList reports={damage} />
      <div className="two-columns">
        <div>
          <Title order={4} size="h5">
            What happened
          </Title>
          <ol className="story">
            {story.map((line, index) => (
              // Lines are never reordered: the index is their identity.
              <li key={index} data-kind={line.kind}>
                <ShownTime at={line.at} exact />
                <span>{line.words}</span>
              </li>
            ))}
          </ol>
        </div>
        <div>
          <Title order={4} size="h5">
            Verdict
          </Title>
          {verdict ? <VerdictPanel verdict={verdict} level={4} /> : <Text size="sm">It was not judged.</Text>}
          {verdict && (
            <details>
              <summary>Record as judged</summary>
              <RecordPanel record={verdict.prospect} />
            </details>
          )}
        </div>
      </div>
    </section>
  );
}
