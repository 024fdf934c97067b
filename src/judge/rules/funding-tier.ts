import { spanOf } from '../../message/fold.ts';
import type { Span } from '../../message/types.ts';
import { companyPattern } from '../language/company.ts';
import { ownPassages } from '../language/passages.ts';
import { type RecordStage, STAGE_NAMES, stageOf } from '../language/stage.ts';
import { type StageTalk, stageTalk } from '../language/stage-talk.ts';
import type { Rule } from '../rule.ts';

/** From this many steps on the language is of another stage; neighbours share most of theirs. */
const FAR = 2;

/**
 * Rule 9: the language fits another company stage than the record's (probe B03), by two steps or more, or
 * names outright a stage that the prospect is not at. No stage on the record, no finding.
 */
export const fundingTier: Rule = {
  name: 'funding_tier',
  check(input) {
    const { prospect, today } = input;
    const record = stageOf(prospect, today);
    if (!record) return { fired: false };
    const company = companyPattern(prospect.company);
    const spans: Span[] = [];
    let worst: { talk: StageTalk; span: Span } | null = null;
    for (const { part, folded, sentences } of ownPassages(input)) {
      for (const sentence of sentences) {
        for (const talk of stageTalk(sentence, company)) {
          if (!misfits(talk, record)) continue;
          const span = spanOf(part, folded, sentence.start + talk.start, sentence.start + talk.end);
          spans.push(span);
          worst ??= { talk, span };
        }
      }
    }
    if (!worst) return { fired: false };
    const { low, high } = worst.talk;
    const fits = low === high ? STAGE_NAMES[low] : `${STAGE_NAMES[low]} to ${STAGE_NAMES[high]}`;
    return {
      fired: true,
      rationale: `"${worst.span.text}" is language for ${fits}; the prospect is ${String(record.field.value)}.`,
      spans,
      fields: [record.field],
    };
  },
};

function misfits(talk: StageTalk, record: RecordStage): boolean {
  const distance = Math.max(talk.low - record.high, record.low - talk.high);
  return (
    distance >= (talk.outright && talk.low === talk.high ? 1 : talk.high === 4 && talk.low === 0 ? 1 : FAR)
  );
}
