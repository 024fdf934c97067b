import type { FieldEvidence } from '../../crm/prospect.ts';
import { spanOf } from '../../message/fold.ts';
import type { Span } from '../../message/types.ts';
import { leadOf, sheetClaim } from '../language/fact-sheet.ts';
import { fundingClaims } from '../language/funding.ts';
import { softening } from '../language/hedge.ts';
import { ownPassages } from '../language/passages.ts';
import type { Rule, RuleInput } from '../rule.ts';

/**
 * Rule 5: an amount or round of the prospect's funding is stated as fact while the record does not vouch
 * for it (probe B04). A hedge softens only the claim it governs; a question, a condition or a negation
 * states nothing. Missing and unknown confidences count as low.
 */
export const lowConfidenceFunding: Rule = {
  name: 'low_confidence_funding',
  check(input) {
    const { prospect, rubric } = input;
    const confidence = prospect.funding_confidence?.trim().toLowerCase() ?? '';
    if (rubric.funding.trusted.includes(confidence)) return { fired: false };
    const spans = flatClaims(input);
    const first = spans[0];
    if (!first) return { fired: false };
    const known = confidence === '' ? 'missing' : `"${prospect.funding_confidence}"`;
    const fields: FieldEvidence[] = [
      { field: 'funding_confidence', value: prospect.funding_confidence },
      { field: 'funding_amount_usd', value: prospect.funding_amount_usd },
      { field: 'funding_stage', value: prospect.funding_stage },
    ];
    return {
      fired: true,
      rationale: `States "${first.text}" as fact while the funding confidence is ${known}.`,
      spans,
      fields,
    };
  },
};

function flatClaims(input: RuleInput): Span[] {
  const spans: Span[] = [];
  for (const { part, folded, sentences } of ownPassages(input)) {
    for (const [at, sentence] of sentences.entries()) {
      const listed = sheetClaim(sentence.text, leadOf(sentences, at));
      if (listed !== null) {
        const start = sentence.start + listed.start;
        spans.push(spanOf(part, folded, start, sentence.start + listed.end));
        continue;
      }
      for (const claim of fundingClaims(sentence.text, input.prospect.company, part)) {
        const placed = { ...claim, start: claim.start + sentence.start, end: claim.end + sentence.start };
        if (softening(folded.text, sentence, placed, sentences[at + 1]) === null)
          spans.push(spanOf(part, folded, placed.start, placed.end));
      }
    }
  }
  return spans;
}
