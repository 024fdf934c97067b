import { spanOf } from '../../message/fold.ts';
import { authoredText } from '../language/authored.ts';
import { caveats } from '../language/caveat.ts';
import { regimeOf } from '../language/regime.ts';
import { timelinePromises } from '../language/timeline.ts';
import type { Rule } from '../rule.ts';

/**
 * Rule 8: a regulated prospect is promised a timeline without the caveat that its checks need (probe
 * C04). Fires only on all three: regulation in the record, a promise in the new text, no caveat there.
 */
export const regulatedCaveat: Rule = {
  name: 'regulated_caveat',
  check({ draft, subject, body, prospect, rubric, today }) {
    const regime = regimeOf(prospect, rubric.regulated);
    if (regime === null) return { fired: false };
    const text = authoredText(body, draft);
    const promises = timelinePromises(text, today);
    const announced = timelinePromises(subject.text, today);
    const first = promises[0] ?? announced[0];
    if (first === undefined) return { fired: false };
    const terms = regime.verticals.flatMap((vertical) => vertical.caveats);
    if (caveats(text, terms).length > 0) return { fired: false };
    return {
      fired: true,
      rationale: `Promises a timeline ("${first.time.text}") to a regulated prospect without saying what its checks add.`,
      spans: [
        ...promises.map(({ start, end }) => spanOf('body', body, start, end)),
        ...announced.map(({ start, end }) => spanOf('subject', subject, start, end)),
      ],
      fields: [regime.evidence],
    };
  },
};
