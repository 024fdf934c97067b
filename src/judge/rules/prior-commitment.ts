import type { FieldEvidence } from '../../crm/prospect.ts';
import { spanOf } from '../../message/fold.ts';
import { authoredText } from '../language/authored.ts';
import { commitmentsOf, isActive, type KnownCommitment } from '../language/commitment.ts';
import { offerOf } from '../language/offer.ts';
import type { Rule } from '../rule.ts';

/**
 * Rule 6: the draft promises capacity that an active commitment rules out, without saying so (probe
 * C02). Judged as of `today`: an expired commitment does not count, a start named after its end passes.
 */
export const priorCommitment: Rule = {
  name: 'prior_commitment',
  check({ draft, body, prospect, today }) {
    const active = commitmentsOf(prospect, today).filter((one) => isActive(one, today));
    if (active.length === 0) return { fired: false };
    const text = authoredText(body, draft);
    for (const commitment of active) {
      const offer = offerOf(text, commitment, prospect.company, today);
      if (offer === null) continue;
      const conflict = conflictOf(offer, commitment);
      if (conflict === null) continue;
      const fields: FieldEvidence[] = [{ field: commitment.field, value: commitment.value }];
      return {
        fired: true,
        rationale: conflict,
        spans: offer.places.map(({ start, end }) => spanOf('body', body, start, end)),
        fields,
      };
    }
    return { fired: false };
  },
};

/** One sentence for the reviewer when the offer cannot be kept or hides the commitment; else null. */
function conflictOf(
  offer: NonNullable<ReturnType<typeof offerOf>>,
  commitment: KnownCommitment,
): string | null {
  const who = commitment.subject ?? 'The offered engineer';
  const until = commitment.ends === null ? 'with no known end' : `until ${commitment.ends}`;
  if (
    offer.startsAt !== null &&
    (commitment.ends === null ? !offer.disclosed : keepsWaiting(offer, commitment.ends))
  ) {
    return `${who} is committed ${until}, but the draft promises a start ${offer.startsAt.text}.`;
  }
  if (offer.disclosed) {
    if (!commitment.mayRenew || offer.uncertain || offer.startsAt === null) return null;
    return `${who} is committed ${until} and may be renewed; the draft states later availability without saying so.`;
  }
  if (offer.startsAt === null)
    return `${who} is committed ${until}; the draft offers them without saying so.`;
  if (commitment.mayRenew && !offer.uncertain) {
    return `${who} is committed ${until} and may be renewed; the draft offers a start ${offer.startsAt.text} without saying so.`;
  }
  return null;
}

/**
 * A start before the commitment ends. With the commitment told, "from September" may mean its end; untold,
 * the first day counts.
 */
function keepsWaiting(offer: NonNullable<ReturnType<typeof offerOf>>, ends: string): boolean {
  if (offer.startsAt === null) return false;
  return offer.disclosed ? offer.startsAt.to < ends : offer.startsAt.from <= ends;
}
