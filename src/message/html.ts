import { Parser } from 'htmlparser2';
import { addStyleSheet, addedText, emptySheet, isFontSheet, matchRules, parseInlineStyle } from './css.ts';
import type { Circumstances, Declarations, StyledElement, StyleSheet } from './css.ts';
import { BLOCKS, EMBEDDED, EMBEDDED_IN_STYLE, NEVER_SHOWN, PARAGRAPHS, quoteKind } from './html-elements.ts';
import type { ParseLimits } from './limits.ts';
import { picturesOf } from './pictures.ts';
import { TextBuilder } from './text-builder.ts';
import type { DraftVersion, HiddenReason, HiddenText, Link, Picture } from './types.ts';
import { appearanceOf, hiddenBecause, PLAIN_PAGE } from './visibility.ts';
import type { Appearance, Movement } from './visibility.ts';

/** Hidden text with what its weight depends on. */
export interface HiddenPiece extends HiddenText {
  /**
   * `preheader`: an element before any visible text, shown by mail lists as preview; `element`: any
   * other; `comment`; `outlook`: shown or hidden by Outlook for Windows alone.
   */
  place: 'preheader' | 'element' | 'comment' | 'outlook';
}

/** A range of the text that the markup says is a quote or a signature. */
export interface MarkedRange {
  kind: 'quote' | 'signature';
  start: number;
  end: number;
}

/** What an HTML part shows. */
export interface RenderedHtml {
  text: string;
  hidden: HiddenPiece[];
  links: Link[];
  pictures: Picture[];
  ranges: MarkedRange[];
  tooComplex: string | null;
  /** Text that style sheets add, or that is shown in another order than written; in words. */
  distorted: string[];
  /** What is shown to others: where style sheets are not read, on small or dark screens, in Outlook. */
  versions: DraftVersion[];
}

/** Who looks at the mail. */
interface View extends Circumstances {
  /** Style sheets, styles and the `hidden` attribute are read. */
  styled: boolean;
  /** As Outlook for Windows, which reads conditional comments. */
  outlook: boolean;
  /** Inside one, where there are no others: what looks like one is hidden text. */
  inComment: boolean;
}

const ORDINARY: View = {
  styled: true,
  outlook: false,
  inComment: false,
  conditions: new Set(),
  loose: false,
};
/** Of so many conditions each is looked at by itself; real templates have a handful. */
const MOST_CONDITIONS = 12;

/** They are only told of: more are not counted. */
const MOST_PICTURES = 1_000;

interface Frame extends StyledElement {
  look: Appearance;
  parent: Frame | null;
  /** Inside an element whose content is no text at all. */
  code: boolean;
  /** Where the link's or range's text starts. */
  from: number;
  href: string | null;
  marked: MarkedRange['kind'] | null;
  /** Would be shown or hidden otherwise if the loose rules matched. */
  unsure: boolean;
  /** Number of the next item in an ordered list; null in an unordered one. */
  item: number | null;
}

const STYLE_STEPS = 1_500_000;
const CHUNK = 64 * 1024;

/**
 * The visible text of an HTML part and, apart from it, what is hidden. One pass over parser events
 * with an explicit stack, so that nesting costs no recursion; style sheets are read in a pass before,
 * because a rule hides what stands above it too. Never throws; stops at the limits and says so.
 */
export function renderHtml(html: string, limits: ParseLimits): RenderedHtml {
  const sheet = readStyleSheets(html.slice(0, limits.htmlChars), limits);
  const ordinary = render(html, sheet, limits, ORDINARY);
  const { conditions } = sheet;
  if (ordinary.tooComplex !== null || conditions.size > MOST_CONDITIONS) {
    return { ...ordinary, tooComplex: ordinary.tooComplex ?? 'style sheets with too many conditions' };
  }
  const views: [how: string, view: View][] = Array.from(conditions, (condition) => [
    `as it looks under ${condition.slice(0, 80)}`,
    { ...ORDINARY, conditions: new Set([condition]) },
  ]);
  if (conditions.size > 1) views.push(['as it looks under all conditions', { ...ORDINARY, conditions }]);
  if (OUTLOOK.test(html)) views.push(['as Outlook for Windows shows it', { ...ORDINARY, outlook: true }]);
  if (ordinary.hidden.length > 0 || STYLED_ONLY.test(html)) {
    views.push(['without style sheets', { ...ORDINARY, styled: false }]);
  }
  const distorted = new Set(ordinary.distorted);
  let tooComplex: string | null = null;
  for (const [how, view] of views) {
    const other = render(html, sheet, limits, view);
    tooComplex ??= other.tooComplex === null ? null : `${other.tooComplex}, ${how}`;
    if (view.styled) for (const one of other.distorted) distorted.add(one);
    if (other.text !== ordinary.text) ordinary.versions.push({ how, text: other.text });
  }
  return { ...ordinary, tooComplex, distorted: [...distorted] };
}

