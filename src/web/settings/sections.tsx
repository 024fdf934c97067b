import './styles.ts';
import { useQueryClient } from '@tanstack/react-query';
import { type ComponentType, type LazyExoticComponent, Suspense, lazy } from 'react';
import { Link, Redirect, useParams } from 'wouter';
import { useLive } from '../app/live.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';

interface Section {
  label: string;
  about: string;
  component: LazyExoticComponent<ComponentType>;
}

const SECTIONS: Record<string, Section> = {
  engines: {
    label: 'Engines',
    about: 'Who submits mail, with which credentials, and what the gate does with it.',
    component: lazy(() => import('./engines-section.tsx')),
  },
  upstreams: {
    label: 'Upstreams',
    about: 'The mail providers behind the gate, and a mail to try each.',
    component: lazy(() => import('./upstreams-section.tsx')),
  },
  rubric: {
    label: 'Rubric',
    about: 'The rules, their lists and thresholds; try a change on past mail before you save it.',
    component: lazy(() => import('./rubric-section.tsx')),
  },
  adapter: {
    label: 'Adapter',
    about: 'The judge model, what it may do, and the switch that takes it out at once.',
    component: lazy(() => import('./adapter-section.tsx')),
  },
  decisions: {
    label: 'Decisions',
    about: 'What each decision leads to, and where that is changed.',
    component: lazy(() => import('./decisions-section.tsx')),
  },
};

/** Which changes make which section out of date. */
const SUBJECTS: Record<string, string> = {
  engine: 'engines',
  upstream: 'upstreams',
  rubric: 'rubric',
  kill_switch: 'adapter',
  monitor: 'adapter',
  canary: 'canary',
};

/** The settings: one section at a time, each loaded by itself. */
export function SettingsSections() {
  const { section: key = '' } = useParams<{ section?: string }>();
  const client = useQueryClient();
  useLive({
    change: ({ subject }) => {
      const stale = SUBJECTS[subject.type];
      if (stale) void client.invalidateQueries({ queryKey: ['settings', stale] });
    },
  });
  const section = SECTIONS[key];
  if (!section) return <Redirect to="/settings/engines" replace />;
  return (
    <>
      <PageTitle title={`Settings: ${section.label}`} about={section.about} />
      <nav className="sections" aria-label="Settings">
        {Object.entries(SECTIONS).map(([one, { label }]) => (
          <Link key={one} href={`/settings/${one}`} aria-current={one === key ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <div className="settings-section">
        <Suspense fallback={<Loading />}>
          <section.component />
        </Suspense>
      </div>
    </>
  );
}
