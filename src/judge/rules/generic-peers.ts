import { spanOf } from '../../message/fold.ts';
import type { FoldedText } from '../../message/fold.ts';
import type { Span } from '../../message/types.ts';
import { authoredText } from '../language/authored.ts';
import type { NameHit } from '../language/names.ts';
import { type Misfit, misfitOf, peerRecord, type PeerRecord } from '../language/peer-fit.ts';
import { peerNames, peerSlots } from '../language/peer-names.ts';
import type { Rule, RuleInput } from '../rule.ts';

interface Cited {
  hit: NameHit;
  span: Span;
  misfit: Misfit | null;
}

/**
 * Rule 10: peers named in the draft are placeholders, not of the prospect's city or industry, or used up
 * on other prospects (probe E02). One placeholder or used-up name is enough; a name of another industry
 * among fitting ones is let be until half of them do not fit.
 */
export const genericPeers: Rule = {
  name: 'generic_peers',
  check(input) {
    const record = peerRecord(input.prospect, input.rubric.peers.reuse_limit);
    const cited = [
      ...citedIn('body', input.body, authoredText(input.body, input.draft), input, record),
      ...citedIn('subject', input.subject, input.subject.text, input, record),
    ];
    const misfits = cited.filter((one) => one.misfit !== null);
    const spent = misfits.some(({ misfit }) => /placeholder|used/.test(misfit?.reason ?? ''));
    const first = misfits[0];
    if (first?.misfit === undefined || first.misfit === null) return { fired: false };
    if (!spent && misfits.length * 2 < cited.length) return { fired: false };
    return {
      fired: true,
      rationale: `Names "${first.hit.name}" as a peer, which ${first.misfit.reason}.`,
      spans: misfits.map((one) => one.span),
      fields: misfits
        .flatMap(({ misfit }) => misfit?.fields ?? [])
        .filter(
          (field, at, all) =>
            all.findIndex((other) => other.field === field.field && other.value === field.value) === at,
        ),
    };
  },
};

function citedIn(
  part: Span['part'],
  folded: FoldedText,
  text: string,
  input: RuleInput,
  record: PeerRecord,
): Cited[] {
  const { prospect, rubric } = input;
  const named = peerNames(text).filter(
    (hit) => !isOwn(hit.name, prospect.company, record) && hit.name !== prospect.name,
  );
  const cited = named.map((hit) => ({ hit, misfit: misfitOf(hit.name, prospect, record, rubric.peers) }));
  const slots = peerSlots(text).map((hit) => ({
    hit,
    misfit: { reason: 'is an unfilled placeholder', fields: [] },
  }));
  return [...cited, ...slots].map((one) => ({
    ...one,
    span: spanOf(part, folded, one.hit.start, one.hit.end),
  }));
}

function isOwn(name: string, company: string | null, record: PeerRecord): boolean {
  const key = name.toLowerCase();
  if (record.own.has(key)) return true;
  const own = (company ?? '').toLowerCase();
  return (
    own !== '' &&
    (own === key ||
      own.startsWith(`${key} `) ||
      key.startsWith(`${own} `) ||
      own.replace(/\W/g, '') === key.replace(/\W/g, ''))
  );
}
