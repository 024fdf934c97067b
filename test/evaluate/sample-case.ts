import type { Case } from '../../src/evaluate/cases.ts';
import { draftFromText, prospectFromContext } from '../../src/evaluate/context.ts';

/** A case that differs from a plain good one in what is given. */
export function sampleCase(fields: Partial<Case> & { text?: string } = {}): Case {
  const { text = 'Subject: Hello\n\nHi Dana,\n\nwould Tuesday suit you?\n\nBest,\nTim', ...rest } = fields;
  return {
    id: 'sample',
    gold: 'PASS',
    rule: null,
    probe: null,
    pair: null,
    of: null,
    hard: null,
    long: null,
    why: null,
    asOf: '2026-05-01',
    prospect: prospectFromContext({ company: 'Brightloom', headcount: 80, funding_confidence: 'high' }),
    draft: draftFromText(text),
    trouble: [],
    ...rest,
  };
}
