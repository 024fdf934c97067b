import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type {
  AdapterPage,
  DecisionsPage,
  EnginesPage,
  RubricPage,
  UpstreamsPage,
} from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { Loading } from '../parts/loading.tsx';
import { Trouble } from '../parts/trouble.tsx';

/** What each section loads. */
interface SectionPages {
  engines: EnginesPage;
  upstreams: UpstreamsPage;
  rubric: RubricPage;
  adapter: AdapterPage;
  decisions: DecisionsPage;
}

/** One section's data: a loader, a failure with a way to try again, or the section. */
export function Load<S extends keyof SectionPages>({
  section,
  children,
}: {
  section: S;
  children: (page: SectionPages[S]) => ReactNode;
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings', section],
    queryFn: () => api.get<SectionPages[S]>(`/settings/${section}`),
  });
  if (data !== undefined) return children(data);
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  return <Loading />;
}

/** Loads a section anew. */
export function useReload(section: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['settings', section] });
}

/** An auditor sees everything and changes nothing. */
export function useMayChange(): boolean {
  return useAccount().role === 'admin';
}

/** Label and value, a line each. */
export function Facts({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="settings-facts">
      {facts.map(([label, value]) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
