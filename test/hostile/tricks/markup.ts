import { escapeHtml, page, paragraphs, type Part } from '../mail.ts';
import { type Disguise, type MailTrick, plainBody } from './trick.ts';

/** Tricks with HTML and style sheets: the text is drawn by something that is not text, or cut by what is not seen. */

const JUNK = 'qx';

function html(telling: (text: string) => string, head = '') {
  return ({ subject, pieces }: Disguise): { subject: string | null; parts: Part[] } => {
    const marks: string[] = [];
    const written = pieces
      .map((piece) => {
        if (!piece.telling) return escapeHtml(piece.text);
        marks.push(telling(piece.text));
        return `\ue000${marks.length - 1}\ue000`;
      })
      .join('');
    const body = paragraphs(written).replace(
      /\ue000(\d+)\ue000/g,
      (_, index: string) => marks[Number(index)],
    );
    return { subject, parts: [{ type: 'text/html', text: page(body, head) }] };
  };
}

const markup = (name: string, telling: (text: string) => string, head = ''): MailTrick => ({
  name,
  mail: html(telling, head),
});

const inLetters = (text: string, letter: (char: string) => string): string =>
  Array.from(text, (char) => (/\s/.test(char) ? char : letter(escapeHtml(char)))).join('');
const inWords = (text: string, cut: string): string =>
  text
    .split(/(\s+)/)
    .map((word) =>
      word.length < 3 || /^\s/.test(word)
        ? escapeHtml(word)
        : escapeHtml(word.slice(0, 2)) + cut + escapeHtml(word.slice(2)),
    )
    .join('');
const junkIn = (name: string, open: string, head = ''): MailTrick =>
  markup(name, (text) => inWords(text, `${open}${JUNK}</span>`), head);
