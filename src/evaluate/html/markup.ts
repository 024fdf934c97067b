import { escapeHtml } from '../../message/escape-html.ts';

/** HTML or SVG that is safe to put into a document. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may carry: markup as it is, anything else as text; null is nothing. */
export type Content = Markup | string | number | null | readonly Content[];

/** A template tag: everything put in is escaped, also inside quoted attributes, unless it is markup already. */
export function markup(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + written(contents[i - 1] ?? null) + part));
}

function written(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(written).join('');
  return escapeHtml(visible(String(content)));
}

/** HTML has no way to write control characters and halves of surrogate pairs: each becomes the replacement character. */
const visible = (text: string): string => text.replaceAll(/(?![\n\t])\p{Cc}|\p{Cs}/gu, '\u{fffd}');
