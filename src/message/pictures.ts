import type { Declarations } from './css.ts';
import { parseLength } from './css-values.ts';
import type { Picture } from './types.ts';
import type { Appearance } from './visibility.ts';

/** CSS pixels; a picture of so few on a side shows nothing. */
const PIXEL = 3;
const BACKGROUND = /url\(\s*["']?\s*([^"')]+)/i;

/** The pictures of one element: its own, and the one behind it. */
export function picturesOf(
  tag: string,
  attribs: Readonly<Record<string, string>>,
  declared: Declarations,
  look: Appearance,
): Picture[] {
  const css = (name: string) => declared.get(name)?.value ?? '';
  const own = tag === 'img' || (tag === 'input' && /^image$/i.test(attribs['type'] ?? ''));
  const first = own ? attribs['src'] || attribs['srcset'] : tag === 'video' ? attribs['poster'] : '';
  const behind = attribs['background'] || BACKGROUND.exec(css('background-image') || css('background'))?.[1];
  const width = side(css('width') || css('max-width'), attribs['width'], look.fontSize);
  const height = side(css('height') || css('max-height'), attribs['height'], look.fontSize);
  const tiny = [width, height].some((length) => length !== null && length <= PIXEL);
  const seen = !tiny && look.hidden === null && !look.invisible && look.opacity >= 0.05;
  return [first, behind].flatMap((address) => {
    const origin = originOf(address ?? '');
    return origin === null ? [] : [{ ...origin, width, height, seen }];
  });
}

function side(css: string, attribute: string | undefined, fontSize: number): number | null {
  if (css !== '') return css.endsWith('%') ? null : parseLength(css, fontSize);
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*$/.exec(attribute ?? '');
  return match === null ? null : Number(match[1]);
}

function originOf(address: string): Pick<Picture, 'from' | 'host'> | null {
  const trimmed = address.trim();
  if (/^cid:/i.test(trimmed)) return { from: 'attached', host: null };
  if (/^data:/i.test(trimmed)) return { from: 'inside', host: null };
  const host = /^(?:https?:)?[\\/]{2}([^\\/?#\s]+)/i.exec(trimmed)?.[1];
  return host === undefined ? null : { from: 'elsewhere', host: host.slice(0, 255).toLowerCase() };
}
