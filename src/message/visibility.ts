import type { Declarations } from './css.ts';
import { contrast, parseColour, parseLength } from './css-values.ts';
import type { Rgb } from './css-values.ts';
import type { HiddenReason } from './types.ts';

/** What decides whether an element's text is seen, after inheritance. */
export interface Appearance {
  /** Hides the element with all inside it; nothing inside can show itself again. */
  hidden: HiddenReason | null;
  invisible: boolean;
  /** null: not known, which counts as seen. */
  colour: Rgb | 'transparent' | null;
  background: Rgb | null;
  fontSize: number;
  opacity: number;
  /** Letters run right to left whatever they are: shown in another order than written. */
  reversed: boolean;
  /** Pieces are laid out from right to left. */
  rightToLeft: boolean;
  /** How the element itself, or the nearest one around it, is put somewhere else than it is written. */
  moved: Movement | null;
  /** What is seen hangs on a value that only a browser can work out. */
  uncertain: boolean;
  /** Hidden in Outlook for Windows only. */
  outlookHidden: boolean;
  block: boolean | null;
  pre: boolean;
}

/** `order`: by flex or grid; `placed`: by coordinates; `float`: to the right; `right_to_left`: pieces in a row. */
export type Movement = 'order' | 'placed' | 'float' | 'right_to_left';

export const PLAIN_PAGE: Appearance = {
  hidden: null,
  invisible: false,
  colour: { r: 0, g: 0, b: 0 },
  background: { r: 255, g: 255, b: 255 },
  fontSize: 16,
  opacity: 1,
  reversed: false,
  rightToLeft: false,
  moved: null,
  uncertain: false,
  outlookHidden: false,
  block: null,
  pre: false,
};

/** Type this small, in CSS pixels, is a smudge. Real small print starts at about 7. */
const UNREADABLE_FONT = 3;
/** Contrast of #eee on white is 1.16; readable light grey (#ccc) is 1.6. */
const UNREADABLE_CONTRAST = 1.2;
/** Pixels; real negative margins and indents are smaller. */
const OFF_SCREEN = -300;

/** Why text directly in an element of this appearance is not seen, or null if it is. */
export function hiddenBecause(look: Appearance): HiddenReason | null {
  if (look.hidden !== null) return look.hidden;
  if (look.invisible) return 'visibility_hidden';
  if (look.fontSize <= UNREADABLE_FONT) return 'zero_size';
  if (look.opacity < 0.05) return 'zero_opacity';
  if (look.colour === 'transparent') return 'same_colour';
  if (look.colour === null || look.background === null) return null;
  return contrast(look.colour, look.background) < UNREADABLE_CONTRAST ? 'same_colour' : null;
}

/** The appearance of an element from its parent's, its attributes and its cascaded declarations. */
export function appearanceOf(
  parent: Appearance,
  tag: string,
  attribs: Readonly<Record<string, string>>,
  declarations: Declarations,
): Appearance {
  const css = (name: string) => declarations.get(name)?.value ?? '';
  const look: Appearance = { ...parent, block: blockOf(css('display')) };
  look.fontSize = fontSizeOf(parent.fontSize, css('font-size') || fontShorthandSize(css('font')));
  look.colour = colourOf(parent, tag, attribs, css);
  look.background = backgroundOf(parent, attribs, css);
  look.opacity = parent.opacity * opacityOf(css);
  if (/^(?:hidden|collapse)$/.test(css('visibility'))) look.invisible = true;
  if (/^(?:visible|initial)$/.test(css('visibility'))) look.invisible = false;
  const rtl = css('direction') === 'rtl' || /^rtl$/i.test(attribs['dir'] ?? '');
  if (tag === 'bdo' || css('unicode-bidi').includes('override')) look.reversed = rtl;
  if (css('direction') !== '' || 'dir' in attribs) look.rightToLeft = rtl || parent.rightToLeft;
  look.moved = movementOf(parent, tag, css, look.fontSize) ?? parent.moved;
  look.uncertain ||= isUncertain(css);
  if (css('mso-hide') === 'all') look.outlookHidden = true;
  const space = css('white-space');
  if (space !== '') look.pre = space.startsWith('pre') || space === 'break-spaces';
  else if (tag === 'pre' || tag === 'textarea') look.pre = true;
  look.hidden ??= hiddenBox(tag, attribs, css, look.fontSize);
  return look;
}

