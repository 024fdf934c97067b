import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/message/html.ts';
import { PARSE_LIMITS } from '../../src/message/limits.ts';

const render = (html: string) => renderHtml(html, PARSE_LIMITS);

describe('renderHtml', () => {
  it.each([
    ['the first of two style attributes counts', '<p style="display:none" style="display:block">x</p>'],
    ['an invalid value leaves the hiding one', '<p style="display:none;display:foo">x</p>'],
    [
      'an important rule beats the style attribute',
      '<style>p{display:none!important}</style><p style="display:block">x</p>',
    ],
    ['a child selector', '<style>div > p{display:none}</style><div><p>x</p></div>'],
    ['an attribute selector', '<style>p[data-a="b"]{display:none}</style><p data-a="b">x</p>'],
    ['a rule that stands below', '<p class="a">x</p><style>.a{display:none}</style>'],
    ['CSS in an HTML comment', '<style><!-- .a{display:none} --></style><p class="a">x</p>'],
    ['a broken rule before', '<style>} ;{}} .b{color:} .a{display:none}</style><p class="a">x</p>'],
    ['relative font sizes that multiply', '<div style="font-size:.4em"><p style="font-size:40%">x</p></div>'],
    ['the transparent colour', '<p style="color:transparent">x</p>'],
    ['hsl colours', '<p style="background:hsl(0,0%,100%);color:hsl(0 0% 98%)">x</p>'],
    [
      'a table cell background',
      '<table><tr><td bgcolor=black><span style="color:#000">x</span></td></tr></table>',
    ],
    ['a scale of nothing', '<p style="transform:scale(0)">x</p>'],
    ['a far translation', '<p style="transform:translateX(-9999px)">x</p>'],
    ['a closed dialog', '<dialog>x</dialog>'],
    ['an image of one pixel', '<img src="t" alt="x" width="1" height="1">'],
  ])('hides by %s', (_name, html) => {
    const { text, hidden } = render(html);
    expect(text).toBe('');
    expect(hidden.map((piece) => piece.text)).toEqual(['x']);
  });

  it.each([
    ['a later declaration', '<p style="display:none;display:block">x</p>'],
    ['a more specific rule', '<style>#i{display:block} .a{display:none}</style><p id="i" class="a">x</p>'],
    ['a rule for print', '<style media="print">p{display:none}</style><p>x</p>'],
    ['a hover rule', '<style>p:hover{display:none}</style><p>x</p>'],
    ['a rule inside an Outlook comment', '<!--[if mso]><style>p{display:none}</style><![endif]--><p>x</p>'],
    ['white text on a dark background', '<td style="background:#036;color:#fff">x</td>'],
    ['white text on an image', '<td background="a.png" style="color:#fff">x</td>'],
    ['a font size set again', '<td style="font-size:0"><span style="font-size:14px">x</span></td>'],
    ['readable light grey', '<p style="color:#aaa">x</p>'],
    ['a link in a white text', '<div style="color:#fff"><a href="u">x</a></div>'],
    ['content that only Outlook for Windows leaves out', '<!--[if !mso]><!--><p>x</p><!--<![endif]-->'],
    ['downlevel-revealed conditionals', '<![if !mso]><p>x</p><![endif]>'],
  ])('shows in spite of %s', (_name, html) => {
    expect(render(html).text).toBe('x');
  });

  it('reports what Outlook shows of a conditional comment, without its style and settings', () => {
    const html =
      '<!--[if mso]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><style>a{}</style><p>Twelve <b>engineers</b></p><![endif]-->';
    expect(render(html).hidden).toEqual([{ reason: 'comment', place: 'outlook', text: 'Twelve engineers' }]);
  });

  it('keeps words of different hidden elements apart and entities in one word', () => {
    expect(render('<p hidden>a&amp;b</p><p hidden>c</p>').hidden.map(({ text }) => text)).toEqual(['a&b c']);
  });

  it('gives links with what is shown for them, and none from hidden text', () => {
    const html =
      '<a href=" https://a.example ">One <b>two</b></a><a href="b"><img alt="Logo"></a><a href="c" hidden>d</a>';
    expect(render(html).links).toEqual([
      { text: 'One two', href: 'https://a.example' },
      { text: 'Logo', href: 'b' },
    ]);
  });

  it.each([
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['empty elements', '<b> </b>'],
  ])('reads what stands behind tens of thousands of %s', (_name, blank) => {
    const { text, tooComplex } = render(`<p>Hi Jane,${blank.repeat(40_001)}you raised $40M.</p>`);
    expect({ text, tooComplex }).toEqual({ text: 'Hi Jane, you raised $40M.', tooComplex: null });
  });

  it.each([
    ['in one text', `<p>${'word '.repeat(8_000)}$40M</p>`],
    ['in the last element', `<p>${'word '.repeat(8_000)}</p><p>$40M</p>`],
    ['behind preformatted blanks', `<pre>Hi${' '.repeat(40_000)}$40M</pre>`],
    ['as the text of an image', `<p>${'word '.repeat(8_000)}</p><img src="t" alt="$40M">`],
  ])('says so when it leaves out what can be seen: %s', (_name, html) => {
    const { text, tooComplex } = render(html);
    expect(text).not.toContain('$40M');
    expect(tooComplex).toBe('more text than anyone reads');
  });

  it('does not render documents inside the document, but says so', () => {
    let inner = '<p>You raised $40M.</p>';
    for (let depth = 0; depth < 4; depth++) {
      const styles = Array.from({ length: 8 }, (_, at) => `@media(min-width:${at}px){p{margin:0}}`).join('');
      const srcdoc = `<style>${styles}</style>${inner}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      inner = `<iframe srcdoc="${srcdoc}"></iframe>`;
    }
    const started = performance.now();
    const { hidden, distorted } = render(`<p>Hi</p>${inner}`);
    // Each level rendered under all conditions would take minutes.
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(distorted).toEqual(['a document inside the document']);
    expect(hidden.map(({ text }) => text).join()).toContain('You raised $40M.');
  }, 60_000);

  it.each([
    ['in dark mode', '@media (prefers-color-scheme:dark)'],
    ['without style sheets', ''],
  ])('says so when what it shows %s is too much', (_name, media) => {
    const words = 'word '.repeat(8_001);
    const html =
      media === ''
        ? `<p>Hi</p><div style="display:none">${words}</div>`
        : `<style>.a{display:none}${media}{.a{display:block}}</style><p>Hi</p><div class="a">${words}</div>`;
    expect(render(html).tooComplex).toMatch(/^more text than anyone reads, /);
  });

  it('never throws, whatever the markup', () => {
    const piece = fc.constantFrom(
      '<p style="',
      '">',
      '<div',
      '>',
      'display:none',
      '<style>',
      '</style>',
      '.a{',
      '}',
      '@media (',
      '<!--[if mso]>',
      '<![endif]-->',
      '-->',
      '</p>',
      '<svg><title>',
      '<math>',
      '<table><td>',
      '&#x',
      '\0',
      'text',
      "'",
      'color:rgb(',
      ')',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { text, ranges } = render(pieces.join(''));
        for (const { start, end } of ranges) expect(start < end && end <= text.length).toBe(true);
      }),
    );
  });

  it.each([
    ['deeply nested elements', '<div>'.repeat(300_000)],
    ['nested rules', `<style>${'@media screen{'.repeat(14_000)}</style>`],
    [
      'many rules over many elements',
      `<style>${'div p b{color:red}'.repeat(2_900)}</style>${'<p><b>x'.repeat(20_000)}`,
    ],
    ['unclosed comments', '<!--'.repeat(370_000)],
    ['many comments', '<!--[if mso]>x<![endif]-->'.repeat(50_000)],
    ['nested links', '<a href=x>t'.repeat(100_000)],
    ['angle brackets', '<'.repeat(1_400_000)],
  ])(
    'does not stall on %s',
    (_name, html) => {
      const started = performance.now();
      render(html);
      // Far above the usual half second: quadratic work would take minutes.
      expect(performance.now() - started).toBeLessThan(8_000);
    },
    60_000,
  );
});
