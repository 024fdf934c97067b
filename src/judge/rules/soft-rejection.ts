import { spanOf } from '../../message/fold.ts';
import { authoredText } from '../language/authored.ts';
import { rejectionsOf } from '../language/rejection.ts';
import { pushesOf } from '../language/subject-push.ts';
import { mentions } from '../language/topics.ts';
import type { Rule } from '../rule.ts';

/**
 * Rule 7: the prospect declined a subject and the draft pushes it again (probe D05). Acknowledging it and
 * turning to something else passes; so does asking leave to come back later.
 */
export const softRejection: Rule = {
  name: 'soft_rejection',
  check({ draft, subject, body, prospect, today }) {
    const rejections = rejectionsOf(prospect, today);
    if (rejections.length === 0) return { fired: false };
    const text = authoredText(body, draft);
    for (const { topic, fields } of rejections) {
      const pushes = pushesOf(text, topic);
      if (pushes.length === 0) continue;
      const spans = pushes.map(({ start, end }) => spanOf('body', body, start, end));
      if (mentions(subject.text, topic)) spans.push(spanOf('subject', subject, 0, subject.text.length));
      return {
        fired: true,
        rationale: `The prospect declined "${topic.label}" and the draft pushes it again.`,
        spans,
        fields,
      };
    }
    return { fired: false };
  },
};
