import type { SyncRun } from '../../crm/hubspot/web-types.ts';
import type { DifferenceKind } from '../../store/hubspot-schema.ts';

/** What each kind of difference is called, and what it means. */
export const KINDS: Record<DifferenceKind, { label: string; about: string; colour: string }> = {
  new: { label: 'New', about: 'not in presend before', colour: 'ink' },
  changed: { label: 'Changed', about: 'HubSpot’s value goes in; nobody edited it here', colour: 'ink' },
  conflict: {
    label: 'Conflict',
    about: 'edited here and in HubSpot; the rule says whose stands',
    colour: 'orange',
  },
  kept: { label: 'Edit kept', about: 'edited here, unchanged in HubSpot', colour: 'gray' },
  stop: { label: 'Stop added', about: 'an opt-out or a disqualifier came from HubSpot', colour: 'red' },
  stop_kept: {
    label: 'Stop kept',
    about: 'stands here, HubSpot lacks it; a sync never takes one back',
    colour: 'red',
  },
  gone: { label: 'Gone', about: 'deleted in HubSpot', colour: 'gray' },
  merged: { label: 'Merged', about: 'merged into another record in HubSpot', colour: 'gray' },
  invalid: { label: 'Not usable', about: 'HubSpot has a value that presend cannot use', colour: 'orange' },
};

export const STATES: Record<SyncRun['state'], { label: string; colour: string }> = {
  running: { label: 'Running', colour: 'ink' },
  done: { label: 'Done', colour: 'green' },
  failed: { label: 'Failed', colour: 'red' },
  stopped: { label: 'Stopped', colour: 'gray' },
  interrupted: { label: 'Interrupted', colour: 'orange' },
};

/** A field's value for people. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'object') {
    return Object.entries(value)
      .filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0))
      .map(([field, one]) => `${field}: ${valueText(one)}`)
      .join(' · ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A run in a few words, without what did not happen. */
export function countsText({ counts, dry_run: dry }: SyncRun): string {
  const parts: [number, string][] = [
    [counts.new, 'new'],
    [counts.changed, 'changed'],
    [counts.conflicts, counts.conflicts === 1 ? 'conflict' : 'conflicts'],
    [counts.stops, counts.stops === 1 ? 'stop added' : 'stops added'],
    [counts.stops_kept, counts.stops_kept === 1 ? 'stop kept' : 'stops kept'],
    [counts.gone, 'gone'],
    [counts.merged, 'merged'],
    [counts.invalid, 'not usable'],
    [counts.without_address, 'without an address'],
  ];
  const some = parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString()} ${word}`);
  const text = some.length > 0 ? some.join(', ') : `${counts.unchanged.toLocaleString()} unchanged`;
  return dry ? `would be: ${text}` : text;
}