/** Values that the style sheet alone does not tell: `calc()`, variables, and turns in space. */
function isUncertain(css: (name: string) => string): boolean {
  const worked = (name: string) => /\b(?:var|calc|min|max|clamp|env)\(/.test(css(name));
  if (['display', 'visibility', 'opacity', 'font-size', 'font', 'position', 'clip-path', 'zoom'].some(worked))
    return true;
  if (/\bvar\(/.test(css('color') + css('-webkit-text-fill-color') + css('transform'))) return true;
  const cut = /hidden|clip/.test(css('overflow') + css('overflow-x') + css('overflow-y'));
  if (cut && ['height', 'max-height', 'width', 'max-width', 'line-height'].some(worked)) return true;
  return (
    /\b(?:matrix|rotate[xy3])/.test(css('transform')) ||
    /\b(?:mask|mask-image)\b/.test(css('mask') + css('mask-image'))
  );
}

/** Pixels by which a piece may stand beside its place and still be read in order. */
const NUDGE = 12;

function movementOf(
  parent: Appearance,
  tag: string,
  css: (name: string) => string,
  fontSize: number,
): Movement | null {
  const display = css('display');
  if (/reverse/.test(css('flex-direction') + css('flex-flow') + css('flex-wrap'))) return 'order';
  if (
    /^-?[1-9]/.test(css('order')) ||
    /\d|[a-z]/.test(css('grid-area') + css('grid-row') + css('grid-column'))
  )
    return 'order';
  if (/^vertical|^sideways/.test(css('writing-mode'))) return 'order';
  const length = (name: string) => Math.abs(parseLength(css(name), fontSize) ?? 0);
  const sides = ['left', 'top', 'right', 'bottom', 'inset'].some((side) => length(side) > NUDGE);
  if (/absolute|fixed/.test(css('position')) || (/relative|sticky/.test(css('position')) && sides))
    return 'placed';
  const negative = ['margin-left', 'margin-right', 'margin-top'].some(
    (name) => css(name).startsWith('-') && length(name) > NUDGE,
  );
  if (negative || /\btranslate/.test(css('transform'))) return 'placed';
  if (css('float') === 'right') return 'float';
  const inRow = /^(?:td|th|img)$/.test(tag) || /^inline-|flex|grid|table-c/.test(display);
  return parent.rightToLeft && inRow ? 'right_to_left' : null;
}

function hiddenBox(
  tag: string,
  attribs: Readonly<Record<string, string>>,
  css: (name: string) => string,
  fontSize: number,
): HiddenReason | null {
  const display = css('display');
  if (display === 'none') return 'display_none';
  if ('hidden' in attribs && display === '') return 'hidden_attribute';
  if (tag === 'input' && attribs['type']?.toLowerCase() === 'hidden') return 'hidden_attribute';
  if (tag === 'dialog' && !('open' in attribs)) return 'display_none';
  if (css('content-visibility') === 'hidden') return 'visibility_hidden';
  const length = (name: string) => parseLength(css(name), name === 'text-indent' ? 600 : fontSize);
  const tiny = (name: string) => (length(name) ?? 99) <= 1;
  const cut = /hidden|clip/.test(css('overflow') + css('overflow-x') + css('overflow-y'));
  const sizes = ['height', 'max-height', 'width', 'max-width', 'line-height'];
  if (cut && sizes.some(tiny)) return 'zero_size';
  const transform = css('transform');
  if (/\bscale[xy3d]*\(\s*0?(?:\.[01]\d*)?\s*[,)]/.test(transform)) return 'zero_size';
  if (/^0(?:\.0\d*)?%?$/.test(css('zoom'))) return 'zero_size';
  if (isClipped(css)) return 'clipped';
  return isOffScreen(css, length, transform) ? 'off_screen' : null;
}

function isClipped(css: (name: string) => string): boolean {
  const positioned = /absolute|fixed/.test(css('position'));
  const rect = /^rect\(([^()]{1,60})\)$/.exec(css('clip'))?.[1];
  if (positioned && rect !== undefined) {
    const sides = rect.split(/[\s,]+/).map((side) => Number.parseFloat(side));
    const [top = 0, right = 0, bottom = 0, left = 0] = sides;
    if (Math.abs(bottom - top) <= 1 || Math.abs(right - left) <= 1) return true;
  }
  const path = css('clip-path');
  return /inset\(\s*(?:[5-9]\d|100)(?:\.\d+)?%|circle\(\s*0|polygon\(\s*0(?:px|%)?\s+0(?:px|%)?\s*,\s*0(?:px|%)?\s+0/.test(
    path,
  );
}

function isOffScreen(
  css: (name: string) => string,
  length: (name: string) => number | null,
  transform: string,
): boolean {
  const far = (value: number | null) => value !== null && value <= OFF_SCREEN;
  if (far(length('text-indent'))) return true;
  if (/absolute|fixed|relative/.test(css('position'))) {
    if (['left', 'top', 'right', 'bottom'].some((side) => far(length(side)))) return true;
    if ((length('left') ?? 0) > 5_000 || (length('top') ?? 0) > 100_000) return true;
  }
  const margins = css('margin')
    .split(/\s+/)
    .map((value) => parseLength(value, 16));
  if ([length('margin-left'), length('margin-top'), ...margins].some(far)) return true;
  const moved = /translate[xy3d]*\(\s*(-?[\d.]+[a-z%]*)(?:\s*,\s*(-?[\d.]+[a-z%]*))?/.exec(transform);
  return moved !== null && [moved[1], moved[2]].some((value) => far(parseLength(value ?? '', 16)));
}

function fontSizeOf(parent: number, value: string): number {
  if (value === 'smaller') return parent * 0.83;
  if (value === 'larger') return parent * 1.2;
  return parseLength(value, parent) ?? parent;
}

function fontShorthandSize(font: string): string {
  return /(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%)?)(?:\s*\/|\s)/.exec(font)?.[1] ?? '';
}

function colourOf(
  parent: Appearance,
  tag: string,
  attribs: Readonly<Record<string, string>>,
  css: (name: string) => string,
): Appearance['colour'] {
  const value = css('-webkit-text-fill-color') || css('color');
  if (value === 'inherit' || value === 'currentcolor') return parent.colour;
  if (value !== '') return parseColour(value);
  const attribute = tag === 'font' ? attribs['color'] : tag === 'body' ? attribs['text'] : undefined;
  if (attribute !== undefined) return parseColour(attribute);
  // Links have the program's own colour unless told otherwise.
  if (tag === 'a' && attribs['href'] !== undefined) return { r: 0, g: 0, b: 238 };
  return parent.colour;
}

function backgroundOf(
  parent: Appearance,
  attribs: Readonly<Record<string, string>>,
  css: (name: string) => string,
): Rgb | null {
  const shorthand = css('background');
  const image = css('background-image') || shorthand;
  if (/url\(|gradient\(/.test(image) || attribs['background']) return null;
  const value = css('background-color') || colourIn(shorthand) || attribs['bgcolor'] || '';
  if (value === '') return parent.background;
  const colour = parseColour(value);
  return colour === 'transparent' ? parent.background : (colour ?? parent.background);
}

function colourIn(shorthand: string): string {
  const tokens = shorthand.match(/(?:rgb|hsl)a?\([^()]*\)|[^\s,]+/g) ?? [];
  return tokens.find((token) => /[#a-z]/.test(token) && parseColour(token) !== null) ?? '';
}

function opacityOf(css: (name: string) => string): number {
  const value = css('opacity') || /opacity\(\s*([\d.]+%?)/.exec(css('filter'))?.[1] || '1';
  const number = Number.parseFloat(value) / (value.endsWith('%') ? 100 : 1);
  return Number.isNaN(number) ? 1 : Math.min(Math.max(number, 0), 1);
}

function blockOf(display: string): boolean | null {
  if (display === '' || display === 'contents' || display === 'inherit') return null;
  return !display.startsWith('inline') && !display.startsWith('table-c');
}
