import type { Draft } from './types.ts';

/** What was written for this mail: the body without quotes and signature. */
export function newText(draft: Draft): string {
  return draft.segments
    .filter((segment) => segment.kind === 'new')
    .map((segment) => draft.body.slice(segment.start, segment.end))
    .join('\n');
}
