import type { FieldEvidence } from '../../crm/prospect.ts';
import { spanOf } from '../../message/fold.ts';
import { authoredText } from '../language/authored.ts';
import { addDays } from '../language/calendar.ts';
import { capacityOffer } from '../language/capacity-promise.ts';
import { commitmentsOf, isActive, type KnownCommitment } from '../language/commitment.ts';
import { type Offer, offerOf } from '../language/offer.ts';
import type { Rule } from '../rule.ts';

/**
 * Rule 6: the draft promises capacity that an active commitment rules out, without saying so (probe
 * C02). Judged as of `today`: an expired commitment does not count, a start named after its end passes.
 */
export const priorCommitment: Rule = {
  name: 'prior_commitment',
  check({ draft, body, prospect, today }) {
    const known = commitmentsOf(prospect, today).filter(({ ends }) => ends === null || ends >= today);
    if (known.length === 0) return { fired: false };
    const text = authoredText(body, draft);
    for (const commitment of known) {
      const found = conflictIn(text, commitment, prospect.company, today);
      if (found === null) continue;
      const { offer, conflict } = found;
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

/**
 * A person is looked for by name. Capacity that nobody's name stands for is also looked for by its kind: a
 * promise counts that starts while it is taken, or a month before, which the work would run into.
 */
function conflictIn(
  text: string,
  commitment: KnownCommitment,
  company: string | null,
  today: string,
): { offer: Offer; conflict: string } | null {
  if (commitment.capacity !== null) {
    const offer = capacityOffer(text, commitment.capacity, today);
    const { starts } = commitment;
    const early = starts !== null && addDays(offer?.startsAt?.to ?? today, 31) < starts;
    const conflict = offer === null || early ? null : conflictOf(offer, commitment);
    if (offer !== null && conflict !== null) return { offer, conflict };
  }
  if (!isActive(commitment, today) || (commitment.capacity !== null && commitment.subject === null)) {
    return null;
  }
  const offer = offerOf(text, commitment, company, today);
  const conflict = offer === null ? null : conflictOf(offer, commitment);
  return offer === null || conflict === null ? null : { offer, conflict };
}

/** One sentence for the reviewer when the offer cannot be kept or hides the commitment; else null. */
function conflictOf(offer: Offer, commitment: KnownCommitment): string | null {
  const who =
    commitment.subject ?? (commitment.capacity === null ? 'The offered engineer' : 'What is offered');
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
function keepsWaiting(offer: Offer, ends: string): boolean {
  if (offer.startsAt === null) return false;
  return offer.disclosed ? offer.startsAt.to < ends : offer.startsAt.from <= ends;
}
