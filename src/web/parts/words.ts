import type { HoldReason, RuleName } from '../../judge/verdict.ts';
import type { DeliveryState, GateHold } from '../../message/disposition.ts';
import type { Decision } from '../../message/types.ts';

/** Why a delivery can be stopped, as a chip says it, and in a sentence. */
const REASONS: Record<
  RuleName | 'adapter' | HoldReason | GateHold,
  readonly [chip: string, sentence: string]
> = {
  disqualifier: ['Disqualified', 'The prospect or its company must not be written to.'],
  opt_out: ['Opted out', 'The recipient opted out of this channel.'],
  c_level: ['C-level', 'An executive of a large company: an account executive should write.'],
  thread_leak: ['Thread leak', 'The draft carries content of another thread.'],
  low_confidence_funding: ['Unsure funding', 'Funding is stated as fact while the CRM is not sure of it.'],
  prior_commitment: ['Committed capacity', 'The draft promises capacity that is promised already.'],
  soft_rejection: ['Declined before', 'The draft pushes a subject that the prospect declined.'],
  regulated_caveat: ['Caveat missing', 'A timeline for a regulated prospect lacks the required caveat.'],
  funding_tier: ['Wrong stage', 'The language fits another company stage.'],
  generic_peers: ['Generic peers', 'The peer companies named are placeholders or of elsewhere.'],
  adapter: ['Adapter', 'Only the adapter objects.'],
  malformed_mime: ['Malformed mail', 'The mail cannot be read reliably.'],
  ambiguous_mime: ['Ambiguous mail', 'Mail programs would show this mail differently.'],
  parts_differ: ['Parts differ', 'Its text and its HTML say different things.'],
  hidden_text: ['Hidden text', 'It carries text that the recipient does not see.'],
  unreadable: ['Unreadable', 'The mail could not be read.'],
  unknown_field: ['Unknown field', 'The request has a field that presend does not know.'],
  too_complex: ['Too complex', 'The mail is too complex to be read reliably.'],
  disguised_text: ['Disguised text', 'Read another way than it is written, it would be stopped.'],
  unknown_recipient: ['Unknown recipient', 'The CRM mirror has no record of the recipient.'],
  stale_record: ['Stale record', 'The CRM record is too old to be relied on.'],
  possible_opt_out: ['Possible opt-out', 'The recipient may have opted out.'],
  possible_alias: ['Possible alias', 'The address may reach somebody who must not get mail.'],
  language: ['Language', 'The draft is not in English.'],
  unknown_headcount: ['Headcount unknown', 'C-level, and the CRM does not know how large the company is.'],
  unvalidated_vertical: ['Unvalidated vertical', 'The adapter is not validated for this regulated vertical.'],
  low_confidence: ['Not sure', 'The adapter is not sure enough.'],
  adapter_unavailable: ['Adapter away', 'The adapter could not be asked.'],
  too_long: ['Too long', 'The draft is longer than the adapter reads.'],
  judge_error: ['Judge error', 'Judging failed.'],
  held_behind: ['Held behind', 'An earlier mail to this prospect is still waiting.'],
  whole_message: ['Whole message', 'Another recipient of the message was stopped.'],
  engine_stopped: ['Engine stopped', 'The engine is stopped.'],
  reply_arrived: ['Reply arrived', 'The prospect replied after this was judged.'],
  taken_over: ['Taken over', 'A person has taken the prospect over.'],
  judged_in_observe: ['Observed', 'It was judged while the engine was only observed.'],
  undone: ['Release undone', 'The release was taken back.'],
  cannot_leave: ['Cannot leave', 'No upstream can take this mail.'],
  too_many_hops: ['Mail loop', 'The mail went through too many servers.'],
  restored: [
    'Restored',
    'The gate was restored from a backup; this mail may have been sent since it was made.',
  ],
};

/** A name of the code as words. */
export function plainName(name: string): string {
  return name.replaceAll('_', ' ');
}

/** A rule or hold reason in two words. */
export function reasonChip(reason: string | null): string {
  return reason === null ? 'Held' : (wordsFor(reason)?.[0] ?? capitalised(reason));
}

/** … and in a sentence. */
export function reasonSentence(reason: string): string {
  return wordsFor(reason)?.[1] ?? capitalised(reason);
}

/** The gate may be newer than the page: a reason without words has its name. */
function wordsFor(reason: string): readonly [chip: string, sentence: string] | undefined {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : undefined;
}

function capitalised(name: string): string {
  const words = plainName(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The decision in a word a person would use. */
export const DECISION_WORD: Record<Decision, string> = {
  SUPPRESS: 'Suppress',
  ESCALATE: 'Escalate',
  BLOCK: 'Block',
  PENALISE: 'Penalise',
  PASS: 'Pass',
};

export const STATE_WORD: Record<DeliveryState, string> = {
  received: 'Received',
  relaying: 'Relaying',
  relayed: 'Relayed',
  deferred: 'Deferred',
  failed: 'Failed',
  uncertain: 'Uncertain',
  held: 'Held',
  rejected: 'Rejected',
  escalating: 'Forwarding',
  escalated: 'Forwarded',
  closed: 'Closed',
  scheduled: 'Scheduled',
  cancelled: 'Cancelled',
  suppressed: 'Suppressed',
  expired: 'Expired',
};

const NUMBERS = new Intl.NumberFormat();

/** "1 reply", "2,000 replies". */
export function plural(count: number, one: string, many = pluralOf(one)): string {
  return `${NUMBERS.format(count)} ${count === 1 ? one : many}`;
}

function pluralOf(one: string): string {
  return one.endsWith('y') ? `${one.slice(0, -1)}ies` : `${one}s`;
}
