import { DECISIONS } from '../../message/types.ts';
import { OUTCOMES, type Summary } from '../evaluate.ts';
import { type Markup, markup } from './markup.ts';

/** What each gold decision came out as; the darker, the larger its share of the row. */
export function confusionMatrix(judge: string, counts: Summary['confusion']): Markup {
  const rows = DECISIONS.map((gold) => {
    const all = OUTCOMES.reduce((sum, outcome) => sum + counts[gold][outcome], 0);
    const cells = OUTCOMES.map((outcome) => {
      const count = counts[gold][outcome];
      const share = all === 0 ? 0 : count / all;
      return markup`<td class="${outcome === gold ? 'right' : 'wrong'}" style="--share:${Math.round(share * 100)}%">${count}</td>`;
    });
    return markup`<tr><th scope="row">${gold}</th>${cells}<td>${all}</td></tr>\n`;
  });
  const caption = `${judge}: rows are the right decision, columns what came out`;
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="Confusion matrix of ${judge}"><table class="confusion"><caption>${caption}</caption>
<thead><tr><th scope="col">right</th>${OUTCOMES.map((outcome) => markup`<th scope="col">${outcome}</th>`)}<th scope="col">all</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
