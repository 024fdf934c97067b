/** How a rule or a hold reason is called in a message to people. */
const REASONS: Record<string, string> = {
  disqualifier: 'disqualifier in the CRM',
  opt_out: 'opted out',
  c_level: 'C-level at a large company',
  thread_leak: 'content of another thread',
  low_confidence_funding: 'funding stated with low confidence',
  prior_commitment: 'a prior commitment',
  soft_rejection: 'a declined subject pushed again',
  regulated_caveat: 'regulated caveat missing',
  funding_tier: 'language for another funding tier',
  generic_peers: 'generic peers',
  adapter: 'the adapter alone objects',
  unknown_recipient: 'recipient not in the CRM',
  stale_record: 'stale records',
  possible_opt_out: 'a possible opt-out',
  possible_alias: 'an address that may be somebody else’s',
  language: 'language other than English',
  unknown_headcount: 'unknown headcount',
  unvalidated_vertical: 'a vertical the adapter is not validated for',
  low_confidence: 'the adapter is not sure',
  adapter_unavailable: 'the adapter was unavailable',
  too_long: 'too long to judge',
  judge_error: 'the judge failed',
  malformed_mime: 'malformed MIME',
  ambiguous_mime: 'ambiguous MIME',
  parts_differ: 'text and HTML differ',
  hidden_text: 'hidden text',
  unreadable: 'unreadable parts',
  disguised_text: 'disguised text',
  unknown_field: 'a request field nobody knows',
  too_complex: 'too complex to read',
  held_behind: 'earlier mail to the prospect is not settled',
  whole_message: 'another recipient of the message is stopped',
  engine_stopped: 'the engine is stopped',
  reply_arrived: 'the prospect replied meanwhile',
  taken_over: 'an account owner took over',
  judged_in_observe: 'judged while its engine was observed',
  undone: 'a release was taken back',
  cannot_leave: 'it cannot leave as it is',
  too_many_hops: 'too many hops',
  restored: 'it may have been sent before a restore',
};

/** @param reason a rule's name or a hold reason; null = none was stored */
export function reasonText(reason: string | null): string {
  if (reason === null) return 'review';
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}
