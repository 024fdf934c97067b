import { useEffect, useRef, useState } from 'react';
import { DELIVERY_STATES } from '../../message/disposition.ts';
import type { Facet, QueuePage } from '../../review/web-types.ts';
import { PopupMenu } from '../parts/popup-menu.tsx';
import { STATE_WORD, reasonChip } from '../parts/words.ts';
import { type Filter, type Filters, toggled } from './filters.ts';
import { atLeast } from './words.ts';

type Change = (changes: { [name in Filter]?: string | undefined }) => void;

interface Option {
  value: string;
  label: string;
  count?: number;
  more?: true | undefined;
}

const STATES: Option[] = [
  { value: 'all', label: 'Every state' },
  ...DELIVERY_STATES.map((value) => ({ value, label: STATE_WORD[value] })),
];
const DUE: Option[] = [
  { value: 'amber', label: 'Within a day' },
  { value: 'red', label: 'Within four hours or over' },
];
const SNOOZED: Option[] = [
  { value: '1', label: 'Shown too' },
  { value: 'only', label: 'Only snoozed' },
];
const SORT: Option[] = [
  { value: 'newest', label: 'Newest first' },
  { value: 'due', label: 'Due first' },
];

/** Search and filters; all of them are in the address, so that a list can be bookmarked and sent to somebody. */
export function FilterBar({
  filters,
  facets,
  onChange,
}: {
  filters: Filters;
  facets: QueuePage['facets'] | undefined;
  onChange: Change;
}) {
  const options = (list: Facet[] | undefined, word = (facet: Facet) => facet.label): Option[] =>
    (list ?? []).map((facet) => ({
      value: facet.key,
      label: word(facet),
      count: facet.count,
      more: facet.more,
    }));
  const active = Object.keys(filters).some((name) => name !== 'sort' && name !== 'q');
  return (
    <div className="filters" role="search" aria-label="Held queue">
      <SearchBox value={filters.q ?? ''} onChange={(q) => onChange({ q: q || undefined })} />
      <div className="filter-menus">
        <FilterMenu
          name="Reason"
          value={filters.reason}
          multiple
          options={options(facets?.reasons, ({ key, label }) => (label === key ? reasonChip(key) : label))}
          onPick={(reason) => onChange({ reason })}
        />
        <FilterMenu
          name="Engine"
          value={filters.engine}
          options={options(facets?.engines)}
          onPick={(engine) => onChange({ engine })}
        />
        <FilterMenu
          name="Assigned"
          value={filters.assigned}
          options={[
            { value: 'me', label: 'To me' },
            { value: 'none', label: 'To nobody' },
            ...options(facets?.assigned).filter(({ value }) => value !== 'me' && value !== 'none'),
          ]}
          onPick={(assigned) => onChange({ assigned })}
        />
        <FilterMenu name="Due" value={filters.due} options={DUE} onPick={(due) => onChange({ due })} />
        <FilterMenu
          name="Snoozed"
          value={filters.snoozed}
          options={SNOOZED}
          onPick={(snoozed) => onChange({ snoozed })}
        />
        <FilterMenu
          name="State"
          value={filters.state}
          multiple
          options={STATES}
          onPick={(state) => onChange({ state })}
        />
        {filters.company && (
          <button
            type="button"
            className="popup-button filter-on"
            onClick={() => onChange({ company: undefined })}
          >
            One company <span aria-hidden="true">✕</span>
          </button>
        )}
        {filters.cause && (
          <button
            type="button"
            className="popup-button filter-on"
            onClick={() => onChange({ cause: undefined })}
          >
            One cause <span aria-hidden="true">✕</span>
          </button>
        )}
        <FilterMenu
          name="Oldest first"
          value={filters.sort}
          any="Oldest first"
          options={SORT}
          onPick={(sort) => onChange({ sort })}
        />
        {active && (
          <button
            type="button"
            className="popup-button filter-clear"
            onClick={() =>
              onChange({
                state: undefined,
                reason: undefined,
                engine: undefined,
                assigned: undefined,
                due: undefined,
                snoozed: undefined,
                company: undefined,
                cause: undefined,
              })
            }
          >
            Clear filters
          </button>
        )}
      </div>
    </div>
  );
}

/** Words are looked for as they are typed; the address follows. */
function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (text: string): void => {
    clearTimeout(timer.current);
    onChange(text.trim());
    setTyped(null);
  };
  return (
    <input
      id="queue-search"
      type="search"
      className="search"
      placeholder="Search recipient, company, text, id …"
      aria-label="Search held mail"
      aria-keyshortcuts="/"
      autoComplete="off"
      spellCheck={false}
      value={typed ?? value}
      onChange={(event) => {
        const text = event.target.value;
        setTyped(text);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => say(text), 250);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') say(event.currentTarget.value);
        if (event.key !== 'Escape') return;
        if (event.currentTarget.value !== '') say('');
        else event.currentTarget.blur();
      }}
    />
  );
}

function FilterMenu({
  name,
  value,
  options,
  multiple = false,
  any = 'Any',
  onPick,
}: {
  name: string;
  value: string | undefined;
  options: readonly Option[];
  multiple?: boolean;
  /** What no filter is called. */
  any?: string;
  onPick: (value: string | undefined) => void;
}) {
  const chosen = (value ?? '').split(',').filter(Boolean);
  const labels = chosen.map((one) => options.find((option) => option.value === one)?.label ?? one);
  const said =
    labels.length === 0 ? name : any === name ? labels.join(', ') : `${name}: ${labels.join(', ')}`;
  const shown = options.filter(
    ({ count, value }) => count === undefined || count > 0 || chosen.includes(value),
  );
  return (
    <PopupMenu
      className={value ? 'filter-on' : 'filter-off'}
      button={
        <>
          <span className="filter-said">{said}</span> <span aria-hidden="true">▾</span>
        </>
      }
    >
      <div className="filter-options">
        <button type="button" className="popup-item" aria-pressed={!value} onClick={() => onPick(undefined)}>
          {any}
        </button>
        {shown.map((option) => {
          const on = chosen.includes(option.value);
          const text = (
            <>
              {option.label}
              {option.count !== undefined && (
                <span className="filter-count">{atLeast(option.count, option.more)}</span>
              )}
            </>
          );
          return multiple ? (
            <label key={option.value} className="popup-item filter-tick">
              <input
                type="checkbox"
                checked={on}
                onChange={() => onPick(toggled(option.value === 'all' ? undefined : value, option.value))}
              />
              {text}
            </label>
          ) : (
            <button
              key={option.value}
              type="button"
              className="popup-item"
              aria-pressed={on}
              onClick={() => onPick(on ? undefined : option.value)}
            >
              {text}
            </button>
          );
        })}
      </div>
    </PopupMenu>
  );
}
