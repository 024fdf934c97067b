import type { readRecorded } from './trace-store.ts';
import type { StoryLine } from './web-types.ts';

type Recorded = Awaited<ReturnType<typeof readRecorded>>;

const ANSWER = {
  right: 'the judge was right',
  wrong: 'the judge was wrong',
  not_sure: 'not sure whether the judge was right',
} as const;

/**
 * What happened to a delivery, in sentences, oldest first.
 *
 * @param names what actors are called, where that is not how they are recorded
 */
export function storyOf(
  { audit, labels, attempts, reported, told }: Recorded,
  names: Record<string, string>,
): StoryLine[] {
  const lines = [
    ...attempts.map(
      ({ finished_at, started_at, kind, upstream, outcome, response }, index): StoryLine => ({
        at: finished_at ?? started_at,
        actor: upstream,
        words: `Attempt ${index + 1} to ${kind === 'forward' ? 'forward' : 'relay'} it by ${upstream}: ${outcome ?? 'no end known'}${response ? ` (${response})` : ''}.`,
        kind: outcome === 'delivered' ? 'out' : 'gate',
      }),
    ),
    ...audit.map(({ at, actor: recorded, action, detail }): StoryLine => {
      const actor = names[recorded] ?? recorded;
      return { at, actor, ...wordsOf(action, JSON.parse(detail) as Record<string, unknown>, actor) };
    }),
    ...labels.map(
      ({ at, actor, right }): StoryLine => ({
        at,
        actor,
        words: `Asked whether the judge was right, ${actor} said: ${ANSWER[right]}.`,
        kind: 'person',
      }),
    ),
    ...reported.map(
      ({ received_at, provider, kind, effect }): StoryLine => ({
        at: received_at,
        actor: provider,
        words: `${provider} reported: ${kind}${effect ? `. ${effect}` : ''}`,
        kind: 'gate',
      }),
    ),
    ...told.map(
      ({ created_at, type, state }): StoryLine => ({
        at: created_at,
        actor: 'gate',
        words: `The engine's webhook is told "${type}": ${state.replace('_', ' ')}.`,
        kind: 'gate',
      }),
    ),
  ];
  // Stable: in one millisecond an attempt comes before what became of it, an act before its answer.
  return lines.toSorted((a, b) => a.at - b.at);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function wordsOf(
  action: string,
  detail: Record<string, unknown>,
  actor: string,
): Pick<StoryLine, 'words' | 'kind'> {
  const note = text(detail['note']);
  const why = note === '' ? '' : `: ${note}`;
  const reason = text(detail['hold_reason']).replaceAll('_', ' ');
  const to = text(detail['to']);
  switch (action) {
    case 'accepted':
      return {
        words: `Accepted from ${actor} (${typeof detail['size'] === 'number' ? detail['size'] : '?'} bytes).`,
        kind: 'gate',
      };
    case 'judged':
      return JUDGED[to]
        ? {
            words: `Judged and ${JUDGED[to]}${reason ? ` for ${reason}` : ''}${why}`,
            kind: to === 'held' || to === 'suppressed' ? 'stop' : 'gate',
          }
        : { words: `Judged${why}`, kind: 'gate' };
    case 'rejudged':
      return {
        words: `Judged again${to === 'suppressed' ? ' and suppressed' : ''}${why}`,
        kind: to === 'suppressed' ? 'stop' : 'gate',
      };
    case 'due':
      return { words: 'Taken up again.', kind: 'gate' };
    case 'delivered':
      return to === 'escalated'
        ? { words: 'Forwarded to the account owner.', kind: 'out' }
        : { words: `Relayed${why}`, kind: 'out' };
    case 'deferred':
      return { words: `Put off${why}`, kind: 'gate' };
    case 'failed':
      return { words: `Failed${why}`, kind: 'stop' };
    case 'lost':
      return { words: `Nobody knows whether it arrived${why}`, kind: 'stop' };
    case 'suppress':
      return { words: `Suppressed${why}`, kind: 'stop' };
    case 'hold':
      return { words: `Held${reason ? ` for ${reason}` : ''}${why}`, kind: 'stop' };
    case 'release':
      return {
        words: `Released by ${actor}${text(detail['with']) ? ', together with another recipient' : ''}.`,
        kind: 'person',
      };
    case 'undo':
      return { words: `${actor} took the release back.`, kind: 'person' };
    case 'reject':
      return { words: `Rejected by ${actor}${why}`, kind: 'person' };
    case 'escalate':
      return { words: `${actor} passed it to the account owner.`, kind: 'person' };
    case 'expire':
      return { words: 'Nobody settled it in time; it was not sent.', kind: 'stop' };
    case 'brand_damage':
      return { words: `Brand damage reported by ${actor}${why}`, kind: 'stop' };
    case 'cancel':
      return { words: `Cancelled by ${actor}.`, kind: 'stop' };
    case 'close':
      return { words: `Closed by ${actor}${why}`, kind: 'person' };
    case 'confirm':
      return { words: `${actor} confirmed that it arrived.`, kind: 'person' };
    case 'resend':
      return { words: `${actor} had it sent again.`, kind: 'person' };
    case 'restored':
      return { words: `The gate was restored from a backup${why}`, kind: 'stop' };
    default:
      return { words: `${action.replaceAll('_', ' ')} by ${actor}${why}`, kind: 'person' };
  }
}

const JUDGED: Record<string, string | undefined> = {
  relaying: 'let go',
  scheduled: 'let go at its time',
  held: 'held',
  escalating: 'on its way to the account owner',
  suppressed: 'suppressed',
};
