/** A table in GitHub's Markdown; what stands in a cell is shown as it is, whatever it is made of. */
export function mdTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => mdText(String(cell))).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Text without anything that Markdown or HTML in it would act upon, on one line. */
export function mdText(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}|\p{Cs}/gu, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*|~]|(?<!\w)_|_(?!\w)|\](?=[([:])/g, String.raw`\$&`);
}
