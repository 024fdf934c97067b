import type { FoldedText } from '../../message/fold.ts';
import type { Draft } from '../../message/types.ts';
import { foldedRange } from './passages.ts';

/** The folded body with quotes and signatures blanked out, offsets unchanged: what this mail newly says. */
export function authoredText(body: FoldedText, draft: Draft): string {
  let text = '';
  let done = 0;
  for (const segment of draft.segments) {
    if (segment.kind === 'new') continue;
    const { start, end } = foldedRange(body, segment);
    text += body.text.slice(done, start) + '\n'.repeat(Math.max(0, end - Math.max(start, done)));
    done = Math.max(done, end);
  }
  return text + body.text.slice(done);
}
