const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * A plain HTML page that shows exactly the lines of `text`: a blank line starts a paragraph, web
 * addresses become links.
 */
export function textToHtml(text: string): string {
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.split('\n').map(lineToHtml).join('<br>\n')}</p>`);
  return `<!doctype html>\n<html>\n<body>\n${paragraphs.join('\n')}\n</body>\n</html>\n`;
}

function lineToHtml(line: string): string {
  return line
    .split(/(\bhttps?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'])/i)
    .map((piece, index) => {
      const escaped = piece.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
      return index % 2 === 1 ? `<a href="${escaped}">${escaped}</a>` : escaped;
    })
    .join('');
}
