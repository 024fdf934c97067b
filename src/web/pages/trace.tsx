import '../insight/insight.css';
import { Button, Group, Text, Textarea } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { TraceFound } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { TraceHits } from '../insight/trace-hits.tsx';
import { TraceReport } from '../insight/trace-report.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Trouble } from '../parts/trouble.tsx';

/** Longer texts are kept out of the address. */
const MAX_IN_ADDRESS = 500;

export default function TracePage() {
  const [params, setParams] = useSearchParams();
  const inAddress = params.get('q') ?? '';
  const id = params.get('id');
  const [text, setText] = useState(inAddress);
  const [pasted, setPasted] = useState('');
  const asked = inAddress || pasted;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['trace', 'search', asked],
    queryFn: () => api.post<TraceFound>('/trace/search', { text: asked }),
    enabled: asked.trim() !== '',
    placeholderData: keepPreviousData,
  });
  const search = (event: FormEvent): void => {
    event.preventDefault();
    const short = text.length <= MAX_IN_ADDRESS;
    setPasted(short ? '' : text);
    setParams(short && text.trim() !== '' ? { q: text } : {});
  };
  const open = (messageId: string): void => {
    setParams((before) => {
      before.set('id', messageId);
      return before;
    });
  };
  const [first] = data?.hits ?? [];
  const only = data?.hits.length === 1 ? first?.message_id : undefined;
  const shown = id ?? (asked === '' ? undefined : only);
  return (
    <>
      <PageTitle
        title="Trace"
        about="From a complaint to the message, its verdict, who released it and who else got the text."
      />
      <form onSubmit={search} role="search">
        <Textarea
          label="What do you have?"
          description="A name or address, words of the text, any header, an id, or the whole mail that was complained about."
          rows={3}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) search(event);
          }}
          maxLength={4_000_000}
        />
        <Group mt="xs" mb="md">
          <Button type="submit" loading={isFetching}>
            Search
          </Button>
          <Text size="xs" c="dimmed">
            Ctrl+Enter searches. Put words in “quotes” to find them in this order.
          </Text>
        </Group>
      </form>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {asked !== '' && data && data.hits.length !== 1 && <TraceHits found={data} open={open} shown={shown} />}
      {data?.hits.length === 1 && first && asked !== '' && (
        <Text size="sm" c="dimmed" mb="xs">
          Found one message: {first.why}.
        </Text>
      )}
      {shown && <TraceReport key={shown} id={shown} open={open} />}
      {asked === '' && !shown && (
        <EmptyState title="Nothing is searched yet">
          Paste what the person who complained has: the mail itself is best, quoted and wrapped lines do not
          matter. Their address or any header of the mail will do too.
        </EmptyState>
      )}
    </>
  );
}
