import { spanOf } from '../../message/fold.ts';
import { type Channel, channelOf, redirectOf } from '../language/channel.ts';
import { ownPassages } from '../language/passages.ts';
import { keyText, signalLeaves } from '../language/signals.ts';
import { optOutStop } from '../record-rules.ts';
import type { Rule, RuleInput } from '../rule.ts';

/**
 * Rule 2: the prospect, its address or its domain opted out of the channel (probe E03). The channel is the
 * one the draft goes out on, the one the engine says it means, and any that the draft moves over to.
 */
export const optOut: Rule = {
  name: 'opt_out',
  check(input) {
    const redirect = redirected(input);
    const direct = optOutStop(input.prospect, [channelOf(input.channel, 'email'), ...intended(input)]);
    const stop = direct ?? (redirect ? optOutStop(input.prospect, [redirect.channel]) : null);
    if (!stop) return { fired: false };
    return {
      fired: true,
      rationale: stop.rationale,
      spans: redirect ? [redirect.span] : [],
      fields: stop.fields,
    };
  },
};

/** `intended_channel` and its like among the engine's own signals. */
function intended({ prospect }: RuleInput): Channel[] {
  return signalLeaves(prospect.available_signals)
    .filter(({ path }) => / (?:intended|outgoing|outreach|send|planned|target) channel /.test(keyText(path)))
    .map(({ value }) => channelOf(String(value)))
    .filter((channel) => channel !== 'none');
}

function redirected(input: RuleInput) {
  for (const { part, folded, sentences } of ownPassages(input)) {
    for (const sentence of sentences) {
      const found = redirectOf(sentence.text);
      if (!found) continue;
      const at = sentence.start;
      return { channel: found.channel, span: spanOf(part, folded, at + found.start, at + found.end) };
    }
  }
  return null;
}
