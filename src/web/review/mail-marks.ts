import type { Finding } from '../../judge/verdict.ts';
import { foldTexts, locate } from './locate.ts';
import { stretches } from './stretches.ts';

const MARK = 'presend-mark';

/** How marks look in the frame; the mail's own styles must not win. */
export const MARK_STYLE = `
${MARK} { display: inline !important; background: #fff0c2 !important; color: #3d2c00 !important; border-bottom: 2px solid #b07900 !important; }
${MARK}[data-active] { background: #ffd24d !important; outline: 2px solid #8a5a00 !important; outline-offset: 1px; }
`;

/**
 * Wraps what the findings are about in the shown mail. The element is one that no mail's style sheet means.
 *
 * @returns for each finding whether any of its spans is shown
 */
export function markFindings(body: HTMLElement, findings: readonly Finding[], draftBody: string): boolean[] {
  clearMarks(body);
  const nodes = shownTexts(body);
  const page = foldTexts(nodes.map((node) => node.data));
  const draft = foldTexts([draftBody]);
  const found = findings.map(({ spans }) =>
    spans.filter(({ part }) => part === 'body').flatMap((span) => locate(page, draft, span)),
  );
  for (const [index, node] of nodes.entries()) {
    const here = found.flatMap((pieces, finding) =>
      pieces.filter((piece) => piece.node === index).map(({ start, end }) => ({ start, end, finding })),
    );
    if (here.length > 0) wrap(node, here);
  }
  return found.map((pieces) => pieces.length > 0);
}

/** @param finding its number; null = none stands out */
export function activate(body: HTMLElement, finding: number | null, scroll: boolean): void {
  let first: Element | null = null;
  for (const mark of body.querySelectorAll(MARK)) {
    const active =
      finding !== null && (mark.getAttribute('data-findings') ?? '').split(' ').includes(String(finding));
    mark.toggleAttribute('data-active', active);
    if (active) first ??= mark;
  }
  if (scroll) first?.scrollIntoView({ block: 'center', inline: 'nearest' });
}

function clearMarks(body: HTMLElement): void {
  for (const mark of body.querySelectorAll(MARK)) mark.replaceWith(...mark.childNodes);
  body.normalize();
}

function shownTexts(body: HTMLElement): Text[] {
  const document = body.ownerDocument;
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || parent.closest('style, title')) continue;
    // Hidden copies of the same words come first in many mails (the preview line).
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    nodes.push(node as Text);
  }
  return nodes;
}

function wrap(node: Text, covered: { start: number; end: number; finding: number }[]): void {
  const document = node.ownerDocument;
  const parts = stretches(node.data.length, covered).map(({ start, end, findings }) => {
    const text = document.createTextNode(node.data.slice(start, end));
    if (findings.length === 0) return text;
    const mark = document.createElement(MARK);
    mark.setAttribute('data-findings', findings.join(' '));
    mark.append(text);
    return mark;
  });
  node.replaceWith(...parts);
}
