import '../access/access.css';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { WelcomeView } from '../../access/web-types.ts';
import { TestMailStep } from '../access/test-mail-step.tsx';
import { CrmStep, EngineStep, UpstreamStep } from '../access/welcome-steps.tsx';
import { api } from '../app/api.ts';
import { Loading } from '../parts/loading.tsx';
import { tellFailure } from '../parts/notify.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Trouble } from '../parts/trouble.tsx';

/** A short checklist after setup: from nothing to the first mail that passes the gate. */
export default function WelcomePage() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const welcome = useQuery({
    queryKey: ['welcome'],
    queryFn: ({ signal }) => api.get<WelcomeView>('/welcome', {}, signal),
  });
  const dismiss = useMutation({
    mutationFn: () => api.post('/welcome/dismiss'),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['welcome'] });
      navigate('/queue');
    },
    onError: (error) => tellFailure(error),
  });
  const view = welcome.data;
  return (
    <>
      <PageTitle
        title="Welcome to presend"
        about="Four steps, in any order; each can wait."
        actions={
          view &&
          !view.dismissed && (
            <Button variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
              Put this away
            </Button>
          )
        }
      />
      {welcome.isError && <Trouble error={welcome.error} onRetry={() => void welcome.refetch()} />}
      {welcome.isPending && <Loading />}
      {view && (
        <>
          <TestMailStep view={view} />
          <UpstreamStep view={view} />
          <CrmStep view={view} />
          <EngineStep view={view} />
        </>
      )}
    </>
  );
}
