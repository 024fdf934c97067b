import type { Decision } from '../../message/types.ts';
import { reasonChip, reasonSentence } from '../parts/words.ts';

/** Rule or hold reason: the colour tells the decision, the words tell the same. */
export function ReasonChip({ reason, decision }: { reason: string | null; decision: Decision | null }) {
  return (
    <span
      className="chip"
      data-decision={decision ?? 'doubt'}
      title={reason ? reasonSentence(reason) : undefined}
    >
      {reasonChip(reason)}
    </span>
  );
}