const style = (css: string): string => `<style>${css}</style>`;
const cssString = (text: string): string => `"${text.replace(/["\\\n]/g, ' ')}"`;
const svg = (text: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="60"><text x="0" y="20">${escapeHtml(text)}</text></svg>`;

export const MARKUP_TRICKS: MailTrick[] = [
  markup('entities', (text) =>
    Array.from(text, (char) => (/[a-z]/i.test(char) ? `&#${char.codePointAt(0)};` : escapeHtml(char))).join(
      '',
    ),
  ),
  markup('hexadecimal entities', (text) =>
    Array.from(text, (char) => `&#x${char.codePointAt(0)!.toString(16)};`).join(''),
  ),
  markup('entities without semicolon', (text) =>
    Array.from(text, (char) => (/[a-z]/i.test(char) ? `&#${char.codePointAt(0)};` : escapeHtml(char)))
      .join('')
      .replace(/;(?=&)/g, ''),
  ),
  markup('named invisible entities', (text) => inWords(text, '&zwnj;&shy;&ZeroWidthSpace;')),
  markup('elements in words', (text) => inLetters(text, (char) => `<b>${char}</b>`)),
  markup('comments in words', (text) => inWords(text, '<!-- x -->')),
  markup('wbr in words', (text) => inWords(text, '<wbr>')),
  markup('unknown elements in words', (text) => inWords(text, '<o:p></o:p><x-y></x-y>')),
  markup('ruby', (text) =>
    text
      .split(' ')
      .map(
        (word) =>
          `<ruby>${escapeHtml(word.slice(0, 3))}<rp>(</rp><rt>${JUNK}</rt><rp>)</rp>${escapeHtml(word.slice(3))}</ruby>`,
      )
      .join(' '),
  ),
  markup(
    'a table cell a letter',
    (text) =>
      `<table><tr>${Array.from(text, (char) => `<td>${/\s/.test(char) ? '&nbsp;' : escapeHtml(char)}</td>`).join('')}</tr></table>`,
  ),
  markup('a table a word, a cell a letter', (text) =>
    text
      .split(/\s+/)
      .map(
        (word) =>
          `<table style="display:inline-table"><tr>${Array.from(word, (char) => `<td>${escapeHtml(char)}</td>`).join('')}</tr></table>`,
      )
      .join(' '),
  ),
  markup(
    'a table cell half a word',
    (text) =>
      `<table cellspacing="0"><tr>${text
        .split(/\s+/)
        .map((word) => `<td>${escapeHtml(word.slice(0, 3))}</td><td>${escapeHtml(word.slice(3))}&nbsp;</td>`)
        .join('')}</tr></table>`,
  ),
  markup('a block a letter', (text) =>
    inLetters(text, (char) => `<div style="display:inline-block">${char}</div>`),
  ),
  markup('a floated block a letter', (text) =>
    inLetters(text, (char) => `<div style="float:left">${char}</div>`),
  ),
  markup('floated right in reverse', (text) =>
    Array.from(text)
      .reverse()
      .map((char) => `<span style="float:right">${escapeHtml(char)}</span>`)
      .join(''),
  ),
  markup(
    'flex in reverse',
    (text) =>
      `<div style="display:flex;flex-direction:row-reverse">${text
        .split(' ')
        .reverse()
        .map((word) => `<span>${escapeHtml(word)}&nbsp;</span>`)
        .join('')}</div>`,
  ),
  markup(
    'flex order',
    (text) =>
      `<div style="display:flex">${text
        .split(' ')
        .map((word, index) => ({ word, index }))
        .reverse()
        .map(({ word, index }) => `<span style="order:${index}">${escapeHtml(word)}&nbsp;</span>`)
        .join('')}</div>`,
  ),
  markup(
    'rtl direction with bdo',
    (text) => `<bdo dir="rtl">${escapeHtml(Array.from(text).reverse().join(''))}</bdo>`,
  ),
  markup(
    'unicode-bidi override in a class',
    (text) => `<span class="r">${escapeHtml(Array.from(text).reverse().join(''))}</span>`,
    style('.r{unicode-bidi:bidi-override;direction:rtl}'),
  ),
  markup(
    'positioned',
    (text) =>
      `<div style="position:relative;height:20px">${text
        .split(' ')
        .map((word, index) => ({ word, index }))
        .reverse()
        .map(
          ({ word, index }) =>
            `<span style="position:absolute;left:${index * 60}px">${escapeHtml(word)}</span>`,
        )
        .join('')}</div>`,
  ),
  junkIn('display:none in words', '<span style="display:none">'),
  junkIn('font-size:0 in words', '<span style="font-size:0">'),
  junkIn('class-hidden in words', '<span class="k">', style('.k{display:none}')),
  junkIn('hidden by :not() in words', '<span class="k">', style('span:not(.z){display:none}')),
  junkIn('hidden by :nth-child in words', '<span>', style('span:nth-child(n){display:none}')),
  junkIn('hidden by a sibling rule in words', '<i></i><span class="k">', style('i + .k{display:none}')),
  junkIn(
    'hidden by a partial attribute rule in words',
    '<span class="k1">',
    style('[class^="k"]{display:none}'),
  ),
  junkIn('hidden by :is() in words', '<span class="k">', style(':is(.k,.z){display:none}')),
  junkIn('hidden by a nested rule in words', '<span class="k">', style('p{& .k{display:none}}')),
  junkIn(
    'hidden by @media in words',
    '<span class="k">',
    style('@media (min-width:400px){.k{display:none}}'),
  ),
  junkIn(
    'hidden on phones in words',
    '<span class="k">',
    style('@media (max-width:600px){.k{display:none}}'),
  ),
  junkIn(
    'hidden in dark mode in words',
    '<span class="k">',
    style('@media (prefers-color-scheme:dark){.k{display:none}}'),
  ),
  junkIn(
    'hidden by @container in words',
    '<span class="k">',
    style('@container (min-width:1px){.k{display:none}}'),
  ),
  junkIn(
    'hidden by @import in words',
    '<span class="k">',
    style('@import url("https://cdn.example/x.css");'),
  ),
  junkIn(
    'hidden by a linked sheet in words',
    '<span class="k">',
    '<link rel="stylesheet" href="https://cdn.example/x.css">',
  ),
  junkIn('hidden by a variable in words', '<span class="k">', style(':root{--d:none}.k{display:var(--d)}')),
  junkIn('size calc(0) in words', '<span style="font-size:calc(1px * 0)">'),
  junkIn('scaled away in words', '<span style="display:inline-block;transform:scale(0)">'),
  junkIn('matrix away in words', '<span style="display:inline-block;transform:matrix(0,0,0,0,0,0)">'),
  junkIn('clipped in words', '<span style="display:inline-block;clip-path:inset(100%)">'),
  junkIn('masked in words', '<span style="display:inline-block;width:0;overflow:hidden">'),
  junkIn('white on white in words', '<span style="color:#fff">'),
  junkIn('transparent in words', '<span style="color:rgba(0,0,0,0)">'),
  junkIn('white font element in words', '<span><font color="white" size="1">'),
  junkIn('off screen in words', '<span style="position:absolute;left:-9999px">'),
  junkIn(
    'animated away in words',
    '<span class="k">',
    style('@keyframes a{to{opacity:0}}.k{animation:a 0s forwards}'),
  ),
  junkIn('filtered away in words', '<span style="filter:opacity(0)">'),
  junkIn('mso-hide in words', '<span style="mso-hide:all">'),
  markup('Outlook conditional in words', (text) =>
    inWords(text, `<!--[if !mso]><!-->${JUNK}<!--<![endif]-->`),
  ),
  {
    name: 'content: of a rule',
    mail: (disguise) => byContent(disguise, cssString),
  },
  {
    name: 'content: escaped',
    mail: (disguise) =>
      byContent(
        disguise,
        (text) => `"${Array.from(text, (char) => `\\${char.codePointAt(0)!.toString(16)} `).join('')}"`,
      ),
  },
  {
    name: 'content: by attr()',
    mail: ({ subject, pieces }) =>
      html(
        (text) => `<span class="b" data-t="${escapeHtml(text)}"></span>`,
        style('.b::after{content:attr(data-t)}'),
      )({ subject, pieces }),
  },
  {
    name: 'content: by a variable',
    mail: ({ subject, pieces }) =>
      html(
        (text) => `<span class="b" style='--t:${cssString(text).replaceAll("'", ' ')}'></span>`,
        style('.b::after{content:var(--t)}'),
      )({ subject, pieces }),
  },
  {
    name: 'content: by a counter style',
    mail: ({ subject, pieces }) =>
      html(
        () => `<span class="b"></span>`,
        style(
          `@counter-style t{system:cyclic;symbols:${cssString(plainBody(pieces.filter((piece) => piece.telling)))}}.b::before{content:counter(x,t)}`,
        ),
      )({ subject, pieces }),
  },
  {
    name: 'list markers',
    mail: ({ subject, pieces }) =>
      html(
        () => `<ul class="b"><li></li></ul>`,
        style(`.b{list-style-type:${cssString(plainBody(pieces.filter((piece) => piece.telling)))}}`),
      )({ subject, pieces }),
  },
  {
    name: 'quotes property',
    mail: ({ subject, pieces }) =>
      html(
        () => `<q class="b"></q>`,
        style(`.b{quotes:${cssString(plainBody(pieces.filter((piece) => piece.telling)))} ""}`),
      )({ subject, pieces }),
  },
  markup('alternative text of an image', (text) => `<img src="cid:x" alt="${escapeHtml(text)}">`),
  markup('title of an image', (text) => `<img src="cid:x" title="${escapeHtml(text)}">`),
  markup('placeholder of an input', (text) => `<input placeholder="${escapeHtml(text)}">`),
  markup('value of a button', (text) => `<input type="submit" value="${escapeHtml(text)}">`),
  markup('label of an option', (text) => `<select><option label="${escapeHtml(text)}"></option></select>`),
  markup('text area', (text) => `<textarea>${escapeHtml(text)}</textarea>`),
  markup('SVG text', svg),
  markup(
    'SVG foreign object',
    (text) =>
      `<svg width="600" height="60"><foreignObject><div>${escapeHtml(text)}</div></foreignObject></svg>`,
  ),
  markup('MathML text', (text) => `<math><mtext>${escapeHtml(text)}</mtext></math>`),
  markup(
    'SVG image by data: address',
    (text) => `<img src="data:image/svg+xml;base64,${Buffer.from(svg(text)).toString('base64')}">`,
  ),
  markup(
    'SVG image by escaped data: address',
    (text) => `<img src="data:image/svg+xml,${encodeURIComponent(svg(text))}">`,
  ),
  markup(
    'SVG background by data: address',
    (text) =>
      `<div style="width:600px;height:60px;background-image:url(data:image/svg+xml;base64,${Buffer.from(svg(text)).toString('base64')})"></div>`,
  ),
  markup(
    'object by data: address',
    (text) => `<object data="data:text/html;base64,${Buffer.from(text).toString('base64')}"></object>`,
  ),
  markup(
    'embed by data: address',
    (text) => `<embed src="data:text/html;base64,${Buffer.from(text).toString('base64')}">`,
  ),
  markup('iframe srcdoc', (text) => `<iframe srcdoc="${escapeHtml(text)}"></iframe>`),
  markup('details', (text) => `<details><summary>More</summary>${escapeHtml(text)}</details>`),
  markup('noscript', (text) => `<noscript>${escapeHtml(text)}</noscript>`),
  markup('fallback of video', (text) => `<video>${escapeHtml(text)}</video>`),
  markup('marquee', (text) => `<marquee>${escapeHtml(text)}</marquee>`),
  markup('plaintext element', (text) => `${escapeHtml(text)}<plaintext>`),
  markup('title element in the body', (text) => `<title style="display:block">${escapeHtml(text)}</title>`),
  markup(
    'template shown by style',
    (text) => `<template style="display:block">${escapeHtml(text)}</template>`,
  ),
  markup('style shown as text', (text) => `<style style="display:block">${escapeHtml(text)}</style>`),
  markup('CDATA', (text) => `<![CDATA[${text}]]>`),
  markup('comment that ends early', (text) => `<!--> ${escapeHtml(text)} <!-- -->`),
  markup('comment that ends oddly', (text) => `<!-- a --!> ${escapeHtml(text)} <!-- -->`),
  markup('Outlook conditional', (text) => `<!--[if mso]>${escapeHtml(text)}<![endif]-->`),
  markup('shown by all but Outlook', (text) => `<!--[if !mso]><!-->${escapeHtml(text)}<!--<![endif]-->`),
  markup(
    'shown on phones only',
    (text) => `<span class="k">${escapeHtml(text)}</span>`,
    style('.k{display:none}@media (max-width:600px){.k{display:inline}}'),
  ),
  markup(
    'shown in dark mode only',
    (text) => `<span class="k">${escapeHtml(text)}</span>`,
    style('.k{display:none}@media (prefers-color-scheme:dark){.k{display:inline!important}}'),
  ),
  markup('hidden in one program only', (text) => `<span style="mso-hide:all">${escapeHtml(text)}</span>`),
  markup('hidden by opacity', (text) => `<span style="opacity:0">${escapeHtml(text)}</span>`),
  markup(
    'white on an unknown background',
    (text) => `<div style="background:url(cid:x);color:#fff">${escapeHtml(text)}</div>`,
  ),
  markup('deep spans', (text) => `${'<span>'.repeat(2500)}${escapeHtml(text)}${'</span>'.repeat(2500)}`),
  markup(
    'deep tables',
    (text) => `${'<table><tr><td>'.repeat(450)}${escapeHtml(text)}${'</td></tr></table>'.repeat(450)}`,
  ),
  markup('link text', (text) => `<a href="https://sender.example/">${escapeHtml(text)}</a>`),
];

function byContent(disguise: Disguise, content: (text: string) => string) {
  let index = 0;
  const rules: string[] = [];
  const { subject, parts } = html((text) => {
    index += 1;
    rules.push(`.b${index}::before{content:${content(text)}}`);
    return `<span class="b${index}"></span>`;
  })(disguise);
  const [part] = parts;
  return {
    subject,
    parts: [{ ...part, text: part.text.replace('<head>', () => `<head>${style(rules.join(''))}`) }],
  };
}