/** What Outlook reads and others do not. */
const OUTLOOK = /\[if\b|mso-hide/i;
/** What is there for those who see no pictures or styles. */
const STYLED_ONLY =
  /<(?:template|object|video|audio|canvas|iframe|noembed|noframes|datalist|meter|progress|dialog)\b|\stitle\s*=|<!\[CDATA\[/i;

function render(html: string, sheet: StyleSheet, limits: ParseLimits, view: View): RenderedHtml {
  const rendering = new Rendering(sheet, limits, view);
  rendering.run(html);
  return rendering.result();
}

function readStyleSheets(html: string, limits: ParseLimits): StyleSheet {
  const sheet = emptySheet();
  if (!/<style/i.test(html)) return sheet;
  const sheets: string[] = [];
  let depth = 0;
  let inStyle = false;
  const parser = new Parser({
    onopentag: (tag, attribs) => {
      depth++;
      inStyle = tag === 'style' && !/^\s*print\s*$/i.test(attribs['media'] ?? '');
      if (inStyle) sheets.push('');
    },
    ontext: (text) => {
      if (inStyle) sheets[sheets.length - 1] += text;
    },
    onclosetag: () => {
      depth--;
      inStyle = false;
    },
  });
  for (let at = 0; at < html.length && depth <= limits.htmlDepth; at += CHUNK) {
    parser.write(html.slice(at, at + CHUNK));
  }
  if (sheets.reduce((sum, css) => sum + css.length, 0) > limits.cssChars) sheet.tooComplex = true;
  else for (const css of sheets) addStyleSheet(sheet, css, limits);
  return sheet;
}

class Rendering {
  private readonly out: TextBuilder;
  private readonly hidden: HiddenPiece[] = [];
  private readonly links: Link[] = [];
  private readonly pictures: Picture[] = [];
  private readonly ranges: MarkedRange[] = [];
  private readonly distorted = new Set<string>();
  private readonly styles = new Map<string, Declarations>();
  private readonly sheet: StyleSheet;
  private readonly limits: ParseLimits;
  private readonly view: View;
  /** Elements with text that are put somewhere else than they are written. */
  private readonly moved = new Map<Frame, Movement>();
  /** Inside what Outlook leaves out. */
  private left = 0;
  private stack: Frame[] = [];
  private elements = 0;
  private steps = 0;
  private tooComplex: string | null = null;
  /** Whether the last thing seen was hidden text, which then continues. */
  private lastHidden: HiddenPiece | null = null;
  private lastHiddenIn: Frame | undefined;

  constructor(sheet: StyleSheet, limits: ParseLimits, view: View) {
    this.sheet = sheet;
    this.limits = limits;
    this.view = view;
    this.out = new TextBuilder(limits.bodyChars);
    if (sheet.tooComplex) this.tooComplex = 'style sheets too long';
    for (const text of sheet.generated) this.distorted.add(`style sheet adds text: ${text.slice(0, 80)}`);
    for (const what of sheet.unfollowed) this.distorted.add(what);
  }

  run(html: string): void {
    if (html.length > this.limits.htmlChars) this.tooComplex = 'HTML too long';
    const source = html.slice(0, this.limits.htmlChars);
    const parser = new Parser(
      {
        onopentag: (tag, attribs) => this.open(tag, attribs),
        onclosetag: (tag) => this.close(tag),
        ontext: (text) => this.text(text),
        oncomment: (text) => this.comment(text),
        onprocessinginstruction: (_name, text) => this.conditional(text),
      },
      { decodeEntities: true },
    );
    // In chunks, so that nothing is parsed after a limit is reached.
    for (let at = 0; at < source.length && !this.stopped; at += CHUNK) {
      parser.write(source.slice(at, at + CHUNK));
    }
    if (!this.stopped) parser.end();
    else this.tooComplex ??= 'HTML too large or nested too deeply';
    while (this.stack.length > 0) this.leave();
  }

  result(): RenderedHtml {
    const moves = [...this.moved.values()];
    const often = (kind: Movement, least: number) => moves.filter((one) => one === kind).length >= least;
    if (often('order', 1) || often('placed', 2) || often('float', 3) || often('right_to_left', 3)) {
      this.distorted.add('text shown in another order than written');
    }
    return {
      text: this.out.toString(),
      hidden: this.hidden,
      links: this.links,
      pictures: this.pictures,
      ranges: this.ranges,
      tooComplex: this.tooComplex ?? (this.out.cut ? 'more text than anyone reads' : null),
      distorted: [...this.distorted],
      versions: [],
    };
  }

  private get stopped(): boolean {
    return (
      this.elements > this.limits.htmlElements ||
      this.stack.length > this.limits.htmlDepth ||
      this.hidden.length > this.limits.hiddenPieces ||
      this.steps > STYLE_STEPS
    );
  }

  private get top(): Frame | undefined {
    return this.stack.at(-1);
  }

  private open(tag: string, attribs: Record<string, string>): void {
    if (this.stopped) return;
    this.elements++;
    const parent = this.top ?? null;
    const classes = (attribs['class'] ?? '').split(/\s+/).filter((name) => name !== '');
    const element: StyledElement = { tag, attribs, classes, parent };
    const around = parent?.look ?? PLAIN_PAGE;
    const declared = this.declarationsFor(element, this.view.loose);
    const look = appearanceOf(around, tag, this.view.styled ? attribs : withoutHidden(attribs), declared);
    const never = NEVER_SHOWN.get(tag);
    if (never === 'code' || (never !== undefined && this.view.styled)) look.hidden ??= 'display_none';
    // Browsers show the source of a style sheet that is told to be a block.
    if (
      never === 'code' &&
      /^(?:block|inline|flex|grid|list|table|flow)/.test(declared.get('display')?.value ?? '')
    ) {
      this.distorted.add(`the text of <${tag}> is shown`);
    }
    if (tag === 'rp') look.hidden ??= 'display_none';
    this.lookInto(tag, attribs, declared);
    if (this.pictures.length < MOST_PICTURES) this.pictures.push(...picturesOf(tag, attribs, declared, look));
    const seen = hiddenBecause(look) === null;
    if (seen) this.layOutBefore(tag, look, parent);
    const frame: Frame = {
      ...element,
      parent,
      look,
      code: parent?.code === true || never === 'code',
      unsure: parent?.unsure === true || this.isUnsure(element, around, look),
      from: this.out.length,
      href: tag === 'a' || tag === 'area' ? (attribs['href']?.trim() ?? null) : null,
      marked: quoteKind(tag, attribs, classes),
      item: tag === 'ol' ? Number.parseInt(attribs['start'] ?? '1', 10) || 1 : null,
    };
    this.stack.push(frame);
    if (tag === 'img') this.image(attribs, look);
    if (tag === 'input') this.text(attribs['value'] || (attribs['placeholder'] ?? ''));
    if (tag === 'textarea') this.text(attribs['placeholder'] ?? '');
    if (tag === 'option' || tag === 'optgroup' || tag === 'track') this.text(attribs['label'] ?? '');
    if (tag === 'iframe' && /\S/.test(attribs['srcdoc'] ?? '')) {
      // Not rendered, since such documents hold others; a comment's hidden text tells of it.
      this.distorted.add('a document inside the document');
      this.hide(attribs['srcdoc'] ?? '', 'display_none', 'element');
    }
    if (!this.view.styled && attribs['title'] !== undefined && tag !== 'style')
      this.text(` ${attribs['title']} `);
  }

  /** Whether the loose rules would change what is seen of this element. */
  private isUnsure(element: StyledElement, around: Appearance, look: Appearance): boolean {
    if (!this.sheet.loose || this.view.loose || !this.view.styled) return false;
    const loosely = appearanceOf(around, element.tag, element.attribs, this.declarationsFor(element, true));
    return (
      hiddenBecause(loosely) !== hiddenBecause(look) ||
      loosely.moved !== look.moved ||
      loosely.reversed !== look.reversed
    );
  }

  /** What an element brings along that is not read here. */
  private lookInto(tag: string, attribs: Record<string, string>, declared: Declarations): void {
    if (tag === 'link' && /stylesheet/i.test(attribs['rel'] ?? '') && !isFontSheet(attribs['href'] ?? '')) {
      this.distorted.add('a style sheet from elsewhere');
    }
    if (tag === 'rt') this.distorted.add('small text above the line');
    if (declared.size > 0)
      for (const text of addedText(declared)) this.distorted.add(`style adds text: ${text.slice(0, 80)}`);
    for (const name in attribs) {
      const value = attribs[name] ?? '';
      if (value.length > 4 && (name === 'style' ? EMBEDDED_IN_STYLE : EMBEDDED).test(value)) {
        this.distorted.add('a document inside an address');
      }
    }
  }

  private layOutBefore(tag: string, look: Appearance, parent: Frame | null): void {
    if (tag === 'br') this.out.lineBreak();
    else if (tag === 'td' || tag === 'th') this.out.cell();
    else if (look.block ?? BLOCKS.has(tag)) this.out.block(PARAGRAPHS.has(tag) ? 2 : 1);
    if (tag !== 'li') return;
    const number = parent?.item ?? null;
    this.out.text(number === null ? '- ' : `${number}. `, false);
    if (parent !== null && number !== null) parent.item = number + 1;
  }

  private close(tag: string): void {
    // htmlparser2 closes what it opened, in order; anything else is not ours to guess.
    if (this.top?.tag === tag) this.leave();
  }

  private leave(): void {
    const frame = this.stack.pop();
    if (frame === undefined) return;
    const seen = hiddenBecause(frame.look) === null;
    if (frame.href !== null && seen) this.addLink(frame.href, frame.from);
    if (frame.marked !== null && this.out.length > frame.from) {
      this.ranges.push({ kind: frame.marked, start: frame.from, end: this.out.length });
    }
    if (seen && frame.tag !== 'br' && (frame.look.block ?? BLOCKS.has(frame.tag))) {
      this.out.block(PARAGRAPHS.has(frame.tag) ? 2 : 1);
    }
  }

  private addLink(href: string, from: number): void {
    if (this.links.length >= this.limits.links) {
      this.tooComplex = `more than ${this.limits.links} links`;
      return;
    }
    this.links.push({ text: this.out.since(from).trim(), href });
  }

  private image(attribs: Record<string, string>, look: Appearance): void {
    const alt = attribs['alt']?.trim() ?? '';
    const size = (name: string) => Number.parseFloat(attribs[name] ?? '99');
    const pixel = size('width') <= 1 || size('height') <= 1;
    if (alt !== '') this.shown(alt, pixel ? 'zero_size' : hiddenBecause(look), look);
  }

  private text(text: string): void {
    if (this.stopped) return;
    const frame = this.top;
    if (frame?.code) return;
    const look = frame?.look ?? PLAIN_PAGE;
    if (this.left > 0) return;
    if (frame !== undefined && /\S/.test(text) && hiddenBecause(look) === null) this.noteOrder(frame);
    if (frame?.unsure && /[\p{L}\p{N}]/u.test(text))
      this.distorted.add('a style rule that is not followed shows or hides text');
    this.shown(text, hiddenBecause(look), look);
  }

  private noteOrder(frame: Frame): void {
    const { moved } = frame.look;
    if (moved === null) return;
    let root = frame;
    while (root.parent !== null && root.parent.look.moved === moved && moved === 'placed') root = root.parent;
    this.moved.set(root, moved);
  }

  private shown(text: string, reason: HiddenReason | null, look: Appearance): void {
    if (this.out.cut) return;
    if (reason !== null) {
      if (/\S/.test(text)) this.hide(text, reason, this.out.length === 0 ? 'preheader' : 'element');
      return;
    }
    if (look.uncertain && /[\p{L}\p{N}]/u.test(text))
      this.distorted.add('a style that only a browser can work out');
    if (look.reversed && /\p{L}{2}/u.test(text)) this.distorted.add('text shown in reverse order');
    if (look.outlookHidden && /\S/.test(text)) {
      this.hide(text, 'display_none', 'outlook');
      if (this.view.outlook) return;
    }
    this.out.text(text, look.pre);
    if (/\S/.test(text)) this.lastHidden = null;
  }

  private comment(text: string): void {
    if (this.stopped || !/\S/.test(text) || this.conditional(text)) return;
    this.lastHidden = null;
    if (!this.view.styled && text.startsWith('[CDATA[')) {
      this.shown(text.slice('[CDATA['.length, -'[['.length), null, this.top?.look ?? PLAIN_PAGE);
      return;
    }
    const conditional = /^\s*\[if\b[^\]]*\]>([^]*?)(?:<!\[endif\]\s*)?$/i.exec(text);
    if (conditional === null || this.view.inComment) {
      this.hide(text.trim(), 'comment', 'comment');
      return;
    }
    // Outlook for Windows shows what is inside. Comments do not nest, so this goes one level deep.
    const inner = render(conditional[1] ?? '', this.sheet, this.limits, {
      ...this.view,
      inComment: true,
    });
    this.tooComplex ??= inner.tooComplex;
    if (this.view.outlook || !this.view.styled) {
      const isBlock = /<(?:p|div|table|tr|td|br|h\d)\b/i.test(conditional[1] ?? '');
      this.shown(
        isBlock ? `\n${inner.text}\n` : inner.text,
        null,
        isBlock ? { ...PLAIN_PAGE, pre: true } : PLAIN_PAGE,
      );
      return;
    }
    if (inner.text !== '') this.hide(inner.text, 'comment', 'outlook');
    for (const piece of inner.hidden) this.hide(piece.text, piece.reason, 'element');
    this.lastHidden = null;
  }

  /**
   * `<!--[if !mso]><!-->` and `<![if !mso]>`, which begin what all but Outlook show, and their end.
   *
   * @returns whether it was one of them
   */
  private conditional(text: string): boolean {
    const begins = /^\s*!?-{0,2}\s*\[if\b([^\]]*)\](?:><!)?-{0,2}>?$/i.exec(text);
    if (begins !== null) {
      const never = /!\s*\(?\s*(?:g?te?\s*)?mso|\bIE\b|lt\s+mso/i.test(begins[1] ?? '');
      if (this.view.outlook && (never || this.left > 0)) this.left++;
      return true;
    }
    if (!/^\s*!?-{0,2}\s*(?:<!)?\[endif\]/i.test(text)) return false;
    if (this.left > 0) this.left--;
    return true;
  }

  /** Adds to the hidden text, going on with the last piece if nothing seen came between. */
  private hide(text: string, reason: HiddenReason, place: HiddenPiece['place']): void {
    const clean = text.replace(/\s+/g, ' ').slice(0, this.limits.attachmentChars);
    const last = this.lastHidden;
    if (last?.reason === reason && last.place === place) {
      // One text node comes in several events; another element's text is another word.
      const gap = this.lastHiddenIn === this.top ? '' : ' ';
      if (last.text.length < this.limits.attachmentChars) last.text += gap + clean;
      this.lastHiddenIn = this.top;
      return;
    }
    this.lastHiddenIn = this.top;
    this.lastHidden = { reason, text: clean, place };
    this.hidden.push(this.lastHidden);
  }

  private declarationsFor(element: StyledElement, loose: boolean): Declarations {
    if (!this.view.styled) return new Map();
    const inline = this.inlineStyle(element.attribs['style']);
    const rules = matchRules(
      this.sheet,
      element,
      (steps) => {
        this.steps += steps;
        return this.steps <= STYLE_STEPS;
      },
      { conditions: this.view.conditions, loose },
    );
    if (rules.length === 0) return inline;
    const all: Declarations = new Map();
    for (const declarations of [...rules, inline]) {
      for (const [name, declared] of declarations) {
        if (all.get(name)?.important && !declared.important) continue;
        all.set(name, declared);
      }
    }
    return all;
  }

  /** Templates repeat the same few style attributes hundreds of times. */
  private inlineStyle(style: string | undefined): Declarations {
    if (style === undefined || style.trim() === '') return new Map();
    let declarations = this.styles.get(style);
    if (declarations === undefined) {
      declarations = parseInlineStyle(style);
      if (this.styles.size < 2_000) this.styles.set(style, declarations);
    }
    return declarations;
  }
}

function withoutHidden(attribs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attribs).filter(([name]) => name !== 'hidden'));
}
