import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import { Link } from 'wouter';
import type { SavedView } from '../../review/web-types.ts';
import { useAccount } from '../app/session.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { PopupMenu } from '../parts/popup-menu.tsx';
import { calls } from './calls.ts';
import { type Filters, filterSearch, sameFilters } from './filters.ts';
import { atLeast } from './words.ts';

const NameView = lazy(() => import('./name-view.tsx'));

const VIEWS = ['views'];

/** Built-in and saved filters as tabs with their counts; the one that is shown can be renamed, shared and deleted. */
export function Views({ filters }: { filters: Filters }) {
  const client = useQueryClient();
  const { role } = useAccount();
  const { data: views } = useQuery({ queryKey: VIEWS, queryFn: calls.views });
  const [naming, setNaming] = useState<SavedView | 'new' | null>(null);
  const here = views?.find((view) => sameFilters(view.query, filters));
  const reload = () => client.invalidateQueries({ queryKey: VIEWS });
  const share = useMutation({
    mutationFn: (view: SavedView) => calls.changeView(view.id, { shared: !view.shared }),
    onSuccess: (view) => {
      tellDone(view.shared ? `Everybody sees “${view.name}” now` : `Only you see “${view.name}” now`);
      return reload();
    },
    onError: (error) => tellFailure(error),
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) => calls.deleteView(view.id),
    onSuccess: (_done, view) => {
      tellDone(`Deleted the view “${view.name}”`);
      return reload();
    },
    onError: (error) => tellFailure(error),
  });
  return (
    <div className="views">
      <nav className="views-tabs" aria-label="Saved views">
        {views?.map((view) => {
          const search = filterSearch(view.query);
          return (
            <Link
              key={view.id}
              href={`/queue${search && `?${search}`}`}
              className="view"
              aria-current={view === here ? 'page' : undefined}
              title={view.shared && !view.builtin ? 'Shared with everybody' : undefined}
            >
              {view.name} <span className="view-count">{atLeast(view.count, view.more)}</span>
            </Link>
          );
        })}
      </nav>
      {views && !here && role !== 'auditor' && (
        <button type="button" className="popup-button view-save" onClick={() => setNaming('new')}>
          Save view
        </button>
      )}
      {here?.mine && !here.builtin && (
        <PopupMenu label={`Change the view ${here.name}`} button={<span aria-hidden="true">⋯</span>}>
          <button type="button" className="popup-item" onClick={() => setNaming(here)}>
            Rename
          </button>
          <button type="button" className="popup-item" onClick={() => share.mutate(here)}>
            {here.shared ? 'Stop sharing' : 'Share with everybody'}
          </button>
          <button type="button" className="popup-item" onClick={() => remove.mutate(here)}>
            Delete
          </button>
        </PopupMenu>
      )}
      {naming && (
        <Suspense fallback={null}>
          <NameView
            view={naming === 'new' ? null : naming}
            filters={filters}
            onClose={() => setNaming(null)}
            onSaved={() => void reload()}
          />
        </Suspense>
      )}
    </div>
  );
}
