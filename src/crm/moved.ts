import { movedReason } from './suppression-store.ts';

/** An opt-out to be added when a person gets another address. */
export interface MovedStop {
  /** As `addressKey` gives it. */
  key: string;
  channel: string;
  reason: string;
}

/**
 * After a change of address the old one stays stopped, and what stops the old one stops the new one: it is the same person.
 * Disqualifiers and opt-outs of the record itself stay on the record.
 *
 * @param of.from the key of the old address
 * @param of.flags disqualifiers of the record and of its company
 * @param of.channels what the record itself is opted out of
 * @param of.suppressions opt-outs of the old address in every spelling, possible ones too (`suppressionsOfMailboxes`)
 */
export function stopsOnMove(of: {
  from: string;
  to: string;
  flags: readonly string[];
  channels: readonly string[];
  suppressions: readonly { value: string; channel: string }[];
}): MovedStop[] {
  const { from, to, flags, channels, suppressions } = of;
  const stays = flags.length > 0 ? ['all'] : channels;
  const why = flags.length > 0 ? `with ${flags.join(', ')}` : 'that opted out';
  const follows = new Map<string, string>();
  for (const { channel, value } of suppressions) {
    if (!follows.has(channel)) follows.set(channel, movedReason(from, value));
  }
  return [
    ...stays.map((channel) => ({ key: from, channel, reason: `former address of a prospect ${why}` })),
    ...[...follows].map(([channel, reason]) => ({ key: to, channel, reason })),
  ];
}
