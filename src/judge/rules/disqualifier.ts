import { disqualifierStop } from '../record-rules.ts';
import type { Rule } from '../rule.ts';

/** Rule 1: any disqualifier on prospect or company, known or not (probe A07). The draft does not matter. */
export const disqualifier: Rule = {
  name: 'disqualifier',
  check({ prospect, rubric }) {
    const stop = disqualifierStop(prospect, rubric);
    return stop
      ? { fired: true, rationale: stop.rationale, spans: [], fields: stop.fields }
      : { fired: false };
  },
};
