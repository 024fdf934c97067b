import { type Markup, markup } from './markup.ts';

/** What the words and figures mean; `docs/EVALUATION.md` says more. */
export function howToRead(): Markup {
  return markup`<dl class="terms">
<dt>Bad and good</dt><dd>A bad draft must be stopped with the decision its case names (gold); a good one must pass. Figures on bad drafts alone mean little:
a judge that stops everything has 100 % of them.</dd>
<dt>Stopped, and the right decision</dt><dd>A hold (HOLD) counts as stopped, but not as the right decision.</dd>
<dt>Interval</dt><dd>95 %, Clopper and Pearson's exact one. It is about other cases of the same kind; cases made in pairs or from one another say less than as
many independent ones, so the true interval is wider.</dd>
<dt>Confusion matrix</dt><dd>Each row is what should have come out. Right is on the diagonal; the column PASS holds what slipped through, the row PASS what was stopped
wrongly.</dd>
<dt>Calibration</dt><dd>Of the cases that a model gives 0.8, eight in ten should turn out so. The expected calibration error is the mean distance from that over bins of
equally many cases; on few cases it comes out too high. The Brier score is the mean squared distance from what happened.</dd>
<dt>McNemar's test</dt><dd>Compares two judges on the same cases by those on which one alone is right. A high <i>p</i> says that the cases do not tell them apart, not that
they are equally good.</dd>
<dt>Latency</dt><dd>p50 is the time that half of the cases took at most; p95 and p99 accordingly.</dd>
</dl>`;
}
