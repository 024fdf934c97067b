import type { FoldedText } from '../../message/fold.ts';
import type { Draft } from '../../message/types.ts';

/**
 * The folded body with quotes and signatures blanked out, offsets unchanged: what this mail newly says.
 * Line breaks that the fold collapsed are put back, so that a greeting or a list item ends where it ended.
 */
export function authoredText(body: FoldedText, draft: Draft): string {
  const others = draft.segments.filter((segment) => segment.kind !== 'new');
  let text = '';
  for (let at = 0; at < body.text.length; at += 1) {
    const shownAt = body.map[at] ?? 0;
    const char = body.text.charAt(at);
    const blank = others.some((segment) => shownAt >= segment.start && shownAt < segment.end);
    if (blank) text += '\n';
    else text += char === ' ' && body.shown.charAt(shownAt) === '\n' ? '\n' : char;
  }
  return text;
}
