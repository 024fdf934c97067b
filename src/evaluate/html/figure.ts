import { percent } from '../report.ts';
import type { Proportion } from '../statistics.ts';
import { type Content, Markup, markup } from './markup.ts';

export interface Picture {
  /** Unique in the document. */
  id: string;
  width: number;
  height: number;
  title: string;
  /** What it shows, for those who cannot see it. */
  description: string;
}

/** A drawing that says what it shows; as wide as there is room for. */
export function picture({ id, width, height, title, description }: Picture, ...content: Content[]): Markup {
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${content}
</svg>`;
}

/** A drawing with its caption and the figures it was drawn from. */
export function figure(caption: Content, drawn: Markup, table: Markup): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>
${drawn}
<details><summary>The figures as a table</summary>${table}</details></figure>`;
}

export interface Table {
  caption: string;
  head: readonly string[];
  /** The first cell of each is its heading. */
  rows: readonly (readonly Content[])[];
}

/** A table that scrolls by itself where it is wider than the page. */
export function table({ caption, head, rows }: Table): Markup {
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(([first = null, ...rest]) => markup`<tr><th scope="row">${first}</th>${rest.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

/** Share, interval and counts; for tables. */
export function valueCells({ rate, low, high, hits, of }: Proportion): [string, string, string] {
  if (rate === null) return ['–', '–', 'no cases'];
  return [percent(rate), `${percent(low)} to ${percent(high)}`, `${hits} of ${of}`];
}

/** Coordinates as short as they need be. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Shortened in the middle: names of models differ at both ends. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - end)}…${text.slice(-end)}`;
}
